"""The ledger: the only writer of postings.

An agent's account is numbered and balanced under its own row lock; the contra side is never locked. What this module
computes (number, running balance) the database checks again, so a second writer could not do harm.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import F, OuterRef, Subquery
from django.db.models.functions import Coalesce

from payouts import nights, proofs
from payouts.models import Account, LedgerAudit, Payout, Posting

UNITS = ("PTS", "EQU")  # points and equity units: counted here, never money
_CLAIMS = Payout.objects.filter(account=OuterRef("pk"), drained_seq=None)  # one of an account at most


@dataclass(frozen=True, slots=True)
class Entry:
    """One movement to be posted: `amount` minor units out of `contra` into the agent's account.

    `contra` is an account's name without its currency, such as `in_transit:sepa_file`; by default `expense:<kind>`.
    """

    source: str
    kind: str
    amount: int
    engagement_id: UUID | None = None
    brand_id: UUID | None = None
    receipt: Mapping[str, Any] = field(default_factory=dict)
    contra: str = ""


@dataclass(frozen=True, slots=True)
class Into:
    """An entry and the account it goes into: an agent's, or a contra side by its name without its currency."""

    owner: UUID | str
    currency: str
    entry: Entry

    @property
    def account(self) -> str:
        return numbered(self.owner, self.currency) if isinstance(self.owner, UUID) else f"{self.owner}:{self.currency}"

    @property
    def contra(self) -> str:
        return f"{self.entry.contra or f'expense:{self.entry.kind}'}:{self.currency}"


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


def numbered(agent_id: UUID, currency: str) -> str:
    """The name of the agent's numbered account: `agent:<id>:payable:EUR`, `agent:<id>:units:PTS`."""
    return f"agent:{agent_id}:{'units' if currency in UNITS else 'payable'}:{currency}"


def lock(agent_id: UUID, currency: str, *, now: datetime) -> Account:
    """The agent's numbered account, made if it is the first, held until the transaction ends."""
    if not transaction.get_connection().in_atomic_block:
        raise AssertionError("A lock outside a transaction holds nothing.")
    name = numbered(agent_id, currency)
    held = Account.objects.select_for_update(no_key=True).filter(name=name)
    account = held.first()
    if account is None:
        _make([name], now=now)
        account = held.get()
    return account


def post(agent_id: UUID, currency: str, entry: Entry, *, now: datetime) -> Posting:
    """`post_all` for one movement."""
    (posting,) = post_all(agent_id, currency, [entry], now=now)
    return posting


def post_all(agent_id: UUID, currency: str, entries: Sequence[Entry], *, now: datetime) -> tuple[Posting, ...]:
    """`post_many` into one agent's account."""
    return post_many([Into(agent_id, currency, entry) for entry in entries], now=now)


def transfer(into: str, currency: str, entry: Entry, *, now: datetime) -> Posting:
    """One movement between two contra sides, such as from a provider's transit to its bank. Locks nothing."""
    (posting,) = post_many([Into(into, currency, entry)], now=now)
    return posting


@transaction.atomic
def post_many(movements: Sequence[Into], *, now: datetime) -> tuple[Posting, ...]:
    """Each movement stands in the ledger once, in the given order; one posted before is returned as it was.

    The same source with another amount, account or currency must never be: AssertionError, and nothing is posted.
    Two statements for any number of movements. Locks: the agents' accounts, in the order of their names.
    """
    if not movements:
        return ()
    with connection.cursor() as cursor:
        _lock_all(cursor, movements, now=now)
        posted = _append(cursor, movements, now=now)
        if len(posted) < len(movements):
            posted |= _posted_before(cursor, [m for m in movements if m.entry.source not in posted])
    return tuple(posted[movement.entry.source] for movement in movements)


def balance(agent_id: UUID) -> tuple[Balance, ...]:
    """What the agent is owed and no payout has claimed, by currency, points and equity included. Reads no posting."""
    accounts = Account.objects.filter(agent_id=agent_id, sequenced=True).order_by("currency")
    free = accounts.annotate(free=F("balance") - Coalesce(Subquery(_CLAIMS.values("amount")), 0))
    return tuple(Balance(*row) for row in free.values_list("currency", "free", "last_seq"))


def available(account: Account) -> int:
    """What may still be taken from this account, which the caller holds: all but what a payout has claimed."""
    claimed = Payout.objects.filter(account=account, drained_seq=None).values_list("amount", flat=True).first()
    return account.balance - (claimed or 0)


def contra_side(name: str, currency: str, *, now: datetime) -> UUID:
    """The id of this contra side, named without its currency; made where it is missing."""
    full = f"{name}:{currency}"
    _make([full], now=now)
    return Account.objects.values_list("id", flat=True).get(name=full)


@transaction.atomic
def audit(now: datetime) -> AuditReport:
    """Every posting and every frozen fact is proved, in SQL, and the result is kept. Locks nothing."""
    with connection.cursor() as cursor:
        cursor.execute("set local statement_timeout = '10min'")
        found = {name: _row(cursor, query)[0] for name, query in proofs.FAULTS.items()}
        postings, facts = _row(cursor, proofs.COUNTS)
        cursor.execute(proofs.TOTALS)
        totals = dict(cursor.fetchall())
    found |= nights.faults(now=now)
    faults = {name: count for name, count in found.items() if count}
    report = AuditReport(not faults, postings, facts, totals, faults)
    LedgerAudit.objects.create(created_at=now, **asdict(report))
    return report


def _row(cursor: CursorWrapper, query: str) -> tuple[int, ...]:
    cursor.execute(query)
    return tuple(cursor.fetchone() or ())


