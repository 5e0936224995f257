"""One process between everybody and everybody: it carries every link of the world and spoils those it is told to.

`python -m tests.chaos.proxy SOCKET` obeys orders (`weather.Order`, JSON lines) on a UNIX socket. On a fair day a chunk
is passed on in the callback that brought it.
"""

from __future__ import annotations

import asyncio
import random
import socket
import struct
import sys
import time
from collections import deque
from dataclasses import dataclass, field
from typing import cast

import msgspec
import uvloop

from tests.chaos.answers import READY_IDLE, begins, ends, lost_answer, wrote
from tests.chaos.weather import FAIR, Answer, Order, Tally, Weather

RESET = struct.pack("ii", 1, 0)
HELD_BYTES = 1 << 20  # of one direction; beyond it the sender is no longer read
KINDS = {b"/ws/agent": "agent", b"/ws/customer": "customer"}


@dataclass(eq=False)
class Route:
    """One way into the world: a port, what stands behind it, its links, its weather and its luck."""

    name: str
    to: str
    luck: random.Random
    weather: Weather = FAIR
    links: set[Link] = field(default_factory=set)
    tally: Tally = field(default_factory=Tally)
    corrupt: int = 0
    corrupt_only: str = ""
    swallow: int = 0
    server: asyncio.Server | None = None

    @property
    def watched(self) -> bool:
        """Whether chunks must be looked at, not only passed on."""
        return bool(self.corrupt or self.swallow)

    @property
    def serves(self) -> str:
        return self.name.rpartition(".")[2]

    def concerned(self, only: str, share: float) -> list[Link]:
        links = [link for link in self.links if not only or link.kind == only]
        return [link for link in links if link.lot < share]


class Lane:
    """One direction of a link: `take` a chunk from one end, in order, to the other end."""

    def __init__(self, link: Link, upward: bool) -> None:
        self.link = link
        self.upward = upward
        self.source: End | None = None
        self.sink: End | None = None
        self.waiting: deque[tuple[float, bytes]] = deque()
        self.held_bytes = 0
        self.taken = 0
        self.last_due = 0.0
        self.timer: asyncio.TimerHandle | None = None
        self.finishing = False
        self.full_sink = False
        self.discarding = False

    @property
    def leads(self) -> bool:
        """Whether there is an end to pass on to: not before the server has answered."""
        return self.discarding or (self.sink is not None and self.sink.transport is not None)

    @property
    def stands(self) -> bool:
        return not self.leads or (self.link.spoiled and self.link.route.weather.held)

    def take(self, data: bytes) -> None:
        route = self.link.route
        tally = route.tally
        tally.bytes += len(data)
        tally.chunks += 1
        self.taken += 1
        if route.watched:
            seen = self._look(route, data)
            if seen is None:
                return
            data = seen
        if not self.waiting and not self.link.spoiled and self.leads:
            self._pass(data)
        else:
            self._queue(data)

    def _look(self, route: Route, data: bytes) -> bytes | None:
        """The chunk, perhaps damaged; None when it is lost and the link with it."""
        link = self.link
        if route.swallow and route.serves == "pg":
            if self.upward:
                link.wrote = link.wrote or wrote(data)
            elif lost_answer(data, link.wrote):
                route.swallow -= 1
                route.tally.swallowed += 1
                link.cut()
                return None
            elif data.endswith(READY_IDLE):
                link.wrote = False
        meant = route.corrupt and route.corrupt_only in ("", link.kind)
        if meant and self.taken > 4 and self._fit(data):
            route.corrupt -= 1
            route.tally.corrupted += 1
            data = damaged(data, route)
        if not self.upward:
            link.at_rest = ends(route.serves, data)
        return data

    def _fit(self, data: bytes) -> bool:
        """On a server's link only a chunk that begins a message may be damaged."""
        serves = self.link.route.serves
        return serves == "web" or (self.link.at_rest and begins(serves, data))

    def _queue(self, data: bytes) -> None:
        weather, luck, now = self.link.route.weather, self.link.route.luck, time.monotonic()
        due = now
        if self.link.spoiled:
            due += weather.delay + luck.uniform(0, weather.jitter)
            if weather.fifth and self.taken % 5 == 0:
                due += luck.uniform(*weather.fifth)
        self.last_due = max(self.last_due, due)
        self.waiting.append((self.last_due, data))
        self.held_bytes += len(data)
        self.settle()
        self._arm()

    def _arm(self) -> None:
        if self.timer is None and self.waiting and not self.stands:
            wait = max(0.0, self.waiting[0][0] - time.monotonic())
            self.timer = asyncio.get_running_loop().call_later(wait, self._due)

    def _due(self) -> None:
        self.timer = None
        if self.stands:
            return
        now = time.monotonic()
        while self.waiting and self.waiting[0][0] <= now + 0.001:
            _, data = self.waiting.popleft()
            self.held_bytes -= len(data)
            self._pass(data)
        self.settle()
        self._arm()
        if self.finishing and not self.waiting:
            self.finish()

    def changed(self) -> None:
        """The weather is another: what was held goes as soon as it may."""
        if not self.link.spoiled:
            self.last_due = 0.0
            self.waiting = deque((0.0, data) for _, data in self.waiting)
            if self.timer is not None:
                self.timer.cancel()
                self.timer = None
        self.settle()
        self._arm()

    def settle(self) -> None:
        """The source is read exactly while there is a sink with room, and the weather lets it."""
        unread = self.link.spoiled and self.link.route.weather.unread
        if self.source is not None:
            self.source.read(not (unread or not self.leads or self.full_sink or self.held_bytes > HELD_BYTES))

    def _pass(self, data: bytes) -> None:
        if not self.discarding and self.sink is not None and self.sink.transport is not None:
            self.sink.transport.write(data)

    def finish(self) -> None:
        """The source has closed its end: so does the sink, after what is still under way."""
        if self.waiting:
            self.finishing = True
        elif self.sink is not None and self.sink.transport is not None:
            self.sink.transport.close()


