"""What a run is made of: a world, agents and customers, drawn or read from a file, and what an operator changes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from dispatch.simulator import changed, files, worlds
from dispatch.simulator.files import Counted
from dispatch.simulator.measures import Span
from dispatch.simulator.worlds import Arrival, Given, Person, World

BUSIEST_S = 1_800.0
ADDED, INCIDENT, FILE = 10, 11, 12  # streams of their own: what is added changes nobody who is there already


@dataclass(frozen=True, slots=True)
class Added:
    """`count` more agents; where a language is named, it is their first."""

    count: int
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Incident:
    """`count` more customers with one topic, evenly within five minutes from `at_s`."""

    count: int
    topic: str
    at_s: float


@dataclass(frozen=True, slots=True)
class Scene:
    """One world over one span. `given`: arrivals of a file, instead of the world's own. `speed` and `arrivals`: how
    many times as quick agents are, and how many times as many customers come."""

    world: World
    span: Span
    added: tuple[Added, ...] = ()
    incident: Incident | None = None
    speed: float = 1.0
    arrivals: float = 1.0
    given: tuple[Given, ...] | tuple[Counted, ...] | None = None

    def cast(self, seed: int) -> tuple[list[Person], list[Arrival]]:
        """Agents and customers of this seed. More agents or an incident leave the others as they were."""
        staff = worlds.people(self.world, seed)
        if self.given is None:
            customers = worlds.customers(self.world, staff, seed, until_s=self.span.end_s)
        else:
            customers = _of_file(self.world, staff, seed, self.given)
        customers = changed.scaled(customers, self.arrivals, seed, self._draw(staff, seed))
        if self.incident:
            customers = sorted([*customers, *_of_incident(self.world, staff, seed, self.incident)], key=lambda a: a.at)
        for place, more in enumerate(self.added):
            staff += _added(self.world, seed, more, place=place, first=len(staff))
        return changed.quicker(staff, self.speed), customers

    def _draw(self, staff: Sequence[Person], seed: int) -> changed.Draw:
        known = tuple(staff)  # whoever is added later is known to nobody

        def draw(rows: list[Given], salt: int) -> list[Arrival]:
            return worlds.drawn(self.world, known, seed, np.array([row.at for row in rows]), given=rows, salt=salt)

        return draw


def of_file(rows: Sequence[Given] | Sequence[Counted], world: World, *, agents: int | None) -> Scene:
    """A scene over the whole file. Without a number of agents: as many as the busiest half hour needs at this load."""
    world = _named_in(rows, world)
    length_s = rows[-1].at + (rows[-1].seconds if isinstance(rows[-1], Counted) else 1.0)
    if agents is None:
        rate = _busiest(rows) / min(BUSIEST_S, max(length_s, 1.0))
        agents = max(1, round(rate * worlds.nominal_s(world) / world.load / worlds.MEAN_CAPACITY))
    span = Span(warm_s=0.0, measured_s=length_s, cool_s=1_800.0)
    return Scene(replace(world, agents=agents), span, given=tuple(rows))  # type: ignore[arg-type]


def _named_in(rows: Sequence[Given] | Sequence[Counted], world: World) -> World:
    """The world with the file's topics, if it has not got them all, and the file's languages by their frequency."""
    customers = [one for one in rows if isinstance(one, Given)]
    topics, languages = files.named(customers, "topic"), files.named(customers, "language")
    if not set(topics) <= set(world.topics):
        world = replace(world, families={topic: (topic,) for topic in topics})
    if languages:
        total = sum(languages.values())
        world = replace(world, languages={code: count / total for code, count in languages.items()})
    return world


def _busiest(rows: Sequence[Given] | Sequence[Counted]) -> float:
    """The most customers of any half hour that begins with one."""
    times = np.array([one.at for one in rows])
    weights = np.array([one.calls if isinstance(one, Counted) else 1 for one in rows], dtype=float)
    before = np.concatenate(([0.0], np.cumsum(weights)))
    return float((before[np.searchsorted(times, times + BUSIEST_S)] - before[:-1]).max())


def _of_file(
    world: World, staff: Sequence[Person], seed: int, given: Sequence[Given] | Sequence[Counted]
) -> list[Arrival]:
    chance = worlds.stream(seed, FILE)
    rows: list[Given] = []
    for one in given:
        if isinstance(one, Given):
            rows.append(one)
        else:
            rows += [Given(at) for at in sorted((one.at + one.seconds * chance.random(one.calls)).tolist())]
    return worlds.drawn(world, staff, seed, np.array([one.at for one in rows]), given=rows)


def _of_incident(world: World, staff: Sequence[Person], seed: int, incident: Incident) -> list[Arrival]:
    chance = worlds.stream(seed, INCIDENT)
    times = changed.burst(chance, count=incident.count, at_s=incident.at_s)
    rows = [Given(float(at), topic=incident.topic) for at in times]
    return worlds.drawn(world, staff, seed, times, given=rows, salt=INCIDENT)


def _added(world: World, seed: int, more: Added, *, place: int, first: int) -> list[Person]:
    chance = worlds.stream(seed, ADDED, place)
    return [worlds.person(world, first + number, chance, language=more.language) for number in range(more.count)]
