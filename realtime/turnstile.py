"""The way in: who comes together goes in together, so that each step shares its query with the others' (`together`).

Who comes alone goes straight in. While a group is inside the next one gathers; it is not kept waiting for long, since
somebody in the first may read slowly.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import TypeVar

from realtime.together import TOGETHER_MOST

GROUP_SECONDS = 0.25

Result = TypeVar("Result")


class _Group:
    """Those who went in together."""

    def __init__(self, size: int) -> None:
        self.inside = size
        self.later: asyncio.TimerHandle | None = None


class Turnstile:
    """`through(work)` does the work when it is its group's turn."""

    def __init__(self) -> None:
        self._waiting: deque[asyncio.Future[_Group]] = deque()
        self._group: _Group | None = None

    async def through(self, work: Callable[[], Awaitable[Result]]) -> Result:
        """What comes of `work`, which begins once the group before is done, or has taken too long."""
        if self._group is None:
            group = self._open(1)
        else:
            turn: asyncio.Future[_Group] = asyncio.get_running_loop().create_future()
            self._waiting.append(turn)
            group = await turn
        try:
            return await work()
        finally:
            group.inside -= 1
            if not group.inside:
                self._next(group)

    def _open(self, size: int) -> _Group:
        self._group = group = _Group(size)
        group.later = asyncio.get_running_loop().call_later(GROUP_SECONDS, self._next, group)
        return group

    def _next(self, group: _Group) -> None:
        """The next group goes in, unless it has already."""
        if group is not self._group:
            return
        if group.later is not None:
            group.later.cancel()
        self._group = None
        turns = [self._waiting.popleft() for _ in range(min(len(self._waiting), TOGETHER_MOST))]
        turns = [turn for turn in turns if not turn.done()]
        if turns:
            opened = self._open(len(turns))
            for turn in turns:
                turn.set_result(opened)
