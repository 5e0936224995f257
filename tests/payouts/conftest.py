"""The cast of the money tests: Lindenpay, its pay plan, and two of its agents."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from agents.models import Agent, User
from brands.models import Brand
from payouts import plans, rating
from payouts.models import PayPlan

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
RULES: list[dict[str, Any]] = [
    {"kind": "per_chat", "rate_cents": 290, "outcomes": ["resolved", "left"]},
    {"kind": "per_minute", "rate_cents": 22},
]

FactsMaker = Callable[..., rating.Facts]


def hire(name: str) -> Agent:
    user = User.objects.create_user(f"{name.lower()}-{uuid4().hex[:8]}@beckon.example")  # No password: hashing is slow.
    return Agent.objects.create(user=user, kind=Agent.Kind.STUDENT, display_name=name, created_at=NOON)


@pytest.fixture
def lindenpay(db: None) -> Brand:
    return Brand.objects.create(name="Lindenpay", slug="lindenpay", currency="EUR", created_at=NOON)


@pytest.fixture
def ilse(db: None) -> Agent:
    return hire("Ilse")


@pytest.fixture
def jonas(db: None) -> Agent:
    return hire("Jonas")


@pytest.fixture
def plan(lindenpay: Brand) -> PayPlan:
    return plans.publish(
        lindenpay.pk,
        tier="standard",
        currency="EUR",
        rules=RULES,
        valid_from=NOON - timedelta(days=30),
        by="operator:noor",
        now=NOON - timedelta(days=30),
    )


@pytest.fixture
def facts(plan: PayPlan, ilse: Agent) -> FactsMaker:
    """Ilse's chats for Lindenpay: 12 min 30 s active in 20 minutes, unless told otherwise."""

    def make(**changes: Any) -> rating.Facts:
        known: dict[str, Any] = {
            "engagement_id": uuid4(),
            "brand_id": plan.brand_id,
            "agent_id": ilse.pk,
            "plan_id": plan.pk,
            "plan_version": plan.version,
            "tier": plan.tier,
            "outcome": "resolved",
            "accepted_at": NOON - timedelta(minutes=20),
            "ended_at": NOON,
            "active_seconds": 750,
        }
        return rating.Facts(**{**known, **changes})

    return make


@pytest.fixture
def an_engagement() -> UUID:
    return uuid4()
