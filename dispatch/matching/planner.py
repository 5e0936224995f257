"""The plan of a round: who waits, who is there, what the weights say; out come offers to make."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from dispatch.matching import fitness, solving
from dispatch.matching.crowd import Arrivals, Crowd, crowd
from dispatch.matching.facts import Candidate, Class, Climate, Id, Modes, Placement, Waiting
from dispatch.matching.fitness import Ring
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
    depth: int | None = solving.DEPTH,
) -> Plan:
    """At most one offer for each escalation and each agent; the same answer for the same facts in any order.

    `agents` are all who are connected and willing, busy ones too: they tell how much slack there is. `arrivals` counts
    what came lately by (brand, topic, language); without it those who wait stand for it. An agent who had to do with an
    escalation within `again_after_s` is passed over, unless nobody else is left. `climate` and `depth` are for replays.
    """
    table = Table(crowd(agents, now, weights), waiting, again_after_s, arrivals, modes, climate, depth)
    table.ask_whom_they_know()
    table.serve_plainly(sparing=True)
    method = table.serve_best()
    table.serve_plainly(sparing=False)
    return Plan(table.placements(), method, table)


@dataclass
class Table:
    """What is settled so far in one round. `taken` marks rows of the crowd, `pairs` says who got which; `classes` has
    each class's members, the most urgent first, and `ring` how far from the topic each one's agent may be."""

    crowd: Crowd
    waiting: Sequence[Waiting]
    again_after_s: float
    arrivals: Arrivals | None
    modes: Modes
    climate: Climate | None = None
    depth: int | None = solving.DEPTH
    pairs: dict[Waiting, int] = field(default_factory=dict)
    group_of: dict[Waiting, Group] = field(default_factory=dict)
    looked_at: list[Group] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.worth = {one: self._worth(one) for one in self.waiting}
        self.waiting = sorted(self.waiting, key=self._turn)
        self.taken: NDArray[np.bool_] = np.zeros(len(self.crowd.agents), np.bool_)
        self.classes: dict[Class, list[Waiting]] = defaultdict(list)
        for one in self.waiting:
            self.classes[one.of].append(one)
        places = {(brand_id, language) for brand_id, _, _, language, _ in self.classes}
        self.occupancy = self.climate.occupancy if self.climate else {at: self.crowd.occupancy(*at) for at in places}
        self.ring = {one: ring for of, members in self.classes.items() for one, ring in self._rings(of, members)}
        self._able: dict[tuple[Class, int], tuple[Ints, Ints]] = {}
        self._closer: dict[Class, Floats] = {}

    def placements(self) -> list[Placement]:
        return [self._placement(one, self.pairs[one]) for one in self.waiting if one in self.pairs]

    @cached_property
    def codes(self) -> dict[Waiting, int]:
        """What the agents chosen hold of what they are asked about. To be read once all is settled."""
        found: dict[Waiting, int] = {}
        for of, members in self.classes.items():
            served = [one for one in members if one in self.pairs]
            if not served:
                continue
            rows, codes = self.able(of, max(self.ring[one] for one in members))
            at = np.searchsorted(rows, [self.pairs[one] for one in served])
            found.update(zip(served, codes[at].tolist(), strict=True))
        return found

    def able(self, of: Class, ring: int) -> tuple[Ints, Ints]:
        """`Crowd.able`, looked up once in a round."""
        if (of, ring) not in self._able:
            self._able[of, ring] = self.crowd.able(*of, ring)
        return self._able[of, ring]

    def closer(self, of: Class) -> Floats:
        """For each ring the highest price among those with room whom a narrower one may ask already. Nobody further
        from the topic counts as less scarce than that, so that scarcity never sends a request outwards."""
        if of not in self._closer:
            self._closer[of] = self._looked_closer(of)
        return self._closer[of]

    def _looked_closer(self, of: Class) -> Floats:
        floors = np.zeros(len(Ring))
        if self.climate:
            floors[:] = self.climate.closer.get(of, 0.0)
            return floors
        widest = max(self.ring[one] for one in self.classes[of])
        if widest > Ring.CERTIFIED:
            rows, codes = self.able(of, widest)
            needs, prices = self.crowd.needs[codes], self.prices[rows]
            for ring in range(Ring.LEARNING, widest + 1):
                floors[ring] = prices[needs < ring].max(initial=0.0)
        return floors

    def ask_whom_they_know(self) -> None:
        """Whoever knows the customer is asked first, once."""
        for one in self.waiting:
            row = self.crowd.roster.row(one.first) if one.first is not None else None
            if row is None or one.first in one.asked or self.taken[row] or self.modes.is_plain(one.brand_id):
                continue
            if fitness.fits(one, self.crowd.agents[row], self.crowd.now, self.ring[one]):
                self._settle([(one, row)])

    def serve_best(self) -> str:
        """Everybody else, for the best total; how it was found."""
        pairs, method = solving.best(self._look_at(self.groups(plain=False)), self.depth)
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
        return Placement(one.id, agent.agent_id, fitness.why_of(self.codes[one], one, agent), self.ring[one])

    def _turn(self, one: Waiting) -> tuple[float, float, int]:
        """Sorts the most urgent first."""
        return -self.worth[one], one.queued_at, rank(one.id)

    def _rings(self, of: Class, members: Sequence[Waiting]) -> Iterator[tuple[Waiting, int]]:
        brand_id, _, _, language, _ = of
        slack = self.occupancy[brand_id, language] < self.crowd.weights.slack_below
        for one in members:
            yield one, fitness.ring_in_force(self.crowd.now - one.queued_at, self.crowd.weights, slack=slack)

    def _worth(self, one: Waiting) -> float:
        by = self.crowd.weights
        age = min(max(self.crowd.now - one.queued_at, 0.0), by.age_most_s)
        return by.served + by.age_per_s * age + by.priority * one.priority

    def _look_at(self, groups: list[Group]) -> list[Group]:
        """Without what cannot matter; what is left is remembered."""
        groups = solving.pruned(groups)
        self.looked_at += groups
        self.group_of.update((one, group) for group in groups for one in group.members)
        return groups

    def _settle(self, pairs: Iterable[tuple[Waiting, int]]) -> None:
        for one, row in pairs:
            self.taken[row] = True
            self.pairs[one] = row

    def groups(self, *, plain: bool) -> list[Group]:
        """Those left, by class; who has nobody left but those just asked is a class of her own."""
        left = [
            (of, [one for one in members if one not in self.pairs])
            for of, members in self.classes.items()
            if self.modes.is_plain(of[0]) == plain
        ]
        left = sorted(((of, members) for of, members in left if members), key=lambda each: self._turn(each[1][0]))
        found = [group for of, members in left for group in self._of_class(of, members, plain=plain)]
        return [group for group in found if len(group.rows)]

    def _of_class(self, of: Class, members: list[Waiting], *, plain: bool) -> list[Group]:
        rows, codes = self.able(of, max(self.ring[member] for member in members))
        left = ~self.taken[rows]
        rows, codes = rows[left], codes[left]
        points = self._plain_points(rows) if plain else self._points(of, rows, codes)
        whole = self._group(members, rows, points, self.crowd.needs[codes], plain=plain)
        barred = {member.id: lately for member in members if member.asked and (lately := self._lately(member))}
        return self._apart(whole, barred) if barred else [whole]

    def _apart(self, whole: Group, lately: Mapping[Id, Mapping[int, float]]) -> list[Group]:
        """The class without those who have nobody left but whom they just had; these may be rung again."""
        barred, again, others = {}, [], []
        for place, one in enumerate(whole.members):
            ring = self.ring[one]
            known = lately.get(one.id, {}) if one.asked else {}
            closed = {row: at for row, at in known.items() if solving.reaches(whole, row, ring)}
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
        worth = [-one.queued_at if plain else self.worth[one] for one in members]
        rings = np.array([self.ring[one] for one in members], np.int64)
        return Group(members, np.array(worth), rings, rows, points, needs)

    def _points(self, of: Class, rows: Ints, codes: Ints) -> Floats:
        by = self.crowd.weights
        part = self.crowd.part(fair=self.modes.is_fair(of[0]))
        prices = np.maximum(self.prices[rows], self.closer(of)[self.crowd.needs[codes]])
        return self.crowd.fit[codes] + part[rows] - by.price * prices

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
        lately = ((self.crowd.roster.row(agent), at) for agent, at in one.asked.items() if at > since)
        return {row: at for row, at in lately if row is not None}

    def _spared(self, group: Group) -> Group:
        """Without those whom an older request of a brand that is not served plainly may need."""
        oldest = min(one.queued_at for one in group.members)
        needed = [self.able(of, self.ring[one])[0] for of, one in self._elsewhere if one.queued_at < oldest]
        keep = ~np.isin(group.rows, np.concatenate(needed)) if needed else np.ones(len(group.rows), np.bool_)
        return solving.keeping(group, keep)

    @cached_property
    def _elsewhere(self) -> list[tuple[Class, Waiting]]:
        """The oldest of each class of the brands that are not served plainly."""
        return [
            (of, min(members, key=lambda one: one.queued_at))
            for of, members in self.classes.items()
            if not self.modes.is_plain(of[0])
        ]
