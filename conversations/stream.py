"""The only writer of numbered rows.

Two entrances, one scheme: the number is raised under the conversation's row lock and held until commit, so n is
visible before n + 1. `append` runs in the caller's transaction; `append_many` is a transaction of its own.
"""

import json
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg
from django.db import connection, transaction
from django.db.utils import OperationalError
from psycopg.errors import LockNotAvailable

from conversations import frames, masking
from conversations.events import CustomerAsked
from conversations.models import Conversation, Event
from marketplace import events
from marketplace.refusals import Refused
from realtime import protocol, wire

TALK = "talk"
DESK = "desk"


@dataclass(frozen=True, slots=True)
class Line:
    """One message on its way into a conversation's talk stream."""

    conversation: UUID
    person: UUID
    client_id: UUID
    text: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """new, again, clash, closed, forbidden or busy; `frame` only for new."""

    kind: str
    seq: int
    frame: bytes


def locked(conversation_id: UUID) -> Conversation:
    """The conversation, locked until the transaction ends. Everything said or decided in it waits for this lock."""
    assert connection.in_atomic_block, "a conversation is locked inside a transaction"
    return (
        Conversation.objects.select_for_update(no_key=True, of=("self",))
        .select_related("brand")
        .get(pk=conversation_id)
    )


def append(
    conversation: Conversation,
    *,
    kind: Event.Kind,
    author: protocol.Author,
    now: datetime,
    stream: str = TALK,
    text: str = "",
    data: dict[str, Any] | None = None,
    status: protocol.Status | None = None,
) -> protocol.Numbered:
    """Number and store one row. The caller is in a transaction and holds the conversation's lock (`locked`).

    Card numbers in `text` are masked. A `status` becomes the conversation's. Readers hear of it after commit.
    """
    assert connection.in_atomic_block, "append belongs to the caller's transaction"
    text = masking.mask(text)
    stored = frames.stored_status(status) if status else None
    data = {**(data or {}), **({"status": stored} if stored else {})}
    told = [json.dumps(stored) if stored else None] if stream == TALK else []
    row: list[Any] = [conversation.pk, stream, kind, author.role, author.id, author.name, text, json.dumps(data), now]
    with connection.cursor() as cursor:
        cursor.execute(_APPEND[stream], [*told, *row])
        (seq,) = cursor.fetchone() or (0,)
    assert seq, "the conversation is there: the caller holds it"
    if stream == TALK:
        conversation.talk_seq = seq
        conversation.status = stored or conversation.status
    else:
        conversation.desk_seq = seq
    frame = frames.of(
        Event(conversation_id=conversation.pk, stream=stream, seq=seq, kind=kind, author_role=author.role,
              author_id=author.id, author_name=author.name, text=text, data=data, at=now)
    )  # fmt: skip
    wire.after_commit(events=[(frames.key(conversation.pk, stream), seq, frames.encode(frame))])
    return frame


_APPEND = {
    stream: f"""
      with bumped as (
        update conversations_conversation set {stream}_seq = {stream}_seq + 1 {also}
        where id = %s returning id, brand_id, {stream}_seq as seq)
      insert into conversations_event
        (brand_id, conversation_id, stream, seq, kind, author_role, author_id, author_name, client_id, text, data, at)
      select brand_id, id, %s, seq, %s, %s, %s, %s, null, %s, %s::jsonb, %s from bumped
      returning seq"""  # noqa: S608  (the only words put in are the two below)
    for stream, also in ((TALK, ", status = coalesce(%s::jsonb, status)"), (DESK, ""))
}


def append_many(lines: Sequence[Line], *, now: datetime, patient: bool = True) -> list[Verdict]:
    """Judge, number and store messages in one transaction; verdicts in the order of the lines.

    Card numbers are masked first. patient=True waits up to 50 ms for a locked conversation, and if that is in vain
    judges the rest and calls the locked ones busy; patient=False does not wait at all.
    """
    masked = [masking.mask(line.text) for line in lines]
    rows = _say(lines, masked, now=now, patient=patient)
    return [_verdict(line, text, row, now=now) for line, text, row in zip(lines, masked, rows, strict=True)]


def _say(lines: Sequence[Line], texts: list[str], *, now: datetime, patient: bool) -> list[tuple[Any, ...]]:
    arguments: list[Any] = [
        [line.conversation for line in lines],
        [line.person for line in lines],
        [line.client_id for line in lines],
        texts,
        now,
    ]
    try:
        rows = _called([*arguments, patient])
    except OperationalError as error:
        if not patient or not isinstance(error.__cause__, LockNotAvailable):
            raise
        return _say(lines, texts, now=now, patient=False)
    if any(row[0] == "new" and row[5] for row in rows):
        events.announce(CustomerAsked())
    return rows


def _called(arguments: list[Any]) -> list[tuple[Any, ...]]:
    """What the batch function answers. By itself it is a transaction: one round trip, durable when this returns."""
    with transaction.atomic() if connection.in_atomic_block else nullcontext():
        connection.ensure_connection()
        with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
            return cursor.execute(_SAY, arguments, binary=True).fetchall()


# Bound by the server and in binary: Django's own cursor would write every line into the statement's text.
_SAY = """
  select verdict, seq, role, name, status::text, asks
  from conversations_say(%b::uuid[], %b::uuid[], %b::uuid[], %b::text[], %b::timestamptz, %b)"""


def _verdict(line: Line, text: str, row: tuple[Any, ...], *, now: datetime) -> Verdict:
    kind, seq, role, name, status, _ = row
    if kind != "new":
        return Verdict(kind, seq or 0, b"")
    author = protocol.Author(role=role, id=line.person, name=name)
    frame = frames.message(
        conversation=line.conversation,
        seq=seq,
        author=author,
        text=text,
        client_id=line.client_id,
        at=now,
        status=json.loads(status) if status else None,
    )
    return Verdict(kind, seq, frames.encode(frame))


def say(line: Line, *, now: datetime) -> tuple[int, bytes]:
    """Store one message from a door that has no hub (REST, the assistant's tools) and tell the readers.

    Returns its number and its frame (empty when it was stored before). Raises Refused.
    """
    (verdict,) = append_many([line], now=now)
    if verdict.kind == "new":
        wire.after_commit(events=[(frames.key(line.conversation, TALK), verdict.seq, verdict.frame)])
    elif verdict.kind != "again":
        raise Refused(REFUSALS[verdict.kind], code=verdict.kind)
    return verdict.seq, verdict.frame


REFUSALS = {
    "clash": "Another message was already sent under this id.",
    "closed": "This conversation has ended.",
    "forbidden": "You are not part of this conversation.",
    "busy": "The conversation is busy. Please try again.",
}


def since(heads: Sequence[tuple[UUID, str, int]], *, limit: int = 5_000) -> list[tuple[UUID, str, int, bytes]]:
    """(conversation, stream, seq, frame) of every row after the given heads, the talk first; one query."""
    if not heads:
        return []
    rows = Event.objects.raw(_SINCE, [*map(list, zip(*heads, strict=True)), limit])
    return [(row.conversation_id, row.stream, row.seq, frames.encode(frames.of(row))) for row in rows]


_SINCE = """
  select e.* from unnest(%s::uuid[], %s::text[], %s::bigint[]) h(id, stream, head)
  join conversations_conversation c
    on c.id = h.id and (case h.stream when 'talk' then c.talk_seq else c.desk_seq end) > h.head
  join conversations_event e on e.conversation_id = h.id and e.stream = h.stream and e.seq > h.head
  order by e.conversation_id, e.stream desc, e.seq limit %s"""
