"""Nobody stays who may not be here: what the closing bulletin missed is found in the database every two seconds.

The bulletin closes within a moment where Redis carries it. This pass needs no Redis, and comes at once after a sleep.
"""

import asyncio
import logging

from realtime import trouble
from realtime.people import People
from realtime.ports import Product
from realtime.threads import Pool

log = logging.getLogger(__name__)


class Rights:
    """Asks about all agents, operators and log-ins with a socket in this process."""

    def __init__(self, product: Product, pool: Pool, people: People, *, seconds: float) -> None:
        self._product = product
        self._pool = pool
        self._people = people
        self._seconds = seconds

    async def run(self) -> None:
        """For ever. While the database does not answer nobody is closed: the lease sees to that."""
        while True:
            await asyncio.sleep(self._seconds)
            try:
                await self._look()
            except Exception as error:
                trouble.tell(log, error, "Rights could not be looked at; they are looked at again")

    async def _look(self) -> None:
        principals = self._people.principals(("agent", "operator"))
        log_ins = self._people.log_ins()
        if not principals and not log_ins:
            return
        people, sessions = await self._pool.run(self._product.shown_out, principals, list(log_ins))
        for name in [*people, *(log_ins[key] for key in sessions)]:
            self._people.close(name)
