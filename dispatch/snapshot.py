"""An agent's own state, whole: what her screens show, with the slot's version."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from agents.models import Agent, Slot
from conversations.models import Engagement
from dispatch import offers, queue
from dispatch.models import Offer
from payouts import earnings, plans
from realtime import protocol

SHOWN_AFTER_END = timedelta(minutes=2)


def desk(agent_id: UUID, *, now: datetime) -> protocol.Desk:
    """Read in one go; the version is read first, so that a change in between only brings another snapshot."""
    slot = Slot.objects.select_related("agent").get(pk=agent_id)
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    currency, earned = _earned(agent_id, today, now)
    live = Engagement.objects.filter(agent_id=agent_id, ended_at=None)
    return protocol.Desk(
        version=slot.version,
        agent_id=agent_id,
        name=slot.agent.display_name,
        state=slot.agent.state,
        willing=slot.willing,
        pause_reason=slot.pause_reason,
        capacity=slot.capacity,
        active=slot.active,
        online_since=slot.online_since,
        offer=_offer(agent_id, now),
        offer_end=_offer_end(agent_id, now),
        engagements=[
            _engaged(engagement)
            for engagement in live.select_related("brand", "pay_plan", "conversation__customer").order_by("accepted_at")
        ],
        demand=[
            protocol.Demand(topic=t, topic_name=n, language=s, waiting=w) for t, n, s, w in queue.demand_for(agent_id)
        ],
        earned_today_minor=earned,
        chats_today=Engagement.objects.filter(agent_id=agent_id, ended_at__gte=today).count(),
        currency=currency,
        at=now,
    )


def versions(agent_ids: Sequence[UUID]) -> dict[UUID, int]:
    return dict(Slot.objects.filter(pk__in=agent_ids).values_list("pk", "version"))


def _earned(agent_id: UUID, today: datetime, now: datetime) -> tuple[str, int]:
    """The currency in which most was earned today, and how much; several currencies are shown on the earnings page."""
    sums = earnings.earned_between(agent_id, today, now + timedelta(seconds=1))
    if not sums:
        return Agent.objects.filter(pk=agent_id).values_list("skills__skill__brand__currency", flat=True)[0] or "EUR", 0
    return max(sums.items(), key=lambda item: item[1])


def _offer(agent_id: UUID, now: datetime) -> protocol.OfferCard | None:
    found = Offer.objects.filter(agent_id=agent_id, state=Offer.State.OPEN, expires_at__gt=now).first()
    return offers.card_of(found) if found else None


def _offer_end(agent_id: UUID, now: datetime) -> protocol.OfferEnd | None:
    """How the latest offer ended, while that is news."""
    latest = Offer.objects.filter(agent_id=agent_id).order_by("-offered_at").first()
    if latest is None or latest.ended_at is None or latest.state == Offer.State.ACCEPTED:
        return None
    if now - latest.ended_at > SHOWN_AFTER_END:
        return None
    return protocol.OfferEnd(offer_id=latest.pk, state=latest.state, at=latest.ended_at)  # type: ignore[arg-type]


def _engaged(engagement: Engagement) -> protocol.Engaged:
    card = plans.card(engagement.pay_plan)
    return protocol.Engaged(
        engagement_id=engagement.pk,
        conversation=engagement.conversation_id,
        brand=engagement.brand.name,
        customer_name=engagement.conversation.customer.first_name,
        topic=engagement.topic,
        topic_name=offers.topic_names(engagement.brand_id).get(engagement.topic, engagement.topic),
        language=engagement.language,
        accepted_at=engagement.accepted_at,
        currency=card["currency"],
        pay=[
            protocol.PayLine(kind=line["kind"], words=line["words"], amount_minor=line["rate"])
            for line in card["lines"]
        ],
    )
