"""What stays from round to round while the same agents are there: order, keys and tiers. Kept for the last set."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import attrgetter, is_
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from dispatch.matching import reach
from dispatch.matching.facts import Candidate, Certificates, Id
from dispatch.matching.fitness import LANGUAGE_LEVELS, Grade
from dispatch.matching.reach import Ints


def rank(id_: Id) -> int:
    """Sorts as the id does, and fast."""
    return id_.int if isinstance(id_, UUID) else int(id_)


def ranks(agents: Sequence[Candidate]) -> list[int]:
    """The rank of each one's id."""
    try:
        return list(map(_NUMBER, agents))
    except AttributeError:  # a simulation's ids are numbers
        return [rank(agent.agent_id) for agent in agents]


_NUMBER, _CERTIFICATES = attrgetter("agent_id.int"), attrgetter("certificates")


@dataclass(frozen=True)
class Roster:
    """`ranks` and `certificates` as they were given; `order` puts them into the order of ranks, which rows follow."""

    ranks: Sequence[int]
    certificates: Sequence[Certificates]
    order: Sequence[int]
    now: float

    def holds(self, numbers: Sequence[int], certificates: Sequence[Certificates], now: float) -> bool:
        """The same agents with the same certificates, none of which has ended or begun since."""
        if numbers != self.ranks or not self.now <= now < self.good_until:
            return False
        return all(map(is_, certificates, self.certificates))

    def row(self, id_: Id) -> int | None:
        """Where this agent stands; None where she is not here."""
        wanted = rank(id_)
        at = bisect_left(self._in_order, wanted)
        return at if at < len(self._in_order) and self._in_order[at] == wanted else None

    @cached_property
    def _in_order(self) -> Sequence[int]:
        return [self.ranks[at] for at in self.order]

    @cached_property
    def reaches(self) -> list[reach.Reach]:
        return [reach.reach_of(self.certificates[at], self.now) for at in self.order]

    @cached_property
    def good_until(self) -> float:
        return min((one.good_until for one in self.reaches), default=float("inf"))

    @cached_property
    def by_key(self) -> tuple[Ints, Ints, Ints]:
        """(keys, rows, codes), in the order of keys and, for each, of rows."""
        keys, rows, codes = self._held
        # Numbers of two bytes are sorted in one pass over them.
        small = keys.astype(np.uint16) if len(keys) and keys.max() <= np.iinfo(np.uint16).max else keys
        order = np.argsort(small, kind="stable")
        return keys[order], rows[order], codes[order]

    @cached_property
    def _held(self) -> tuple[Ints, Ints, Ints]:
        """(keys, rows, codes), agent by agent."""
        parts = [one.held for one in self.reaches]
        held = reach.joined(parts)
        keys = held // reach.CODES
        return keys, np.repeat(np.arange(len(parts)), reach.counts(parts)), held - keys * reach.CODES

    @cached_property
    def exact(self) -> tuple[Ints, Ints]:
        """(keys, rows) of the classes in which each is certified, agent by agent."""
        keys, rows, codes = self._held
        grades = codes // LANGUAGE_LEVELS
        certified = (grades == Grade.CERTIFIED) | (grades == Grade.EXPERT)
        return keys[certified], rows[certified]

    @cached_property
    def tiers(self) -> NDArray[np.str_]:
        return np.array([self.certificates[at].tier for at in self.order])


_latest = Roster([], [], [], 0.0)


def roster(agents: Sequence[Candidate], now: float) -> Roster:
    """The last one again, if it still holds."""
    global _latest
    numbers = ranks(agents)
    certificates = list(map(_CERTIFICATES, agents))
    if not _latest.holds(numbers, certificates, now):
        _latest = Roster(numbers, certificates, sorted(range(len(numbers)), key=numbers.__getitem__), now)
    return _latest
