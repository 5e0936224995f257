"""Who knows a customer: the agent who lately helped her, and is asked first when she asks for a person again."""

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings

from conversations.models import Conversation, Engagement
from dispatch import handovers
from realtime import protocol

LOW_SCORE = 2  # a customer who rated so does not want to meet her again
HELPED = ("solved", "waiting")
FOR_SOMEBODY_ELSE = ("sensitive", "supervisor")  # whoever comes soonest; a person above


def who_knows(conversation: Conversation, packet: protocol.Packet, *, now: datetime) -> UUID | None:
    """The agent of this customer's latest chat with the brand, where it ended well and lately, and she is certified for
    what the customer asks about now. Where she is not here or has no room, nobody waits for her. Takes no lock."""
    if packet.reason in FOR_SOMEBODY_ELSE:
        return None
    latest = _latest(conversation, now - timedelta(seconds=settings.BECKON_WAITS["known_agent_seconds"]))
    if latest is None or not _ended_well(latest):
        return None
    able = handovers.able(conversation.brand_id, packet.topic, packet.language, now=now)
    return latest.agent_id if able.filter(pk=latest.agent_id).exists() else None


def _latest(conversation: Conversation, since: datetime) -> Engagement | None:
    hers = Engagement.objects.filter(
        brand_id=conversation.brand_id, conversation__customer_id=conversation.customer_id, ended_at__gt=since
    )
    return hers.select_related("rating").order_by("-ended_at", "-accepted_at").first()


def _ended_well(engagement: Engagement) -> bool:
    """Resolved, helped, by one who is there to be asked, and not rated low."""
    if engagement.state != Engagement.State.RESOLVED or engagement.outcome not in HELPED or engagement.by_staff:
        return False
    rating = getattr(engagement, "rating", None)
    return rating is None or rating.score > LOW_SCORE
