"""Staff read what was said only with a written reason; every opening leaves an audit row."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from audit import journal
from conversations.models import Conversation, Customer, Engagement, Event

MOST_LINES = 1_000


@dataclass(frozen=True, slots=True)
class Opened:
    """What one reason opened: who the customer is, the latest lines with text, and the words around each engagement."""

    customer: Customer
    lines: list[Event]
    engagements: list[Engagement]


@transaction.atomic
def read(conversation_id: UUID, *, by: str, reason: str, now: datetime) -> Opened:
    """The conversation's texts, both streams in the order of time. The audit names the reader and the reason."""
    conversation = Conversation.objects.select_related("customer").get(pk=conversation_id)
    latest = Event.objects.filter(conversation=conversation).exclude(kind=Event.Kind.CHANGED).order_by("-at", "-pk")
    opened = Opened(
        customer=conversation.customer,
        lines=list(latest[:MOST_LINES])[::-1],
        engagements=list(
            Engagement.objects.filter(conversation=conversation)
            .select_related("agent", "rating")
            .order_by("accepted_at")
        ),
    )
    journal.record(
        "conversation.read",
        actor=by,
        subject=f"conversation:{conversation.pk}",
        brand_id=conversation.brand_id,
        reason=reason,
        detail={"lines": len(opened.lines)},
        now=now,
    )
    return opened
