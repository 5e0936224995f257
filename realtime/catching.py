"""Bringing a socket up to date at the pace at which it reads. Nobody waits for it but itself."""

import asyncio
from collections import deque
from typing import Protocol

from realtime.delivery import Delivery, Reader
from realtime.limits import OUTBOX_BYTES
from realtime.ports import Resumed

AT_ONCE_BYTES = OUTBOX_BYTES // 2


class Socket(Reader, Protocol):
    """A reader that says how much waits for it."""

    @property
    def backlog(self) -> int: ...
    async def drained(self) -> None: ...


class CatchingUp:
    """The sockets of one process for which the past is more than fits into their outbox at once."""

    def __init__(self, delivery: Delivery) -> None:
        self._delivery = delivery
        self._behind: dict[Socket, deque[tuple[str, Resumed]]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def bring(self, socket: Socket, key: str, past: Resumed) -> None:
        """The socket gets `past` and then what comes, now or as soon as it has read what was before."""
        behind = self._behind.get(socket)
        if behind is not None:
            behind.append((key, past))
        elif socket.backlog + sum(map(len, past.frames)) <= AT_ONCE_BYTES:
            self._delivery.settle(key, socket, past)
        else:
            self._behind[socket] = deque([(key, past)])
            task = asyncio.get_running_loop().create_task(self._pour(socket))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _pour(self, socket: Socket) -> None:
        behind = self._behind[socket]
        try:
            while behind:
                key, past = behind.popleft()
                for frame in past.frames:
                    if self._delivery.seat(key, socket) is None:
                        break  # it has left the stream, or us
                    socket.push(frame.decode())
                    await socket.drained()
                self._delivery.settle(key, socket, Resumed(head=past.head, frames=(), marks=past.marks))
        finally:
            del self._behind[socket]