def _lock_all(cursor: CursorWrapper, movements: Sequence[Into], *, now: datetime) -> None:
    """Every account is there, and the agents' numbered ones are held until the transaction ends."""
    numbered = {movement.account for movement in movements if isinstance(movement.owner, UUID)}
    sides = {name for movement in movements for name in (movement.account, movement.contra)} - numbered
    cursor.execute(_LOCK, [sorted(numbered), sorted(sides)])
    if cursor.rowcount < len(numbered) + len(sides):
        _make(numbered | sides, now=now)
        cursor.execute(_LOCK, [sorted(numbered), sorted(sides)])


def _append(cursor: CursorWrapper, movements: Sequence[Into], *, now: datetime) -> dict[str, Posting]:
    """New postings by source, behind the last ones, without those posted before; a trigger moves the accounts on.

    The caller holds the accounts.
    """
    given = {movement.entry.source: (uuid4(), movement) for movement in movements}
    cursor.execute(_APPEND, [now, *_columns(movements, [given[m.entry.source][0] for m in movements])])
    return {row[0]: _posting(*given[row[0]], row[1:], now=now) for row in cursor.fetchall()}


def _columns(movements: Sequence[Into], ids: list[UUID]) -> list[list[Any]]:
    entries = [movement.entry for movement in movements]
    return [
        ids,
        [movement.account for movement in movements],
        [movement.contra for movement in movements],
        [entry.amount for entry in entries],
        [entry.source for entry in entries],
        [entry.kind for entry in entries],
        [json.dumps(dict(entry.receipt)) for entry in entries],
        [entry.engagement_id for entry in entries],
        [entry.brand_id for entry in entries],
    ]


def _posting(pk: UUID, movement: Into, row: Sequence[Any], *, now: datetime) -> Posting:
    account_id, contra_id, seq, balance_after = row
    entry = movement.entry
    return Posting(
        pk=pk,
        account_id=account_id,
        contra_id=contra_id,
        currency=movement.currency,
        amount=entry.amount,
        seq=seq,
        balance_after=balance_after,
        source=entry.source,
        kind=entry.kind,
        receipt=dict(entry.receipt),
        engagement_id=entry.engagement_id,
        brand_id=entry.brand_id,
        created_at=now,
    )


def _posted_before(cursor: CursorWrapper, movements: Sequence[Into]) -> dict[str, Posting]:
    """What stands in the ledger, or its archive, under these sources already. Each is the same movement."""
    cursor.execute(_BEFORE, [[movement.entry.source for movement in movements]])
    names = [column.name for column in cursor.description][:-2]
    before = {}
    for *row, account, contra in cursor.fetchall():
        stands = dict(zip(names, row, strict=True))
        posting = Posting(**(stands | {"receipt": json.loads(stands["receipt"])}))
        before[posting.source] = (posting, account, contra)
    for movement in movements:
        _same(movement, before.get(movement.entry.source))
    return {source: found[0] for source, found in before.items()}


def _same(movement: Into, found: tuple[Posting, str, str] | None) -> None:
    asked = (movement.account, movement.contra, movement.entry.amount)
    stands = found and (found[1], found[2], found[0].amount)
    if stands != asked:
        raise AssertionError(f"{movement.entry.source} was posted as {stands}; it cannot be posted again as {asked}.")


def _make(names: Iterable[str], *, now: datetime) -> None:
    """The named accounts exist. An agent's name says whose it is, and so does its row."""
    found = set(Account.objects.filter(name__in=list(names)).values_list("name", flat=True))
    missing = [_account(name, now=now) for name in sorted(set(names) - found)]
    Account.objects.bulk_create(missing, ignore_conflicts=True)  # Another may have made one meanwhile.


def _account(name: str, *, now: datetime) -> Account:
    owner, *parts = name.split(":")
    return Account(
        name=name,
        currency=parts[-1],
        agent_id=UUID(parts[0]) if owner == "agent" else None,
        sequenced=owner == "agent" and parts[1] in ("payable", "units"),
        created_at=now,
    )


_LOCK = """
with held as (select name from payouts_account where name = any(%s) order by name for no key update)
select name from held union all select name from payouts_account where name = any(%s)"""
_APPEND = """
insert into payouts_posting as p (id, account_id, contra_id, currency, amount, seq, balance_after, source, kind,
                                  receipt, engagement_id, brand_id, created_at)
select l.id, a.id, c.id, a.currency, l.amount,
  case when a.sequenced then a.last_seq + row_number() over w end,
  case when a.sequenced then (a.balance + sum(l.amount) over w)::bigint end,
  l.source, l.kind, l.receipt::jsonb, l.engagement_id, l.brand_id, %s
from unnest(%s::uuid[], %s::text[], %s::text[], %s::bigint[], %s::text[], %s::text[], %s::text[], %s::uuid[],
            %s::uuid[]) with ordinality
  as l(id, account, contra, amount, source, kind, receipt, engagement_id, brand_id, place)
join payouts_account a on a.name = l.account
join payouts_account c on c.name = l.contra
where not exists (select from payouts_posting before where before.source = l.source)
  and not exists (select from payouts_archivedposting before where before.source = l.source)
window w as (partition by a.id order by l.place)
returning p.source, p.account_id, p.contra_id, p.seq, p.balance_after"""
_BEFORE = """
select p.*, a.name as account_name, c.name as contra_name from payouts_everyposting p
join payouts_account a on a.id = p.account_id
join payouts_account c on c.id = p.contra_id
where p.source = any(%s)"""
