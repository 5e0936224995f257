"""What keeps each agent who is here from a request that waits. Pure and without a solver: web processes read it.

It says of one request what the planner finds of it alone: some of `free` may be asked exactly where a plan of this
request and nobody else's makes an offer. That others come first is for the reader to see.
"""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from dispatch.matching import fitness
from dispatch.matching.facts import Candidate, Id, Waiting
from dispatch.matching.fitness import Grade
from dispatch.matching.weights import Weights


class Obstacle(StrEnum):
    """The first thing that keeps an agent from a request whose language and brand are hers."""

    FREE = "free"  # none
    BEYOND = "beyond"  # she knows other topics of the brand, and no ring is open that wide yet
    FULL = "full"  # her places are taken
    RINGING = "ringing"  # she is being asked for another one
    ASKED = "asked"  # she had to do with this one lately


@dataclass(frozen=True, slots=True)
class Obstacles:
    """Agents by what keeps them from it. `wider_at`: when the next of those beyond may be asked; `again_at`: when the
    first of those asked may be, as long as nobody else is free. None: not at any time that is known."""

    of: dict[Obstacle, list[Id]]
    wider_at: float | None
    again_at: float | None

    def count(self, obstacle: Obstacle) -> int:
        return len(self.of.get(obstacle, ()))

    @property
    def within(self) -> Iterator[Id]:
        """Those whom the ring in force reaches."""
        return (id_ for found, ids in self.of.items() if found != Obstacle.BEYOND for id_ in ids)

    @property
    def online(self) -> int:
        """Those who are within the ring in force."""
        return sum(map(len, self.of.values())) - self.count(Obstacle.BEYOND)


Class = tuple[Id, str, str, str, str]  # brand, topic, family, language, tier


def class_of(one: Waiting) -> Class:
    return one.brand_id, one.topic, one.family, one.language, one.tier


@dataclass
class Scene:
    """All who are connected and willing, judged for any number of requests at one moment."""

    agents: Sequence[Candidate]
    now: float
    weights: Weights
    again_after_s: float
    _able: dict[Class, list[tuple[Candidate, Grade]]] = field(default_factory=dict)
    _slack: dict[tuple[Id, str], bool] = field(default_factory=dict)
    _ends: dict[tuple[Id, str], float] = field(default_factory=dict)

    def obstacles(self, one: Waiting) -> Obstacles:
        """What keeps each agent from this request."""
        rings = self._rings(one)
        ring = fitness.ring_in_force(self.now - one.queued_at, self.weights, slack=self._has_slack(one))
        of: dict[Obstacle, list[Id]] = {}
        wider = []
        for agent, held in self.able(one):
            found = self._obstacle(one, agent, beyond=fitness.RING_OF[held] > ring)
            of.setdefault(found, []).append(agent.agent_id)
            if found == Obstacle.BEYOND:
                wider.append(one.queued_at + rings[fitness.RING_OF[held] - 1])
        beyond = set(of.get(Obstacle.BEYOND, ()))
        wider_at = self._first(one, wider, lambda then: not beyond.isdisjoint(then.within))
        return Obstacles(of, wider_at, self._rested(one, of))

    def able(self, one: Waiting) -> list[tuple[Candidate, Grade]]:
        """Who may be asked in some ring, busy or not, and with what she holds of the topic."""
        of = class_of(one)
        if of not in self._able:
            graded = ((agent, fitness.grade(one, agent.certificates, self.now)) for agent in self.agents)
            self._able[of] = [(agent, held) for agent, held in graded if held is not None]
        return self._able[of]

    def _first(self, one: Waiting, times: Iterable[float], comes: Callable[[Obstacles], bool]) -> float | None:
        """The first of these times at which it comes. What stands now stands until then, but for certificates that end:
        from the first end on it is looked at anew."""
        for at in sorted(set(times)):
            if at < self._first_end(one) or comes(
                Scene(self.agents, at, self.weights, self.again_after_s).obstacles(one)
            ):
                return at
        return None

    def _first_end(self, one: Waiting) -> float:
        """When a certificate ends that counts for the request's brand and language."""
        place = one.brand_id, one.language
        if place not in self._ends:
            held = (
                certificate
                for agent in self.agents
                for certificate in (
                    agent.certificates.languages.get(one.language),
                    *(skill for (brand_id, _), skill in agent.certificates.skills.items() if brand_id == one.brand_id),
                )
                if certificate is not None
            )
            ends = (each.until for each in held if each.until is not None and each.until > self.now)
            self._ends[place] = min(ends, default=math.inf)
        return self._ends[place]

    def _obstacle(self, one: Waiting, agent: Candidate, *, beyond: bool) -> Obstacle:
        if beyond:
            return Obstacle.BEYOND
        if agent.active >= agent.capacity:
            return Obstacle.FULL
        if not agent.has_room:
            return Obstacle.RINGING
        lately = one.asked.get(agent.agent_id)
        return Obstacle.ASKED if lately is not None and lately > self.now - self.again_after_s else Obstacle.FREE

    def _rested(self, one: Waiting, of: dict[Obstacle, list[Id]]) -> float | None:
        """Where nobody else is free, those just asked are again once they have had a breath: they move to the free
        ones. Else when the first of them is; None where that is never."""
        breath = self.again_after_s / fitness.ONE_BREATH
        asked = of.get(Obstacle.ASKED, [])
        if of.get(Obstacle.FREE) or not asked:
            return None
        rested = [id_ for id_ in asked if one.asked[id_] <= self.now - breath]
        if rested:
            of[Obstacle.FREE] = rested
            of[Obstacle.ASKED] = [id_ for id_ in asked if id_ not in rested]
            return None
        times = [one.asked[id_] + breath for id_ in asked if one.asked[id_] <= self.now]
        return self._first(one, times, lambda then: then.count(Obstacle.FREE) > 0)

    def _rings(self, one: Waiting) -> Sequence[float]:
        return self.weights.rings_s if self._has_slack(one) else self.weights.rings_tight_s

    def _has_slack(self, one: Waiting) -> bool:
        """Are so many places free, of those who are certified for the brand in the language, that rings open early?"""
        place = one.brand_id, one.language
        if place not in self._slack:
            anything = replace(one, topic="", family="", tier="")  # only a certificate of the brand answers for it
            here = [agent for agent, _ in self.able(anything)]
            places = sum(agent.capacity for agent in here)
            taken = sum(agent.active + agent.held for agent in here)
            self._slack[place] = (taken / places if places else 0.0) < self.weights.slack_below
        return self._slack[place]


def ahead(
    one: Waiting, line: Sequence[Waiting], free: Sequence[Id], scene: Scene, *, before: Callable[[Waiting], bool]
) -> int:
    """How many of the line come `before` it and may be given one of those who are free for it."""
    wanted = set(free)
    classes = Counter(class_of(other) for other in line if other.id != one.id and before(other))
    example = {class_of(other): other for other in line}
    return sum(
        count for of, count in classes.items() if any(agent.agent_id in wanted for agent, _ in scene.able(example[of]))
    )
