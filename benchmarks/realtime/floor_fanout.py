"""The floor of a fan-out: what one socket says is written to all of them. The least ASGI application."""

from typing import Any
from uuid import UUID

import msgspec

_everyone: set[Any] = set()
_said = 0


class Say(msgspec.Struct, tag_field="type", tag="say"):
    conversation: UUID
    client_id: UUID
    text: str


_read = msgspec.json.Decoder(Say).decode


def _told(said: Say) -> str:
    global _said
    _said += 1
    author = {"role": "customer", "id": said.conversation, "name": "Maja"}
    told = {
        "type": "message", "conversation": said.conversation, "stream": "talk", "seq": _said, "author": author,
        "at": "2026-01-01T00:00:00.000000Z", "client_id": said.client_id, "text": said.text, "status": None,
    }  # fmt: skip
    return msgspec.json.encode(told).decode()


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    while True:
        message = await receive()
        match message["type"]:
            case "lifespan.startup":
                await send({"type": "lifespan.startup.complete"})
            case "lifespan.shutdown":
                await send({"type": "lifespan.shutdown.complete"})
                return
            case "websocket.connect":
                await send({"type": "websocket.accept"})
                _everyone.add(send)
            case "websocket.receive":
                told = {"type": "websocket.send", "text": _told(_read(message["text"]))}
                for each in _everyone:
                    await each(told)
            case _:
                _everyone.discard(send)
                return
