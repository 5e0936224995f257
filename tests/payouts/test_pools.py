"""Points and equity units: due when a chat closes, out of a pool with a hard limit, never mixed with money."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from agents.models import Agent
from brands.models import Brand
from marketplace.refusals import Refused
from payouts import earnings, ledger, plans, pools, receipts, replay, tasks
from payouts.models import PayPlan, Posting, UnitPool, UnitsDue
from tests.payouts.conftest import NOON, RULES, FactsMaker
from tests.payouts.test_invariants import both_roles, execute, refused
from tests.payouts.test_races import at_once

pytestmark = pytest.mark.usefixtures("fresh_database")
SEEN_THROUGH = ["resolved", "left"]
UNITS: list[dict[str, Any]] = [
    {"kind": "points", "units": 40, "outcomes": SEEN_THROUGH},
    {"kind": "equity", "units": 3, "outcomes": ["resolved"]},
]


@pytest.fixture
def plan(lindenpay: Brand) -> PayPlan:
    """As the house's, with points and equity."""
    begins = NOON - timedelta(days=30)
    rules = [*RULES, *UNITS]
    return plans.publish(
        lindenpay.pk, tier="standard", currency="EUR", rules=rules, valid_from=begins, by="operator:noor", now=begins
    )


def close(facts: FactsMaker, **changes: Any) -> None:
    with transaction.atomic():
        earnings.record(facts(**changes), topic="Refund", now=NOON)


def ceiling(brand: Brand, currency: str, units: int) -> UnitPool:
    return pools.set_ceiling(brand.pk, currency, ceiling=units, by="operator:noor", now=NOON)


def held(agent: Agent) -> dict[str, int]:
    return {balance.currency: balance.amount for balance in ledger.balance(agent.pk)}


def test_units_are_given_out_beside_the_money(facts: FactsMaker, ilse: Agent, lindenpay: Brand) -> None:
    ceiling(lindenpay, "PTS", 1_000)
    ceiling(lindenpay, "EQU", 1_000)
    close(facts)
    assert pools.waiting(ilse.pk) == {"PTS": 40, "EQU": 3}

    tasks.give_units(sent_by="a newer version")
    tasks.give_units()

    assert held(ilse) == {"EUR": 565, "EQU": 3, "PTS": 40}
    assert pools.waiting(ilse.pk) == {}
    assert earnings.earned_between(ilse.pk, NOON - timedelta(days=1), NOON + timedelta(days=1)) == {"EUR": 565}
    assert ledger.audit(NOON).balanced
    assert replay.replay(NOON, NOON + timedelta(days=1)).is_equal


def test_a_pool_gives_out_up_to_its_ceiling_and_the_rest_when_it_is_raised(
    facts: FactsMaker, ilse: Agent, lindenpay: Brand
) -> None:
    ceiling(lindenpay, "PTS", 100)
    for _ in range(3):
        close(facts)

    given = [pools.give_due(now=NOON), pools.give_due(now=NOON)]
    assert (given, held(ilse)["PTS"], pools.waiting(ilse.pk)["PTS"]) == ([2, 0], 80, 40)
    with pytest.raises(Refused, match="more than that"):
        ceiling(lindenpay, "PTS", 79)
    ceiling(lindenpay, "PTS", 120)

    assert pools.give_due(now=NOON) == 1
    assert held(ilse)["PTS"] == 120


def test_a_chat_closes_without_a_pool(facts: FactsMaker, ilse: Agent) -> None:
    close(facts)

    assert pools.give_due(now=NOON) == 0
    assert held(ilse) == {"EUR": 565}


def test_two_sweeps_at_once_give_each_unit_once(facts: FactsMaker, ilse: Agent, lindenpay: Brand) -> None:
    ceiling(lindenpay, "PTS", 1_000)
    for _ in range(5):
        close(facts)

    at_once(*[lambda: pools.give_due(now=NOON)] * 4)
    pools.give_due(now=NOON)

    assert held(ilse)["PTS"] == 200
    assert UnitPool.objects.get().issued == 200


@both_roles
def test_no_pool_is_overdrawn_and_none_forgets(role: str, facts: FactsMaker, ilse: Agent, lindenpay: Brand) -> None:
    ceiling(lindenpay, "PTS", 50)
    close(facts)
    pools.give_due(now=NOON)

    with refused("unit_pool_within_its_ceiling"):
        another(role, 11)
    with refused("what its postings say"):
        execute(role, "update payouts_unitpool set issued = 0")
    with refused("unit_pool_within_its_ceiling"):
        execute(role, "update payouts_unitpool set ceiling = 39")
    with refused("set_by_a_person"):
        execute(role, "update payouts_unitpool set ceiling = 60, set_by = 'system'")
    another(role, 10)


@both_roles
def test_units_come_out_of_a_pool_and_nowhere_else(role: str, ilse: Agent, lindenpay: Brand) -> None:
    with transaction.atomic():
        ledger.lock(ilse.pk, "PTS", now=NOON)
        ledger._make([f"pool:{lindenpay.pk}:PTS"], now=NOON)

    with refused("out of a pool"):
        execute(
            role,
            "insert into payouts_posting (id, account_id, contra_id, currency, amount, seq, balance_after, source,"
            " kind, receipt, created_at) select gen_random_uuid(), a.id, c.id, 'PTS', 5, 1, 5, 'x', 'points', '{}',"
            " now() from payouts_account a, payouts_account c where a.sequenced and not c.sequenced",
        )


def another(role: str, units: int) -> None:
    """One more posting out of the pool, like the last one."""
    execute(
        role,
        "insert into payouts_posting (id, account_id, contra_id, currency, amount, seq, balance_after, source, kind,"
        " receipt, created_at) select gen_random_uuid(), account_id, contra_id, currency, %s, seq + 1,"
        " balance_after + %s, 'x', kind, '{}', created_at from payouts_posting where currency = 'PTS'",
        units,
        units,
    )


def test_units_are_called_by_their_name() -> None:
    assert receipts.money(1_040, "PTS", locale="en") == "1,040 points"
    assert receipts.money(3, "EQU", locale="de") == "3 Anteile"
    assert UnitsDue.objects.count() == Posting.objects.count() == 0
