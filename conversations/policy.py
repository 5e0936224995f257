"""Who may read and write what of a conversation: one set of rules for socket, REST, admin and export."""

from collections.abc import Sequence
from uuid import UUID

from conversations import frames
from conversations.models import Conversation, Engagement, Participant

PAST_CHATS_HOURS = 24


def person(principal: str) -> tuple[str, UUID]:
    """("customer" | "agent" | "operator", id)."""
    kind, _, id_ = principal.partition(":")
    return kind, UUID(id_)


def may_read(principal: str, conversation_id: UUID, stream: str) -> bool:
    """A customer reads the talk of her own conversations; an agent both streams while she owns the conversation."""
    kind, id_ = person(principal)
    if kind == "customer":
        return stream == "talk" and Conversation.objects.filter(pk=conversation_id, customer_id=id_).exists()
    if kind == "agent":
        return Engagement.objects.filter(conversation_id=conversation_id, agent_id=id_, ended_at=None).exists()
    return False


def streams_of(principal: str) -> list[str]:
    """Keys of the streams this person follows live, now."""
    kind, id_ = person(principal)
    live = Participant.objects.filter(person_id=id_, role=kind, may_write=True)
    ids: Sequence[UUID] = list(live.order_by("-joined_at").values_list("conversation_id", flat=True)[:50])
    streams = ("talk", "desk") if kind == "agent" else ("talk",)
    return [frames.key(conversation_id, stream) for conversation_id in ids for stream in streams]
