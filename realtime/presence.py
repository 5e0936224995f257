"""This process's life as others see it: its lease, and the rows of its sockets.

Rows are written when sockets open and close, several in one statement; the lease is the only heartbeat there is.
"""

import asyncio
import logging
import time
import uuid
from collections.abc import Callable, Sequence
from contextlib import suppress
from uuid import UUID

from django.db import DatabaseError, IntegrityError, InterfaceError

from marketplace import clock
from realtime import leases, trouble
from realtime.ports import Product
from realtime.threads import OwnThread, Pool
from realtime.together import Together

log = logging.getLogger(__name__)

AGAIN_SECONDS = 0.5
RECORDED_SECONDS = 5.0


class Presence:
    """Keeps the lease and the rows. `lost` is called when the lease is gone: every socket must go then."""

    def __init__(self, product: Product, pool: Pool, *, seconds: float, lost: Callable[[], None]) -> None:
        self.server = uuid.uuid4()
        self.held = False
        self._arrived = Together(pool, _done(product.arrived))
        self._departed = Together(pool, _done(product.departed))
        self._pool = pool
        self._thread = OwnThread("lease")
        self._seconds = seconds
        self._lost = lost
        self._good_at = 0.0
        self._hurry = asyncio.Event()
        self._opened: dict[UUID, tuple[str, asyncio.Future[None]]] = {}
        self._closed: dict[UUID, str] = {}
        self._work = asyncio.Event()
        self._here: dict[str, int] = {}
        self._told: set[str] = set()
        self._telling: dict[str, asyncio.Task[None]] = {}

    # --- the lease ---

    @property
    def fresh(self) -> bool:
        """Is the lease in force for all we know? Not so after a sleep beyond its end, before anybody has noticed.

        By the system's own clock: the loop's stands still while a callback runs, or while the process is frozen in one.
        """
        return self.held and time.monotonic() - self._good_at < self._seconds

    async def start(self) -> None:
        """This process has a lease. Waits for the database."""
        while not await self._take():  # noqa: ASYNC110  (a database sets no event when it comes back)
            await asyncio.sleep(AGAIN_SECONDS)

    async def keep(self) -> None:
        """For ever: renew four times per term; notice a lost lease, also while the database does not answer."""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._seconds / 4):
                    await self._hurry.wait()
            self._hurry.clear()
            if not self.held:
                await self._take()
            elif not await self._renew() or self._loop_time() - self._good_at > self._seconds:
                self._lose()

    async def _take(self) -> bool:
        began = self._loop_time()
        server = uuid.uuid4()
        try:
            async with asyncio.timeout(self._seconds / 2):
                await self._thread.run(self._begin, server)
        except (DatabaseError, InterfaceError, TimeoutError) as error:
            log.warning("No lease yet: %s", str(error) or "the database does not answer")
            return False
        self.server, self.held, self._good_at = server, True, began
        return True

    def _begin(self, server: UUID) -> None:
        clock.sync()
        leases.take(server, seconds=self._seconds)

    async def _renew(self) -> bool:
        """False only where the database says that the lease is over."""
        began = self._loop_time()
        try:
            async with asyncio.timeout(self._seconds / 4):
                good = await self._thread.run(self._prolong, self.server)
        except (DatabaseError, InterfaceError, TimeoutError):
            return True
        if good:
            self._good_at = began
        return good

    def _prolong(self, server: UUID) -> bool:
        clock.sync()
        return leases.renew(server, seconds=self._seconds)

    def _lose(self) -> None:
        log.warning("The lease was lost: all sockets close")
        self.held = False
        self._hurry.set()
        self._lost()

    async def end(self) -> None:
        """The process leaves: its lease and rows go, so that its people count as gone at once."""
        self.held = False
        try:
            async with asyncio.timeout(1):
                await self._thread.run(leases.give_up, self.server)
        except (DatabaseError, InterfaceError, TimeoutError):
            log.warning("The lease could not be given up; it ends by itself")
        self._thread.stop()

    # --- the rows ---

    async def opened(self, connection: UUID, principal: str) -> None:
        """The socket's row is committed. Raises TimeoutError when the database takes too long."""
        committed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._opened[connection] = (principal, committed)
        self._work.set()
        async with asyncio.timeout(RECORDED_SECONDS):
            await committed

    def closed(self, connection: UUID, principal: str) -> None:
        """The socket's row goes soon."""
        self._closed[connection] = principal
        self._work.set()

    async def record(self) -> None:
        """For ever: write what opened and closed since the last time, in one go."""
        while True:
            await self._work.wait()
            self._work.clear()
            opened, self._opened = self._opened, {}
            closed, self._closed = self._closed, {}
            if not await self._recorded(opened, closed):
                self._opened = {**opened, **self._opened}
                self._closed = {**closed, **self._closed}
                self._work.set()
                await asyncio.sleep(AGAIN_SECONDS)

    async def _recorded(self, opened: dict[UUID, tuple[str, asyncio.Future[None]]], closed: dict[UUID, str]) -> bool:
        rows = [(connection, principal) for connection, (principal, _) in opened.items() if connection not in closed]
        try:
            await self._pool.run(leases.record, self.server, opened=rows, closed=list(closed))
        except IntegrityError:
            self._lose()
            return False
        except (DatabaseError, InterfaceError) as error:
            log.warning("Sockets wait to be recorded: %s", error)
            return False
        for principal, committed in opened.values():
            self._count(principal, 1)
            if not committed.done():
                committed.set_result(None)
        for principal in closed.values():
            self._count(principal, -1)
        return True

    # --- telling the product ---

    def _count(self, principal: str, change: int) -> None:
        self._here[principal] = self._here.get(principal, 0) + change
        if self._here[principal] <= 0:
            del self._here[principal]
        if principal not in self._telling:
            self._telling[principal] = asyncio.get_running_loop().create_task(self._tell(principal))

    async def _tell(self, principal: str) -> None:
        """The product knows whether the person is here; it hears of each change once, in order."""
        try:
            while (here := principal in self._here) != (principal in self._told):
                (self._told.add if here else self._told.discard)(principal)
                await (self._arrived if here else self._departed).ask(principal)
        except Exception as error:
            trouble.tell(log, error, "The product could not be told about %s", principal)
        finally:
            del self._telling[principal]

    def _loop_time(self) -> float:
        return time.monotonic()


def _done(tell: Callable[[Sequence[str]], None]) -> Callable[[Sequence[str]], list[None]]:
    """The same with an answer for each, so that it can be asked for together with others."""

    def told(principals: Sequence[str]) -> list[None]:
        tell(principals)
        return [None] * len(principals)

    return told
