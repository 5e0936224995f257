"""All agents of a round as arrays, one row each: their keys, their part of the score, how scarce each is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import attrgetter

import numpy as np
from numpy.typing import NDArray

from dispatch.matching import fitness, reach
from dispatch.matching.facts import Candidate, Id
from dispatch.matching.fitness import LANGUAGE_LEVELS, Grade, Ring
from dispatch.matching.reach import Floats, Ints
from dispatch.matching.roster import Roster, roster
from dispatch.matching.weights import Weights

Arrivals = Mapping[tuple[Id, str, str], float]  # (brand, topic, language) -> how many lately


@dataclass(frozen=True)
class Crowd:
    """Agents in the order of their ids; `room` says who may be asked."""

    agents: Sequence[Candidate]
    now: float
    weights: Weights
    roster: Roster

    @cached_property
    def active(self) -> Floats:
        return self._column("active")

    @cached_property
    def held(self) -> Floats:
        return self._column("held")

    @cached_property
    def capacity(self) -> Floats:
        return self._column("capacity")

    @cached_property
    def idle_s(self) -> Floats:
        """Seconds without a chat; 0 beside one."""
        since = [agent.idle_since if agent.idle_since is not None else self.now for agent in self.agents]
        return np.where(self.active == 0, np.maximum(self.now - np.array(since, np.float64), 0.0), 0.0)

    @cached_property
    def deficit(self) -> Floats:
        return np.clip(self._column("deficit"), -1.0, 1.0)

    @cached_property
    def room(self) -> NDArray[np.bool_]:
        free: NDArray[np.bool_] = (self.held == 0) & (self.active < self.capacity)
        return free

    def part(self, *, fair: bool) -> Floats:
        """What the agent adds to the score of any pair she is in."""
        return self._fair if fair else self._usual

    @cached_property
    def _usual(self) -> Floats:
        return self._part + self.weights.deficit * self.deficit

    @cached_property
    def _fair(self) -> Floats:
        return self._part + self.weights.deficit_fair * self.deficit

    @cached_property
    def _part(self) -> Floats:
        by = self.weights
        return (
            by.idle * np.minimum(self.idle_s / by.idle_unit_s, by.idle_most)
            + by.starved * self._column("starved")
            - by.speed * self._column("speed")
            - by.load_share * self.active / np.maximum(self.capacity, 1.0)
            - by.load * self.active
            - by.reserve * self._column("reserve")
        )

    def price(self, arrivals: Arrivals) -> Floats:
        """How scarce each is: over the classes she is certified in, the share of arrivals over the free slots and a
        half, divided by the mean of those with room. 1 where nothing has arrived."""
        keys, of = self.roster.exact
        free = np.bincount(keys, weights=(np.where(self.room, self.capacity - self.active, 0.0))[of], minlength=1)
        value = self._shares(arrivals, len(free)) / (free + 0.5)
        price = np.bincount(of, weights=value[keys], minlength=len(self.agents))
        mean = float(price[self.room].mean()) if self.room.any() else 0.0
        return price / mean if mean > 0 else np.ones(len(self.agents))

    @cached_property
    def tightness(self) -> float:
        """Share of all places that are taken or being offered."""
        places = self.capacity.sum()
        return float((self.active + self.held).sum() / places) if places else 0.0

    def occupancy(self, brand_id: Id, language: str) -> float:
        """Share of the slots taken or being offered, of those who are certified for the brand in the language."""
        rows, _ = self.with_key(brand_id, "brand", "", language)
        slots = self.capacity[rows].sum()
        return float((self.active[rows] + self.held[rows]).sum() / slots) if slots else 0.0

    def with_key(self, brand_id: Id, kind: str, name: str, language: str) -> tuple[Ints, Ints]:
        """(rows, codes) of the agents who have the key, in the order of rows."""
        keys, rows, codes = self.roster.by_key  # first: theirs are numbered as they are read
        key = reach.known(brand_id, kind, name, language)
        low, high = np.searchsorted(keys, (key, key + 1))
        return rows[low:high], codes[low:high]

    def able(self, brand_id: Id, topic: str, family: str, language: str, tier: str, ring: int) -> tuple[Ints, Ints]:
        """(rows, codes) of those with room who may be asked within the ring, in the order of rows."""
        rows, codes = self.with_key(brand_id, "topic", topic, language)
        wider = [("family", family)] if ring >= Ring.FAMILY and family else []
        wider += [("brand", "")] if ring >= Ring.BRAND else []
        for kind, name in wider:
            more, theirs = self.with_key(brand_id, kind, name, language)
            new = ~np.isin(more, rows)
            rows, codes = np.concatenate((rows, more[new])), np.concatenate((codes, theirs[new]))
        may = self.room[rows]
        if ring < Ring.LEARNING:
            may &= codes // LANGUAGE_LEVELS != Grade.LEARNING
        if tier:
            may &= self.roster.tiers[rows] == tier
        rows, codes = rows[may], codes[may]
        order = np.argsort(rows, kind="stable") if wider else slice(None)
        return rows[order], codes[order]

    @cached_property
    def fit(self) -> Floats:
        """Points of each code: grade and language level."""
        return np.array(
            [
                self.weights.fit * share * spoken
                for share in fitness.shares(self.weights)
                for spoken in self.weights.language_levels
            ]
        )

    @cached_property
    def needs(self) -> Ints:
        """The ring that each code needs."""
        return np.repeat([int(fitness.RING_OF[one]) for one in Grade], LANGUAGE_LEVELS)

    def _shares(self, arrivals: Arrivals, size: int) -> Floats:
        shares = np.zeros(size)
        total = sum(arrivals.values())
        for (brand_id, topic, language), count in arrivals.items():
            key = reach.known(brand_id, "topic", topic, language)
            if 0 <= key < size:  # else nobody here is certified in it
                shares[key] = count / total
        return shares

    def _column(self, name: str) -> Floats:
        """One field of all agents."""
        return np.fromiter(map(attrgetter(name), self.agents), np.float64, len(self.agents))


def crowd(agents: Sequence[Candidate], now: float, weights: Weights) -> Crowd:
    known = roster(agents, now)
    return Crowd([agents[at] for at in known.order], now, weights, known)
