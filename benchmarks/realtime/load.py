"""The load: sockets that talk as fast as they are answered, never faster than a socket may."""

import asyncio
import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

import msgspec

from benchmarks.client import Socket, open_socket
from benchmarks.machine import Meter, Spent, between
from benchmarks.realtime import cast
from realtime.limits import FRAMES_PER_SECOND

PACE_SECONDS = 1 / (FRAMES_PER_SECOND - 1)
DRAIN_SECONDS = 15.0
AT_ONCE = 40


class Heard(msgspec.Struct):
    """What a load looks at in a frame."""

    type: str
    seq: int = 0
    head: int = 0
    stream: str = "talk"
    client_id: str = ""
    code: str = ""
    message: str = ""


_decode = msgspec.json.Decoder(Heard).decode


class Speaker(ABC):
    """One socket that says the next thing once the last is answered. `socket` is set before the first word."""

    socket: Socket

    def __init__(self, load: "Load") -> None:
        self.load = load
        self._next_at = 0.0

    def begin(self) -> None:
        """Say the next thing, now or as soon as the pace allows."""
        loop, now = asyncio.get_running_loop(), time.monotonic()
        at = max(now, self._next_at)
        self._next_at = at + PACE_SECONDS
        loop.call_later(at - now, self._go_on)

    def _go_on(self) -> None:
        if self.load.running:
            self.speak()

    def hear(self, payload: bytes) -> None:
        frame = _decode(payload)
        if frame.type in ("refused", "bye"):
            self.load.faults.append(f"{frame.type} {frame.code}: {frame.message}")
        else:
            self.take(frame)

    @abstractmethod
    def speak(self) -> None: ...

    @abstractmethod
    def take(self, frame: Heard) -> None: ...


class Load:
    """All speakers against one server. `done` counts what was said and fully answered, `open` what was not yet,
    `misplaced` the numbers that came out of turn."""

    def __init__(self) -> None:
        self.speakers: Sequence[Speaker] = ()
        self.running = False
        self.done = 0
        self.open = 0
        self.misplaced = 0
        self.faults: list[str] = []
        self._all_answered = asyncio.Event()

    def said(self) -> None:
        self.open += 1

    def answered(self) -> None:
        self.open -= 1
        self.done += 1
        if not self.open:
            self._all_answered.set()

    async def burst(self, meter: Meter, *, warm_up_seconds: float, seconds: float) -> tuple[float, Spent]:
        """(answered a second, what it cost) in the time after the warm-up. Everything said is answered at the end."""
        self.running = True
        for speaker in self.speakers:
            speaker.begin()
        await asyncio.sleep(warm_up_seconds)
        before, done = meter.read(), self.done
        await asyncio.sleep(seconds)
        spent, done = between(before, meter.read()), self.done - done
        self.running = False
        await self.drained()
        assert done, "nothing was answered"
        return done / spent.seconds, spent

    async def drained(self) -> None:
        """Nothing was lost, doubled, reordered or refused, or the figures would mean nothing."""
        self._all_answered = asyncio.Event()
        if self.open:
            with suppress(TimeoutError):
                async with asyncio.timeout(DRAIN_SECONDS):
                    await self._all_answered.wait()
        ended = [speaker.socket.ended for speaker in self.speakers if speaker.socket.ended]
        assert not ended, f"{len(ended)} sockets ended, the first {ended[0]}"
        assert not self.faults, f"{len(self.faults)} faults, the first {self.faults[0]}"
        assert not self.open, f"{self.open} were never answered"

    async def close(self) -> None:
        """Every socket has been closed, by both sides."""
        for speaker in self.speakers:
            speaker.socket.close()
        async with asyncio.timeout(DRAIN_SECONDS):
            for speaker in self.speakers:
                await speaker.socket.gone.wait()


@dataclass(frozen=True)
class Entrance:
    """How one speaker gets in: where, and what it says first."""

    path: str
    port: int
    ticket: str = ""


async def connect(load: Load, speakers: Sequence[Speaker], entrances: Sequence[Entrance]) -> None:
    """Every speaker has its socket; those with a ticket have entered and hold all they may read."""
    load.speakers = speakers
    gate = asyncio.Semaphore(AT_ONCE)

    async def enter(speaker: Speaker, entrance: Entrance) -> None:
        async with gate:
            port = entrance.port
            speaker.socket = await open_socket(port, entrance.path, origin_of(port), speaker.hear)
            if entrance.ticket:
                await _entered(speaker, entrance.ticket)

    await asyncio.gather(*map(enter, speakers, entrances))


async def _entered(speaker: Speaker, ticket: str) -> None:
    """The answer to a ping behind `enter` comes when the socket has been brought up to date."""
    up_to_date = asyncio.Event()
    take = speaker.take

    def watch(frame: Heard) -> None:
        if frame.type == "pong":
            up_to_date.set()
        else:
            take(frame)

    speaker.take = watch  # type: ignore[method-assign]
    speaker.socket.send(msgspec.json.encode({"type": "enter", "ticket": ticket, "have": []}))
    speaker.socket.send(b'{"type":"ping","have":[]}')
    async with asyncio.timeout(30):
        await up_to_date.wait()
    del speaker.take  # the class's own again


def origin_of(port: int) -> str:
    return f"http://127.0.0.1:{port}"


def entrances(pairs: Sequence[cast.Pair], port: int, *, agents: int | None = None) -> list[Entrance]:
    """The product's doors for both people of each pair, customer first; the agents' may lead to another port."""
    people = [(who, at) for pair in pairs for who, at in zip(pair.principals, (port, agents or port), strict=True)]
    secrets = cast.enter_by_ticket([(who, origin_of(at), "") for who, at in people])
    return [
        Entrance(f"/ws/{who.partition(':')[0]}", at, secret) for (who, at), secret in zip(people, secrets, strict=True)
    ]
