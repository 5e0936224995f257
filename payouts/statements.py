"""Statements: one month of one agent's account, whole, from the balance before it to the balance after it.

A statement is a stretch of the account's own numbering, so that two months meet without a gap and without an overlap.
What each file looks like, see `statement_files` and `statement_pdf`. Reads only.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection

from agents.models import Agent
from marketplace.refusals import Refused
from payouts import ledger, nights
from payouts.models import Account, EarningFact, Night, Payout, PayoutDestination, Posting
from payouts.runs import schedule

MONTH = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])")
MOST_LINES = 50_000
TICK = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Month:
    """A calendar month of a pay zone: from `since` up to but not at `until`."""

    name: str  # 2026-11
    zone: str
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Point:
    """Where the account stood: its last posting's number and the balance after it."""

    seq: int
    balance: int


@dataclass(frozen=True, slots=True)
class NightShown:
    """One night's root, and the way there from the account's own day: empty where the account did not move.

    `before` and `after` are the day's lines that stand in the neighbouring statements, as they were hashed.
    """

    night: Night
    path: tuple[nights.Step, ...]
    before: tuple[str, ...]
    after: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Statement:
    """Minor units throughout. `facts` are the frozen texts behind the lines, by their SHA-256."""

    agent_id: UUID
    agent_name: str
    account: str
    currency: str
    month: Month
    made_at: datetime
    opening: Point
    closing: Point
    lines: tuple[Posting, ...]
    facts: Mapping[str, str]
    payouts: tuple[Payout, ...]
    nights: tuple[NightShown, ...]

    @property
    def totals(self) -> dict[str, int]:
        """The sum of the lines of each kind."""
        sums: Counter[str] = Counter()
        for line in self.lines:
            sums[line.kind] += line.amount
        return dict(sorted(sums.items()))


def month(name: str, zone: str) -> Month:
    """The month of this name. Refused where it is none."""
    found = MONTH.fullmatch(name)
    if found is None:
        raise Refused("A statement is of one month, written as 2026-11.", code="not_found")
    first = date(int(found[1]), int(found[2]), 1)
    after = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    return Month(name, zone, schedule.midnight(first, zone), schedule.midnight(after, zone))


def zone_of(agent_id: UUID, currency: str) -> str:
    """The pay zone in force for this currency; UTC before there is one."""
    held = PayoutDestination.objects.filter(agent_id=agent_id, currency=currency, replaced_at=None)
    return held.values_list("zone", flat=True).first() or "UTC"


def months(agent_id: UUID, *, now: datetime) -> list[tuple[str, str]]:
    """(currency, month) of each statement there is, the latest first."""
    found = []
    for currency in _currencies(agent_id):
        zone = zone_of(agent_id, currency)
        with connection.cursor() as cursor:
            cursor.execute(_MONTHS, [zone, ledger.numbered(agent_id, currency), now])
            found += [(currency, row[0]) for row in cursor.fetchall()]
    return sorted(found, key=lambda each: (each[1], each[0]), reverse=True)


def of(agent_id: UUID, currency: str, name: str, *, now: datetime) -> Statement:
    """The agent's statement of this month, up to now where the month is still under way."""
    account = Account.objects.filter(agent_id=agent_id, sequenced=True, currency=currency).first()
    if account is None:
        raise Refused("There is no statement of this currency.", code="not_found")
    asked = month(name, zone_of(agent_id, currency))
    opening, last = _point(account.pk, asked.since), _point(account.pk, min(asked.until, now + TICK))
    lines = _lines(account.pk, opening.seq, max(opening.seq, last.seq))
    return Statement(
        agent_id=agent_id,
        agent_name=Agent.objects.values_list("display_name", flat=True).get(pk=agent_id),
        account=account.name,
        currency=currency,
        month=asked,
        made_at=now,
        opening=opening,
        closing=Point(lines[-1].seq or 0, lines[-1].balance_after or 0) if lines else opening,
        lines=lines,
        facts=_facts(agent_id, lines),
        payouts=tuple(
            Payout.objects.filter(account=account, drained_seq__gt=opening.seq, drained_seq__lte=last.seq)
            .select_related("destination")
            .order_by("lo")
        ),
        nights=_nights(account.name, asked, lines, opening.seq),
    )


def _currencies(agent_id: UUID) -> Sequence[str]:
    mine = Account.objects.filter(agent_id=agent_id, sequenced=True, last_seq__gt=0)
    return list(mine.order_by("currency").values_list("currency", flat=True))


def _point(account_id: UUID, before: datetime) -> Point:
    """Where the account stood before this instant. The number decides: clocks of two servers may differ a little."""
    with connection.cursor() as cursor:
        cursor.execute(_POINT, [account_id, before])
        row = cursor.fetchone()
    return Point(*row) if row else Point(0, 0)


def _lines(account_id: UUID, after: int, until: int) -> tuple[Posting, ...]:
    if until - after > MOST_LINES:
        raise Refused("This month has too many lines for one file. Ask us for it.", code="too_long")
    return tuple(Posting.objects.raw(_LINES, [account_id, after, until]))


def _facts(agent_id: UUID, lines: Sequence[Posting]) -> dict[str, str]:
    hashes = {line.receipt["fact_sha256"] for line in lines if "fact_sha256" in line.receipt}
    return dict(EarningFact.objects.filter(agent_id=agent_id, sha256__in=hashes).values_list("sha256", "canonical"))


def _nights(account: str, asked: Month, lines: Sequence[Posting], opening: int) -> tuple[NightShown, ...]:
    """Those of the month, and of every day on which one of the lines is dated."""
    days = [line.created_at.astimezone(UTC).date() for line in lines]
    since = min([asked.since.astimezone(UTC).date(), *days])
    until = max([(asked.until - TICK).astimezone(UTC).date(), *days])
    told, closing = nights.texts(account, since, until), lines[-1].seq or 0 if lines else opening
    found = Night.objects.filter(day__gte=since, day__lte=until).order_by("day")
    return tuple(_night(night, account, told.get(night.day, []), opening, closing) for night in found)


def _night(
    night: Night, account: str, told: Sequence[tuple[int | None, str]], opening: int, closing: int
) -> NightShown:
    mine = nights.leaf(account, [text for _, text in told])
    leaves = nights.leaves_of(night)
    return NightShown(
        night=night,
        path=tuple(nights.path(leaves, leaves.index(mine))) if told and mine in leaves else (),
        before=tuple(text for seq, text in told if (seq or 0) <= opening),
        after=tuple(text for seq, text in told if (seq or 0) > closing),
    )


def instant(at: datetime) -> str:
    """In UTC, with microseconds, always the same length: as it is hashed."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def local(at: datetime, zone: str) -> datetime:
    return at.astimezone(ZoneInfo(zone))


_MONTHS = """
select distinct to_char(p.created_at at time zone %s, 'YYYY-MM') from payouts_everyposting p
join payouts_account a on a.id = p.account_id where a.name = %s and p.created_at < %s"""
_POINT = """
select seq, balance_after from payouts_everyposting
where account_id = %s and created_at < %s order by seq desc limit 1"""
_LINES = "select * from payouts_everyposting where account_id = %s and seq > %s and seq <= %s order by seq"
