"""Frames on their way to one socket. Whoever pushes never waits; whoever does not read is cut off."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

from django.conf import settings

from realtime import eager
from realtime.limits import OUTBOX_BYTES, SLOW

Send = Callable[[dict[str, Any]], Awaitable[None]]


class Outboxes:
    """The outboxes of one process, watched for sockets that have stopped reading."""

    def __init__(self) -> None:
        self._pumping: set[Outbox] = set()
        self._closing: set[Outbox] = set()

    def watch(self, now: float) -> None:
        """Cut the links on which one write has blocked for ten seconds. Called about once a second."""
        longest = settings.BECKON_WAITS["blocked_seconds"]
        for outbox in list(self._pumping):
            if now - outbox.sending_since > longest:
                outbox.abort()

    def bury(self, everyone: "list[Outbox]") -> None:
        """Cut the links that have been closing since the last call: their peer no longer takes what is left."""
        closing = {outbox for outbox in everyone if outbox.transport_is_closing()}
        for outbox in closing & self._closing:
            outbox.abort()
        self._closing = closing

    def started(self, outbox: "Outbox") -> None:
        self._pumping.add(outbox)

    def ended(self, outbox: "Outbox") -> None:
        self._pumping.discard(outbox)


class Outbox:
    """A queue and, while the link takes no more, one task that sends. A link that flows gets its frame at once.

    `abandon` is called once, when the link is beyond saving: it ends the socket's own task.
    """

    __slots__ = (
        "_abandon",
        "_bytes",
        "_close",
        "_pump",
        "_room",
        "_send",
        "_sending",
        "_waiting",
        "_watch",
        "closed",
        "sending_since",
    )

    def __init__(self, send: Send, watch: Outboxes, abandon: Callable[[], None]) -> None:
        self._send = send
        self._watch = watch
        self._abandon = abandon
        self._waiting: deque[str] = deque()
        self._bytes = 0
        self._sending = False
        self._pump: asyncio.Task[None] | None = None
        self._room: asyncio.Future[None] | None = None
        self._close: int | None = None
        self.closed = False
        self.sending_since = 0.0

    @property
    def backlog(self) -> int:
        """Characters waiting to be sent."""
        return self._bytes

    def push(self, text: str) -> None:
        """Send `text` after all that was pushed before. One frame of any size fits into an empty outbox."""
        if self.closed or self._close is not None:
            return
        if self._bytes > OUTBOX_BYTES:
            self.close(SLOW)
            return
        self._waiting.append(text)
        self._bytes += len(text)
        self._start()

    def close(self, code: int, *, farewell: str | None = None) -> None:
        """Close the socket with `code`. What waits is dropped if the reader is too slow, else sent first."""
        if self.closed or self._close is not None:
            return
        if code == SLOW:
            self._waiting.clear()
        if farewell is not None:
            self._waiting.append(farewell)
        self._close = code
        self._start()

    async def drained(self) -> None:
        """Until there is room for another large frame. A reader that never makes room is cut off by the watch."""
        while self._bytes > OUTBOX_BYTES // 4 and not self.closed:
            if self._room is None:
                self._room = asyncio.get_running_loop().create_future()
            await asyncio.shield(self._room)

    async def flushed(self) -> None:
        """Until everything pushed so far has been handed to the transport."""
        if self._pump is not None:
            await asyncio.wait([self._pump])

    def abort(self) -> None:
        """Cut the link without a word. Nothing of it is left in this process."""
        if self.closed:
            return
        self._end()
        if self._pump is not None:
            self._pump.cancel()
        transport = self._transport()
        if transport is not None:
            transport.abort()
        self._abandon()

    def gone(self) -> None:
        """The peer has left: nothing more can be sent."""
        self._end()

    def transport_is_closing(self) -> bool:
        transport = self._transport()
        return transport is not None and bool(transport.is_closing())

    def _transport(self) -> Any:
        """The server's transport, where we can see it (Uvicorn): a polite close would wait for the reader for ever."""
        return getattr(getattr(self._send, "__self__", None), "transport", None)

    def _start(self) -> None:
        """Send what waits, unless somebody does already. What the link does not take at once, a task sends."""
        if self._sending:
            return
        self._sending = True
        self._pump = eager.begin(self._run())
        if self._pump is not None:
            self.sending_since = asyncio.get_running_loop().time()
            self._watch.started(self)

    async def _run(self) -> None:
        try:
            while not self.closed and (self._waiting or self._close is not None):
                await self._send_next()
                if self._pump is not None:
                    self.sending_since = asyncio.get_running_loop().time()
        except Exception:  # the server's own errors for a peer that left: each server has others
            self._end()
            self._abandon()
        finally:
            self._sending = False
            if self._pump is not None:
                self._watch.ended(self)
                self._pump = None

    async def _send_next(self) -> None:
        if not self._waiting:
            code, self._close = self._close, None
            self._end()
            await self._send({"type": "websocket.close", "code": code})
            return
        text = self._waiting.popleft()
        await self._send({"type": "websocket.send", "text": text})
        self._bytes -= len(text)
        if self._room is not None and self._bytes <= OUTBOX_BYTES // 4:
            self._make_room()

    def _end(self) -> None:
        self.closed = True
        self._watch.ended(self)
        self._waiting.clear()
        self._bytes = 0
        if self._room is not None:
            self._make_room()

    def _make_room(self) -> None:
        room, self._room = self._room, None
        if room is not None and not room.done():
            room.set_result(None)
