"""The floor of a frame: what comes in goes out. The least ASGI application."""

from typing import Any


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
            case "websocket.receive":
                await send({"type": "websocket.send", "text": message["text"]})
            case _:
                return
