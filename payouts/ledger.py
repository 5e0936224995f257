"""The ledger: the only writer of postings.

The agent's payable account is numbered and balanced under its own row lock; the contra side is never locked. What this
module computes (number, running balance) the database checks again, so a second writer could not do harm.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from payouts import proofs
from payouts.models import Account, LedgerAudit, Posting


@dataclass(frozen=True, slots=True)
class Entry:
    """One movement to be posted: `amount` minor units out of `expense:<kind>` into the agent's account."""

    source: str
    kind: str
    amount: int
    engagement_id: UUID
    brand_id: UUID
    receipt: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Balance:
    """What an agent is owed in one currency, and the number of the last posting behind it."""

    currency: str
    amount: int
    last_seq: int


@dataclass(frozen=True, slots=True)
class AuditReport:
    """What one audit found. `faults` counts the rows that break each invariant, and is empty when all hold."""

    balanced: bool
    postings: int
    facts: int
    totals: dict[str, int]  # minor units by currency
    faults: dict[str, int]


def lock(agent_id: UUID, currency: str, *, now: datetime) -> Account:
    """The agent's payable account, made if it is the first, held until the transaction ends."""
    if not transaction.get_connection().in_atomic_block:
        raise AssertionError("A lock outside a transaction holds nothing.")
    name = f"agent:{agent_id}:payable:{currency}"
    held = Account.objects.select_for_update(no_key=True).filter(name=name)
    account = held.first()
    if account is None:
        made = Account(name=name, currency=currency, agent_id=agent_id, sequenced=True, created_at=now)
        Account.objects.bulk_create([made], ignore_conflicts=True)  # Another may have made it meanwhile.
        account = held.get()
    return account


def post(agent_id: UUID, currency: str, entry: Entry, *, now: datetime) -> Posting:
    """`post_all` for one movement."""
    (posting,) = post_all(agent_id, currency, [entry], now=now)
    return posting


@transaction.atomic
def post_all(agent_id: UUID, currency: str, entries: Sequence[Entry], *, now: datetime) -> tuple[Posting, ...]:
    """Each entry stands in the ledger once, in the given order; one posted before is returned as it was.

    The same source with another amount, account or currency must never be: AssertionError, and nothing is posted.
    Locks: the agent's account.
    """
    account = lock(agent_id, currency, now=now)
    posted = {posting.source: posting for posting in Posting.objects.filter(source__in=[e.source for e in entries])}
    for entry in entries:
        if entry.source in posted:
            _same(posted[entry.source], entry, account)
    fresh = [entry for entry in entries if entry.source not in posted]
    posted.update({posting.source: posting for posting in _append(account, fresh, now=now)})
    return tuple(posted[entry.source] for entry in entries)


def balance(agent_id: UUID) -> tuple[Balance, ...]:
    """What the agent is owed, by currency. Reads no posting."""
    accounts = Account.objects.filter(agent_id=agent_id, sequenced=True).order_by("currency")
    return tuple(Balance(*row) for row in accounts.values_list("currency", "balance", "last_seq"))


@transaction.atomic
def audit(now: datetime) -> AuditReport:
    """Every posting and every frozen fact is proved, in SQL, and the result is kept. Locks nothing."""
    with connection.cursor() as cursor:
        cursor.execute("set local statement_timeout = '10min'")
        found = {name: _row(cursor, query)[0] for name, query in proofs.FAULTS.items()}
        postings, facts = _row(cursor, proofs.COUNTS)
        cursor.execute(proofs.TOTALS)
        totals = dict(cursor.fetchall())
    faults = {name: count for name, count in found.items() if count}
    report = AuditReport(not faults, postings, facts, totals, faults)
    LedgerAudit.objects.create(created_at=now, **asdict(report))
    return report


def _row(cursor: CursorWrapper, query: str) -> tuple[int, ...]:
    cursor.execute(query)
    return tuple(cursor.fetchone() or ())


def _append(account: Account, entries: Sequence[Entry], *, now: datetime) -> list[Posting]:
    """New postings behind the last one. The caller holds the account; a trigger moves its number and balance on."""
    if not entries:
        return []
    contras = _contras({entry.kind for entry in entries}, account.currency, now=now)
    balance_after, postings = account.balance, []
    for seq, entry in enumerate(entries, start=account.last_seq + 1):
        balance_after += entry.amount
        postings.append(
            Posting(
                account=account,
                contra_id=contras[entry.kind],
                currency=account.currency,
                amount=entry.amount,
                seq=seq,
                balance_after=balance_after,
                source=entry.source,
                kind=entry.kind,
                receipt=entry.receipt,
                engagement_id=entry.engagement_id,
                brand_id=entry.brand_id,
                created_at=now,
            )
        )
    return Posting.objects.bulk_create(postings)


def _contras(kinds: set[str], currency: str, *, now: datetime) -> dict[str, UUID]:
    """Ids of the expense accounts behind these kinds, made where missing."""
    names = {f"expense:{kind}:{currency}": kind for kind in sorted(kinds)}
    found = dict(Account.objects.filter(name__in=names).values_list("name", "id"))
    missing = [Account(name=name, currency=currency, created_at=now) for name in names if name not in found]
    if missing:
        Account.objects.bulk_create(missing, ignore_conflicts=True)
        found = dict(Account.objects.filter(name__in=names).values_list("name", "id"))
    return {kind: found[name] for name, kind in names.items()}


def _same(posting: Posting, entry: Entry, account: Account) -> None:
    before = (posting.account_id, posting.currency, posting.amount)
    if before != (account.pk, account.currency, entry.amount):
        raise AssertionError(f"{entry.source} was posted as {before}; it cannot be posted again as another.")
