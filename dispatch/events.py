"""What happened in the ride, for whoever wants to follow it up after commit."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True)
class SupplyOrDemandChanged:
    """An escalation waits, an offer ended, a slot is free or an agent came online: worth a planning round."""


@dataclass(frozen=True, slots=True)
class OfferMade:
    """An offer rings at this agent until then: worth a sound, and a push where no page of hers is open."""

    offer_id: UUID
    agent_id: UUID
    rings_until: datetime


@dataclass(frozen=True, slots=True)
class WantedNow:
    """A class pays a higher bonus than before: worth a push to those who are certified for it and offline."""

    brand_id: UUID
    topic: str
    language: str
    bonus_minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class OfferOver:
    """An offer rings no more, for whatever reason: a push that told of it has had its day."""

    offer_id: UUID
    agent_id: UUID


@dataclass(frozen=True, slots=True)
class ChatOpened:
    """An agent has a chat that did not ring: it opened by itself, as she chose, or its customer wrote again."""

    engagement_id: UUID
    agent_id: UUID
