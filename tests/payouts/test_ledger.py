"""The ledger's own rules, and the proof that notices when a rule of the database was taken away."""

from uuid import UUID, uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import connections, transaction

from agents.models import Agent
from brands.models import Brand
from payouts import earnings, ledger, tasks
from payouts.models import LedgerAudit, Posting
from tests.payouts.conftest import NOON, FactsMaker


def entry(brand: Brand, engagement_id: UUID, *, amount: int = 290, kind: str = "per_chat") -> ledger.Entry:
    return ledger.Entry(f"engagement:{engagement_id}:{kind}:1", kind, amount, engagement_id, brand.pk, {})


def test_postings_are_numbered_and_add_up(ilse: Agent, lindenpay: Brand) -> None:
    entries = [entry(lindenpay, uuid4(), amount=amount) for amount in (290, 275, -65)]

    postings = ledger.post_all(ilse.pk, "EUR", entries, now=NOON)

    assert [(p.seq, p.balance_after) for p in postings] == [(1, 290), (2, 565), (3, 500)]
    assert ledger.balance(ilse.pk) == (ledger.Balance("EUR", 500, 3),)


def test_each_currency_has_a_history_of_its_own(ilse: Agent, lindenpay: Brand) -> None:
    ledger.post(ilse.pk, "SEK", entry(lindenpay, uuid4(), amount=3000), now=NOON)
    ledger.post(ilse.pk, "EUR", entry(lindenpay, uuid4()), now=NOON)

    assert ledger.balance(ilse.pk) == (ledger.Balance("EUR", 290, 1), ledger.Balance("SEK", 3000, 1))


def test_an_agent_without_earnings_is_owed_nothing(ilse: Agent) -> None:
    assert ledger.balance(ilse.pk) == ()


def test_the_same_source_posted_again_is_the_first_posting(ilse: Agent, lindenpay: Brand, an_engagement: UUID) -> None:
    first = ledger.post(ilse.pk, "EUR", entry(lindenpay, an_engagement), now=NOON)

    again = ledger.post(ilse.pk, "EUR", entry(lindenpay, an_engagement), now=NOON)

    assert again.pk == first.pk
    assert ledger.balance(ilse.pk) == (ledger.Balance("EUR", 290, 1),)


def test_a_retry_that_brings_one_more_line_posts_that_line_alone(
    ilse: Agent, lindenpay: Brand, an_engagement: UUID
) -> None:
    chat, minutes = entry(lindenpay, an_engagement), entry(lindenpay, an_engagement, kind="per_minute", amount=275)
    ledger.post(ilse.pk, "EUR", chat, now=NOON)

    postings = ledger.post_all(ilse.pk, "EUR", [minutes, chat], now=NOON)

    assert [(p.kind, p.seq) for p in postings] == [("per_minute", 2), ("per_chat", 1)]


def test_the_same_source_with_another_amount_must_never_be(ilse: Agent, lindenpay: Brand, an_engagement: UUID) -> None:
    ledger.post(ilse.pk, "EUR", entry(lindenpay, an_engagement), now=NOON)

    with pytest.raises(AssertionError, match="cannot be posted again"):
        ledger.post(ilse.pk, "EUR", entry(lindenpay, an_engagement, amount=291), now=NOON)

    assert ledger.balance(ilse.pk) == (ledger.Balance("EUR", 290, 1),)


def test_the_same_source_for_another_agent_must_never_be(
    ilse: Agent, jonas: Agent, lindenpay: Brand, an_engagement: UUID
) -> None:
    ledger.post(ilse.pk, "EUR", entry(lindenpay, an_engagement), now=NOON)

    with pytest.raises(AssertionError, match="cannot be posted again"):
        ledger.post(jonas.pk, "EUR", entry(lindenpay, an_engagement), now=NOON)

    assert ledger.balance(jonas.pk) == ()


def test_an_account_is_not_locked_outside_a_transaction(fresh_database: object, ilse: Agent) -> None:
    with pytest.raises(AssertionError, match="outside a transaction"):
        ledger.lock(ilse.pk, "EUR", now=NOON)


@pytest.fixture
def paid(fresh_database: object, facts: FactsMaker) -> tuple[Posting, ...]:
    with transaction.atomic():
        return earnings.record(facts(), topic="Refund", now=NOON)


