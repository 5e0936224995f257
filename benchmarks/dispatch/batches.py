"""Offers made a second, durably, by one dispatcher's rounds, beside raw SQL that writes the same rows one by one."""

import gc
import time
from collections.abc import Iterator
from datetime import timedelta
from uuid import uuid4

import msgspec
import psycopg

from agents.models import Slot
from benchmarks.dispatch import people
from benchmarks.dispatch.people import House
from benchmarks.figures import Result, Scale, against_floor, say
from benchmarks.ground import Ground
from benchmarks.machine import Meter, between
from dispatch import demand, published, rounds, supply
from dispatch.models import Decision, Escalation, Offer, Round
from marketplace import clock
from payouts.models import PayPlan

# What one offer leaves behind; nothing is looked up for it: the caller knows whom to ask for what.
ONE = """
  with taken as (
    update agents_slot set held = held + 1, version = version + 1
    where agent_id = %(agent)s and willing and gone_since is null and held = 0 and active < places returning agent_id),
  moved as (
    update dispatch_escalation set state = 'offered'
    where id = %(escalation)s and state = 'waiting' and held_until is null and customer_gone_since is null
    returning id, brand_id),
  made as (
    insert into dispatch_offer (id, brand_id, escalation_id, agent_id, pay_plan_id, state, offered_at, expires_at, card,
                                automatic, reason)
    select gen_random_uuid(), m.brand_id, m.id, t.agent_id, %(plan)s, 'open', now(), now() + interval '12 seconds',
      %(card)s::text::jsonb, false, ''
    from moved m, taken t returning id, brand_id, escalation_id, agent_id),
  kept as (
    insert into dispatch_round (id, at, weights, method, epoch, packed)
    select %(round)s, now(), %(weights)s, 'sorted', null, %(inputs)s from made),
  told as (
    insert into dispatch_decision (id, at, round, brand, escalation, agent, offer, ring, weights, facts, others)
    select gen_random_uuid(), now(), %(round)s, o.brand_id, o.escalation_id, o.agent_id, o.id, 0, %(weights)s,
      %(facts)s::text::jsonb, %(others)s::uuid[]
    from made o)
  select count(*) from made"""


def measure(ground: Ground, scale: Scale) -> Iterator[Result]:
    """offers_per_s: read, planned, placed, explained and committed; one dispatcher, batches as they come."""
    many, one_by_one = scale.offers, max(10, scale.offers // 4)
    meter = Meter(ground.server_pids)
    values, floors = [], []
    _ours(ground, many // 10)  # connections, plans and the solver are there
    for _ in range(scale.rounds):
        before = meter.read()
        values.append(_ours(ground, many))
        floors.append(_floor(ground, one_by_one))
        say(f"{values[-1]:8.0f} against {floors[-1]:6.0f} offers/s; {between(before, meter.read())}")
    yield against_floor("offers_per_s", "1/s", values, floors)


def _ours(ground: Ground, many: int) -> float:
    """So many wait and as many are free; rounds until nobody waits."""
    house = people.house(agents=many, conversations=many, connected=True)
    certified, lately, weights = supply.Certified(), demand.Lately(), published.in_force(clock.now())
    supply.candidates(certified, now=clock.now())  # a dispatcher knows all this before anybody asks
    lately.refresh(now=clock.now())
    _ask(house)
    ground.analyze()  # a check at commit that was planned over a few agents would read all of them for each offer
    gc.collect()  # what was made for the house is none of the dispatcher's, whose own collector sets aside what stays
    gc.freeze()
    made, began = 0, time.perf_counter()
    while made < many:
        placed = len(rounds.match_waiting(now=clock.now(), certified=certified, lately=lately, weights=weights))
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
    """The least code that leaves the same rows in the same tables: one statement and one commit an offer. It reads
    nothing, chooses nobody and explains nothing: pairs, card and facts are those of an offer that we made."""
    house = people.house(agents=many, conversations=many, connected=True)
    _ask(house)
    ground.analyze()
    asked = Escalation.objects.filter(brand_id=house.brand).values_list("pk", flat=True)
    given = _as_ours(house)
    with psycopg.connect(ground.urls.database, autocommit=True) as database:
        began = time.perf_counter()
        for escalation, agent in zip(asked, house.agents, strict=True):
            pair = {"escalation": escalation, "agent": agent, "round": uuid4()}
            assert database.execute(ONE, {**given, **pair}).fetchone() == (1,)
        taken = time.perf_counter() - began
    _clear(house)
    return many / taken


def _as_ours(house: House) -> dict[str, object]:
    """What the last offer that we made was written with; its share of its round's inputs."""
    told = Decision.objects.order_by("-at")[0]
    kept, beside = Round.objects.get(pk=told.round), Decision.objects.filter(round=told.round).count()
    return {
        "plan": PayPlan.objects.get(brand_id=house.brand).pk,
        "card": msgspec.json.encode(Offer.objects.get(pk=told.offer).card).decode(),
        "facts": msgspec.json.encode(told.facts).decode(),
        "others": told.others,
        "weights": told.weights,
        "inputs": bytes(kept.packed)[: 1 + len(kept.packed) // beside],
    }
