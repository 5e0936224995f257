"""What a proof finds of what was changed past every guard."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connections, transaction

from agents.models import Agent
from payouts import earnings, ledger
from payouts.runs import proving
from tests.payouts import payday
from tests.payouts.conftest import NOON, FactsMaker
from tests.payouts.payday import computed, earn, released, settle_at

pytestmark = pytest.mark.usefixtures("fresh_database", "earned")
bank = payday.bank


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


def test_a_rated_line_that_its_facts_do_not_pay_is_found(facts: FactsMaker) -> None:
    with transaction.atomic():
        earnings.record(facts(), topic="Refund", now=payday.MONDAY - timedelta(hours=1))
    run = computed()
    execute("owner", "alter table payouts_posting disable trigger user")
    execute("owner", "update payouts_posting set amount = amount + 1 where kind = 'per_minute'")

    run = proving.prove(run.pk, now=NOON)

    assert run.faults["replayed_line"] == 1


def test_a_balance_that_is_not_its_lines_may_be_claimed_but_is_never_proved() -> None:
    execute("owner", "alter table payouts_account disable trigger user")
    execute("owner", "update payouts_account set balance = balance + 1 where balance > 0")
    later = NOON + timedelta(hours=1)
    run = computed(cutoff=later, now=later)

    run = proving.prove(run.pk, now=later)

    assert (run.totals["amount"], run.state) == (601, "computed")
    assert run.faults == {"amount_is_not_its_lines": 1}


@pytest.mark.parametrize(
    ("spoil", "fault"),
    [
        ("update payouts_payout set lo = 2", "7_ranges_of_payouts"),
        ("update payouts_payout set amount = 501", "8_payout_and_its_lines"),
        ("update payouts_payout set drained_seq = 9", "8_payout_and_its_lines"),
        ("delete from payouts_payout", "8_payout_and_its_lines"),
        ("update payouts_payout set state = 'settled'", "8_money_on_its_way"),
        ("alter table payouts_payoutrun drop constraint run_approved_by_a_second_person;"
         "update payouts_payoutrun set approved_by = submitted_by", "10_second_person"),
    ],
)  # fmt: skip
def test_the_nightly_proof_finds_what_was_changed_past_every_guard(spoil: str, fault: str) -> None:
    released()
    assert ledger.audit(NOON).balanced
    for table in ("payout", "payoutrun"):
        execute("owner", f"alter table payouts_{table} disable trigger user")
    execute("owner", spoil)
    for table in ("payout", "payoutrun"):
        execute("owner", f"alter table payouts_{table} enable trigger user")

    assert fault in ledger.audit(NOON).faults


def test_the_nightly_proof_misses_a_guard_that_sleeps() -> None:
    execute("owner", "alter table payouts_payoutattempt disable trigger moves")

    assert set(ledger.audit(NOON).faults) == {"4_history_unguarded"}
