"""Readers of a conversation: who took a snapshot once and has heard frames since, as the faces do.

The frames are those that go over the wire, taken where a server's hub would take them.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import msgspec
from django.test import TestCase

from conversations import frames, transcript
from conversations.models import Conversation
from realtime import protocol, wire
from realtime.bulletins import Bulletin

Frame = dict[str, Any]
Talk = dict[str, Any]
STREAMS: tuple[protocol.Stream, ...] = ("talk", "desk")


class Ear:
    """All numbered frames that were announced, in their order, by stream key; what was whispered, and what went ahead
    of a snapshot."""

    def __init__(self) -> None:
        self.heard: dict[str, list[Frame]] = {}
        self.whispers: list[tuple[str, Frame]] = []
        self.ahead: list[tuple[str, bytes]] = []

    def take(self, bulletin: Bulletin) -> None:
        for key, seq, raw in bulletin.events:
            frame = json.loads(bytes(raw))
            assert frame["seq"] == seq
            self.heard.setdefault(key, []).append(frame)
        self.ahead += [(principal, bytes(raw)) for principal, raw in bulletin.ahead]
        self.whispers += [(key, json.loads(bytes(raw))) for key, _, raw in bulletin.whispers]


@contextmanager
def listening() -> Iterator[Ear]:
    """Inside the block, `committing` brings everything that is announced to this ear."""
    ear = Ear()
    wire.attach(ear.take)
    try:
        yield ear
    finally:
        wire.detach(ear.take)


@contextmanager
def committing() -> Iterator[None]:
    """What happens inside is followed up as after a commit, in a test whose transaction is rolled back."""
    with TestCase.captureOnCommitCallbacks(execute=True):
        yield


def fresh(conversation_id: UUID, stream: protocol.Stream) -> Frame:
    """The snapshot that a newcomer gets now."""
    reset = transcript.snapshot(Conversation.objects.get(pk=conversation_id), stream)
    snapshot: Frame = json.loads(frames.encode(reset))
    return snapshot


def empty(conversation_id: UUID, stream: protocol.Stream) -> Talk:
    return {
        "conversation": str(conversation_id),
        "stream": stream,
        "head": 0,
        "events": [],
        "earlier": False,
        "status": None,
    }


def fold(talk: Talk, frame: Frame) -> Talk:
    """`talk` after `frame`: the rule that every reader follows."""
    if frame["type"] == "reset":
        return {name: frame[name] for name in talk}
    if frame["seq"] != talk["head"] + 1:
        return talk
    said = frame.get("status")
    return {**talk, "head": frame["seq"], "events": [*talk["events"], frame], "status": said or talk["status"]}


def folded(start: Talk, *heard: Frame) -> Talk:
    for frame in heard:
        start = fold(start, frame)
    return start


def decoded(frame: Frame) -> protocol.Numbered:
    """The frame as the protocol understands it. Raises where it does not."""
    numbered: protocol.Numbered = msgspec.convert(frame, protocol.Numbered, strict=False)
    return numbered
