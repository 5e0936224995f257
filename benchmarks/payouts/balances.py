"""Reading what an agent is owed, as the dashboard does, beside a long ledger."""

import json
import random
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import psycopg

from agents.models import Agent, User
from benchmarks.figures import Result, Scale, alone, percentile, say
from benchmarks.ground import Ground
from benchmarks.machine import Meter, between
from brands.models import Brand
from marketplace import clock
from payouts import facts as frozen_facts
from payouts import ledger, plans, rating
from payouts.frozen import canonical
from payouts.models import EarningFact, PayPlan

POSTINGS_OF_EACH = 50
FIRST_AGENTS = 20
CHUNK_AGENTS = 500
NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
SOME_CHAT, SOME_AGENT = uuid4(), uuid4()


def measure(ground: Ground, scale: Scale) -> Iterator[Result]:
    """balance_read_p99_ms: one after the other, agents at random, wall clock around `ledger.balance`."""
    agents = write_ledger(ground, scale.postings // POSTINGS_OF_EACH)
    chance = random.Random(2026)
    meter = Meter(ground.server_pids)
    values = []
    for _ in range(scale.rounds):
        before = meter.read()
        took = [_read(chance.choice(agents)) for _ in range(scale.reads)]
        values.append(percentile(took, 0.99 if len(took) >= 2_000 else 0.95))
        median = percentile(took, 0.5)
        say(f"{len(took)} reads, median {median:.2f} ms, p99 {values[-1]:.2f} ms; {between(before, meter.read())}")
    yield alone("balance_read_p99_ms", "ms", values)


def _read(agent: UUID) -> float:
    """Milliseconds for one balance."""
    began = time.perf_counter()
    (held,) = ledger.balance(agent)
    took = time.perf_counter() - began
    assert held.last_seq == POSTINGS_OF_EACH
    return took * 1_000


def write_ledger(ground: Ground, count: int, *, with_facts: bool = False) -> list[UUID]:
    """So many agents, fifty postings each: written in bulk, past no trigger and no check of the database."""
    began, now = time.monotonic(), clock.now()
    brand = Brand.objects.create(name="Lumo Mobile", slug=f"lumo-{uuid4().hex[:8]}", created_at=now)
    ids = _agents(count, now=now)
    with psycopg.connect(ground.urls.owner, autocommit=True) as owner:
        owner.execute(CONTRA, {"id": uuid4(), "now": now})
        plan = _plan(brand, now=now)
        given = _chat(brand, plan) | {"plan": plan.pk, "each": POSTINGS_OF_EACH, "now": now - timedelta(minutes=1)}
        for chunk in _chunks(ids):
            owner.execute(ACCOUNTS, given | {"agents": chunk})
            owner.execute(POSTINGS, given | {"agents": chunk})
            if with_facts:
                owner.execute(FACTS, given | {"agents": chunk})
            owner.execute("analyze payouts_posting, payouts_account")
        owner.execute("vacuum payouts_account")
    say(f"{count * POSTINGS_OF_EACH} postings of {count} agents after {time.monotonic() - began:.0f} s")
    return ids


def _plan(brand: Brand, *, now: datetime) -> PayPlan:
    rules = [{"kind": "per_chat", "rate_cents": 290, "outcomes": ["resolved"]}]
    return plans.publish(brand.pk, tier="standard", currency="EUR", rules=rules, valid_from=now, by="system", now=now)


def _chat(brand: Brand, plan: PayPlan) -> dict[str, object]:
    """One chat as the product freezes and rates it: the text of its facts and its receipt, for others to be made of by
    putting in whose chat it was and which."""
    facts = rating.Facts(
        engagement_id=SOME_CHAT, brand_id=brand.pk, agent_id=SOME_AGENT, plan_id=plan.pk, plan_version=plan.version,
        tier=plan.tier, outcome="resolved", accepted_at=NOON - timedelta(minutes=8), ended_at=NOON,
        active_seconds=480, first_reply_at=NOON - timedelta(minutes=7),
    )  # fmt: skip
    about = EarningFact(kind="closed", revision=1, engagement_id=SOME_CHAT)
    (paid,) = frozen_facts.entries(about, rating.rate(facts, plans.as_plan(plan)), brand_id=brand.pk)
    told = {"facts": canonical(facts), "chat": str(SOME_CHAT), "agent": str(SOME_AGENT), "brand": brand.pk}
    return told | {"cents": paid.amount, "receipt": json.dumps(paid.receipt)}


def _agents(count: int, *, now: datetime) -> list[UUID]:
    emails = (f"{uuid4().hex}@beckon.example" for _ in range(count))
    users = User.objects.bulk_create((User(email=email) for email in emails), batch_size=5_000)
    agents = (Agent(user=user, kind="student", display_name="Dana", created_at=now) for user in users)
    return [agent.pk for agent in Agent.objects.bulk_create(agents, batch_size=5_000)]


def _chunks(ids: list[UUID]) -> Iterator[list[UUID]]:
    """A small one first: the triggers' plans, made for an empty table, would scan a full one."""
    yield ids[:FIRST_AGENTS]
    for at in range(FIRST_AGENTS, len(ids), CHUNK_AGENTS):
        yield ids[at : at + CHUNK_AGENTS]


CONTRA = """
insert into payouts_account (id, name, currency, sequenced, last_seq, balance, created_at)
values (%(id)s, 'expense:per_chat:EUR', 'EUR', false, 0, 0, %(now)s) on conflict (name) do nothing"""
ACCOUNTS = """
insert into payouts_account (id, name, currency, agent_id, sequenced, last_seq, balance, created_at)
select gen_random_uuid(), 'agent:' || agent || ':payable:EUR', 'EUR', agent, true, 0, 0, %(now)s
from unnest(%(agents)s::uuid[]) agent"""
POSTINGS = """
insert into payouts_posting (id, account_id, contra_id, currency, amount, seq, balance_after, source, kind, receipt,
                             engagement_id, brand_id, created_at)
select gen_random_uuid(), a.id, contra.id, 'EUR', %(cents)s, n, %(cents)s * n, 'engagement:' || e.id || ':per_chat:1',
       'per_chat',
       jsonb_set(%(receipt)s::jsonb, '{fact_sha256}', to_jsonb(encode(sha256(convert_to(
         replace(replace(%(facts)s, %(chat)s, e.id::text), %(agent)s, a.agent_id::text), 'UTF8')), 'hex'))),
       e.id, %(brand)s, %(now)s
from payouts_account a
join payouts_account contra on contra.name = 'expense:per_chat:EUR'
cross join generate_series(1, %(each)s) n
cross join lateral (select gen_random_uuid() as id, a.id as account, n as number) e
where a.agent_id = any(%(agents)s)"""
FACTS = """
insert into payouts_earningfact (id, engagement_id, kind, revision, agent_id, plan_id, topic, canonical, sha256,
                                 created_at)
select gen_random_uuid(), p.engagement_id, 'closed', 1, a.agent_id, %(plan)s, 'Refund',
       replace(replace(%(facts)s, %(chat)s, p.engagement_id::text), %(agent)s, a.agent_id::text),
       p.receipt ->> 'fact_sha256', p.created_at
from payouts_posting p join payouts_account a on a.id = p.account_id
where a.agent_id = any(%(agents)s)"""
