"""What a lost message on the bus costs: seconds. The server compares what it has delivered with the database.

In calm times one pass takes `heal_seconds`, a thousand streams at a time; while the bus is deaf a pass is made every
second, and one at once when it hears again. A client that is up to date gets no byte.
"""

import asyncio
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import TypeVar

from django.conf import settings

from realtime.delivery import Delivery
from realtime.limits import HEAL_CHUNK, HEAL_ROWS
from realtime.people import People
from realtime.ports import Product
from realtime.threads import Pool

log = logging.getLogger(__name__)

Item = TypeVar("Item")


class Healer:
    """Brings what this process has missed: a gap that was asked for, or anything, by comparing heads and versions."""

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
        self._hurried = settings.BECKON_WAITS["deaf_pass_seconds"]
        self._is_deaf = is_deaf
        self._delivery = delivery
        self._asked: set[str] = set()
        self._fetching: asyncio.Task[None] | None = None
        self._wake = asyncio.Event()
        self._everyone = False

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
                except Exception:
                    log.exception("Missing events could not be read; they are tried again")
                for key in keys:
                    self._delivery.fetched(key)
        finally:
            self._fetching = None

    # --- passes ---

    def wake(self) -> None:
        """The bus hears again: look at everything now, also at people whose state has no version."""
        self._everyone = True
        self._wake.set()

    async def run(self) -> None:
        """For ever: pass after pass."""
        while True:
            try:
                await self._pass()
            except Exception:
                log.exception("A healing pass failed")
                await asyncio.sleep(self._hurried)

    async def _pass(self) -> None:
        """All streams and all people once, spread over the interval unless there is reason to hurry."""
        everyone, self._everyone = self._everyone, False
        chunks = list(_chunks(self._delivery.heads()))
        for chunk in chunks:
            await self._bring(chunk)
            await self._pause(self._seconds / (len(chunks) + 1))
        await self._compare_versions()
        if everyone:
            await self._refresh_the_unversioned()
        await self._pause(self._hurried if self._is_deaf() else self._seconds / (len(chunks) + 1))

    async def _pause(self, seconds: float) -> None:
        """Between chunks. None at all once the bus is deaf or has just come back."""
        if self._wake.is_set() or (self._is_deaf() and seconds != self._hurried):
            self._wake.clear()
            return
        with suppress(TimeoutError):
            await asyncio.wait_for(self._wake.wait(), seconds)
            self._wake.clear()

    async def _bring(self, heads: Sequence[tuple[str, int]]) -> None:
        """Offer delivery all that lies after these heads."""
        while heads:
            rows = await self._pool.run(self._product.missed, heads)
            for key, seq, frame in rows:
                self._delivery.offer(key, seq, frame)
            self.healed += len(rows)
            if len(rows) < HEAL_ROWS:
                return
            heads = list(self._delivery.heads_of(key for key, _ in heads))

    async def _compare_versions(self) -> None:
        for chunk in _chunks(list(self._people.versions().items())):
            held = dict(chunk)
            now = await self._pool.run(self._product.versions, list(held))
            for principal, version in now.items():
                if version > held[principal]:
                    self._people.changed(principal)

    async def _refresh_the_unversioned(self) -> None:
        """After deafness: whoever has no version to compare is read anew, one after the other."""
        versioned = self._people.versions()
        for principal in self._people.principals():
            if principal not in versioned:
                self._people.changed(principal)
                await self._people.settled(principal)


def _chunks(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    for start in range(0, len(items), HEAL_CHUNK):
        yield items[start : start + HEAL_CHUNK]
