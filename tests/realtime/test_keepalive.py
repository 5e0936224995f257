"""Who is heard is not pinged; who falls silent is, and is cut off where no answer comes."""

import asyncio
import heapq
from collections.abc import Callable
from typing import Any, cast

import pytest
from uvicorn import Config
from uvicorn.server import ServerState
from websockets.client import ClientProtocol
from websockets.frames import Opcode
from websockets.uri import parse_uri

from realtime.keepalive import PatientProtocol


class Loop:
    """A clock that is moved by hand, with what is due at which time."""

    def __init__(self) -> None:
        self.now = 0.0
        self._due: list[tuple[float, int, asyncio.TimerHandle]] = []
        self._real = asyncio.new_event_loop()

    def time(self) -> float:
        return self.now

    def call_later(self, delay: float, act: Callable[..., object], *words: object) -> asyncio.TimerHandle:
        handle = asyncio.TimerHandle(self.now + delay, act, words, self._real)
        heapq.heappush(self._due, (self.now + delay, len(self._due), handle))
        return handle

    def create_task(self, work: Any) -> asyncio.Task[None]:
        return self._real.create_task(work)

    def pass_until(self, moment: float) -> None:
        while self._due and self._due[0][0] <= moment:
            self.now, _, handle = heapq.heappop(self._due)
            if not handle.cancelled():
                handle._run()
        self.now = moment

    def close(self) -> None:
        for task in asyncio.all_tasks(self._real):
            task.cancel()
        self._real.run_until_complete(asyncio.sleep(0))
        self._real.close()


class Link(asyncio.Transport):
    """What the server writes comes to the client at once."""

    def __init__(self, client: ClientProtocol) -> None:
        super().__init__()
        self._client = client
        self.closed = False

    def write(self, data: Any) -> None:
        self._client.receive_data(bytes(data))

    def is_closing(self) -> bool:
        return self.closed

    def close(self) -> None:
        self.closed = True

    def pause_reading(self) -> None: ...

    def resume_reading(self) -> None: ...


class Page:
    """A browser's end of one socket, past its handshake. `answers`: it returns pings."""

    def __init__(self, loop: Loop, *, answers: bool) -> None:
        self.answers = answers
        self._client = ClientProtocol(parse_uri("ws://beckon.example/ws/agent"))
        self.link = Link(self._client)
        config = Config(app=_echo, ws_ping_interval=10.0, ws_ping_timeout=10.0, ws_per_message_deflate=False)
        config.load()
        self.server = PatientProtocol(config, ServerState(), {}, cast("asyncio.AbstractEventLoop", loop))
        self.server.connection_made(self.link)
        self._client.send_request(self._client.connect())
        self._reach()
        loop._real.run_until_complete(asyncio.sleep(0.0))
        loop._real.run_until_complete(asyncio.sleep(0.0))

    def say(self) -> None:
        self._client.send_text(b"I am here.")
        self._reach()
        self.server.read_paused = False

    def pings(self) -> int:
        """How many came since the last look; answered now, if at all."""
        came = [event for event in self._client.events_received() if getattr(event, "opcode", None) == Opcode.PING]
        if self.answers:
            self._reach()
        return len(came)

    def _reach(self) -> None:
        if data := b"".join(self._client.data_to_send()):
            self.server.data_received(data)


async def _echo(scope: Any, receive: Any, send: Any) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    await asyncio.Event().wait()


@pytest.fixture
def loop() -> Any:
    made = Loop()
    asyncio.set_event_loop(made._real)
    yield made
    made.close()
    asyncio.set_event_loop(None)


def test_who_pings_by_herself_is_not_pinged(loop: Loop) -> None:
    page = Page(loop, answers=True)

    for moment in range(10, 101, 10):
        loop.pass_until(moment + 0.4)  # a page's timer is late now and then
        page.say()

    assert page.pings() == 0
    assert not page.link.closed


def test_who_is_silent_is_pinged_and_stays_while_she_answers(loop: Loop) -> None:
    page = Page(loop, answers=True)

    pings = []
    for moment in range(1, 46):
        loop.pass_until(float(moment))
        pings.append(page.pings())

    assert sum(pings) == 4
    assert not page.link.closed


def test_who_is_gone_is_cut_off_twenty_seconds_after_she_was_last_heard(loop: Loop) -> None:
    page = Page(loop, answers=False)
    loop.pass_until(7.0)
    page.say()

    loop.pass_until(26.9)
    assert page.pings() == 1
    assert not page.link.closed

    loop.pass_until(27.1)
    assert page.link.closed


def test_a_connection_that_broke_in_the_middle_of_a_frame_keeps_nothing(loop: Loop) -> None:
    page = Page(loop, answers=False)
    page.server.data_received(b"\x81\xfe\xff\xff" + b"x" * 60_000)
    parser: Any = page.server.conn.parser

    page.server.connection_lost(None)

    assert parser.gi_frame is None, "a suspended parser holds its frame, its handshake and itself"
