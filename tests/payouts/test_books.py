"""Accounts of every kind, and periods: closed for good, archived unchanged."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connections, transaction

from agents.models import Agent
from marketplace.refusals import Refused
from payouts import earnings, ledger, periods
from payouts.models import Account, ArchivedPosting, ClosingBalance, Period, Posting
from tests.payouts.conftest import NOON, FactsMaker
from tests.payouts.test_invariants import both_roles, execute, refused
from tests.payouts.test_races import at_once

pytestmark = pytest.mark.usefixtures("fresh_database")
MIDNIGHT = NOON + timedelta(hours=12)
NEXT_DAY = NOON + timedelta(days=1)


def pay(facts: FactsMaker, *, now: datetime = NOON, **changes: Any) -> tuple[Posting, ...]:
    with transaction.atomic():
        return earnings.record(facts(**changes), topic="Refund", now=now)


def raw(role: str, **row: Any) -> None:
    given = {"id": uuid4(), "currency": "EUR", "amount": 100, "source": f"test:{uuid4()}", "kind": "payout"}
    row = {**given, "receipt": "{}", "created_at": NEXT_DAY, **row}
    names, marks = ", ".join(row), ", ".join(["%s"] * len(row))
    execute(role, f"insert into payouts_posting ({names}) values ({marks})", *row.values())


def account(name: str) -> UUID:
    ledger._make([name], now=NOON)
    return Account.objects.get(name=name).pk


def test_tax_leaves_the_agents_account_for_the_authoritys_and_then_the_bank(facts: FactsMaker, ilse: Agent) -> None:
    pay(facts)

    withheld = ledger.post(
        ilse.pk, "EUR", ledger.Entry("tax:1", "withholding", -565, contra="withholding:skat"), now=NEXT_DAY
    )
    paid = ledger.transfer(
        "bank:sepa_file", "EUR", ledger.Entry("tax_paid:1", "settled", -565, contra="withholding:skat"), now=NEXT_DAY
    )

    assert (withheld.seq, withheld.balance_after) == (3, 0)
    assert (paid.seq, paid.balance_after) == (None, None)
    assert ledger.audit(NEXT_DAY).balanced


def test_many_agents_are_posted_to_in_one_go_and_each_once(ilse: Agent, jonas: Agent) -> None:
    batch = [
        ledger.Into(agent.pk, currency, ledger.Entry(f"{agent.pk}:{currency}:{n}", "guarantee", 100 + n))
        for n in range(3)
        for agent in (ilse, jonas)
        for currency in ("EUR", "SEK")
    ]
    first = ledger.post_many(batch[:5], now=NOON)

    again = ledger.post_many(batch, now=NOON)

    assert [p.pk for p in again[:5]] == [p.pk for p in first]
    assert [p.source for p in again] == [m.entry.source for m in batch]
    for agent in (ilse, jonas):
        assert ledger.balance(agent.pk) == (ledger.Balance("EUR", 303, 3), ledger.Balance("SEK", 303, 3))
    assert ledger.audit(NOON).balanced


@both_roles
@pytest.mark.parametrize("seq", [(1, 100), (None, 100), (1, None)])
def test_5_a_contra_side_is_not_numbered(role: str, seq: tuple[int | None, int | None]) -> None:
    into, out = account("bank:fake:EUR"), account("in_transit:fake:EUR")

    with refused("does not follow|posting_number_with_balance"):
        raw(role, account_id=into, contra_id=out, seq=seq[0], balance_after=seq[1])


@both_roles
def test_5_an_agents_account_is_not_left_unnumbered(role: str, ilse: Agent) -> None:
    into, out = account(f"agent:{ilse.pk}:payable:EUR"), account("in_transit:fake:EUR")

    with refused("does not follow"):
        raw(role, account_id=into, contra_id=out)


@both_roles
def test_5_what_is_held_from_one_agent_moves_to_no_other_account_than_hers(
    role: str, ilse: Agent, jonas: Agent
) -> None:
    held, hers = account(f"agent:{ilse.pk}:held:EUR"), account(f"agent:{ilse.pk}:payable:EUR")
    his, expense = account(f"agent:{jonas.pk}:payable:EUR"), account("expense:goodwill:EUR")

    raw(role, account_id=hers, contra_id=held, seq=1, balance_after=100)  # So that the refusals mean something.
    with refused("does not follow"):
        raw(role, account_id=his, contra_id=held, seq=1, balance_after=100)
    with refused("does not follow"):
        raw(role, account_id=held, contra_id=expense)
    with refused("does not follow"):
        raw(role, account_id=expense, contra_id=held)


@both_roles
def test_9_an_agents_account_is_never_overdrawn(role: str, facts: FactsMaker) -> None:
    (first, _) = pay(facts)

    with refused("account_never_overdrawn"):
        raw(role, account_id=first.account_id, contra_id=first.contra_id, amount=-566, seq=3, balance_after=-1)


@both_roles
@pytest.mark.parametrize(
    ("name", "currency", "sequenced", "owned"),
    [
        ("agent:{jonas}:payable:EUR", "EUR", True, True),  # another agent's name
        ("agent:{ilse}:savings:EUR", "EUR", True, True),  # a third numbered account
        ("agent:{ilse}:payable:EUR", "EUR", False, True),  # an unnumbered one of that name
        ("agent:{ilse}:held:EUR", "EUR", False, False),  # an agent's, and nobody's
        ("expense:per_chat:EUR", "EUR", False, True),
        ("agent:{ilse}:payable:PTS", "PTS", True, True),  # points where money belongs
        ("agent:{ilse}:units:EUR", "EUR", True, True),
        ("bank:sepa_file:EQU", "EQU", False, False),
    ],
)
def test_an_account_out_of_place_is_refused(
    role: str, name: str, currency: str, sequenced: bool, owned: bool, ilse: Agent, jonas: Agent
) -> None:
    with refused("payouts_account.*violates check|account_"):
        execute(
            role,
            "insert into payouts_account (id, name, currency, agent_id, sequenced, last_seq, balance, created_at)"
            " values (gen_random_uuid(), %s, %s, %s, %s, 0, 0, now())",
            name.format(ilse=ilse.pk, jonas=jonas.pk),
            currency,
            ilse.pk if owned else None,
            sequenced,
        )


@pytest.fixture
def closed(facts: FactsMaker, jonas: Agent) -> Period:
    """Two chats of Ilse's and one of Jonas's on the 24th, one of Ilse's on the 25th."""
    pay(facts)
    pay(facts)
    pay(facts, agent_id=jonas.pk)
    pay(facts, now=NEXT_DAY)
    return periods.close(until=MIDNIGHT, by="operator:noor", now=NEXT_DAY)


