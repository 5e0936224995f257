"""The earnings page: what an agent earned, day by day and chat by chat, every line in words. Reads only."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, tzinfo
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import TruncDate

from agents import stretches
from payouts import debts, ledger, persons, pools, receipts
from payouts.earnings import EARNED
from payouts.models import Clawback, Debt, Dispute, EarningFact, Hold, Posting
from payouts.rating import divide_half_even

ENGAGEMENTS_ON_A_PAGE = 200
HOUR_SECONDS = 3_600
LEAST_ONLINE_SECONDS = 1_800
CASES = 100


@dataclass(frozen=True, slots=True)
class Total:
    """Earned in one currency; `day` where it is one day's."""

    currency: str
    amount_cents: int
    words: str
    chats: int
    day: date | None = None
    tips_cents: int = 0


@dataclass(frozen=True, slots=True)
class LineShown:
    """One line. `dispute` is the state of its last dispute, with the answer where there is one."""

    id: UUID
    kind: str
    amount_cents: int
    currency: str
    words: str
    source: str
    dispute: str = ""
    answer_by: datetime | None = None
    decision: str = ""


@dataclass(frozen=True, slots=True)
class EngagementShown:
    """One paid chat with its lines. The hash is that of the frozen facts behind them."""

    engagement_id: UUID
    topic: str
    brand: str
    outcome: str
    accepted_at: datetime
    ended_at: datetime
    active_seconds: int
    currency: str
    amount_cents: int
    words: str
    plan_version: int
    fact_sha256: str
    lines: tuple[LineShown, ...]


@dataclass(frozen=True, slots=True)
class Hour:
    """What an hour online paid, waiting included: what was earned without tips, by the time it took. No promise."""

    currency: str
    amount_cents: int
    online_seconds: int


@dataclass(frozen=True, slots=True)
class Page:
    """`older_until` is the `until` of the next, older page, or None when there is none."""

    since: datetime
    until: datetime
    totals: tuple[Total, ...]
    days: tuple[Total, ...]
    balances: tuple[ledger.Balance, ...]
    per_hour: tuple[Hour, ...]
    engagements: tuple[EngagementShown, ...]
    older_until: datetime | None


def page(agent_id: UUID, *, since: datetime, until: datetime, zone: tzinfo, locale: str, now: datetime) -> Page:
    """What was posted from `since` up to but not at `until`, newest first; days are those of `zone`.

    Totals and days cover the whole stretch, also where the list of chats is cut short.
    """
    mine = Posting.objects.filter(
        account__agent_id=agent_id, created_at__gte=since, created_at__lt=until, kind__in=EARNED
    )
    totals = _totals(mine.order_by("currency").values("currency"), locale=locale)
    facts = _closed(agent_id).filter(created_at__gte=since, created_at__lt=until)
    shown, older_until = _cut(facts.select_related("plan__brand").order_by("-created_at", "-id"))
    return Page(
        since=since,
        until=until,
        totals=totals,
        days=_totals(
            mine.annotate(day=TruncDate("created_at", tzinfo=zone))
            .order_by("-day", "currency")
            .values("day", "currency"),
            locale=locale,
        ),
        balances=ledger.balance(agent_id),
        per_hour=_per_hour(totals, stretches.seconds_online(agent_id, since, until, now=now)),
        engagements=_engagements(shown, locale=locale),
        older_until=older_until,
    )


def _per_hour(totals: Iterable[Total], online_seconds: int) -> tuple[Hour, ...]:
    """Nothing is said of a few minutes: one chat in them would make an hour of gold."""
    if online_seconds < LEAST_ONLINE_SECONDS:
        return ()
    paid = [(total.currency, total.amount_cents - total.tips_cents) for total in totals]
    return tuple(
        Hour(currency, divide_half_even(cents * HOUR_SECONDS, online_seconds), online_seconds)
        for currency, cents in paid
        if currency not in ledger.UNITS
    )


def engagement(agent_id: UUID, engagement_id: UUID, *, locale: str) -> EngagementShown | None:
    """One chat of this agent's with its lines; None where it is another's, or not closed yet."""
    facts = _closed(agent_id).filter(engagement_id=engagement_id).select_related("plan__brand")
    return next(iter(_engagements(facts, locale=locale)), None)


@dataclass(frozen=True, slots=True)
class Cases:
    """What is, or was, open about an agent's money."""

    disputes: Iterable[Dispute]
    holds: Iterable[Hold]
    clawbacks: Iterable[Clawback]
    owed: Mapping[str, int]
    units_waiting: Mapping[str, int]
    names: Mapping[str, str]  # of the people who opened and decided them
    lines: Mapping[UUID, Posting]  # that are disputed


