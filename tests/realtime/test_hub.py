"""What one kind of people asks keeps no other kind waiting; and who was told goodbye is not listened to."""

import asyncio
from threading import Event
from typing import Any, cast
from uuid import uuid4

import pytest

from marketplace.refusals import Refused
from marketplace.sockets import product
from realtime import protocol
from realtime.consumers import Server, SocketConsumer
from realtime.hub import Hub
from realtime.limits import REQUEST_THREADS, REVOKED
from realtime.outbox import Outbox, Outboxes
from realtime.session import Session


async def test_agents_are_heard_while_customers_ask_for_more_than_can_be_done() -> None:
    hub, over = Hub(product()), Event()
    asked = [asyncio.ensure_future(hub._requests.run(over.wait)) for _ in range(2 * REQUEST_THREADS)]
    await asyncio.sleep(0)
    try:
        async with asyncio.timeout(5):
            with pytest.raises(Refused):
                await hub.carry_out(f"agent:{uuid4()}", protocol.Ping(have=[]))
    finally:
        over.set()
        await asyncio.gather(*asked)


class Ears:
    """What a session would have heard."""

    def __init__(self, outbox: Outbox) -> None:
        self.outbox = outbox
        self.heard: list[str] = []

    async def hear(self, text: str) -> None:
        self.heard.append(text)


async def test_who_was_told_goodbye_is_not_listened_to_while_the_word_is_still_on_its_way() -> None:
    flowing = asyncio.Event()

    async def send(message: dict[str, Any]) -> None:
        await flowing.wait()

    consumer = SocketConsumer(Server(product()), "agent")
    session = Ears(Outbox(send, Outboxes(), lambda: None))
    consumer._session = cast("Session", session)

    await consumer.websocket_receive({"text": "before"})
    session.outbox.close(REVOKED, farewell="bye")
    await consumer.websocket_receive({"text": "after"})

    assert session.heard == ["before"]
    assert not session.outbox.closed
    flowing.set()
    await session.outbox.flushed()
