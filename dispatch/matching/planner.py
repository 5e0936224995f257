"""The plan of a round: who waits, who is there, what the weights say; out come offers to make."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from dispatch.matching import fitness, solving
from dispatch.matching.crowd import Arrivals, Crowd, crowd
from dispatch.matching.facts import Candidate, Id, Modes, Placement, Waiting
from dispatch.matching.fitness import Ring
from dispatch.matching.reach import Floats, Ints
from dispatch.matching.roster import rank
from dispatch.matching.solving import Group
from dispatch.matching.weights import Weights
from marketplace import waits

ONE_BREATH = 6  # nobody is rung again within this part of the time after which she may be asked again
Class = tuple[Id, str, str, str, str, Ring]


@dataclass(frozen=True, slots=True)
class Plan:
    """Offers to make, the most urgent first; `method` says how the best were found."""

    placements: list[Placement]
    method: str


def plan(
    waiting: Sequence[Waiting],
    agents: Sequence[Candidate],
    now: float,
    weights: Weights,
    *,
    again_after_s: float = waits.TRUE["same_agent_again_seconds"],
    arrivals: Arrivals | None = None,
    modes: Modes = Modes(),  # noqa: B008  (a frozen value)
) -> Plan:
    """At most one offer for each escalation and each agent; the same answer for the same facts in any order.

    `agents` are all who are connected and willing, busy ones too: they tell how much slack there is. `arrivals` counts
    what came lately by (brand, topic, language); without it those who wait stand for it. An agent who had to do with an
    escalation within `again_after_s` is passed over, unless nobody else is left.
    """
    table = Table(crowd(agents, now, weights), waiting, again_after_s, arrivals, modes)
    table.ask_whom_they_know()
    table.serve_plainly(sparing=True)
    method = table.serve_best()
    table.serve_plainly(sparing=False)
    return Plan(table.placements(), method)


@dataclass
class Table:
    """What is settled so far in one round. `taken` marks rows of the crowd, `pairs` holds (escalation, row)."""

    crowd: Crowd
    waiting: Sequence[Waiting]
    again_after_s: float
    arrivals: Arrivals | None
    modes: Modes
    pairs: dict[Id, tuple[Waiting, int]] = field(default_factory=dict)
    slack: dict[tuple[Id, str], bool] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.waiting = sorted(self.waiting, key=self._urgency)
        self.taken: NDArray[np.bool_] = np.zeros(len(self.crowd.agents), np.bool_)
        self.row_of = {agent.agent_id: row for row, agent in enumerate(self.crowd.agents)}
        self.costs: Floats | None = None

    def placements(self) -> list[Placement]:
        made = []
        for one in self.waiting:
            if one.id in self.pairs:
                agent = self.crowd.agents[self.pairs[one.id][1]]
                why = fitness.why(one, agent, self.crowd.now)
                made.append(Placement(one.id, agent.agent_id, why, self.ring(one)))
        return made

    def ask_whom_they_know(self) -> None:
        """Whoever knows the customer is asked first, once."""
        for one in self.waiting:
            row = self.row_of.get(one.first) if one.first is not None else None
            if row is None or one.first in one.asked or self.taken[row] or self.modes.is_plain(one.brand_id):
                continue
            if fitness.fits(one, self.crowd.agents[row], self.crowd.now, self.ring(one)):
                self._settle([(one, row)])

    def serve_best(self) -> str:
        """Everybody else, for the best total; how it was found."""
        groups = [group for group in self._groups(plain=False) if len(group.rows)]
        pairs, method = solving.best(groups)
        self._settle(pairs)
        return method

    def serve_plainly(self, *, sparing: bool) -> None:
        """First come, first served, each to the longest idle. `sparing` leaves alone whom an older request of another
        brand may need, so that one brand's switch takes nothing from the others."""
        groups = [group for group in self._groups(plain=True) if len(group.rows)]
        if groups:
            self._settle(solving.in_turn([self._spared(group) for group in groups] if sparing else groups))

    def ring(self, one: Waiting) -> Ring:
        """The ring in force for this escalation."""
        place = (one.brand_id, one.language)
        if place not in self.slack:
            self.slack[place] = self.crowd.occupancy(*place) < self.crowd.weights.slack_below
        return fitness.ring_in_force(self.crowd.now - one.queued_at, self.crowd.weights, slack=self.slack[place])

    def _urgency(self, one: Waiting) -> tuple[float, float, int]:
        return (-self._worth(one), one.queued_at, rank(one.id))

    def _worth(self, one: Waiting) -> float:
        by = self.crowd.weights
        age = min(max(self.crowd.now - one.queued_at, 0.0), by.age_most_s)
        return by.served + by.age_per_s * age + by.priority * one.priority

    def _settle(self, pairs: Iterable[tuple[Waiting, int]]) -> None:
        for one, row in pairs:
            self.taken[row] = True
            self.pairs[one.id] = (one, row)

    def _groups(self, *, plain: bool) -> list[Group]:
        """Those left, by class; who was asked for one of them lately makes it a class of its own."""
        classes: dict[tuple[Class, Id], list[Waiting]] = {}
        for one in self.waiting:
            if one.id in self.pairs or self.modes.is_plain(one.brand_id) != plain:
                continue
            of = (one.brand_id, one.topic, one.family, one.language, one.tier, self.ring(one))
            alone = one.id if self._asked(one) else None
            classes.setdefault((of, alone), []).append(one)
        return [self._group(of, members, plain=plain) for (of, _), members in classes.items()]

    def _group(self, of: Class, members: list[Waiting], *, plain: bool) -> Group:
        rows, codes = self.crowd.able(*of)
        left = ~self.taken[rows]
        rows, codes = rows[left], codes[left]
        points = self._plain_points(rows) if plain else self._points(of[0], rows, codes)
        asked = self._asked(members[0])
        if asked:
            rows, points = self._not_again(members[0], asked, rows, points)
        worth = [-one.queued_at for one in members] if plain else [self._worth(one) for one in members]
        order = np.argsort([-value for value in worth], kind="stable")
        return Group([members[at] for at in order], np.array(worth)[order], rows, points)

    def _points(self, brand_id: Id, rows: Ints, codes: Ints) -> Floats:
        by = self.crowd.weights
        part = self.crowd.part(fair=self.modes.is_fair(brand_id))
        return self.crowd.fit[codes] + part[rows] - by.price * self._price()[rows]

    def _plain_points(self, rows: Ints) -> Floats:
        """The longest idle first, then the fewest chats."""
        return (self.crowd.idle_s - self.crowd.active)[rows]

    def _price(self) -> Floats:
        if self.costs is None:
            arrivals = self.arrivals or _counted(self.waiting)
            self.costs = np.minimum(self.crowd.price(arrivals), self.crowd.weights.price_most)
        return self.costs

    def _asked(self, one: Waiting) -> Mapping[int, float]:
        """Row -> when, of those here who had to do with it lately."""
        now = self.crowd.now
        return {
            self.row_of[agent]: at
            for agent, at in one.asked.items()
            if agent in self.row_of and now - at < self.again_after_s
        }

    def _not_again(self, one: Waiting, asked: Mapping[int, float], rows: Ints, points: Floats) -> tuple[Ints, Floats]:
        """Those not asked lately. Where nobody else is left, those who have had a breath, the longest ago first."""
        fresh = ~np.isin(rows, list(asked))
        if fresh.any():
            return rows[fresh], points[fresh]
        breath = self.crowd.now - self.again_after_s / ONE_BREATH
        rested = sorted((asked[row], row) for row in rows.tolist() if asked[row] <= breath)
        return np.array([row for _, row in rested], np.int64), -np.arange(len(rested), dtype=np.float64)

    def _spared(self, group: Group) -> Group:
        """Without those whom an older request of a brand that is not served plainly may need."""
        oldest = min(one.queued_at for one in group.members)
        others = [
            one
            for one in self.waiting
            if not self.modes.is_plain(one.brand_id) and one.id not in self.pairs and one.queued_at < oldest
        ]
        needed: set[int] = set()
        for of in {(o.brand_id, o.topic, o.family, o.language, o.tier, self.ring(o)) for o in others}:
            needed.update(self.crowd.able(*of)[0].tolist())
        keep = ~np.isin(group.rows, list(needed))
        return Group(group.members, group.worth, group.rows[keep], group.points[keep])


def _counted(waiting: Sequence[Waiting]) -> dict[tuple[Id, str, str], float]:
    counts: dict[tuple[Id, str, str], float] = {}
    for one in waiting:
        of = (one.brand_id, one.topic, one.language)
        counts[of] = counts.get(of, 0) + 1
    return counts
