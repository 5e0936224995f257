"""What an offer says: price, topic, context and reasons, frozen before it is made."""

import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID, uuid4

import msgspec
from django.db import connection

from agents import paid_hours, ringing
from brands.models import Skill
from dispatch import explanations
from dispatch.matching import Placement
from dispatch.models import Offer
from payouts import plans
from payouts.models import PayPlan
from realtime import protocol

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Terms:
    """An offer that could be made. `automatic`: it opens by itself, by the agent's choice in a paid shift."""

    offer_id: UUID
    placement: Placement
    brand_id: UUID
    plan_id: UUID
    expires_at: datetime
    card: dict[str, Any]
    automatic: bool


def terms(placements: Sequence[Placement], *, now: datetime) -> list[Terms]:
    """For each placement that has a price. One query for all of them, and one more for pay plans not seen before."""
    rows = _read(placements, now)
    silent = paid_hours.in_them([row.agent_id for row in rows if row.auto_accept], now=now)
    by_pair = {(placement.escalation_id, placement.agent_id): placement for placement in placements}
    found = []
    for row in rows:
        if row.plan_id is None:
            log.error("No offer can be made without a price: publish a pay plan (brand %s).", row.brand_id)
            continue
        placement = by_pair[row.escalation_id, row.agent_id]
        seconds = ringing.chosen(row.ring_seconds)
        card = _card(row, row.plan_id, placement, seconds)
        automatic = row.agent_id in silent
        expires_at = now + timedelta(seconds=seconds)
        found.append(Terms(uuid4(), placement, row.brand_id, row.plan_id, expires_at, card, automatic))
    return found


def card_of(offer: Offer) -> protocol.OfferCard:
    """The offer as its agent sees it."""
    shown = {
        **offer.card,
        "offer_id": offer.pk,
        "offered_at": offer.offered_at,
        "expires_at": offer.expires_at,
    }
    return msgspec.convert(shown, protocol.OfferCard, strict=False)


def topic_names(brand_id: UUID) -> dict[str, str]:
    return {topic: name for (_, topic), name in topic_names_of([brand_id]).items()}


def topic_names_of(brand_ids: Collection[UUID]) -> dict[tuple[UUID, str], str]:
    """(brand, topic) -> the topic's name; no query without a brand."""
    if not brand_ids:
        return {}
    named = Skill.objects.filter(brand_id__in=brand_ids).values_list("brand_id", "key", "name")
    return {(brand_id, topic): name for brand_id, topic, name in named}


class _Row(NamedTuple):
    escalation_id: UUID
    agent_id: UUID
    brand_id: UUID
    brand: str
    topic: str
    topic_name: str
    language: str
    context: str
    waits_since: datetime
    ring_seconds: int | None
    auto_accept: bool
    plan_id: UUID | None


_TERMS = """
  select e.id, g.id, e.brand_id, b.name, e.topic, coalesce(t.name, e.topic), e.language,
    left(coalesce(e.packet ->> 'summary', ''), 240), coalesce(e.waits_since, e.queued_at),
    s.ring_seconds, s.auto_accept, p.id
  from unnest(%(escalations)s::uuid[], %(agents)s::uuid[]) with ordinality a(escalation_id, agent_id, ord)
  join dispatch_escalation e on e.id = a.escalation_id
  join brands_brand b on b.id = e.brand_id
  join agents_slot s on s.agent_id = a.agent_id
  join agents_agent g on g.id = a.agent_id
  left join brands_skill t on t.brand_id = e.brand_id and t.key = e.topic
  left join payouts_payplan p
    on p.brand_id = e.brand_id and p.tier = g.tier and p.currency = b.currency and p.valid @> %(now)s::timestamptz
  order by a.ord"""


def _read(placements: Sequence[Placement], now: datetime) -> list[_Row]:
    asked: dict[str, Any] = {
        "escalations": [placement.escalation_id for placement in placements],
        "agents": [placement.agent_id for placement in placements],
        "now": now,
    }
    with connection.cursor() as cursor:
        cursor.execute(_TERMS, asked)
        return [_Row(*row) for row in cursor]


def _card(row: _Row, plan_id: UUID, placement: Placement, seconds: float) -> dict[str, Any]:
    """What the agent decides by: the price shown is the price paid."""
    money = _money(plan_id)
    return {
        "brand": row.brand,
        "topic": row.topic,
        "topic_name": row.topic_name,
        "language": row.language,
        "context": row.context,
        "waits_since": row.waits_since,
        "seconds": max(1, round(seconds)),
        "currency": money["currency"],
        "minimum_minor": money["minimum_cents"],
        "pay": [
            {"kind": line["kind"], "words": line["words"], "amount_minor": line["rate"]} for line in money["lines"]
        ],
        "why": explanations.why_words(placement.why, topic_name=row.topic_name, language=row.language),
    }


@lru_cache(maxsize=4_096)
def _money(plan_id: UUID) -> plans.Card:
    """A published plan's rates never change."""
    return plans.card(PayPlan.objects.get(pk=plan_id))
