"""Numbered rows as frames: the same bytes for the socket, REST, a resume and a snapshot."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from conversations.models import Event
from realtime import protocol

_encode = msgspec.json.Encoder().encode


def encode(frame: protocol.Frame) -> bytes:
    return _encode(frame)


def key(conversation_id: UUID, stream: str) -> str:
    """The wire's name of a stream."""
    return f"{conversation_id}/{stream}"


def status_of(stored: dict[str, Any]) -> protocol.Status:
    """A stored status as it travels."""
    return msgspec.convert(stored, protocol.Status, strict=False)


def stored_status(status: protocol.Status) -> dict[str, Any]:
    """A status as `Conversation.status` and `Event.data` keep it."""
    return msgspec.to_builtins(status)  # type: ignore[no-any-return]


def message(
    *,
    conversation: UUID,
    seq: int,
    author: protocol.Author,
    text: str,
    client_id: UUID,
    at: datetime,
    status: dict[str, Any] | None,
) -> protocol.Message:
    return protocol.Message(
        conversation=conversation,
        stream="talk",
        seq=seq,
        author=author,
        text=text,
        client_id=client_id,
        at=at,
        status=status_of(status) if status else None,
    )


def of(event: Event) -> protocol.Numbered:
    """The frame of one stored row."""
    author = protocol.Author(role=event.author_role, id=event.author_id, name=event.author_name)  # type: ignore[arg-type]
    place: dict[str, Any] = {
        "conversation": event.conversation_id,
        "stream": event.stream,
        "seq": event.seq,
        "author": author,
        "at": event.at,
    }
    match event.kind:
        case Event.Kind.MESSAGE:
            assert event.client_id is not None
            status = event.data.get("status")
            return protocol.Message(
                **place, text=event.text, client_id=event.client_id, status=status_of(status) if status else None
            )
        case Event.Kind.ANSWER:
            sources = msgspec.convert(event.data.get("sources", []), list[protocol.Source])
            return protocol.Answer(**place, text=event.text, sources=sources)
        case Event.Kind.CHANGED:
            return protocol.Changed(**place, change=event.data["change"], status=status_of(event.data["status"]))
        case Event.Kind.HAND_OFF:
            return protocol.HandOff(**place, packet=msgspec.convert(event.data["packet"], protocol.Packet))
        case Event.Kind.NOTE:
            return protocol.Note(**place, text=event.text, about=event.data.get("about", ""))
        case other:
            raise AssertionError(f"unknown kind of event: {other}")
