"""Reading a conversation: pages of it, what a reader misses, and the snapshot that replaces everything."""

from uuid import UUID

from conversations import frames, stream
from conversations.models import Conversation, Event
from realtime import protocol
from realtime.ports import Resumed

SNAPSHOT_EVENTS = 100
RESUME_EVENTS = 500  # whoever misses more gets a snapshot, and is told so by its `reset`


def snapshot(conversation: Conversation, which: protocol.Stream) -> protocol.Reset:
    """The latest rows of a stream and where the conversation stands."""
    head = conversation.talk_seq if which == stream.TALK else conversation.desk_seq
    rows = Event.objects.filter(conversation=conversation, stream=which, seq__lte=head).order_by("-seq")
    latest = list(rows[: SNAPSHOT_EVENTS + 1])
    shown = latest[:SNAPSHOT_EVENTS][::-1]
    return protocol.Reset(
        conversation=conversation.pk,
        stream=which,
        head=head,
        events=[frames.of(row) for row in shown],
        earlier=len(latest) > SNAPSHOT_EVENTS,
        status=frames.status_of(conversation.status) if which == stream.TALK else None,
    )


def resume(conversation_id: UUID, which: protocol.Stream, *, after: int | None) -> Resumed:
    """What comes after number `after`; a snapshot where nothing is held, much is missing or `after` is not ours."""
    conversation = Conversation.objects.get(pk=conversation_id)
    head = conversation.talk_seq if which == stream.TALK else conversation.desk_seq
    if after is not None and 0 <= head - after <= RESUME_EVENTS:
        rows = stream.since([(conversation_id, which, after)], limit=RESUME_EVENTS + 1)
        return Resumed(head=rows[-1][2] if rows else head, frames=tuple(frame for *_, frame in rows))
    reset = snapshot(conversation, which)
    return Resumed(head=reset.head, frames=(frames.encode(reset),))


def page(conversation_id: UUID, which: str, *, before: int | None, limit: int) -> tuple[list[protocol.Numbered], bool]:
    """Up to `limit` rows before number `before` (None: the latest), oldest first, and whether earlier ones exist."""
    rows = Event.objects.filter(conversation_id=conversation_id, stream=which).order_by("-seq")
    if before is not None:
        rows = rows.filter(seq__lt=before)
    found = list(rows[: limit + 1])
    return [frames.of(row) for row in found[:limit][::-1]], len(found) > limit


def lines(conversation_id: UUID, *, last: int = 40) -> list[tuple[str, str]]:
    """(role, text) of the latest messages and answers, oldest first."""
    rows = Event.objects.filter(conversation_id=conversation_id, stream=stream.TALK, kind__in=["message", "answer"])
    return [(row.author_role, row.text) for row in rows.order_by("-seq")[:last]][::-1]
