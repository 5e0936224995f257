"""Engagements rated a second: facts to earning lines with their receipts, in one Python process, no server."""

import random
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from benchmarks.figures import Result, Scale, alone, say
from benchmarks.ground import Ground
from benchmarks.machine import Meter, between
from payouts import rating

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
RULES = [
    {"kind": "per_chat", "rate_cents": 290, "outcomes": ["resolved", "left"]},
    {"kind": "per_minute", "rate_cents": 22},
]
ENGAGEMENTS = 2_000


def measure(ground: Ground, scale: Scale) -> Iterator[Result]:
    """rate_per_s: the same two thousand engagements over and over, each with hash, rules and receipt."""
    plan = rating.Plan(uuid4(), 1, "EUR", rating.parse_rules(RULES))
    chance = random.Random(2026)
    engagements = [_facts(plan.plan_id, chance) for _ in range(ENGAGEMENTS)]
    meter = Meter({})
    rates = []
    for _ in range(scale.rounds):
        before = meter.read()
        rates.append(_rate(engagements, plan, scale.seconds))
        say(f"{rates[-1]:8.0f} engagements/s; {between(before, meter.read())}")
    yield alone("rate_per_s", "1/s", rates)


def _rate(engagements: list[rating.Facts], plan: rating.Plan, seconds: float) -> float:
    rated, began = 0, time.perf_counter()
    while (taken := time.perf_counter() - began) < seconds:
        for facts in engagements:
            assert rating.rate(facts, plan)
        rated += len(engagements)
    return rated / taken


def _facts(plan_id: UUID, chance: random.Random) -> rating.Facts:
    lasted = chance.randrange(60, 3_600)
    return rating.Facts(
        engagement_id=uuid4(),
        brand_id=uuid4(),
        agent_id=uuid4(),
        plan_id=plan_id,
        plan_version=1,
        tier="standard",
        outcome=chance.choice(["resolved", "resolved", "left", "transferred"]),
        accepted_at=NOON - timedelta(seconds=lasted),
        ended_at=NOON,
        active_seconds=chance.randrange(30, lasted),
        first_reply_at=NOON - timedelta(seconds=lasted - 20),
    )
