"""What a lost message on the bus costs: seconds. The server compares what it has delivered with the database.

In calm times a pass over all streams and people takes `heal_seconds`, an eighth of them at a time; while the bus is
deaf it takes a second; when it falls deaf, and when it hears again, one is made at once. A client that is up to date
gets no byte.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from typing import TypeVar

from django.conf import settings

from realtime import trouble
from realtime.delivery import Delivery
from realtime.limits import HEAL_CHUNK, HEAL_ROWS
from realtime.people import People
from realtime.ports import Held, Product
from realtime.threads import Pool

log = logging.getLogger(__name__)

PARTS = 8
TOGETHER_MOST = 50
Item = TypeVar("Item")
Step = Callable[[], Awaitable[None]]


class Healer:
    """Brings what this process has missed: a gap that was asked for, or anything, by comparing with the database."""

    def __init__(
        self,
        product: Product,
        pool: Pool,
        people: People,
        delivery: Delivery,
        *,
        seconds: float,
        is_deaf: Callable[[], bool],
    ) -> None:
        self.healed = 0
        self._product = product
        self._pool = pool
        self._people = people
        self._seconds = seconds
        self._deaf_seconds = settings.BECKON_WAITS["deaf_pass_seconds"]
        self._is_deaf = is_deaf
        self._delivery = delivery
        self._asked: set[str] = set()
        self._fetching: asyncio.Task[None] | None = None
        self._woken = asyncio.Event()

    # --- gaps ---

    def ask(self, key: str) -> None:
        """Read what this stream misses, soon. Streams asked for together are read together."""
        self._asked.add(key)
        if self._fetching is None:
            self._fetching = asyncio.get_running_loop().create_task(self._fetch())

    async def _fetch(self) -> None:
        try:
            while self._asked:
                keys, self._asked = self._asked, set()
                try:
                    await self._bring(list(self._delivery.heads_of(keys)))
                except Exception as error:
                    trouble.tell(log, error, "Missing events could not be read; they are tried again")
                for key in keys:
                    self._delivery.fetched(key)
        finally:
            self._fetching = None

    # --- passes ---

    def wake(self) -> None:
        """Something may have been missed: look at everything now."""
        self._woken.set()

    async def run(self) -> None:
        """For ever: pass after pass."""
        while True:
            await self._pass()

    async def _pass(self) -> None:
        """Everybody's part once: spread over the interval, or without a pause after a call of `wake`.

        A stream or person has the same part in each pass, so it is looked at once per interval, whenever it came.
        """
        began = asyncio.get_running_loop().time()
        hurried = self._woken.is_set()
        self._woken.clear()
        for part in range(PARTS):
            done = [await self._done(step) for step in self._steps(part)]
            if not (hurried and all(done)):
                await self._rest(began, (part + 1) / PARTS, at_least=0.0 if all(done) else self._deaf_seconds)
                if self._woken.is_set():
                    return  # the next pass is a hurried one and begins with what this one has looked at already

    def _steps(self, part: int) -> list[Step]:
        def is_due(key: str) -> bool:
            return hash(key.partition("/")[0]) % PARTS == part

        streams = [(key, head) for key, head in self._delivery.heads() if is_due(key)]
        marks = [(key, total) for key, total in self._delivery.marks_held() if is_due(key)]
        people = self._people.held(lambda principal: hash(principal) % PARTS == part)
        return [
            *(partial(self._bring, chunk) for chunk in _chunks(streams)),
            *(partial(self._bring_marks, chunk) for chunk in _chunks(marks)),
            *(partial(self._bring_up, chunk) for chunk in _chunks(people)),
        ]

    async def _done(self, step: Step) -> bool:
        """What fails for some streams must not keep the others from being healed."""
        try:
            await step()
        except Exception as error:
            trouble.tell(log, error, "A step of healing failed")
            return False
        return True

    async def _rest(self, began: float, part: float, *, at_least: float) -> None:
        """Until this part of the pass's time is over, or somebody calls `wake`."""
        interval = self._deaf_seconds if self._is_deaf() else self._seconds
        left = began + part * interval - asyncio.get_running_loop().time()
        with suppress(TimeoutError):
            async with asyncio.timeout(max(at_least, left)):
                await self._woken.wait()

    async def _bring(self, heads: Sequence[tuple[str, int]]) -> None:
        """Offer delivery all that lies after these heads, with pauses in which sockets can be written to."""
        while heads:
            rows = await self._pool.run(self._product.missed, heads)
            for number, (key, seq, frame) in enumerate(rows, 1):
                self._delivery.offer(key, seq, frame)
                if number % TOGETHER_MOST == 0:
                    await asyncio.sleep(0)
            self.healed += len(rows)
            if len(rows) < HEAL_ROWS:
                return
            heads = list(self._delivery.heads_of(key for key, _ in heads))

    async def _bring_marks(self, known: Sequence[tuple[str, int]]) -> None:
        """Offer delivery the marks of those streams in which somebody has read on."""
        for mark in await self._pool.run(self._product.unknown_marks, known):
            self._delivery.marked(mark)

    async def _bring_up(self, held: Sequence[Held]) -> None:
        """Whoever holds an older state, or follows other streams than she may, is brought up to date."""
        for principal in await self._pool.run(self._product.outdated, held):
            self._people.changed(principal)


def _chunks(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    for start in range(0, len(items), HEAL_CHUNK):
        yield items[start : start + HEAL_CHUNK]
