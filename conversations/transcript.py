"""Reading a conversation: pages of it, what a reader misses, and the snapshot that replaces everything."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.db.models.functions import JSONObject

from conversations import frames, stream
from conversations.models import Conversation, Event, Participant
from realtime import protocol
from realtime.limits import RESUME_EVENTS
from realtime.ports import Mark, Resumed

SNAPSHOT_EVENTS = 100


@dataclass(frozen=True, slots=True)
class Want:
    """A reader holds a stream up to number `after` (None or 0: not at all) and wants the rest."""

    conversation: UUID
    stream: protocol.Stream
    after: int | None


def snapshot(conversation: Conversation, which: protocol.Stream) -> protocol.Reset:
    """The latest rows of a stream and where the conversation stands."""
    return _reset(conversation, which, _latest([(conversation, which)]).get((conversation.pk, which), []))


def _head(conversation: Conversation, which: str) -> int:
    return conversation.talk_seq if which == stream.TALK else conversation.desk_seq


def _latest(streams: Sequence[tuple[Conversation, str]]) -> dict[tuple[UUID, str], list[Event]]:
    """The newest rows of each stream up to its head, newest first, and one more than is shown; one query."""
    found: dict[tuple[UUID, str], list[Event]] = {}
    if streams:
        asked = [(conversation.pk, which, _head(conversation, which)) for conversation, which in streams]
        for row in Event.objects.raw(_LATEST, [*map(list, zip(*asked, strict=True)), SNAPSHOT_EVENTS + 1]):
            found.setdefault((row.conversation_id, row.stream), []).append(row)
    return found


_LATEST = """
  select e.* from unnest(%s::uuid[], %s::text[], %s::bigint[]) asked (id, stream, head)
  cross join lateral (
    select * from conversations_event
    where conversation_id = asked.id and stream = asked.stream and seq <= asked.head
    order by seq desc limit %s) e
  order by e.conversation_id, e.stream, e.seq desc"""


def _reset(conversation: Conversation, which: protocol.Stream, latest: Sequence[Event]) -> protocol.Reset:
    shown = latest[:SNAPSHOT_EVENTS][::-1]
    return protocol.Reset(
        conversation=conversation.pk,
        stream=which,
        head=_head(conversation, which),
        events=[frames.of(row) for row in shown],
        earlier=len(latest) > SNAPSHOT_EVENTS,
        status=frames.status_of(conversation.status) if which == stream.TALK else None,
    )


def resume(conversation_id: UUID, which: protocol.Stream, *, after: int | None) -> Resumed:
    """`resume_all` for one."""
    return resume_all([Want(conversation_id, which, after)])[0]


def resume_all(wants: Sequence[Want]) -> list[Resumed]:
    """What comes after `after`; a snapshot where nothing is held, much is missing or `after` is not ours.

    At most three queries, however many readers.
    """
    if not wants:
        return []
    talks = Conversation.objects.annotate(marks=_MARKS).in_bulk({want.conversation for want in wants})
    near = {want for want in wants if _is_near(want, talks[want.conversation])}
    missed = _missed(near, talks)
    far = {(want.conversation, want.stream) for want in wants if want not in near}
    latest = _latest([(talks[conversation], which) for conversation, which in far])
    return [
        replace(
            _rest(want, missed.get((want.conversation, want.stream), []))
            if want in near
            else _anew(_reset(talks[want.conversation], want.stream, latest.get((want.conversation, want.stream), []))),
            marks=_marks(want, talks[want.conversation]),
        )
        for want in wants
    ]


_MARKS = ArraySubquery(
    Participant.objects.filter(conversation=OuterRef("pk"), seen_seq__gt=0).values(
        mark=JSONObject(role="role", person="person_id", seq="seen_seq")
    )
)


def _marks(want: Want, conversation: Any) -> tuple[Mark, ...]:
    """How far each participant has read the talk."""
    if want.stream != stream.TALK:
        return ()
    key = frames.key(want.conversation, stream.TALK)
    return tuple(Mark(key, f"{mark['role']}:{mark['person']}", mark["seq"]) for mark in conversation.marks)


def _is_near(want: Want, conversation: Conversation) -> bool:
    return bool(want.after) and 0 <= _head(conversation, want.stream) - (want.after or 0) <= RESUME_EVENTS


def _missed(
    wants: Collection[Want], talks: Mapping[UUID, Conversation]
) -> dict[tuple[UUID, str], list[tuple[int, bytes]]]:
    """(seq, frame) of what comes after the earliest `after` of each stream; no query where nothing does.

    Where more is said at this very moment, what is read may end a little before it.
    """
    lowest: dict[tuple[UUID, str], int] = {}
    for want in wants:
        place = (want.conversation, want.stream)
        lowest[place] = min(want.after or 0, lowest.get(place, want.after or 0))
    behind = {(id_, which): seq for (id_, which), seq in lowest.items() if seq < _head(talks[id_], which)}
    missing = sum(_head(talks[id_], which) - seq for (id_, which), seq in behind.items())
    found: dict[tuple[UUID, str], list[tuple[int, bytes]]] = {}
    for id_, stream_, seq, frame in stream.since(
        [(id_, which, seq) for (id_, which), seq in behind.items()], limit=missing + RESUME_EVENTS
    ):
        found.setdefault((id_, stream_), []).append((seq, frame))
    return found


def _rest(want: Want, rows: Sequence[tuple[int, bytes]]) -> Resumed:
    held = want.after or 0
    mine = [(seq, frame) for seq, frame in rows if seq > held]
    return Resumed(head=mine[-1][0] if mine else held, frames=tuple(frame for _, frame in mine))


def _anew(reset: protocol.Reset) -> Resumed:
    return Resumed(head=reset.head, frames=(frames.encode(reset),))


def page(conversation_id: UUID, which: str, *, before: int | None, limit: int) -> tuple[list[protocol.Numbered], bool]:
    """Up to `limit` rows before number `before` (None: the latest), oldest first, and whether earlier ones exist."""
    rows = Event.objects.filter(conversation_id=conversation_id, stream=which).order_by("-seq")
    if before is not None:
        rows = rows.filter(seq__lt=before)
    found = list(rows[: limit + 1])
    return [frames.of(row) for row in found[:limit][::-1]], len(found) > limit


LINES = 40


def lines(conversation_id: UUID, *, last: int = LINES) -> list[tuple[str, str]]:
    """(role, text) of the latest messages and answers, oldest first."""
    rows = Event.objects.filter(conversation_id=conversation_id, stream=stream.TALK, kind__in=["message", "answer"])
    return list(rows.order_by("-seq").values_list("author_role", "text")[:last])[::-1]


def told(conversation_id: UUID) -> list[tuple[str, str, list[dict[str, str]]]]:
    """(role, text, sources) of all messages and answers, oldest first; one query."""
    rows = Event.objects.filter(conversation_id=conversation_id, stream=stream.TALK, kind__in=["message", "answer"])
    said = rows.order_by("seq").values_list("author_role", "text", "data__sources")
    return [(role, text, sources or []) for role, text, sources in said]
