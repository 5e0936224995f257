"""The whole ledger as a plain-text journal, for hledger or beancount: programs that share no code with this one.

Every movement is a transaction of two legs; every running balance the ledger keeps is asserted, so that one altered
cent is refused. What we owe has a negative sign there, as is the custom of those programs.
"""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TextIO

from babel.numbers import get_currency_precision
from django.db import connection, transaction

from payouts.ledger import UNITS

CHUNK = 5_000
# The first word of an account's name, and what kind of account that is for a book-keeper.
ROOTS = {
    "agent": "Liabilities",
    "brand": "Liabilities",
    "tips": "Liabilities",
    "in_transit": "Liabilities",
    "withholding": "Liabilities",
    "unclaimed": "Liabilities",
    "bank": "Assets",
    "expense": "Expenses",
    "fees": "Expenses",
    "rounding": "Expenses",
    "fx": "Equity",
    "pool": "Equity",
}


@dataclass(frozen=True, slots=True)
class Moved:
    """One movement, by the names that the journal uses. `day` never goes back within one account."""

    day: date
    source: str
    kind: str
    account: str
    contra: str
    amount: str
    balance_after: str | None
    currency: str


def write(out: TextIO, form: str, *, until: datetime) -> int:
    """The journal of every movement before `until`; how many. Reads one snapshot, and holds nothing up."""
    head, entry, foot = FORMS[form]
    moved = 0
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("set transaction isolation level repeatable read, read only")
            cursor.execute("set local statement_timeout = '30min'")
            cursor.execute("set local idle_in_transaction_session_timeout = '30min'")
        closing = _closing(until)
        out.writelines(head(closing))
        last = date.min
        for movement in _movements(until):
            out.writelines(entry(movement))
            moved, last = moved + 1, max(last, movement.day)
        out.writelines(foot(closing, last))
    return moved


def name(account: str) -> str:
    """`agent:<id>:payable:EUR` as `Liabilities:Agent:<ID>:Payable`: what both programs take for an account."""
    parts = account.split(":")[:-1]
    root = "Assets" if parts[-1] in ("recoverable", "receivable") else ROOTS[parts[0]]
    return ":".join([root, *(_word(part) for part in parts)])


def decimal(minor_units: int, currency: str) -> str:
    """With the currency's decimals, exactly; points and shares have none."""
    places = 0 if currency in UNITS else get_currency_precision(currency)
    return f"{Decimal(minor_units).scaleb(-places):.{places}f}"


def _word(part: str) -> str:
    text = part.replace("_", "-")
    return text[:1].upper() + text[1:] if not text[:1].isdigit() else text.upper()


def _movements(until: datetime) -> Iterator[Moved]:
    """In the order of each account's own history; a clock that went back a little does not go back here."""
    latest: dict[str, date] = {}
    with connection.chunked_cursor() as cursor:
        cursor.execute(_MOVEMENTS, {"until": until})
        rows = itertools.chain.from_iterable(iter(lambda: cursor.fetchmany(CHUNK), []))
        for at, source, kind, account, contra, amount, balance_after, currency in rows:
            day = latest[account] = max(at.date(), latest.get(account, date.min))
            left = None if balance_after is None else decimal(-balance_after, currency)
            yield Moved(day, source, kind, name(account), name(contra), decimal(amount, currency), left, currency)


def _closing(until: datetime) -> dict[tuple[str, str], str]:
    """By (account, currency): what the database's own sum says, with the journal's sign."""
    with connection.cursor() as cursor:
        cursor.execute(_CLOSING, {"until": until})
        return {(name(account), currency): decimal(-total, currency) for account, currency, total in cursor.fetchall()}


def _hledger_head(closing: dict[tuple[str, str], str]) -> Iterator[str]:
    for account in sorted({account for account, _ in closing}):
        yield f"account {account}\n"
    for currency in sorted({currency for _, currency in closing}):
        sample = decimal(100_000, currency)
        yield f"commodity {sample if '.' in sample else sample + '.'} {currency}\n"
    yield "\n"


def _hledger_entry(moved: Moved) -> Iterator[str]:
    asserted = f" = {moved.balance_after} {moved.currency}" if moved.balance_after is not None else ""
    yield f"{moved.day} {moved.kind} | {moved.source}\n"
    yield f"    {moved.account}  {_minus(moved.amount)} {moved.currency}{asserted}\n"
    yield f"    {moved.contra}  {moved.amount} {moved.currency}\n\n"


def _hledger_foot(closing: dict[tuple[str, str], str], last: date) -> Iterator[str]:
    if closing:
        yield f"{last} closing balances\n"
    for (account, currency), total in sorted(closing.items()):
        yield f"    {account}  {decimal(0, currency)} {currency} = {total} {currency}\n"


def _beancount_head(closing: dict[tuple[str, str], str]) -> Iterator[str]:
    for account in sorted({account for account, _ in closing}):
        yield f"1970-01-01 open {account}\n"
    yield "\n"


def _beancount_entry(moved: Moved) -> Iterator[str]:
    yield f'{moved.day} * "{moved.kind}" "{moved.source}"\n'
    yield f"  {moved.account}  {_minus(moved.amount)} {moved.currency}\n"
    yield f"  {moved.contra}  {moved.amount} {moved.currency}\n\n"


def _beancount_foot(closing: dict[tuple[str, str], str], last: date) -> Iterator[str]:
    """A balance is asserted for the beginning of a day: the one after the last."""
    if closing:
        following = date.fromordinal(last.toordinal() + 1)
        for (account, currency), total in sorted(closing.items()):
            yield f"{following} balance {account}  {total} ~ 0 {currency}\n"


def _minus(amount: str) -> str:
    return amount.removeprefix("-") if amount.startswith("-") else f"-{amount}"


Head = Callable[[dict[tuple[str, str], str]], Iterator[str]]
FORMS: dict[str, tuple[Head, Callable[[Moved], Iterator[str]], Callable[..., Iterator[str]]]] = {
    "hledger": (_hledger_head, _hledger_entry, _hledger_foot),
    "beancount": (_beancount_head, _beancount_entry, _beancount_foot),
}

_MOVEMENTS = """
select e.created_at at time zone 'UTC', e.source, e.kind, a.name, c.name, e.amount, e.balance_after, e.currency
from payouts_everyposting e
join payouts_account a on a.id = e.account_id
join payouts_account c on c.id = e.contra_id
where e.created_at < %(until)s
order by e.account_id, e.seq, e.created_at, e.id"""
_CLOSING = """
select c.name, c.currency, sum(case when e.account_id = c.id then e.amount else -e.amount end)::bigint
from payouts_account c
join payouts_everyposting e on e.account_id = c.id or e.contra_id = c.id
where e.created_at < %(until)s
group by c.name, c.currency"""
