"""Offers made a second, durably, by one dispatcher's rounds, beside raw SQL that places one by one."""

import gc
import time
from collections.abc import Iterator
from datetime import timedelta

import psycopg

from agents.models import Slot
from benchmarks.dispatch import people
from benchmarks.dispatch.people import House
from benchmarks.figures import Result, Scale, against_floor, say
from benchmarks.ground import Ground
from benchmarks.machine import Meter, between
from dispatch import published, rounds, supply
from dispatch.models import Escalation, Offer
from marketplace import clock

FLOOR = """
drop table if exists floor_request, floor_agent, floor_offer;
create table floor_request (id uuid primary key, topic text, language text, queued_at timestamptz,
  state text not null default 'waiting');
create index floor_waits on floor_request (queued_at) where state = 'waiting';
create table floor_agent (id uuid primary key, topics text[], languages text[], held int default 0);
create index floor_free on floor_agent (id) where held = 0;
create table floor_offer (id uuid primary key default gen_random_uuid(), request uuid, agent uuid,
  offered_at timestamptz, state text default 'open')"""
ONE = """
with request as (select * from floor_request where state = 'waiting' order by queued_at limit 1
                 for no key update skip locked),
agent as (select a.id from floor_agent a, request r where a.held = 0 and r.topic = any(a.topics)
            and r.language = any(a.languages) limit 1 for no key update of a skip locked),
taken as (update floor_agent set held = 1 where id = (select id from agent)),
moved as (update floor_request set state = 'offered' where id = (select id from request)),
made as (insert into floor_offer (request, agent, offered_at)
         select r.id, a.id, now() from request r, agent a returning 1)
select count(*) from made"""


def measure(ground: Ground, scale: Scale) -> Iterator[Result]:
    """offers_per_s: read, planned, placed, explained and committed; one dispatcher, batches as they come."""
    many, one_by_one = scale.offers, max(10, scale.offers // 4)
    meter = Meter(ground.server_pids)
    values, floors = [], []
    _ours(many // 10)  # connections, plans and the solver are there
    for _ in range(scale.rounds):
        before = meter.read()
        values.append(_ours(many))
        floors.append(_floor(ground, one_by_one))
        say(f"{values[-1]:8.0f} against {floors[-1]:6.0f} offers/s; {between(before, meter.read())}")
    yield against_floor("offers_per_s", "1/s", values, floors)


def _ours(many: int) -> float:
    """So many wait and as many are free; rounds until nobody waits."""
    house = people.house(agents=many, conversations=many, connected=True)
    certified, weights = supply.Certified(), published.in_force(clock.now())
    supply.candidates(certified, now=clock.now())  # a dispatcher knows both before anybody asks
    _ask(house)
    gc.collect()  # what was made for the house is none of the dispatcher's, whose own collector sets aside what stays
    gc.freeze()
    made, began = 0, time.perf_counter()
    while made < many:
        placed = len(rounds.match_waiting(now=clock.now(), certified=certified, weights=weights))
        assert placed, f"{many - made} were left over"
        made += placed
    taken = time.perf_counter() - began
    _clear(house)
    return made / taken


def _ask(house: House) -> None:
    now = clock.now()
    Escalation.objects.bulk_create(
        Escalation(
            brand_id=house.brand, conversation_id=talk, reason="asked", topic=topic, language=language,
            packet={"summary": "The refund has not arrived."}, queued_at=now - timedelta(milliseconds=number),
        )
        for number, talk in enumerate(house.conversations)
        for topic, language in [house.asks_for(number)]
    )  # fmt: skip


def _clear(house: House) -> None:
    """Nobody of this house is online or waits any more: the next round has its own."""
    now = clock.now()
    Offer.objects.filter(brand_id=house.brand, state="open").update(state="withdrawn", ended_at=now)
    Escalation.objects.filter(brand_id=house.brand).update(state="closed", ended_at=now)
    Slot.objects.filter(agent_id__in=house.agents).update(willing=False, held=0)


def _floor(ground: Ground, many: int) -> float:
    """The least code: one statement and one commit an offer, nothing is checked that could have changed."""
    with psycopg.connect(ground.urls.owner, autocommit=True) as owner:
        owner.execute(FLOOR)
        owner.execute(
            "insert into floor_agent select gen_random_uuid(), %s, %s from generate_series(1, %s)",
            [list(people.TOPICS), list(people.LANGUAGES), many],
        )
        owner.execute(
            "insert into floor_request select gen_random_uuid(), %s, %s, now() from generate_series(1, %s)",
            [people.TOPICS[0], people.LANGUAGES[0], many],
        )
        owner.execute("analyze floor_agent, floor_request")
        began = time.perf_counter()
        for _ in range(many):
            assert owner.execute(ONE).fetchone() == (1,)
        taken = time.perf_counter() - began
        owner.execute("drop table floor_offer, floor_request, floor_agent")
    return many / taken
