"""Who may read and write what of a conversation: one set of rules for socket, REST, admin and export."""

from collections.abc import Sequence
from uuid import UUID

from django.db import connection

from conversations import frames
from conversations.models import Conversation, Engagement, Participant
from realtime.ports import Held

PAST_CHATS_HOURS = 24
FOLLOWED_MOST = 50


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
    latest = live.order_by("-joined_at", "pk").values_list("conversation_id", flat=True)
    ids: Sequence[UUID] = list(latest[:FOLLOWED_MOST])
    streams = ("talk", "desk") if kind == "agent" else ("talk",)
    return [frames.key(conversation_id, stream) for conversation_id in ids for stream in streams]


def following_others(held: Sequence[Held]) -> list[str]:
    """Those of these people whose `streams_of` are others than they hold (`realtime.ports.streams_held`); one query."""
    people = [(each.principal, *person(each.principal), each.streams) for each in held]
    if not people:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_FOLLOWING_OTHERS, [*map(list, zip(*people, strict=True)), FOLLOWED_MOST])
        return [principal for (principal,) in cursor.fetchall()]


_FOLLOWING_OTHERS = """
  select held.principal
  from unnest(%s::text[], %s::text[], %s::uuid[], %s::text[]) held (principal, role, id, streams)
  cross join lateral (
    select coalesce(md5(string_agg(p.conversation_id::text, ',' order by p.conversation_id)), '') as streams
    from (select conversation_id from conversations_participant
          where person_id = held.id and role = held.role and may_write
          order by joined_at desc, id limit %s) p) followed
  where followed.streams <> held.streams"""
