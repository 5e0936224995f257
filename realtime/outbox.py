"""Frames on their way to one socket. Whoever pushes never waits; whoever does not read is cut off."""

import asyncio
from collections import deque
from collections.abc import Callable

import msgspec
from django.conf import settings

from realtime import eager, links, protocol
from realtime.limits import LINGER_SECONDS, OUTBOX_BYTES, OUTBOXES_BYTES, REVOKED, SLOW, SLOW_RETRY_SECONDS
from realtime.links import Send

_bye = protocol.Bye(code="slow", message="You were too slow to keep up.", retry_seconds=SLOW_RETRY_SECONDS)
SLOW_BYE = msgspec.json.encode(_bye).decode()


class Outboxes:
    """The outboxes of one process, watched for sockets that have stopped reading. `waiting_bytes`: of all together."""

    def __init__(self) -> None:
        self.waiting_bytes = 0
        self._pumping: set[Outbox] = set()
        self._closing: set[Outbox] = set()
        self._lingering: dict[Send, float] = {}

    def watch(self, now: float) -> None:
        """Cut off those on whom one write has blocked for ten seconds. Called about once a second."""
        longest = settings.BECKON_WAITS["blocked_seconds"]
        for outbox in list(self._pumping):
            if now - outbox.sending_since > longest:
                self._lingering[outbox.cut()] = now
        for send, since in list(self._lingering.items()):
            if now - since > LINGER_SECONDS or not links.is_closing(send):
                del self._lingering[send]
                links.abort(send)

    def relieve(self) -> None:
        """Too much waits: those on whom a write has blocked longest are cut off until there is room."""
        now = asyncio.get_running_loop().time()
        for outbox in sorted(self._pumping, key=lambda each: each.sending_since):
            if self.waiting_bytes <= OUTBOXES_BYTES:
                return
            self._lingering[outbox.cut()] = now

    def end(self, outbox: "Outbox", code: int, farewell: str) -> None:
        """Cut off one who may not be here any more, whether or not she reads. Why lies ready for when she does."""
        self._lingering[outbox.cut(code, farewell)] = asyncio.get_running_loop().time()

    def bury(self, everyone: "list[Outbox]") -> None:
        """Cut the links that have been closing since the last call: their peer no longer takes what is left."""
        closing = {outbox for outbox in everyone if outbox.is_closing()}
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
        """Bytes waiting to be sent."""
        return self._bytes

    @property
    def ending(self) -> bool:
        """Closed, or about to be: what this client still says is not listened to."""
        return self.closed or self._close is not None

    @property
    def revoked(self) -> bool:
        """She may not be here any more: not even what she asked for before is carried out."""
        return self._close == REVOKED

    def push(self, text: str) -> None:
        """Send `text` after all that was pushed before. One frame of any size fits into an empty outbox."""
        if self.ending:
            return
        if self._bytes > OUTBOX_BYTES:
            self.close(SLOW, farewell=SLOW_BYE)
            return
        self._waiting.append(text)
        self._count(_size(text))
        self._start()
        if self._watch.waiting_bytes > OUTBOXES_BYTES:
            self._watch.relieve()

    def close(self, code: int, *, farewell: str | None = None) -> None:
        """Close the socket with `code`. What waits is sent first, but not to who is too slow or may not be here any
        more; the latter is cut off where a write has blocked on her, however slowly she goes on reading."""
        if code == REVOKED and self._pump is not None and not self.closed:
            self._close = code
            self._watch.end(self, code, farewell or "")
            return
        if self.ending:
            return
        if code in (SLOW, REVOKED):
            self._count(-sum(map(_size, self._waiting)))
            self._waiting.clear()
        if farewell is not None:
            self._waiting.append(farewell)
            self._count(_size(farewell))
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

    def cut(self, code: int = SLOW, farewell: str = SLOW_BYE) -> Send:
        """End the socket of a reader who stands still. Why, and when to come back, lies ready for when she reads.

        What the transport still holds is the caller's to watch over, by the `send` returned.
        """
        self._stop()
        if not links.say_last(self._send, farewell, code):
            links.abort(self._send)
        return self._send

    def abort(self) -> None:
        """Cut the link without a word. Nothing of it is left in this process."""
        self._stop()
        links.abort(self._send)

    def gone(self) -> None:
        """The peer has left: nothing more can be sent, and nobody is left to be told."""
        self._end()
        self._abandon = _nothing

    def is_closing(self) -> bool:
        return links.is_closing(self._send)

    def _stop(self) -> None:
        if self._pump is not None:
            self._pump.cancel()
        self._end()
        self._give_up()

    def _give_up(self) -> None:
        abandon, self._abandon = self._abandon, _nothing
        abandon()

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
            self._give_up()
        finally:
            self._sending = False
            if self._pump is not None:
                self._watch.ended(self)
                self._pump = None

    async def _send_next(self) -> None:
        if not self._waiting:
            self.closed = True
            await self._send({"type": "websocket.close", "code": self._close})
            self._end()
            return
        text = self._waiting.popleft()
        await self._send({"type": "websocket.send", "text": text})
        if not self.closed:
            self._count(-_size(text))
        if self._room is not None and self._bytes <= OUTBOX_BYTES // 4:
            self._make_room()

    def _end(self) -> None:
        self.closed = True
        self._watch.ended(self)
        self._waiting.clear()
        self._count(-self._bytes)
        if self._room is not None:
            self._make_room()

    def _count(self, change: int) -> None:
        self._bytes += change
        self._watch.waiting_bytes += change

    def _make_room(self) -> None:
        room, self._room = self._room, None
        if room is not None and not room.done():
            room.set_result(None)


def _nothing() -> None: ...


def _size(text: str) -> int:
    """In UTF-8."""
    return len(text) if text.isascii() else len(text.encode())
