"""What a fault works with: the world, the people in it, the seed's luck, and weather that several faults may share."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from tests.chaos.contract import Load, Promise
from tests.chaos.weather import FAIR, Weather, mixed
from tests.chaos.world import World


@dataclass
class Scene:
    """One seed's stage. `notes` says in words what was done to whom, for a person who reads the result."""

    world: World
    load: Load
    luck: random.Random
    notes: list[str] = field(default_factory=list)
    skies: dict[str, list[Weather]] = field(default_factory=dict)

    def scaled(self, true_seconds: float) -> float:
        """A time of the true scale, in this world's."""
        return true_seconds / self.world.haste

    def note(self, words: str) -> None:
        self.notes.append(words)

    def one_of(self, *names: str) -> str:
        return self.luck.choice(names)

    @asynccontextmanager
    async def weather(self, routes: Iterable[str], weather: Weather) -> AsyncIterator[int]:
        """Inside the block it holds on these routes, mixed with what other faults make there. Yields the links met."""
        met = 0
        routes = list(routes)
        for route in routes:
            self.skies.setdefault(route, []).append(weather)
            met += await self._show(route)
        try:
            yield met
        finally:
            for route in routes:
                self.skies[route].remove(weather)
                await self._show(route)

    async def _show(self, route: str) -> int:
        sky = FAIR
        for each in self.skies[route]:
            sky = mixed(sky, each)
        return await self.world.proxy.weather(route, sky)

    async def now_and_then(self, act: Callable[[], Awaitable[object]], seconds: float, times: int) -> None:
        """`act` so often, at moments of the seed's choice within so many seconds."""
        moments = sorted(self.luck.uniform(0, seconds) for _ in range(times))
        passed = 0.0
        for moment in moments:
            await asyncio.sleep(moment - passed)
            passed = moment
            await act()
        await asyncio.sleep(seconds - passed)


Act = Callable[[Scene, float], Awaitable[None]]
EVERYTHING: frozenset[Promise] = frozenset(("delivery", "bus", "clockwork"))
NEWS: frozenset[Promise] = frozenset(("bus", "clockwork"))
CLOCKWORK: frozenset[Promise] = frozenset(("clockwork",))
NOTHING: frozenset[Promise] = frozenset()


@dataclass(frozen=True)
class Fault:
    """`act(scene, seconds)` begins, holds so long, and ends, also when it is cancelled. `true_seconds` at haste 1."""

    name: str
    true_seconds: float
    act: Act
    needs: Callable[[], str] = lambda: ""  # why it cannot be had here, or nothing
    may_end: tuple[str, ...] = ()  # processes that may end from it, to be started again
    delays: frozenset[Promise] = EVERYTHING  # what may be late while it lasts; whatever else must be in time