def test_a_period_keeps_its_sums_and_what_each_account_stood_at(closed: Period, ilse: Agent) -> None:
    assert (closed.postings, closed.totals) == (6, {"EUR": 1695})
    stood = {b.account.name: (b.last_seq, b.balance) for b in ClosingBalance.objects.select_related("account")}
    assert stood[f"agent:{ilse.pk}:payable:EUR"] == (4, 1130)
    assert stood["expense:per_chat:EUR"] == (None, -870)
    assert sum(balance for _, balance in stood.values()) == 0


@both_roles
def test_no_posting_is_dated_into_closed_books(role: str, closed: Period, ilse: Agent) -> None:
    hers, expense = account(f"agent:{ilse.pk}:payable:EUR"), account("expense:per_chat:EUR")

    with refused("the books are closed until"):
        late = MIDNIGHT - timedelta(microseconds=1)
        raw(role, account_id=hers, contra_id=expense, seq=7, balance_after=1795, created_at=late)
    raw(role, account_id=hers, contra_id=expense, seq=7, balance_after=1795, created_at=MIDNIGHT)


@both_roles
@pytest.mark.parametrize(
    "change",
    [
        {"during": "[2026-11-25 01:00Z,2026-11-26 00:00Z)"},  # a gap
        {"during": "[2026-11-24 23:00Z,2026-11-26 00:00Z)"},  # an overlap
        {"postings": 3},
        {"totals": '{"EUR": 566}'},
        {"closed_at": "2026-11-26 00:59:59Z"},
    ],
)
def test_a_period_is_what_the_ledger_says(role: str, change: dict[str, Any], closed: Period) -> None:
    row = {"id": uuid4(), "during": "[2026-11-25 00:00Z,2026-11-26 00:00Z)", "postings": 2, "totals": '{"EUR": 565}'}
    row |= {"closed_at": "2026-11-26 01:00:00Z", "closed_by": "operator:noor"}
    insert = (
        "insert into payouts_period (id, during, postings, totals, closed_at, closed_by) values (%s,%s,%s,%s,%s,%s)"
    )

    with refused("period_|A period begins|The period holds"):
        execute(role, insert, *(row | change).values())
    execute(role, insert, *row.values())


def test_a_period_is_not_closed_within_the_hour_and_not_twice(closed: Period) -> None:
    with pytest.raises(Refused, match="an hour after"):
        periods.close(until=NEXT_DAY, by="operator:noor", now=NEXT_DAY + timedelta(minutes=59))
    with pytest.raises(Refused, match="nothing to close"):
        periods.close(until=MIDNIGHT, by="operator:noor", now=NEXT_DAY)


def test_a_posting_under_way_is_in_the_period_that_closes_or_not_in_the_ledger(facts: FactsMaker, ilse: Agent) -> None:
    pay(facts)

    results = at_once(
        lambda: periods.close(until=MIDNIGHT, by="operator:noor", now=NEXT_DAY),
        *[lambda: earnings.record(facts(), topic="Refund", now=NOON)] * 5,
    )

    paid = sum(isinstance(result, tuple) for result in results)
    assert Period.objects.get().postings == 2 + 2 * paid == Posting.objects.count()
    assert all("books are closed" in str(r) for r in results if isinstance(r, DatabaseError))
    assert ledger.audit(NEXT_DAY).balanced


