"""What the wire needs from the product. `realtime` knows streams and bytes; `marketplace/sockets.py` hands in the rest.

A stream is named by its key "<conversation uuid>/talk" or "<conversation uuid>/desk", a person by a principal
"customer:<uuid>", "agent:<uuid>" or "operator:<uuid>". All functions are synchronous and run off the event loop; those
that answer for many people ask as many queries as for one, and answer in the order asked.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, Protocol
from uuid import UUID

from marketplace.refusals import Refused
from realtime import protocol

Kind = Literal["customer", "agent", "operator"]


@dataclass(frozen=True, slots=True)
class Line:
    """One message on its way into a stream."""

    conversation: UUID
    principal: str
    client_id: UUID
    text: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a line. `seq` counts for new and again; `frame` (encoded, as all readers get it) for new.

    new: stored now. again: the same line was stored before. clash: the client_id is taken by another text.
    closed, forbidden: refused for good. busy: the conversation was locked, try again.
    """

    kind: Literal["new", "again", "clash", "closed", "forbidden", "busy"]
    seq: int
    frame: bytes


@dataclass(frozen=True, slots=True)
class Resumed:
    """What a reader of a stream misses: frames in order, or one `reset` frame that replaces all up to `head`."""

    head: int
    frames: tuple[bytes, ...]
    marks: tuple["Mark", ...] = ()


class Mark(NamedTuple):
    """How far a person has read a stream."""

    key: str
    principal: str
    seq: int


class Wanted(NamedTuple):
    """A person reads a stream and holds it up to number `after` (None or 0: not at all)."""

    principal: str
    key: str
    after: int | None


State = tuple[int, bytes] | None


class Comer(NamedTuple):
    """A person with a good ticket: her log-in session's key ("" for none), and the ticket for the next time."""

    principal: str
    session_key: str
    ticket: str


class Held(NamedTuple):
    """What one person's sockets hold: the version of her own state (0: it has none), and the streams they follow."""

    principal: str
    version: int
    streams: str


def streams_held(keys: Iterable[str]) -> str:
    """What is compared instead of the streams: MD5 of their conversations' ids in order, "" for none.

    A person follows a conversation in all its streams that her kind may read, so the ids say it all.
    """
    conversations = sorted({key.partition("/")[0] for key in keys})
    return hashlib.md5(",".join(conversations).encode(), usedforsecurity=False).hexdigest() if conversations else ""


class Product(Protocol):
    """The product's side of the wire."""

    def write(self, lines: Sequence[Line], *, patient: bool) -> list[Verdict]:
        """One transaction for the whole batch; verdicts in the order of the lines. patient=False skips locked rows."""

    def missed(self, heads: Sequence[tuple[str, int]]) -> list[tuple[str, int, bytes]]:
        """(key, seq, frame) of everything after the given heads, ordered by key and seq; one query, at most 5,000."""

    def streams_of(self, principals: Sequence[str]) -> list[list[str]]:
        """Keys of the streams that each of these people may read live, now."""

    def resume(self, wanted: Sequence[Wanted]) -> list[Resumed | None]:
        """What each reader misses, or None where the person may not read the stream."""

    def welcome(self, comers: Sequence[Comer]) -> list[protocol.Welcome | Refused]:
        """First frame after a good ticket, or why somebody may not be here (any more)."""

    def state(self, principals: Sequence[str]) -> list[State | Refused]:
        """Each person's own unnumbered state (an agent's desk, a customer's place in the queue) with its version
        (0: always send), None where there is nothing to say, or why she may not be here any more."""

    def outdated(self, held: Sequence[Held]) -> list[str]:
        """Those of these people whose own state is newer, who may follow other streams now (see `streams_held`), or
        whose right to be here has ended. A query for each of the three, whatever their number."""

    def shown_out(self, principals: Sequence[str], session_keys: Sequence[str]) -> tuple[set[str], set[str]]:
        """Those of these agents and operators who may not be here any more, and the log-in sessions that have ended."""

    def mark(self, marks: Sequence[Mark]) -> tuple[list[Mark], list[Mark]]:
        """Keep how far people have read: those marks that moved, and those to be tried again because their rows are
        held. One statement."""

    def unknown_marks(self, known: Sequence[tuple[str, int]]) -> list[Mark]:
        """(key, sum of the marks held) -> all marks of those streams where they add up to more; one query."""

    def handle(self, principal: str, frame: protocol.Frame) -> list[protocol.Frame]:
        """Carry out a request; the answers go to the asking socket. Raises Refused."""

    def typing(self, principal: str, conversation: UUID) -> protocol.Typing | None:
        """The frame others see, or None where the person may not write there. Cached for a few seconds."""

    def arrived(self, principals: Sequence[str]) -> None:
        """The first sockets of these people opened on this process (their connection rows are committed)."""

    def departed(self, principals: Sequence[str]) -> None:
        """The last sockets of these people on this process closed (their connection rows are gone)."""

    def board(self) -> bytes:
        """The live board's frame."""
