"""How far each participant has read a conversation's talk: one number per person, which only rises."""

from collections.abc import Sequence
from uuid import UUID

from django.db import connection

from conversations import frames
from conversations.stream import TALK
from realtime.ports import Mark


def keep(marks: Sequence[tuple[UUID, UUID, int]]) -> tuple[list[Mark], list[tuple[UUID, UUID, int]]]:
    """(conversation, person, number) each. What has moved, and what is left because somebody holds the row.

    Waits for nobody. Only who may write has a mark; one that is not higher than the one before changes nothing.
    """
    if not marks:
        return [], []
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, [*map(list, zip(*marks, strict=True))])
        rows = cursor.fetchall()
    moved = [_mark(conversation, role, person, seq) for conversation, person, role, seq, kept in rows if kept]
    return moved, [(conversation, person, seq) for conversation, person, _, seq, kept in rows if not kept]


_KEEP = """
  with higher as materialized (
    select p.id, p.conversation_id, p.person_id, p.role, m.seq
    from unnest(%s::uuid[], %s::uuid[], %s::bigint[]) m (conversation_id, person_id, seq)
    join conversations_participant p on p.conversation_id = m.conversation_id and p.person_id = m.person_id
    where p.may_write and p.seen_seq < m.seq),
  held as materialized (
    select id from conversations_participant where id in (select id from higher) order by id
    for no key update skip locked),
  kept as (
    update conversations_participant p set seen_seq = greatest(p.seen_seq, h.seq)
    from higher h join held using (id) where p.id = h.id)
  select h.conversation_id, h.person_id, h.role, h.seq, held.id is not null
  from higher h left join held using (id)"""


def unknown(known: Sequence[tuple[UUID, int]]) -> list[Mark]:
    """Every mark of those conversations whose marks add up to more than is known; one query."""
    if not known:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_UNKNOWN, [*map(list, zip(*known, strict=True))])
        return [_mark(conversation, role, person, seq) for conversation, person, role, seq in cursor.fetchall()]


_UNKNOWN = """
  select p.conversation_id, p.person_id, p.role, p.seen_seq
  from unnest(%s::uuid[], %s::bigint[]) known (id, total)
  cross join lateral (
    select sum(seen_seq) as total from conversations_participant where conversation_id = known.id) now
  join conversations_participant p on p.conversation_id = known.id and p.seen_seq > 0
  where now.total > known.total"""


def _mark(conversation: UUID, role: str, person: UUID, seq: int) -> Mark:
    return Mark(frames.key(conversation, TALK), f"{role}:{person}", seq)