def test_an_archived_period_leaves_every_balance_and_every_sum_as_it_was(closed: Period, ilse: Agent) -> None:
    before = ledger.audit(NEXT_DAY)

    call_command("archive_ledger", before=NEXT_DAY.date())

    after = ledger.audit(NEXT_DAY)
    assert (Posting.objects.count(), ArchivedPosting.objects.count()) == (2, 6)
    assert (after.balanced, after.totals, after.postings) == (True, before.totals, before.postings)
    assert ledger.balance(ilse.pk) == (ledger.Balance("EUR", 1695, 6),)


def test_what_was_archived_is_not_paid_again(closed: Period, facts: FactsMaker, ilse: Agent) -> None:
    first = Posting.objects.filter(account__agent_id=ilse.pk).earliest("seq")
    periods.archive(closed.pk, now=NEXT_DAY)
    entry = ledger.Entry(first.source, first.kind, first.amount)

    again = ledger.post(ilse.pk, "EUR", entry, now=NEXT_DAY)

    assert again.pk == first.pk
    assert ledger.balance(ilse.pk) == (ledger.Balance("EUR", 1695, 6),)
    with refused("stands in the archive"):
        raw(
            "default",
            account_id=first.account_id,
            contra_id=first.contra_id,
            seq=7,
            balance_after=1795,
            source=first.source,
        )


def test_history_goes_on_behind_an_archived_one_and_the_next_period_counts_from_there(
    closed: Period, facts: FactsMaker, ilse: Agent
) -> None:
    periods.archive(closed.pk, now=NEXT_DAY)
    pay(facts, now=NEXT_DAY)

    until = MIDNIGHT + timedelta(days=1)
    second = periods.close(until=until, by="operator:noor", now=until + timedelta(hours=1))

    stood = ClosingBalance.objects.get(period=second, account__name=f"agent:{ilse.pk}:payable:EUR")
    assert (stood.last_seq, stood.balance) == (8, 2260)
    assert sum(ClosingBalance.objects.filter(period=second).values_list("balance", flat=True)) == 0
    assert ledger.audit(until).balanced


@both_roles
def test_4_open_books_are_not_emptied_and_the_archive_takes_nothing_else(role: str, closed: Period) -> None:
    with refused("its rows are never changed" if role == "owner" else "permission denied"):
        execute(role, "delete from payouts_posting")
    with refused("The archive takes postings of closed periods"):
        execute(role, ARCHIVE.format("amount"), MIDNIGHT)
    with refused("The archive takes postings of closed periods"):
        execute(role, ARCHIVE.format("amount + 1"), NOON)


ARCHIVE = """
insert into payouts_archivedposting (id, account_id, contra_id, currency, seq, balance_after, source, kind, receipt,
                                     engagement_id, brand_id, created_at, amount)
select id, account_id, contra_id, currency, seq, balance_after, source, kind, receipt, engagement_id, brand_id,
  created_at, {} from payouts_posting where created_at >= %s"""


@both_roles
@pytest.mark.parametrize("table", ["archivedposting", "period", "closingbalance", "archiving"])
@pytest.mark.parametrize("attack", ["update {} set {} = {}", "delete from {}", "truncate {} cascade"])
def test_4_closed_books_are_neither_rewritten_nor_deleted(role: str, table: str, attack: str, closed: Period) -> None:
    periods.archive(closed.pk, now=NEXT_DAY)
    column = {"archivedposting": "amount", "closingbalance": "balance"}.get(table, "postings")

    with refused("its rows are never changed" if role == "owner" else "permission denied"):
        execute(role, attack.format(f"payouts_{table}", column, column))


@pytest.mark.parametrize(
    ("fault", "table", "tampering"),
    [
        ("4_closed_period_altered", "payouts_archivedposting", "delete from payouts_archivedposting where seq = 4"),
        ("4_closed_period_altered", "payouts_period", "update payouts_period set postings = 7"),
        (
            "6_closing_balance",
            "payouts_closingbalance",
            "update payouts_closingbalance set balance = 1 where balance > 0",
        ),
        ("6_running_balance", "payouts_archivedposting", "update payouts_archivedposting set amount = 1 where seq = 1"),
    ],
)
def test_the_audit_reads_the_archive_too(fault: str, table: str, tampering: str, closed: Period) -> None:
    periods.archive(closed.pk, now=NEXT_DAY)
    with connections["owner"].cursor() as cursor:
        cursor.execute(f"alter table {table} disable trigger user")
        cursor.execute(tampering)
        cursor.execute(f"alter table {table} enable trigger user")

    assert fault in ledger.audit(NEXT_DAY).faults
