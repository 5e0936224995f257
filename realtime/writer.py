"""Group commit: whatever messages arrived while the last transaction was under way share the next one.

Lines whose conversation is locked by somebody are parked and tried again every 20 ms, so one locked conversation
holds up nobody else; their order is kept.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import InterfaceError, OperationalError

from realtime.limits import BATCH_LINES, PARKED_ROUND_SECONDS, QUEUE_LINES
from realtime.ports import Line, Product, Verdict
from realtime.threads import OwnThread

log = logging.getLogger(__name__)

AGAIN_SECONDS = 0.2
PUT_SECONDS = 5.0
BUSY = Verdict("busy", 0, b"")
FAILED = None

Reply = Callable[[Verdict | None], None]


@dataclass(frozen=True, slots=True)
class Waiting:
    """A line, whom to tell what became of it, and since when it waits (the loop's clock)."""

    line: Line
    reply: Reply
    since: float


class Writer:
    """`stored` hears of every batch's new lines, in order, before their senders do."""

    def __init__(self, product: Product, stored: Callable[[Sequence[tuple[Line, Verdict]]], None]) -> None:
        self._product = product
        self._stored = stored
        self._thread = OwnThread("writer")
        self._queue: deque[Waiting] = deque()
        self._parked: dict[UUID, deque[Waiting]] = {}
        self._room = asyncio.Semaphore(QUEUE_LINES)
        self._work = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()

    async def put(self, line: Line, reply: Reply) -> None:
        """Hand in a line; `reply` is called once, with its verdict, or with None if we failed.

        Waits while the queue is full, which pauses the reading of that one socket; after five seconds it is "busy".
        """
        try:
            async with asyncio.timeout(PUT_SECONDS if self._room.locked() else None):
                await self._room.acquire()
        except TimeoutError:
            reply(BUSY)
            return
        self._queue.append(Waiting(line, reply, asyncio.get_running_loop().time()))
        self._idle.clear()
        self._work.set()

    async def drained(self) -> None:
        """Until every line handed in so far has its verdict."""
        await self._idle.wait()

    def stop(self) -> None:
        self._thread.stop()

    async def run(self) -> None:
        """For ever: a batch of the queue, a round of the parked, whichever there is."""
        while True:
            if not self._queue:
                await self._rest()
            await self._write(self._next_batch(), patient=True)
            await self._try_parked()
            if not self._queue and not self._parked:
                self._idle.set()

    async def _rest(self) -> None:
        """Until a line comes, or the parked are due."""
        self._work.clear()
        try:
            async with asyncio.timeout(PARKED_ROUND_SECONDS if self._parked else None):
                await self._work.wait()
        except TimeoutError:
            return

    def _next_batch(self) -> list[Waiting]:
        """The next lines, but those behind a parked one of their conversation, which join it."""
        batch: list[Waiting] = []
        while self._queue and len(batch) < BATCH_LINES:
            waiting = self._queue.popleft()
            if not self._joins_parked(waiting):
                batch.append(waiting)
        return batch

    def _joins_parked(self, waiting: Waiting) -> bool:
        parked = self._parked.get(waiting.line.conversation)
        if parked is not None:
            parked.append(waiting)
        return parked is not None

    async def _try_parked(self) -> None:
        now = asyncio.get_running_loop().time()
        hopeful: list[Waiting] = []
        for waiting in self._unparked():
            if now - waiting.since > settings.BECKON_WAITS["parked_seconds"]:
                self._settle(waiting, BUSY)
            else:
                hopeful.append(waiting)
        if hopeful:
            await self._write(hopeful, patient=False)

    def _unparked(self) -> list[Waiting]:
        """Take the first lines of each parked conversation out, a batch at most."""
        taken: list[Waiting] = []
        for conversation, parked in list(self._parked.items()):
            while parked and len(taken) < BATCH_LINES:
                taken.append(parked.popleft())
            if not parked:
                del self._parked[conversation]
        return taken

    async def _write(self, batch: list[Waiting], *, patient: bool) -> None:
        """One transaction for the batch. Every line gets its verdict or is parked."""
        if not batch:
            return
        try:
            verdicts = await self._verdicts(batch, patient=patient)
        except Exception as error:
            await self._halve(batch, error)
            return
        self._tell([(w.line, v) for w, v in zip(batch, verdicts, strict=True) if v.kind == "new"])
        busy: dict[UUID, deque[Waiting]] = {}
        for waiting, verdict in zip(batch, verdicts, strict=True):
            if verdict.kind == "busy":
                busy.setdefault(waiting.line.conversation, deque()).append(waiting)
            else:
                self._settle(waiting, verdict)
        for conversation, lines in busy.items():
            lines.extend(self._parked.pop(conversation, ()))  # what was tried came before what stayed parked
            self._parked[conversation] = lines

    def _tell(self, stored: Sequence[tuple[Line, Verdict]]) -> None:
        """The lines are stored whatever becomes of the telling: readers who miss it are healed."""
        try:
            self._stored(stored)
        except Exception:
            log.exception("Stored messages could not be handed on")

    async def _verdicts(self, batch: list[Waiting], *, patient: bool) -> list[Verdict]:
        """Ask the product; a lock that timed out is tried without patience, an absent database again for a while."""
        lines = [waiting.line for waiting in batch]
        while True:
            try:
                return await self._thread.run(self._product.write, lines, patient=patient)
            except (OperationalError, InterfaceError) as error:
                if _is_lock(error) and patient:
                    patient = False
                elif _is_lock(error) or self._too_old(batch):
                    raise
                else:
                    log.warning("Messages wait for the database: %s", error)
                    await asyncio.sleep(AGAIN_SECONDS)

    def _too_old(self, batch: list[Waiting]) -> bool:
        return asyncio.get_running_loop().time() - batch[0].since > settings.BECKON_WAITS["parked_seconds"]

    async def _halve(self, batch: list[Waiting], error: Exception) -> None:
        """The batch failed as a whole: find the line at fault, so that it is refused alone."""
        if isinstance(error, OperationalError | InterfaceError):
            for waiting in batch:
                self._settle(waiting, BUSY)
        elif len(batch) == 1:
            log.error("A message could not be stored", exc_info=error)
            self._settle(batch[0], FAILED)
        else:
            middle = len(batch) // 2
            await self._write(batch[:middle], patient=False)
            await self._write([waiting for waiting in batch[middle:] if not self._joins_parked(waiting)], patient=False)

    def _settle(self, waiting: Waiting, verdict: Verdict | None) -> None:
        self._room.release()
        waiting.reply(verdict)


LOCK_STATES = {"55P03", "40P01", "57014"}  # lock not available, deadlock, cancelled by a time-out


def _is_lock(error: Exception) -> bool:
    cause: Any = error.__cause__
    return getattr(cause, "sqlstate", None) in LOCK_STATES
