"""What the load leaves for the oracle: who played, what everybody sent and heard, and what was done to whom."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.stranger.diary import Diary, Letter


@dataclass(frozen=True)
class Act:
    """Something that was done beside the sockets: by an operator, by a log-out, by somebody who tried what is wrong.

    `subject` is what it was done to. `held` says whether the server did it (or, for a wrong try, let it happen).
    """

    kind: str
    subject: str
    began: float
    ended: float
    held: bool
    words: str = ""


@dataclass(frozen=True)
class Glance:
    """At one moment: the agents with an open, welcomed socket, and those whom the product calls connected."""

    at: float
    really: frozenset[str]
    called: frozenset[str]


@dataclass
class Record:
    """All times are seconds of `time.monotonic()`. People are named as their principals: `agent:<uuid>`."""

    seed: int
    haste: float
    brand_of: Mapping[str, str] = field(default_factory=dict)
    agents: tuple[str, ...] = ()
    customers: tuple[str, ...] = ()
    diary: Diary = field(default_factory=Diary)
    acts: list[Act] = field(default_factory=list)
    glances: list[Glance] = field(default_factory=list)
    began: float = 0.0
    settled: float = 0.0

    @property
    def acked(self) -> int:
        return self.diary.acknowledged

    @property
    def messages(self) -> list[Letter]:
        return self.diary.messages

    @property
    def brands(self) -> list[str]:
        return sorted(set(self.brand_of.values()))
