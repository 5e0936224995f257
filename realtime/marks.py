"""How far people have read: gathered for a moment, kept in one statement, told to those who read the same stream."""

import asyncio
import logging
from collections.abc import Callable, Sequence

from django.db import DatabaseError, InterfaceError

from realtime.ports import Mark, Product
from realtime.threads import Pool

log = logging.getLogger(__name__)

GATHER_SECONDS = 0.25
AGAIN_SECONDS = 1.0
TOGETHER_MOST = 500


class Marks:
    """`moved` hears of each mark that was kept and is higher than the one before."""

    def __init__(self, product: Product, pool: Pool, moved: Callable[[Sequence[Mark]], None]) -> None:
        self._product = product
        self._pool = pool
        self._moved = moved
        self._waiting: dict[tuple[str, str], int] = {}
        self._work = asyncio.Event()

    def note(self, mark: Mark) -> None:
        """Kept soon, and only the highest of each person and stream."""
        place = (mark.key, mark.principal)
        self._waiting[place] = max(mark.seq, self._waiting.get(place, 0))
        self._work.set()

    async def run(self) -> None:
        """For ever: keep what was noted."""
        while True:
            await self._work.wait()
            self._work.clear()
            await asyncio.sleep(GATHER_SECONDS)
            if not await self._kept():
                await asyncio.sleep(AGAIN_SECONDS)

    async def _kept(self) -> bool:
        """False where some have to be tried again: somebody held their rows, or the database does not answer."""
        places = list(self._waiting)[:TOGETHER_MOST]
        marks = [Mark(*place, self._waiting.pop(place)) for place in places]
        try:
            moved, left = await self._pool.run(self._product.mark, marks)
        except (DatabaseError, InterfaceError) as error:
            log.warning("Read marks wait for the database: %s", error)
            moved, left = [], marks
        for mark in left:
            self.note(mark)
        if self._waiting:
            self._work.set()
        self._moved(moved)
        return not left
