"""A root for every day of the ledger, made the night after: whoever kept one line of it can show that it was altered.

A day's postings of one account make a leaf; the leaves, by the accounts' names, make a tree (as in RFC 6962: a leaf is
hashed behind a 0 byte, a node behind a 1); its root is chained to the day before. A statement shows each night with the
way from the agent's own leaf to the root, and `tools/verify_statement.py` walks it. All days are those of UTC.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256

from django.db import connection, transaction

from payouts.models import Night

DAY = timedelta(days=1)
MADE_AFTER = timedelta(hours=1)  # what was dated in the day has long been committed, or never will be
HASH_BYTES = 32
FIRST = "0" * 64  # what the first night follows


@dataclass(frozen=True, slots=True)
class Step:
    """One step from a leaf to the root: the neighbour's hash, and on which side it stands."""

    side: str
    sha256: str


def make_due(*, now: datetime) -> int:
    """Every day that is over has its root; how many were made. Asked for twice, each is made once.

    Locks: every transaction that posts is waited for, and those that begin wait, a day at a time.
    """
    made = 0
    while (day := _next()) is not None and _ended(day) + MADE_AFTER <= now:
        made += make(day, now=now)
    return made


@transaction.atomic
def make(day: date, *, now: datetime) -> bool:
    """This day's root stands behind the last one; false where another was faster."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(5, 1)")
    if _next() != day:
        return False
    last = Night.objects.order_by("-day").first()
    leaves, postings = _leaves(day)
    previous = last.sha256 if last else FIRST
    tree = root(leaves).hex()
    Night.objects.create(
        day=day, postings=postings, leaves=b"".join(leaves), tree=tree, previous=previous,
        sha256=chained(day, postings, tree, previous), made_at=now,
    )  # fmt: skip
    return True


def chained(day: date, postings: int, tree: str, previous: str) -> str:
    """What the next night follows, and what is published of this one."""
    return sha256(f"{day:%Y-%m-%d}|{postings}|{tree}|{previous}".encode()).hexdigest()


def leaf(account: str, texts: Sequence[str]) -> bytes:
    """The hash of one account's day: its name and its lines, in order."""
    return sha256(b"\0" + "\n".join([account, *texts]).encode()).digest()


def root(leaves: Sequence[bytes]) -> bytes:
    """The root over these leaves; a lone one at the end of a row goes up as it is. Without leaves, of nothing."""
    row = list(leaves) or [sha256(b"\0").digest()]
    while len(row) > 1:
        row = _row_above(row)
    return row[0]


def path(leaves: Sequence[bytes], place: int) -> Iterator[Step]:
    """The neighbours on the way from this leaf up to the root."""
    row = list(leaves)
    while len(row) > 1:
        beside = place ^ 1
        if beside < len(row):
            yield Step("left" if beside < place else "right", row[beside].hex())
        row, place = _row_above(row), place // 2


def leaves_of(night: Night) -> list[bytes]:
    """The hashes of the accounts that moved that day, by the accounts' names."""
    told = bytes(night.leaves)
    return [told[at : at + HASH_BYTES] for at in range(0, len(told), HASH_BYTES)]


def texts(account: str, since: date, until: date) -> dict[date, list[tuple[int | None, str]]]:
    """The account's lines of these days, each with its number and as it was hashed."""
    found: dict[date, list[tuple[int | None, str]]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_TEXTS, [account, _began(since), _ended(until)])
        for day, seq, text in cursor.fetchall():
            found.setdefault(day, []).append((seq, text))
    return found


def faults(*, now: datetime) -> dict[str, int]:
    """How many nights are missing, were altered, or do not follow from the postings any more. For the audit."""
    nights = list(Night.objects.order_by("day"))
    broken, previous = 0, FIRST
    for night, before in zip(nights, [None, *nights], strict=False):
        follows = before is None or night.day == before.day + DAY
        sound = night.tree == root(leaves_of(night)).hex() and night.previous == previous
        broken += not (follows and sound and night.sha256 == chained(night.day, night.postings, night.tree, previous))
        previous = night.sha256
    found = {"4_night_altered": broken, "4_night_and_its_postings": _other_postings() if nights else 0}
    if nights:
        found["4_night_missing"] = max(0, _due(now) - nights[-1].day.toordinal() - 1)
    return found


def _due(now: datetime) -> int:
    """The last day, as an ordinal, whose root should be there by now: one night more is forgiven."""
    return (now.astimezone(UTC) - DAY - MADE_AFTER).date().toordinal()


def _next() -> date | None:
    """The first day without a root: after the last night, or that of the first posting there is."""
    last = Night.objects.order_by("-day").values_list("day", flat=True).first()
    if last is not None:
        return last + DAY
    with connection.cursor() as cursor:
        cursor.execute("select (min(created_at) at time zone 'UTC')::date from payouts_everyposting")
        (first,) = cursor.fetchone() or (None,)
    return first if isinstance(first, date) else None


def _leaves(day: date) -> tuple[list[bytes], int]:
    with connection.cursor() as cursor:
        cursor.execute("set local statement_timeout = '10min'")
        cursor.execute(_LEAVES, [_began(day), _ended(day)])
        rows = cursor.fetchall()
    return [bytes(row[0]) for row in rows], sum(row[1] for row in rows)


def _other_postings() -> int:
    with connection.cursor() as cursor:
        cursor.execute(_OTHERWISE)
        return int((cursor.fetchone() or (0,))[0])


def _row_above(row: Sequence[bytes]) -> list[bytes]:
    pairs = [sha256(b"\1" + row[at] + row[at + 1]).digest() for at in range(0, len(row) - 1, 2)]
    return pairs + [row[-1]] * (len(row) % 2)


def _began(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _ended(day: date) -> datetime:
    return _began(day) + DAY


# One line as it is hashed. PostgreSQL's own text of a receipt has its keys by length, then by their bytes.
_TEXT = """
concat_ws('|', coalesce(p.seq::text, ''), to_char(p.created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
  p.kind, p.source, p.amount, coalesce(p.balance_after::text, ''), p.receipt::text)"""
_LEAF = f"""
sha256('\\x00'::bytea
  || convert_to(a.name || E'\\n' || string_agg({_TEXT}, E'\\n' order by p.seq, p.source), 'UTF8'))"""
_LEAVES = f"""
select {_LEAF}, count(*) from payouts_everyposting p join payouts_account a on a.id = p.account_id
where p.created_at >= %s and p.created_at < %s group by a.id order by a.name collate "C\""""  # noqa: S608  (constants)
_TEXTS = f"""
select (p.created_at at time zone 'UTC')::date, p.seq, {_TEXT}
from payouts_everyposting p join payouts_account a on a.id = p.account_id
where a.name = %s and p.created_at >= %s and p.created_at < %s order by p.seq, p.source"""  # noqa: S608  (constants)
# Each day's leaves again, from the postings as they stand.
_OTHERWISE = f"""
with told as (
  select (p.created_at at time zone 'UTC')::date as day, a.name, {_LEAF} as leaf, count(*) as many
  from payouts_everyposting p join payouts_account a on a.id = p.account_id
  where p.created_at < (select max(day) + 1 from payouts_night)::timestamp at time zone 'UTC' group by 1, a.id),
days as (select day, string_agg(leaf, ''::bytea order by name collate "C") as leaves, sum(many) as many
         from told group by day)
select count(*) from days d full join payouts_night n on n.day = d.day
where coalesce(n.leaves, '\\x00'::bytea) <> coalesce(d.leaves, ''::bytea)
   or coalesce(n.postings, -1) <> coalesce(d.many, 0)"""  # noqa: S608  (constants)
