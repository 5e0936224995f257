"""Everything that clients did and heard, with the times, as material for whoever judges afterwards.

Times are seconds of `time.monotonic()`. Nothing is ever removed.
"""

import asyncio
import time
from dataclasses import dataclass, field
from typing import Any

Frame = dict[str, Any]
NEVER = -1.0


@dataclass(slots=True)
class Sitting:
    """One socket of one tab, from before the handshake to its end. `heard` holds every frame as it came."""

    person: str  # as in `welcome.principal`; before that, the name the client was given
    tab: str
    number: int
    url: str
    began_at: float
    have: list[Frame] = field(default_factory=list)
    entered_at: float = NEVER
    ended_at: float = NEVER
    code: int = 0  # of the close, where one came
    why: str = ""
    heard: list[tuple[float, Frame]] = field(default_factory=list)


@dataclass(slots=True)
class Letter:
    """Something that was sent until it was answered: a message (its key is the client_id) or a request (its ref)."""

    person: str
    tab: str
    number: int  # the order in which this tab wrote its letters
    key: str
    frame: Frame
    answer: asyncio.Future[Frame]
    written_at: float
    sent: list[tuple[float, int]] = field(default_factory=list)  # when, and in which sitting
    acknowledged: list[tuple[float, int, str]] = field(default_factory=list)  # when, seq (0: a request), by what
    refused: list[tuple[float, str]] = field(default_factory=list)  # when, code; also those that were tried again
    final: str = ""  # the code of a refusal that is for good

    @property
    def is_message(self) -> bool:
        return bool(self.frame["type"] == "say")


@dataclass(slots=True)
class Diary:
    """What all clients of one run wrote down."""

    sittings: list[Sitting] = field(default_factory=list)
    letters: list[Letter] = field(default_factory=list)

    @property
    def messages(self) -> list[Letter]:
        return [letter for letter in self.letters if letter.is_message]

    @property
    def acknowledged(self) -> int:
        return sum(1 for letter in self.letters if letter.acknowledged and letter.is_message)


def now() -> float:
    return time.monotonic()