class End(asyncio.Protocol):
    """One of a link's two sockets: what it hears goes into `out`, what the other hears comes to it by `into`."""

    def __init__(self, link: Link, out: Lane, into: Lane) -> None:
        self.link = link
        self.out = out
        self.into = into
        self.transport: asyncio.Transport | None = None
        self.reading = True

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        self.out.source = self
        self.into.sink = self
        self.link.joined(self)

    def data_received(self, data: bytes) -> None:
        if self.link.kind == "?" and self.out.upward:
            self.link.name_it(data)
        self.out.take(data)

    def eof_received(self) -> bool:
        self.out.finish()
        return True

    def connection_lost(self, error: Exception | None) -> None:
        self.transport = None
        self.link.left(self)

    def pause_writing(self) -> None:
        self.into.full_sink = True
        self.into.settle()

    def resume_writing(self) -> None:
        self.into.full_sink = False
        self.into.settle()

    def read(self, on: bool) -> None:
        if self.transport is None or self.transport.is_closing() or on == self.reading:
            return
        self.reading = on
        if on:
            self.transport.resume_reading()
        else:
            self.transport.pause_reading()

    def reset(self) -> None:
        """The other side sees the link break at once, with nothing flushed."""
        if self.transport is not None:
            raw = self.transport.get_extra_info("socket")
            if raw is not None and raw.family != socket.AF_UNIX:
                raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            self.transport.abort()


