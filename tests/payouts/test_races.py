"""Many at once: a chat is paid once, and an agent's history has neither gap nor fork."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, connections, transaction

from agents.models import Agent
from brands.models import Brand
from marketplace.refusals import Refused
from payouts import earnings, ledger, plans
from payouts.models import Account, EarningFact, PayPlan, Posting
from tests.payouts.conftest import NOON, RULES, FactsMaker, hire

pytestmark = pytest.mark.usefixtures("fresh_database")


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """What each act returned, or the refusal it ended in; all start together, each on its own connection."""
    line = Barrier(len(acts))

    def run(act: Callable[[], Any]) -> Any:
        try:
            connections["default"].ensure_connection()
            line.wait(timeout=20)
            with transaction.atomic():
                return act()
        except (DatabaseError, Refused) as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def entry(brand: Brand) -> ledger.Entry:
    engagement_id = uuid4()
    return ledger.Entry(f"engagement:{engagement_id}:per_chat:1", "per_chat", 290, engagement_id, brand.pk, {})


@pytest.mark.parametrize("times", [2, 12])
def test_a_chat_closed_several_times_at_once_is_paid_once(times: int, facts: FactsMaker, ilse: Agent) -> None:
    chat = facts()

    results = at_once(*[lambda: earnings.record(chat, topic="Refund", now=NOON)] * times)

    assert {tuple(p.pk for p in postings) for postings in results} == {
        tuple(Posting.objects.order_by("seq").values_list("pk", flat=True))
    }
    assert EarningFact.objects.count() == 1
    assert ledger.balance(ilse.pk) == (ledger.Balance("EUR", 565, 2),)
    assert ledger.audit(NOON).balanced


def test_twenty_postings_at_once_leave_no_gap_and_no_fork(ilse: Agent, lindenpay: Brand) -> None:
    def post() -> Posting:
        return ledger.post(ilse.pk, "EUR", entry(lindenpay), now=NOON)

    results = at_once(*[post] * 20)

    assert sorted(posting.seq for posting in results) == list(range(1, 21))
    assert ledger.balance(ilse.pk) == (ledger.Balance("EUR", 20 * 290, 20),)
    assert set(ledger.audit(NOON).faults) == {"4_paid_without_facts"}  # Posted here without facts behind them.


def test_without_the_lock_the_same_postings_collide(ilse: Agent, lindenpay: Brand) -> None:
    """The lock is what makes the postings above succeed; without it the database refuses all but one of a number."""
    with transaction.atomic():
        ledger.lock(ilse.pk, "EUR", now=NOON)
        ledger._make(["expense:per_chat:EUR"], now=NOON)
    everyone_has_read = Barrier(5)

    def post_without_lock() -> None:
        with connections["default"].cursor() as cursor:
            cursor.execute("set transaction isolation level repeatable read")
            Account.objects.get(agent_id=ilse.pk)  # From here on this transaction sees the account as it is now.
            everyone_has_read.wait(timeout=20)
            ledger._append(cursor, [ledger.Into(ilse.pk, "EUR", entry(lindenpay))], now=NOON)

    results = at_once(*[post_without_lock] * 5)

    assert sum(isinstance(result, IntegrityError) for result in results) == 4
    assert ledger.balance(ilse.pk) == (ledger.Balance("EUR", 290, 1),)


def test_agents_do_not_wait_for_each_other(lindenpay: Brand) -> None:
    """Each posting waits, before it commits, until all have posted: contra sides are shared and never locked."""
    people = [hire(f"Agent {number}") for number in range(5)]
    ledger.post(hire("First").pk, "EUR", entry(lindenpay), now=NOON)
    all_posted = Barrier(len(people))

    def post(agent: Agent) -> None:
        ledger.post(agent.pk, "EUR", entry(lindenpay), now=NOON)
        all_posted.wait(timeout=20)

    results = at_once(*[lambda agent=agent: post(agent) for agent in people])

    assert results == [None] * len(people)


@pytest.mark.parametrize("there_is_one_before", [True, False])
def test_two_versions_published_at_once_are_one_version(
    there_is_one_before: bool, lindenpay: Brand, request: pytest.FixtureRequest
) -> None:
    if there_is_one_before:
        request.getfixturevalue("plan")

    def publish() -> PayPlan:
        return plans.publish(
            lindenpay.pk, tier="standard", currency="EUR", rules=RULES, valid_from=NOON, by="operator:noor", now=NOON
        )

    results = at_once(publish, publish)

    assert sorted(type(result).__name__ for result in results) == ["PayPlan", "Refused"]
    assert PayPlan.objects.filter(valid__contains=NOON).count() == 1
    assert not [result for result in results if isinstance(result, Exception) and not isinstance(result, Refused)]
