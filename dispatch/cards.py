"""What an offer says: price, topic, context and reasons, frozen before it is made."""

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID, uuid4

import msgspec
import psycopg
from django.db import connection

from agents import paid_hours, ringing
from brands.models import Skill
from dispatch import explanations
from dispatch.matching import Placement
from dispatch.models import Offer
from payouts import plans, surges
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
    bonus_minor: int = 0


def terms(rows: Sequence["Row"], *, now: datetime) -> list[Terms]:
    """For each of these that has a price. No query but for pay plans not seen before, bonuses and paid hours.

    A bonus is reserved, as far as its brand's budget covers it: the caller releases those of offers that it does not
    make, in the same transaction. Locks: the surge budgets of brands that pay one now.
    """
    ids = [uuid4() for _ in rows]
    bonuses = _reserved(dict(zip(ids, rows, strict=True)), now)
    silent = paid_hours.in_them([row.agent_id for row in rows if row.auto_accept], now=now)
    found = []
    for id_, row in zip(ids, rows, strict=True):
        if row.plan_id is None:
            log.error("No offer can be made without a price: publish a pay plan (brand %s).", row.brand_id)
            continue
        seconds = ringing.chosen(row.ring_seconds)
        bonus = bonuses.get(id_, 0)
        card = _card(row, row.plan_id, seconds, bonus)
        automatic = row.agent_id in silent
        expires_at = now + timedelta(seconds=seconds)
        found.append(Terms(id_, row.placement, row.brand_id, row.plan_id, expires_at, card, automatic, bonus))
    return found


def _reserved(rows: Mapping[UUID, "Row"], now: datetime) -> dict[UUID, int]:
    """Offer -> its bonus: what its class pays now, as far as its plan pays it and the budget covers it."""
    wanted = {
        id_: (row.brand_id, min(row.bonus_minor, _highest_bonus(row.plan_id)))
        for id_, row in rows.items()
        if row.bonus_minor and row.plan_id
    }
    asked = {id_: each for id_, each in wanted.items() if each[1]}
    return {id_: asked[id_][1] for id_ in surges.reserve(asked, now=now)} if asked else {}


def card_of(offer: Offer) -> protocol.OfferCard:
    """The offer as its agent sees it."""
    shown = {
        "surge_minor": 0,
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


class Row(NamedTuple):
    """A placement with what its offer is made of. `plan_id`: None where nobody published a price."""

    placement: Placement
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
    bonus_minor: int


_TERMS = "select * from dispatch_terms(%(escalations)b::uuid[], %(agents)b::uuid[], %(now)s::timestamptz)"


def read(placements: Sequence[Placement], *, now: datetime) -> list[Row]:
    """What the offers are made of; one query."""
    asked: dict[str, Any] = {
        "escalations": [placement.escalation_id for placement in placements],
        "agents": [placement.agent_id for placement in placements],
        "now": now,
    }
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        return [Row(placements[nth - 1], *rest) for nth, *rest in cursor.execute(_TERMS, asked, binary=True)]


def _card(row: Row, plan_id: UUID, seconds: float, bonus_minor: int) -> dict[str, Any]:
    """What the agent decides by: the price shown is the price paid."""
    return {
        "brand": row.brand,
        "topic": row.topic,
        "topic_name": row.topic_name,
        "language": row.language,
        "context": row.context,
        "waits_since": row.waits_since,
        "seconds": max(1, round(seconds)),
        "why": list(explanations.why_words(tuple(row.placement.why), topic_name=row.topic_name, language=row.language)),
        **money(plan_id, bonus_minor),
    }


@lru_cache(maxsize=4_096)
def money(plan_id: UUID, bonus_minor: int) -> Mapping[str, Any]:
    """The card's price. A published plan's rates never change."""
    money = plans.card(PayPlan.objects.get(pk=plan_id), surge_cents=bonus_minor)
    return {
        "currency": money["currency"],
        "minimum_minor": money["minimum_cents"],
        "surge_minor": bonus_minor,
        "pay": [
            {"kind": line["kind"], "words": line["words"], "amount_minor": line["rate"]} for line in money["lines"]
        ],
    }


@lru_cache(maxsize=4_096)
def _highest_bonus(plan_id: UUID) -> int:
    return plans.highest_surge(PayPlan.objects.get(pk=plan_id))
