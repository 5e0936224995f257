"""Questions to the database that share a query: what was asked while the last one was under way goes as one.

The writer's scheme, for reading. An idle server asks for one person at a time; when thousands come back at once, a
query answers dozens of them.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from django.db import DatabaseError, InterfaceError

from realtime.threads import Pool

Asked = TypeVar("Asked")
Answer = TypeVar("Answer")

TOGETHER_MOST = 64


class Together(Generic[Asked, Answer]):
    """`job` answers many questions, in their order; an exception in the place of an answer is raised to its asker."""

    def __init__(self, pool: Pool, job: Callable[[Sequence[Asked]], Sequence[Answer | Exception]]) -> None:
        self._pool = pool
        self._job = job
        self._waiting: deque[tuple[Asked, asyncio.Future[Answer]]] = deque()
        self._asking: asyncio.Task[None] | None = None

    async def ask(self, asked: Asked) -> Answer:
        """The answer to this one question."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Answer] = loop.create_future()
        self._waiting.append((asked, answer))
        if self._asking is None:
            self._asking = loop.create_task(self._ask())
        return await answer

    async def _ask(self) -> None:
        try:
            while self._waiting:
                batch = [self._waiting.popleft() for _ in range(min(len(self._waiting), TOGETHER_MOST))]
                await self._answer([(asked, answer) for asked, answer in batch if not answer.done()])
        finally:
            self._asking = None

    async def _answer(self, batch: Sequence[tuple[Asked, "asyncio.Future[Answer]"]]) -> None:
        """Everybody gets an answer or an exception. A question that brings the job down does so alone."""
        if not batch:
            return
        try:
            found = await self._pool.run(self._job, [asked for asked, _ in batch])
        except Exception as error:
            if len(batch) > 1 and not isinstance(error, DatabaseError | InterfaceError):
                for one in batch:
                    await self._answer([one])
                return
            found = [error] * len(batch)
        for (_, answer), given in zip(batch, found, strict=True):
            if answer.done():
                continue  # whoever asked has left
            if isinstance(given, Exception):
                answer.set_exception(given)
            else:
                answer.set_result(given)
