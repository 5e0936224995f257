"""From numbered events to sockets: in order, without gap, whatever order they arrive in.

Pure bookkeeping on the event loop: no database, no Redis, no waiting. Each stream that somebody here reads has a
`head`, the last number handed to its seats. The next number is handed on, a lower one dropped, a higher one kept
until the numbers between are there; `ask` is called when that takes too long.
"""

import asyncio
import math
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Protocol
from uuid import UUID

import msgspec

from realtime import protocol
from realtime.limits import GAP_SECONDS
from realtime.ports import Mark, Resumed

FrameBytes = bytes | msgspec.Raw

EARLY_MOST = 1_000
CHANGE = '{"type":"changed",'  # how such a frame begins
HELD_MOST = 1_000
AGAIN_SECONDS = 1.0
CALM_SECONDS = 1.0
RESENT_SECONDS = 2.0


class Reader(Protocol):
    """A socket, as far as delivery is concerned."""

    principal: str

    def push(self, text: str) -> None: ...

    def fall_behind(self) -> None:
        """More waits for this reader than it may: it must come back and resume."""


class Seat:
    """One socket's place in one stream. `held` gathers what arrives while the socket is being brought up to date."""

    __slots__ = ("head", "held", "reader", "reported", "resent_at")

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.head = 0
        self.held: list[tuple[int, str]] | None = []
        self.reported = -1
        self.resent_at = -math.inf

    def take(self, seq: int, text: str) -> None:
        """The event reaches the socket once, after all before it."""
        if self.held is not None:
            if len(self.held) >= HELD_MOST:
                self.reader.fall_behind()
                return
            self.held.append((seq, text))
        elif seq > self.head:
            self.head = seq
            self.reader.push(text)

    def hold(self) -> None:
        """What arrives from now on waits for `settle`."""
        if self.held is None:
            self.held = []

    def settle(self, resumed: Resumed, coming: int) -> bool:
        """The socket gets what it missed, then what was held meanwhile, then what comes, from number `coming` on.

        False where something is missing between: what is held goes on waiting.
        """
        for frame in resumed.frames:
            self.reader.push(frame.decode())
        self.head = max(self.head, resumed.head)
        held = self.held = self.held or []
        if (held[0][0] if held else coming) > self.head + 1:
            return False
        self.held = None
        for seq, text in held:
            self.take(seq, text)
        return True


class Stream:
    """One stream that somebody in this process reads. `head` is None until the first reader is up to date."""

    __slots__ = ("asked", "early", "head", "marks", "pushed_at", "seats")

    def __init__(self) -> None:
        self.head: int | None = None
        self.seats: dict[Reader, Seat] = {}
        self.early: dict[int, FrameBytes] = {}
        self.marks: dict[str, int] = {}
        self.asked: asyncio.TimerHandle | None = None
        self.pushed_at = 0.0


