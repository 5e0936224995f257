"""What a plan is made from and what comes out of it. Plain values: no database, no clock, no solver.

Times are seconds on one clock, whichever (the product: since the epoch). Ids are UUIDs in the product and may be
integers in a simulation: whatever hashes and sorts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Id = Any
Class = tuple[Id, str, str, str, str]  # brand, topic, family, language, tier: members differ only in how long they wait


@dataclass(frozen=True, slots=True)
class Certificate:
    """A level from 1 to 3, until when it is valid (None: no end), and the family that a topic belongs to."""

    level: int
    until: float | None = None
    family: str = ""


@dataclass(eq=False, slots=True)
class Certificates:
    """What an agent may be asked about: (brand, topic) and languages. Never changed, but replaced.

    Keep the object while nothing changes: `reach` is what the planner has worked out of it, `written` what is kept of
    it with a round.
    """

    skills: Mapping[tuple[Id, str], Certificate]
    languages: Mapping[str, Certificate]
    tier: str = ""
    reach: object = field(default=None, init=False, repr=False)
    written: object = field(default=None, init=False, repr=False)


@dataclass(frozen=True, slots=True, eq=False)
class Waiting:
    """An escalation that waits. A round keeps its notes by the object itself: an id would be hashed in Python.

    `asked` says when each agent last had to do with it, never how that ended. `first` knows the customer. `family` is
    the topic's; `tier` is the only tier of agents that may be asked, empty: any.
    """

    id: Id
    brand_id: Id
    topic: str
    language: str
    priority: int
    queued_at: float
    asked: Mapping[Id, float] = field(default_factory=dict)
    first: Id | None = None
    family: str = ""
    tier: str = ""

    @property
    def of(self) -> Class:
        return self.brand_id, self.topic, self.family, self.language, self.tier


@dataclass(frozen=True, slots=True)
class Candidate:
    """An agent who is connected and willing, with or without room.

    `speed` is the running mean of actual over expected handling time; the product measures nobody's, so there it is 1
    for all. `deficit` says how far her earnings per available hour lie below those of her class, from -1 to 1.
    `starved`: passed over for long while others were asked. `reserve`: willing only when nobody else is there. There is
    no field for how she answered earlier offers.
    """

    agent_id: Id
    certificates: Certificates
    active: int
    capacity: int
    held: int = 0
    idle_since: float | None = None
    speed: float = 1.0
    deficit: float = 0.0
    starved: bool = False
    reserve: bool = False

    @property
    def has_room(self) -> bool:
        """She may be asked: no other offer rings, and one more chat is within her capacity."""
        return self.held == 0 and self.active < self.capacity


@dataclass(frozen=True, slots=True)
class Modes:
    """What operators have switched: brands served plainly, first come, first served; brands in fair mode. None among
    them stands for all."""

    plain: frozenset[Id] = frozenset()
    fair: frozenset[Id] = frozenset()

    def is_plain(self, brand_id: Id) -> bool:
        return bool(self.plain) and (None in self.plain or brand_id in self.plain)

    def is_fair(self, brand_id: Id) -> bool:
        return bool(self.fair) and (None in self.fair or brand_id in self.fair)


@dataclass(frozen=True, slots=True)
class Climate:
    """What a round knows of everybody at once: the share of slots taken, by (brand, language), how scarce each agent
    is, and by class, for each ring, how scarce those closer to the topic are at most (nothing in a round that was kept
    before that counted). A plan works it out; a replay is given what was worked out then."""

    occupancy: Mapping[tuple[Id, str], float]
    prices: Mapping[Id, float]
    closer: Mapping[Class, Sequence[float]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Placement:
    """One offer to make, and why this agent: facts that the agent is shown. `ring` is the one in force."""

    escalation_id: Id
    agent_id: Id
    why: tuple[str, ...]
    ring: int = 3
