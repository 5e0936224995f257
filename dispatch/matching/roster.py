"""What stays from round to round while the same agents are there: order, keys and tiers. Kept for the last set."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import is_
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from dispatch.matching import reach
from dispatch.matching.facts import Candidate, Certificates, Id
from dispatch.matching.reach import Ints


def rank(id_: Id) -> int:
    """Sorts as the id does, and fast."""
    return id_.int if isinstance(id_, UUID) else int(id_)


@dataclass(frozen=True)
class Roster:
    """`ids` and `certificates` as they were given; `order` puts them into the order of ids, which rows follow."""

    ids: Sequence[Id]
    certificates: Sequence[Certificates]
    order: Sequence[int]
    now: float

    def holds(self, ids: Sequence[Id], certificates: Sequence[Certificates], now: float) -> bool:
        """The same agents with the same certificates, none of which has ended or begun since."""
        if ids != self.ids or not self.now <= now < self.good_until:
            return False
        return all(map(is_, certificates, self.certificates))

    @cached_property
    def reaches(self) -> list[reach.Reach]:
        return [reach.reach_of(self.certificates[at], self.now) for at in self.order]

    @cached_property
    def good_until(self) -> float:
        return min((one.good_until for one in self.reaches), default=float("inf"))

    @cached_property
    def by_key(self) -> tuple[Ints, Ints, Ints]:
        """(keys, rows, codes), in the order of keys and, for each, of rows."""
        keys = reach.joined(one.keys for one in self.reaches)
        codes = reach.joined(one.codes for one in self.reaches)
        rows = np.repeat(np.arange(len(self.ids)), reach.counts([one.keys for one in self.reaches]))
        # Numbers of two bytes are sorted in one pass over them.
        small = keys.astype(np.uint16) if len(keys) and keys.max() <= np.iinfo(np.uint16).max else keys
        order = np.argsort(small, kind="stable")
        return keys[order], rows[order], codes[order]

    @cached_property
    def exact(self) -> Ints:
        """Keys of the classes in which each is certified, agent by agent."""
        return reach.joined(one.exact for one in self.reaches)

    @cached_property
    def rows_of_exact(self) -> Ints:
        return np.repeat(np.arange(len(self.ids)), reach.counts([one.exact for one in self.reaches]))

    @cached_property
    def tiers(self) -> NDArray[np.str_]:
        return np.array([self.certificates[at].tier for at in self.order])


_latest = Roster([], [], [], 0.0)


def roster(agents: Sequence[Candidate], now: float) -> Roster:
    """The last one again, if it still holds."""
    global _latest
    ids = [agent.agent_id for agent in agents]
    certificates = [agent.certificates for agent in agents]
    if not _latest.holds(ids, certificates, now):
        order = sorted(range(len(ids)), key=lambda at: rank(ids[at]))
        _latest = Roster(ids, certificates, order, now)
    return _latest
