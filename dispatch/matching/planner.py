"""The plan of a round: who waits, who is there, what the weights say; out come offers to make."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from dispatch.matching import fitness, solving
from dispatch.matching.crowd import Arrivals, Crowd, crowd
from dispatch.matching.facts import Candidate, Climate, Id, Modes, Placement, Waiting
from dispatch.matching.reach import Floats, Ints
from dispatch.matching.roster import rank
from dispatch.matching.solving import Group
from dispatch.matching.weights import Weights
from marketplace import waits

TIGHTENS = 2  # scarcity counts by this power of the share of places taken
LEAST_TIGHT = 0.4  # on an emptier floor it counts as on this one


@dataclass(frozen=True, slots=True)
class Plan:
    """Offers to make, the most urgent first; `method` says how the best were found. `table` is what `records` tells
    the reasons from."""

    placements: list[Placement]
    method: str
    table: "Table" = field(repr=False, compare=False)


def plan(
    waiting: Sequence[Waiting],
    agents: Sequence[Candidate],
    now: float,
    weights: Weights,
    *,
    again_after_s: float = waits.TRUE["same_agent_again_seconds"],
    arrivals: Arrivals | None = None,
    modes: Modes = Modes(),  # noqa: B008  (a frozen value)
    climate: Climate | None = None,
) -> Plan:
    """At most one offer for each escalation and each agent; the same answer for the same facts in any order.

    `agents` are all who are connected and willing, busy ones too: they tell how much slack there is. `arrivals` counts
    what came lately by (brand, topic, language); without it those who wait stand for it. An agent who had to do with an
    escalation within `again_after_s` is passed over, unless nobody else is left. `climate` is for replays.
    """
    table = Table(crowd(agents, now, weights), waiting, again_after_s, arrivals, modes, climate)
    table.ask_whom_they_know()
    table.serve_plainly(sparing=True)
    method = table.serve_best()
    table.serve_plainly(sparing=False)
    return Plan(table.placements(), method, table)


@dataclass
class Table:
    """What is settled so far in one round. `taken` marks rows of the crowd, `pairs` says who got which."""

    crowd: Crowd
    waiting: Sequence[Waiting]
    again_after_s: float
    arrivals: Arrivals | None
    modes: Modes
    climate: Climate | None = None
    pairs: dict[Id, int] = field(default_factory=dict)
    group_of: dict[Id, Group] = field(default_factory=dict)
    looked_at: list[Group] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.worth = {one.id: self._worth(one) for one in self.waiting}
        self.waiting = sorted(self.waiting, key=lambda one: (-self.worth[one.id], one.queued_at, rank(one.id)))
        self.taken: NDArray[np.bool_] = np.zeros(len(self.crowd.agents), np.bool_)
        self.row_of = {agent.agent_id: row for row, agent in enumerate(self.crowd.agents)}
        places = {(one.brand_id, one.language) for one in self.waiting}
        self.occupancy = self.climate.occupancy if self.climate else {at: self.crowd.occupancy(*at) for at in places}
        slack = {place: self.occupancy[place] < self.crowd.weights.slack_below for place in places}
        self.ring = {
            one.id: fitness.ring_in_force(
                self.crowd.now - one.queued_at, self.crowd.weights, slack=slack[one.brand_id, one.language]
            )
            for one in self.waiting
        }

    def placements(self) -> list[Placement]:
        return [self._placement(one, self.pairs[one.id]) for one in self.waiting if one.id in self.pairs]

    def ask_whom_they_know(self) -> None:
        """Whoever knows the customer is asked first, once."""
        for one in self.waiting:
            row = self.row_of.get(one.first) if one.first is not None else None
            if row is None or one.first in one.asked or self.taken[row] or self.modes.is_plain(one.brand_id):
                continue
            if fitness.fits(one, self.crowd.agents[row], self.crowd.now, self.ring[one.id]):
                self._settle([(one, row)])

    def serve_best(self) -> str:
        """Everybody else, for the best total; how it was found."""
        pairs, method = solving.best(self._look_at(self.groups(plain=False)))
        self._settle(pairs)
        return method

    def serve_plainly(self, *, sparing: bool) -> None:
        """First come, first served, each to the longest idle. `sparing` leaves alone whom an older request of another
        brand may need, so that one brand's switch takes nothing from the others."""
        groups = self.groups(plain=True)
        groups = [self._spared(group) for group in groups] if sparing else groups
        self._settle(solving.in_turn(self._look_at(groups)))

    def _placement(self, one: Waiting, row: int) -> Placement:
        agent = self.crowd.agents[row]
        why = fitness.why(one, agent, self.crowd.now)
        return Placement(one.id, agent.agent_id, why, self.ring[one.id])

    def _worth(self, one: Waiting) -> float:
        by = self.crowd.weights
        age = min(max(self.crowd.now - one.queued_at, 0.0), by.age_most_s)
        return by.served + by.age_per_s * age + by.priority * one.priority

    def _look_at(self, groups: list[Group]) -> list[Group]:
        """Without what cannot matter; what is left is remembered."""
        groups = solving.pruned(groups)
        self.looked_at += groups
        self.group_of.update((one.id, group) for group in groups for one in group.members)
        return groups

    def _settle(self, pairs: Iterable[tuple[Waiting, int]]) -> None:
        for one, row in pairs:
            self.taken[row] = True
            self.pairs[one.id] = row

    def groups(self, *, plain: bool) -> list[Group]:
        """Those left, by class; who has nobody left but those just asked is a class of her own."""
        classes: dict[tuple[Id, str, str, str, str], list[Waiting]] = {}
        for one in self.waiting:
            if one.id not in self.pairs and self.modes.is_plain(one.brand_id) == plain:
                of = (one.brand_id, one.topic, one.family, one.language, one.tier)
                classes.setdefault(of, []).append(one)
        found = [group for members in classes.values() for group in self._of_class(members, plain=plain)]
        return [group for group in found if len(group.rows)]

    def _of_class(self, members: list[Waiting], *, plain: bool) -> list[Group]:
        one = members[0]
        widest = max(self.ring[member.id] for member in members)
        rows, codes = self.crowd.able(one.brand_id, one.topic, one.family, one.language, one.tier, widest)
        left = ~self.taken[rows]
        rows, codes = rows[left], codes[left]
        points = self._plain_points(rows) if plain else self._points(one.brand_id, rows, codes)
        whole = self._group(members, rows, points, self.crowd.needs[codes], plain=plain)
        barred = {member.id: lately for member in members if (lately := self._lately(member))}
        return self._apart(whole, barred) if barred else [whole]

    def _apart(self, whole: Group, lately: Mapping[Id, Mapping[int, float]]) -> list[Group]:
        """The class without those who have nobody left but whom they just had; these may be rung again."""
        barred, again, others = {}, [], []
        for place, one in enumerate(whole.members):
            ring = self.ring[one.id]
            closed = {row: at for row, at in lately.get(one.id, {}).items() if solving.reaches(whole, row, ring)}
            if closed and len(closed) == np.count_nonzero(whole.needs <= ring):
                again.append(self._again(solving.only(whole, [place]), closed))
            else:
                others.append(place)
                if closed:
                    barred[one.id] = frozenset(closed)
        rest = [replace(solving.only(whole, others), barred=barred)] if others else []
        return rest + again

    def _again(self, alone: Group, closed: Mapping[int, float]) -> Group:
        """Those who have had a breath since they were asked, the longest ago first."""
        breath = self.crowd.now - self.again_after_s / fitness.ONE_BREATH
        rested = [row for _, row in sorted((at, row) for row, at in closed.items() if at <= breath)]
        return replace(
            alone,
            rows=np.array(rested, np.int64),
            points=-np.arange(len(rested), dtype=np.float64),
            needs=np.zeros(len(rested), np.int64),
        )

    def _group(self, members: list[Waiting], rows: Ints, points: Floats, needs: Ints, *, plain: bool) -> Group:
        members = sorted(members, key=lambda one: one.queued_at) if plain else members
        worth = [-one.queued_at if plain else self.worth[one.id] for one in members]
        rings = np.array([self.ring[one.id] for one in members], np.int64)
        return Group(members, np.array(worth), rings, rows, points, needs)

    def _points(self, brand_id: Id, rows: Ints, codes: Ints) -> Floats:
        by = self.crowd.weights
        part = self.crowd.part(fair=self.modes.is_fair(brand_id))
        return self.crowd.fit[codes] + part[rows] - by.price * self.prices[rows]

    def _plain_points(self, rows: Ints) -> Floats:
        """The longest idle first, then the fewest chats."""
        return (self.crowd.idle_s - self.crowd.active)[rows]

    @cached_property
    def prices(self) -> Floats:
        """How scarce each is, up to the most that counts, times what that matters now: to take somebody rare costs
        whoever comes next only where nobody else is free for her, which is seldom while half the places are."""
        if self.climate:
            return np.array([self.climate.prices[agent.agent_id] for agent in self.crowd.agents], np.float64)
        arrivals = self.arrivals or Counter((one.brand_id, one.topic, one.language) for one in self.waiting)
        scarce = np.minimum(self.crowd.price(arrivals), self.crowd.weights.price_most)
        return scarce * max(self.crowd.tightness, LEAST_TIGHT) ** TIGHTENS

    def _lately(self, one: Waiting) -> dict[int, float]:
        """Row -> when, of those here who had to do with it lately."""
        since = self.crowd.now - self.again_after_s
        return {self.row_of[agent]: at for agent, at in one.asked.items() if at > since and agent in self.row_of}

    def _spared(self, group: Group) -> Group:
        """Without those whom an older request of a brand that is not served plainly may need."""
        oldest = min(one.queued_at for one in group.members)
        needed = [
            self.crowd.able(one.brand_id, one.topic, one.family, one.language, one.tier, self.ring[one.id])[0]
            for one in self._elsewhere
            if one.queued_at < oldest
        ]
        keep = ~np.isin(group.rows, np.concatenate(needed)) if needed else np.ones(len(group.rows), np.bool_)
        return solving.keeping(group, keep)

    @cached_property
    def _elsewhere(self) -> list[Waiting]:
        """The oldest of each class of the brands that are not served plainly."""
        first: dict[tuple[object, ...], Waiting] = {}
        for one in sorted(self.waiting, key=lambda one: one.queued_at):
            if not self.modes.is_plain(one.brand_id):
                first.setdefault((one.brand_id, one.topic, one.family, one.language, one.tier), one)
        return list(first.values())
