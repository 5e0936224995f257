"""The rig's hand on the proxy: one order at a time over its socket."""

from __future__ import annotations

import asyncio
from typing import Any, Self

import msgspec

from tests.chaos.weather import FAIR, Answer, Order, Tally, Weather


class Steering:
    """`async with Steering.to(path)`; the proxy ends when this hangs up."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer
        self.turn = asyncio.Lock()
        self.routes: list[str] = []

    @classmethod
    async def to(cls, path: str) -> Self:
        return cls(*await asyncio.open_unix_connection(path, limit=1 << 20))

    async def _order(self, **told: Any) -> Answer:
        async with self.turn:
            self.writer.write(msgspec.json.encode(Order(**told)) + b"\n")
            async with asyncio.timeout(10):
                line = await self.reader.readline()
        answer = msgspec.json.decode(line, type=Answer)
        if answer.fault:
            raise RuntimeError(f"the proxy refused {told}: {answer.fault}")
        return answer

    async def open(self, route: str, to: str) -> int:
        """The port of a new route."""
        self.routes.append(route)
        return (await self._order(act="open", route=route, to=to)).port

    async def weather(self, route: str, weather: Weather = FAIR) -> int:
        """How many links it spoils now."""
        return (await self._order(act="weather", route=route, weather=weather)).met

    async def cut(self, route: str, *, only: str = "", share: float = 1.0) -> int:
        return (await self._order(act="cut", route=route, only=only, share=share)).met

    async def half(self, route: str, *, only: str = "", share: float = 1.0) -> int:
        return (await self._order(act="half", route=route, only=only, share=share)).met

    async def corrupt(self, route: str, count: int, *, only: str = "") -> None:
        await self._order(act="corrupt", route=route, count=count, only=only)

    async def swallow(self, route: str, count: int) -> None:
        await self._order(act="swallow", route=route, count=count)

    async def count(self) -> tuple[dict[str, Tally], float]:
        """Every route's tally, and the proxy's CPU seconds so far."""
        answer = await self._order(act="count")
        return answer.tallies, answer.cpu_seconds

    async def clear(self) -> None:
        """Fair weather everywhere, nothing armed."""
        for route in self.routes:
            await self.weather(route)
            await self.corrupt(route, 0)
            await self.swallow(route, 0)

    async def hang_up(self) -> None:
        self.writer.close()
