"""What attacks on payout runs in plain SQL have in common: the roles, what was earned, and that nothing changes."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connections
from django.db.models import Model

from agents.models import Agent
from payouts.models import Payout, PayoutAttempt, PayoutRun
from payouts.runs import draining
from tests.payouts import payday
from tests.payouts.conftest import NOON
from tests.payouts.payday import computed, earn, settle_at

bank = payday.bank
both_roles = pytest.mark.parametrize("role", ["default", "owner"])


@pytest.fixture
def earned(fresh_database: object, bank: object, ilse: Agent, jonas: Agent) -> None:
    settle_at(ilse)
    settle_at(jonas)
    earn(ilse, 300)
    earn(ilse, 200)
    earn(ilse, 100, at=NOON)


def execute(role: str, sql: str, *values: Any) -> None:
    with connections[role].cursor() as cursor:
        cursor.execute(sql, values)


@contextmanager
def refused(match: str) -> Iterator[None]:
    before = state()
    with pytest.raises(DatabaseError, match=match):
        yield
    assert state() == before


def state() -> list[list[dict[str, Any]]]:
    models: list[type[Model]] = [PayoutRun, Payout, PayoutAttempt]
    return [list(model._default_manager.order_by("pk").values()) for model in models]


@pytest.fixture
def one_claimed(earned: None) -> None:
    computed()
    draining.drain(Payout.objects.values_list("account_id", flat=True), now=NOON)
    computed(cutoff=payday.MONDAY - timedelta(days=9), now=NOON + timedelta(minutes=1))