class Link:
    """A client's socket, and ours to what stands behind the route."""

    def __init__(self, route: Route) -> None:
        self.route = route
        self.kind = "?" if route.serves == "web" else route.serves
        self.lot = route.luck.random()
        self.wrote = False
        self.at_rest = False  # the last answer was whole: seen only while the route is watched
        self.up, self.down = Lane(self, True), Lane(self, False)
        self.client = End(self, self.up, self.down)
        self.server = End(self, self.down, self.up)
        self.connecting: asyncio.Task[None] | None = None
        self.spoiled = False

    def joined(self, end: End) -> None:
        if end is self.server:
            self.feel()
            return
        self.route.tally.opened += 1
        if self.route.weather.refusing:
            end.reset()
            return
        self.route.links.add(self)
        end.read(False)
        self.connecting = asyncio.get_running_loop().create_task(self._connect())

    async def _connect(self) -> None:
        loop = asyncio.get_running_loop()
        host, colon, port = self.route.to.rpartition(":")
        try:
            if colon:
                await loop.create_connection(lambda: self.server, host, int(port))
            else:
                await loop.create_unix_connection(lambda: self.server, self.route.to)
        except OSError:
            self.client.reset()
            return
        if self.client.transport is None:
            self.server.reset()

    def name_it(self, data: bytes) -> None:
        """The first bytes of a client say which kind of link this is."""
        request = data[:200].partition(b"\r\n")[0]
        self.kind = next((kind for path, kind in KINDS.items() if path in request), "http")
        self.feel()

    def feel(self) -> None:
        """The route's weather holds for this link from now on, or does not."""
        weather = self.route.weather
        meant = not weather.only or weather.only == self.kind
        self.spoiled = not weather.fair and meant and self.lot < weather.share
        self.up.changed()
        self.down.changed()

    def cut(self) -> None:
        self.route.tally.cut += 1
        self.client.reset()
        self.server.reset()

    def half(self) -> None:
        """The server hears that the client will say no more; its own way stays open, and leads nowhere."""
        if self.server.transport is not None and self.server.transport.can_write_eof():
            self.route.tally.cut += 1
            self.server.transport.write_eof()
            self.up.discarding = True

    def left(self, end: End) -> None:
        if self.client.transport is None and self.server.transport is None:
            self.route.links.discard(self)
        (self.down if end is self.server else self.up).finish()


def damaged(data: bytes, route: Route) -> bytes:
    """One byte with its highest bit turned.

    On a client's link anywhere: all its text is UTF-8, which such a change always breaks, so that it is noticed as a
    link with TLS would. On a server's link in the first byte, where a message's kind stands: further in, it would be
    another value, which no protocol without a checksum can notice.
    """
    place = route.luck.randrange(len(data)) if route.serves == "web" else 0
    return data[:place] + bytes([data[place] ^ 0x80]) + data[place + 1 :]


class Proxy:
    """All routes, and what the rig may order."""

    def __init__(self) -> None:
        self.routes: dict[str, Route] = {}

    async def obey(self, order: Order) -> Answer:
        if order.act == "open":
            return Answer(port=await self._open(order.route, order.to))
        if order.act == "count":
            for route in self.routes.values():
                route.tally.links = len(route.links)
            tallies = {name: route.tally for name, route in self.routes.items()}
            return Answer(tallies=tallies, cpu_seconds=time.process_time())
        return Answer(met=self._spoil(self.routes[order.route], order))

    async def _open(self, name: str, to: str) -> int:
        route = Route(name, to, random.Random(name))
        loop = asyncio.get_running_loop()
        route.server = await loop.create_server(lambda: Link(route).client, "127.0.0.1", 0, backlog=4096)
        self.routes[name] = route
        return int(route.server.sockets[0].getsockname()[1])

    def _spoil(self, route: Route, order: Order) -> int:
        if order.act == "weather":
            route.weather = order.weather
            for link in list(route.links):
                link.feel()
            return sum(link.spoiled for link in route.links)
        if order.act == "corrupt":
            route.corrupt, route.corrupt_only = order.count, order.only
        elif order.act == "swallow":
            route.swallow = order.count
        elif order.act in ("cut", "half"):
            met = route.concerned(order.only, order.share)
            for link in met:
                link.cut() if order.act == "cut" else link.half()
            return len(met)
        else:
            raise ValueError(f"no such act: {order.act}")
        return len(route.links)


async def serve(path: str) -> None:
    """Obeys one rig until it hangs up; then everything ends."""
    proxy, gone = Proxy(), asyncio.Event()

    async def hear(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            try:
                answer = await proxy.obey(msgspec.json.decode(line, type=Order))
            except (ValueError, KeyError, OSError, msgspec.MsgspecError) as fault:
                answer = Answer(fault=repr(fault))
            writer.write(msgspec.json.encode(answer) + b"\n")
        gone.set()

    async with await asyncio.start_unix_server(hear, path):
        await gone.wait()


if __name__ == "__main__":
    uvloop.run(serve(sys.argv[1]))