def cases(agent_id: UUID) -> Cases:
    """The agent's own, the latest first; at most `CASES` of each."""
    currencies = Debt.objects.filter(agent_id=agent_id).values_list("currency", flat=True).distinct()
    disputes = list(Dispute.objects.filter(agent_id=agent_id).order_by("-opened_at")[:CASES])
    holds = list(Hold.objects.filter(agent_id=agent_id).order_by("-opened_at")[:CASES])
    clawbacks = list(Clawback.objects.filter(agent_id=agent_id).order_by("-opened_at")[:CASES])
    people = [case.decided_by for case in (*disputes, *holds, *clawbacks)]
    return Cases(
        disputes=disputes,
        holds=holds,
        clawbacks=clawbacks,
        owed={currency: debts.owed(agent_id, currency) for currency in currencies.order_by("currency")},
        units_waiting=pools.waiting(agent_id),
        lines={line.pk: line for line in Posting.objects.raw(_LINES, [[each.posting_id for each in disputes]])},
        names=persons.first_names([*people, *(case.opened_by for case in (*holds, *clawbacks))]),
    )


def _closed(agent_id: UUID) -> QuerySet[EarningFact]:
    return EarningFact.objects.filter(agent_id=agent_id, kind=EarningFact.Kind.CLOSED)


def _cut(facts: Iterable[EarningFact]) -> tuple[Sequence[EarningFact], datetime | None]:
    """The newest facts that fit a page, never parting facts of one instant from each other's page."""
    found: list[EarningFact] = []
    for fact in facts:
        if len(found) >= ENGAGEMENTS_ON_A_PAGE and fact.created_at != found[-1].created_at:
            return found, found[-1].created_at
        found.append(fact)
    return found, None


def _totals(grouped: Any, *, locale: str) -> tuple[Total, ...]:
    rows: Iterable[Mapping[str, Any]] = grouped.annotate(
        cents=Sum("amount"),
        chats=Count("engagement_id", distinct=True),
        tips=Sum("amount", filter=Q(kind="tip")),
    )
    return tuple(
        Total(
            currency=row["currency"],
            amount_cents=int(row["cents"]),
            words=receipts.money(int(row["cents"]), row["currency"], locale=locale),
            chats=row["chats"],
            tips_cents=int(row["tips"] or 0),
            day=row.get("day"),
        )
        for row in rows
    )


def _engagements(facts: Iterable[EarningFact], *, locale: str) -> tuple[EngagementShown, ...]:
    facts = list(facts)
    postings: dict[UUID | None, list[Posting]] = defaultdict(list)
    for posting in Posting.objects.filter(engagement_id__in=[fact.engagement_id for fact in facts]).order_by("seq"):
        postings[posting.engagement_id].append(posting)
    shown = [posting.pk for found in postings.values() for posting in found]
    told = {d.posting_id: d for d in Dispute.objects.filter(posting_id__in=shown).order_by("opened_at")}
    return tuple(_shown(fact, postings[fact.engagement_id], told, locale=locale) for fact in facts)


def _shown(
    fact: EarningFact, postings: Sequence[Posting], told: Mapping[UUID, Dispute], *, locale: str
) -> EngagementShown:
    assert fact.plan is not None, "what was closed was closed under a plan"
    assert fact.engagement_id is not None, "only engagements close"
    known, currency = json.loads(fact.canonical), fact.plan.currency
    amount_cents = sum(posting.amount for posting in postings if posting.currency == currency)
    return EngagementShown(
        engagement_id=fact.engagement_id,
        topic=fact.topic,
        brand=fact.plan.brand.name,
        outcome=known["outcome"],
        accepted_at=datetime.fromisoformat(known["accepted_at"]),
        ended_at=datetime.fromisoformat(known["ended_at"]),
        active_seconds=known["active_seconds"],
        currency=currency,
        amount_cents=amount_cents,
        words=receipts.money(amount_cents, currency, locale=locale),
        plan_version=fact.plan.version,
        fact_sha256=fact.sha256,
        lines=tuple(_line(posting, told.get(posting.pk), locale=locale) for posting in postings),
    )


def _line(posting: Posting, dispute: Dispute | None, *, locale: str) -> LineShown:
    words = receipts.of(posting, locale=locale)
    shown = LineShown(posting.pk, posting.kind, posting.amount, posting.currency, words, posting.source)
    if dispute is None:
        return shown
    return replace(shown, dispute=dispute.state, answer_by=dispute.answer_by, decision=dispute.decision)


_LINES = "select * from payouts_everyposting where id = any(%s)"
