"""A socket that has ended leaves nothing for the collector: old garbage is collected too rarely to leave any there."""

import asyncio
import gc
from typing import Any

from marketplace.sockets import product
from realtime.consumers import Server, SocketConsumer
from realtime.hub import Hub
from realtime.session import Session


def sessions() -> int:
    """Exact types: `isinstance` would ask lazy objects of other tests for their class, which may fail."""
    return sum(type(each) is Session for each in gc.get_objects())


async def test_a_socket_that_has_ended_is_gone_without_the_collector(settings: Any) -> None:
    settings.PUBLIC_ORIGINS = ["http://here"]
    server = Server(product())
    server._hub = Hub(product())
    server._starting = asyncio.create_task(asyncio.sleep(0))
    come = [{"type": f"websocket.{what}", "text": "{}"} for what in ("connect", "receive", "disconnect")]
    most = 0

    async def receive() -> dict[str, Any]:
        nonlocal most
        most = max(most, sessions())
        await asyncio.sleep(0)
        return come.pop(0)

    async def send(message: dict[str, Any]) -> None:
        await asyncio.sleep(0)

    gc.collect()
    gc.disable()
    try:
        before = sessions()
        scope = {"type": "websocket", "headers": [(b"origin", b"http://here")]}
        await SocketConsumer(server, "customer")(scope, receive, send)
        await asyncio.sleep(0.01)
        assert (most, sessions()) == (before + 1, before)
    finally:
        gc.enable()
