"""Who may read and write what of a conversation: one set of rules for socket, REST, admin and export."""

from collections.abc import Sequence
from uuid import UUID

from django.db import connection

from conversations import frames
from realtime.ports import Held

PAST_CHATS_HOURS = 24
FOLLOWED_MOST = 50


def person(principal: str) -> tuple[str, UUID]:
    """("customer" | "agent" | "operator", id)."""
    kind, _, id_ = principal.partition(":")
    return kind, UUID(id_)


def may_read(principal: str, conversation_id: UUID, stream: str) -> bool:
    """`may_read_all` for one."""
    return may_read_all([(principal, conversation_id, stream)])[0]


def may_read_all(asked: Sequence[tuple[str, UUID, str]]) -> list[bool]:
    """May each principal read this stream of this conversation, now? One query.

    A customer reads the talk of her own conversations; an agent both streams while she owns the conversation.
    """
    rows = [(*person(principal), conversation_id, stream) for principal, conversation_id, stream in asked]
    with connection.cursor() as cursor:
        cursor.execute(_MAY_READ, [*map(list, zip(*rows, strict=True))])
        return [allowed for (allowed,) in cursor.fetchall()]


_MAY_READ = """
  select case asked.kind
    when 'customer' then asked.stream = 'talk' and exists (
      select 1 from conversations_conversation c where c.id = asked.conversation and c.customer_id = asked.person)
    when 'agent' then exists (
      select 1 from conversations_engagement e
      where e.conversation_id = asked.conversation and e.agent_id = asked.person and e.ended_at is null)
    else false end
  from unnest(%s::text[], %s::uuid[], %s::uuid[], %s::text[]) with ordinality
    asked (kind, person, conversation, stream, place)
  order by asked.place"""


def streams_of(principal: str) -> list[str]:
    """`streams_of_all` for one."""
    return streams_of_all([principal])[0]


def streams_of_all(principals: Sequence[str]) -> list[list[str]]:
    """Keys of the streams each of these people follows live, now, the latest first. One query."""
    people = [person(principal) for principal in principals]
    followed: list[list[str]] = [[] for _ in people]
    with connection.cursor() as cursor:
        cursor.execute(_FOLLOWED, [*map(list, zip(*people, strict=True)), FOLLOWED_MOST])
        for place, kind, conversation_id in cursor.fetchall():
            streams = ("talk", "desk") if kind == "agent" else ("talk",)
            followed[place - 1] += [frames.key(conversation_id, stream) for stream in streams]
    return followed


_FOLLOWED = """
  select people.place, people.kind, p.conversation_id
  from unnest(%s::text[], %s::uuid[]) with ordinality people (kind, id, place)
  cross join lateral (
    select conversation_id, joined_at, id from conversations_participant
    where person_id = people.id and role = people.kind and may_write
    order by joined_at desc, id limit %s) p
  order by people.place, p.joined_at desc, p.id"""


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
