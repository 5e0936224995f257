"""The earnings page: what an agent earned, day by day and chat by chat, every line in words. Reads only."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Any
from uuid import UUID

from django.db.models import Count, QuerySet, Sum
from django.db.models.functions import TruncDate

from payouts import ledger, receipts
from payouts.earnings import EARNED
from payouts.models import EarningFact, Posting

ENGAGEMENTS_ON_A_PAGE = 200


@dataclass(frozen=True, slots=True)
class Total:
    """Earned in one currency; `day` where it is one day's."""

    currency: str
    amount_cents: int
    words: str
    chats: int
    day: date | None = None


@dataclass(frozen=True, slots=True)
class LineShown:
    kind: str
    amount_cents: int
    words: str
    source: str


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
class Page:
    """`older_until` is the `until` of the next, older page, or None when there is none."""

    since: datetime
    until: datetime
    totals: tuple[Total, ...]
    days: tuple[Total, ...]
    balances: tuple[ledger.Balance, ...]
    engagements: tuple[EngagementShown, ...]
    older_until: datetime | None


def page(agent_id: UUID, *, since: datetime, until: datetime, zone: tzinfo, locale: str) -> Page:
    """What was posted from `since` up to but not at `until`, newest first; days are those of `zone`.

    Totals and days cover the whole stretch, also where the list of chats is cut short.
    """
    mine = Posting.objects.filter(
        account__agent_id=agent_id, created_at__gte=since, created_at__lt=until, kind__in=EARNED
    )
    facts = _closed(agent_id).filter(created_at__gte=since, created_at__lt=until)
    shown, older_until = _cut(facts.select_related("plan__brand").order_by("-created_at", "-id"))
    return Page(
        since=since,
        until=until,
        totals=_totals(mine.order_by("currency").values("currency"), locale=locale),
        days=_totals(
            mine.annotate(day=TruncDate("created_at", tzinfo=zone))
            .order_by("-day", "currency")
            .values("day", "currency"),
            locale=locale,
        ),
        balances=ledger.balance(agent_id),
        engagements=_engagements(shown, locale=locale),
        older_until=older_until,
    )


def engagement(agent_id: UUID, engagement_id: UUID, *, locale: str) -> EngagementShown | None:
    """One chat of this agent's with its lines; None where it is another's, or not closed yet."""
    facts = _closed(agent_id).filter(engagement_id=engagement_id).select_related("plan__brand")
    return next(iter(_engagements(facts, locale=locale)), None)


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
        cents=Sum("amount"), chats=Count("engagement_id", distinct=True)
    )
    return tuple(
        Total(
            currency=row["currency"],
            amount_cents=int(row["cents"]),
            words=receipts.money(int(row["cents"]), row["currency"], locale=locale),
            chats=row["chats"],
            day=row.get("day"),
        )
        for row in rows
    )


def _engagements(facts: Iterable[EarningFact], *, locale: str) -> tuple[EngagementShown, ...]:
    facts = list(facts)
    postings: dict[UUID | None, list[Posting]] = defaultdict(list)
    for posting in Posting.objects.filter(engagement_id__in=[fact.engagement_id for fact in facts]).order_by("seq"):
        postings[posting.engagement_id].append(posting)
    return tuple(_shown(fact, postings[fact.engagement_id], locale=locale) for fact in facts)


def _shown(fact: EarningFact, postings: Sequence[Posting], *, locale: str) -> EngagementShown:
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
        lines=tuple(_line(posting, locale=locale) for posting in postings),
    )


def _line(posting: Posting, *, locale: str) -> LineShown:
    return LineShown(posting.kind, posting.amount, receipts.of(posting, locale=locale), posting.source)
