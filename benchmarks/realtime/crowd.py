"""Many sockets that mostly listen: each enters with a ticket, says that it is alive when asked, and costs little."""

import asyncio
import json
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import msgspec

from benchmarks.client import Socket, open_socket
from benchmarks.realtime import cast
from benchmarks.realtime.load import AT_ONCE, origin_of

PING = b'{"type":"ping","have":[]}'
PONG = b'{"type":"pong"'
BYE = b'{"type":"bye"'
WELCOME = b'{"type":"welcome"'
ANSWER_SECONDS = 60.0
TOGETHER = 200  # tickets last half a minute: so many are asked for at a time


class Guest:
    """One person's socket. `heard` counts the frames since it entered."""

    def __init__(self, principal: str, port: int, *, receive_bytes: int = 0) -> None:
        self.principal = principal
        self.port = port
        self.heard = 0
        self.ticket = ""  # for the next time, from its welcome until it is refused
        self._receive_bytes = receive_bytes
        self._bye = ""
        self._answered = asyncio.Event()
        self._more = asyncio.Event()
        self._socket: Socket | None = None

    @property
    def socket(self) -> Socket:
        assert self._socket is not None
        return self._socket

    async def enter(self, ticket: str, *, have: Sequence[dict[str, Any]] = (), cookie: str = "") -> None:
        """It has been let in and brought up to date."""
        path = f"/ws/{self.principal.partition(':')[0]}"
        self._socket = await open_socket(
            self.port, path, origin_of(self.port), self.hear, cookie=cookie, receive_bytes=self._receive_bytes
        )
        self.heard, self._bye = 0, ""
        self._socket.send(msgspec.json.encode({"type": "enter", "ticket": ticket, "have": have}))
        await self.answers()

    async def answers(self) -> None:
        """A ping sent now has come back, and so has all that was on its way before. ConnectionError if it has ended."""
        self._answered.clear()
        self.socket.send(PING)
        async with asyncio.timeout(ANSWER_SECONDS):
            await self._answered.wait()
        if self.socket.ended or self._bye:
            raise ConnectionError(self.socket.ended or self._bye)

    async def has_heard(self, frames: int) -> None:
        """So many frames have come since it entered; what was missed may come after the answer to a ping."""
        async with asyncio.timeout(ANSWER_SECONDS):
            while self.heard < frames:
                self._more.clear()
                await self._more.wait()

    def hear(self, payload: bytes) -> None:
        if payload.startswith(PONG):
            self._answered.set()
        elif payload.startswith(BYE):
            self._bye = payload.decode()
            if json.loads(payload)["code"] == "ticket":
                self.ticket = ""
            self._answered.set()
        else:
            if payload.startswith(WELCOME):
                self.ticket = json.loads(payload)["ticket"]
            self.heard += 1
            self._more.set()


async def enter_all(guests: Sequence[Guest], log_ins: Mapping[str, str] = MappingProxyType({})) -> None:
    """All have entered, some forty at a time. `log_ins`: principal -> the key of the session she is logged in with."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def enter(guest: Guest, ticket: str) -> None:
        key = log_ins.get(guest.principal, "")
        async with gate:
            await guest.enter(ticket, cookie=f"sessionid={key}" if key else "")

    for start in range(0, len(guests), TOGETHER):
        some = guests[start : start + TOGETHER]
        people = [(guest.principal, origin_of(guest.port), log_ins.get(guest.principal, "")) for guest in some]
        tickets = await asyncio.to_thread(cast.enter_by_ticket, people)
        await asyncio.gather(*map(enter, some, tickets))


async def all_answer(guests: Iterable[Guest]) -> None:
    """Every one is alive: its ping has come back."""
    await asyncio.gather(*(guest.answers() for guest in guests))


async def leave_all(guests: Iterable[Guest]) -> None:
    """Every link is closed, by both sides."""
    guests = list(guests)
    for guest in guests:
        guest.socket.close()
    for guest in guests:
        async with asyncio.timeout(ANSWER_SECONDS):
            await guest.socket.gone.wait()