class Delivery:
    """All streams of one process. `ask(key)` must bring what the stream is missing, by calling `offer`.

    `changed(text)` hears of each change of a conversation's status, after its readers and before anything that follows.
    `again(key, reader, head)` must read once more what comes after `head`, and settle the reader with it.
    """

    def __init__(
        self,
        ask: Callable[[str], None],
        changed: Callable[[str], None] = lambda text: None,
        again: Callable[[str, Any, int], None] = lambda key, reader, head: None,
    ) -> None:
        self._ask = ask
        self._changed = changed
        self._again = again
        self._streams: dict[str, Stream] = {}

    def register(self, key: str, reader: Reader) -> Seat:
        """A seat that holds what arrives until it is settled. Registering comes before reading the past."""
        stream = self._streams.setdefault(key, Stream())
        seat = stream.seats.get(reader)
        if seat is None:
            seat = stream.seats[reader] = Seat(reader)
        else:
            seat.hold()
        return seat

    def settle(self, key: str, reader: Reader, resumed: Resumed) -> None:
        """The past has been read up to `resumed.head`. A seat that has been left meanwhile gets nothing."""
        stream = self._streams.get(key)
        if stream is None or reader not in stream.seats:
            return
        seat = stream.seats[reader]
        if not seat.settle(resumed, 0 if stream.head is None else stream.head + 1):
            # The stream began with a past that was read later, and held a number that this one does not.
            self._again(key, reader, seat.head)
        for mark in resumed.marks:
            self.marked(mark)
        for principal, seq in stream.marks.items():
            reader.push(_seen(Mark(key, principal, seq)))
        if stream.head is None:
            stream.head = resumed.head
            self._drain(stream)
            self._await_gap(key, stream)
        elif stream.head < resumed.head:
            self._ask(key)  # the others wait for what this reader has got already

    def leave(self, key: str, reader: Reader) -> None:
        """From here on nothing of the stream reaches the reader."""
        stream = self._streams.get(key)
        if stream is None or stream.seats.pop(reader, None) is None:
            return
        if not stream.seats:
            if stream.asked is not None:
                stream.asked.cancel()
            del self._streams[key]

    def seat(self, key: str, reader: Reader) -> Seat | None:
        """The reader's seat in the stream, if it has one."""
        stream = self._streams.get(key)
        return None if stream is None else stream.seats.get(reader)

    def principals(self, key: str) -> set[str]:
        """Whose sockets read the stream here."""
        stream = self._streams.get(key)
        return {reader.principal for reader in stream.seats} if stream else set()

    def offer(self, key: str, seq: int, frame: FrameBytes) -> None:
        """Here is event `seq` of the stream, from whatever source, as often as may be."""
        stream = self._streams.get(key)
        if stream is None:
            return
        if stream.head is not None and seq == stream.head + 1:
            self._push(stream, seq, frame)
            if stream.early:
                self._drain(stream)
        elif stream.head is None or seq > stream.head:
            if len(stream.early) < EARLY_MOST:
                stream.early[seq] = frame
            self._await_gap(key, stream)

    def whisper(self, key: str, but: str, text: str) -> None:
        """An unnumbered frame for all readers of the stream but one person."""
        stream = self._streams.get(key)
        for reader in list(stream.seats) if stream else ():
            if reader.principal != but:
                reader.push(text)

    def marked(self, mark: Mark) -> None:
        """All readers of the stream hear how far this person has read, herself included; once."""
        stream = self._streams.get(mark.key)
        if stream is None or stream.marks.get(mark.principal, 0) >= mark.seq:
            return
        stream.marks[mark.principal] = mark.seq
        text = _seen(mark)
        for reader in list(stream.seats):
            reader.push(text)

    def marks_held(self) -> Iterator[tuple[str, int]]:
        """(key, sum of its marks) of every stream that has a head."""
        for key, stream in self._streams.items():
            if stream.head is not None:
                yield key, sum(stream.marks.values())

    def heads(self) -> Iterator[tuple[str, int]]:
        """(key, head) of every stream that has one."""
        return self.heads_of(self._streams)

    def heads_of(self, keys: Iterable[str]) -> Iterator[tuple[str, int]]:
        """The same for some streams."""
        for key in keys:
            stream = self._streams.get(key)
            if stream is not None and stream.head is not None:
                yield key, stream.head

    def lags(self, key: str, reader: Reader, seq: int, now: float) -> bool:
        """Does a reader that reports `seq` need to be sent something again?

        What was pushed a moment ago may still be on its way: only a stream that is calm, or a reader that reported
        the same number before, counts, and nobody more often than every two seconds. A reader ahead of us shows that
        this process has missed something.
        """
        stream = self._streams.get(key)
        seat = stream.seats.get(reader) if stream else None
        if stream is None or seat is None or seat.held is not None:
            return False
        if stream.head is not None and seq > stream.head:
            self._ask(key)
            return False
        stuck, seat.reported = seat.reported == seq, seq
        if seq >= seat.head or not (stuck or now - stream.pushed_at > CALM_SECONDS):
            return False
        if now - seat.resent_at < RESENT_SECONDS:
            return False
        seat.resent_at = now
        return True

    def fetched(self, key: str) -> None:
        """`ask` has been answered. A gap that is still open is asked for again, more slowly."""
        stream = self._streams.get(key)
        if stream is not None:
            stream.asked = None
            self._await_gap(key, stream, AGAIN_SECONDS)

    def _push(self, stream: Stream, seq: int, frame: FrameBytes) -> None:
        text = bytes(frame).decode()
        stream.head = seq
        stream.pushed_at = asyncio.get_running_loop().time()
        for seat in list(stream.seats.values()):
            seat.take(seq, text)
        if text.startswith(CHANGE):
            self._changed(text)

    def _drain(self, stream: Stream) -> None:
        """Hand on what came early and is next now; forget what is past."""
        assert stream.head is not None
        while (frame := stream.early.pop(stream.head + 1, None)) is not None:
            self._push(stream, stream.head + 1, frame)
        for seq in [seq for seq in stream.early if seq <= stream.head]:
            del stream.early[seq]
        if not stream.early and stream.asked is not None:
            stream.asked.cancel()
            stream.asked = None

    def _await_gap(self, key: str, stream: Stream, seconds: float = GAP_SECONDS) -> None:
        if stream.early and stream.head is not None and stream.asked is None:
            stream.asked = asyncio.get_running_loop().call_later(seconds, self._ask, key)


def _seen(mark: Mark) -> str:
    role, _, person = mark.principal.partition(":")
    frame = protocol.Seen(
        conversation=UUID(mark.key.partition("/")[0]),
        role=role,  # type: ignore[arg-type]
        person=UUID(person),
        seq=mark.seq,
    )
    return msgspec.json.encode(frame).decode()