def test_a_ledger_that_holds_is_said_to_hold(paid: tuple[Posting, ...]) -> None:
    report = ledger.audit(NOON)

    assert report == ledger.AuditReport(balanced=True, postings=2, facts=1, totals={"EUR": 565}, faults={})


def test_the_nightly_audit_keeps_what_it_found_each_time(paid: tuple[Posting, ...]) -> None:
    tasks.audit_ledger(sent_by="a newer version")
    tasks.audit_ledger()

    assert [(a.balanced, a.postings) for a in LedgerAudit.objects.all()] == [(True, 2), (True, 2)]


# What somebody with the owner's rights could do: take the guards away, change rows, put the guards back.
TAMPERINGS = [
    ("6_running_balance", "payouts_posting", "update payouts_posting set balance_after = 566 where seq = 2"),
    ("6_running_balance", "payouts_posting", "update payouts_posting set amount = 291 where seq = 1"),
    ("6_account_balance", "payouts_posting", "delete from payouts_posting where seq = 2"),
    ("6_account_balance", "payouts_account", "update payouts_account set balance = 566 where sequenced"),
    ("5_gap_or_fork", "payouts_posting", "update payouts_posting set seq = 7 where seq = 2"),
    ("5_gap_or_fork", "payouts_posting", "delete from payouts_posting where seq = 1"),
    ("4_facts_rewritten", "payouts_earningfact", "update payouts_earningfact set canonical = '{}'"),
    ("4_paid_without_facts", "payouts_earningfact", "delete from payouts_earningfact"),
    ("2_mixed_currencies", "payouts_posting", "update payouts_posting set currency = 'SEK' where seq = 2"),
    ("1_unbalanced_movement", "payouts_posting", "update payouts_posting set amount = 0 where seq = 2"),
    ("1_unbalanced_movement", "payouts_posting", "update payouts_posting set contra_id = account_id where seq = 2"),
    ("3_paid_twice", "payouts_posting", "update payouts_posting set source = 'engagement:one'"),
]
CONSTRAINTS = {
    "payouts_posting": [
        "posting_account_of_its_currency",
        "posting_contra_of_its_currency",
        "posting_moves_something",
        "posting_has_two_sides",
        "posting_source_once",
    ],
    "payouts_earningfact": ["earning_fact_hash_is_its_own"],
    "payouts_account": [],
}


@pytest.mark.parametrize(("fault", "table", "tampering"), TAMPERINGS)
def test_the_audit_notices_what_was_done_behind_the_guards(
    fault: str, table: str, tampering: str, paid: tuple[Posting, ...]
) -> None:
    with connections["owner"].cursor() as cursor:
        for constraint in CONSTRAINTS[table]:
            cursor.execute(f"alter table {table} drop constraint {constraint}")
        cursor.execute(f"alter table {table} disable trigger user")
        cursor.execute(tampering)
        cursor.execute(f"alter table {table} enable trigger user")

    report = ledger.audit(NOON)

    assert not report.balanced
    assert fault in report.faults
    assert not LedgerAudit.objects.get().balanced


@pytest.mark.parametrize(
    "tampering",
    [
        "alter table payouts_posting disable trigger never",
        "drop trigger follows on payouts_posting",
        "alter table payouts_payplan disable trigger frozen",
        "grant update on payouts_posting to {runner}",
    ],
)
def test_the_audit_notices_a_guard_that_is_off_before_anything_is_lost(
    tampering: str, paid: tuple[Posting, ...]
) -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute(tampering.format(runner=connections["default"].settings_dict["USER"]))

    assert ledger.audit(NOON).faults == {"4_history_unguarded": 1}


def test_the_command_prints_one_line_and_fails_when_the_ledger_does(
    paid: tuple[Posting, ...], capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    call_command("audit_ledger")
    with connections["owner"].cursor() as cursor:
        cursor.execute("alter table payouts_posting disable trigger never")
    with pytest.raises(CommandError, match="does not hold"):
        call_command("audit_ledger")
    tasks.audit_ledger()

    good, bad = capsys.readouterr().out.splitlines()
    assert good == '{"balanced": true, "facts": 1, "faults": {}, "postings": 2, "totals": {"EUR": 565}}'
    assert '"4_history_unguarded": 1' in bad
    assert "does not hold" in caplog.text
