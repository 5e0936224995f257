"""Worlds to try routing in: how many agents, who they are, who asks. The defaults are the standard world.

Everything is drawn from named streams of one seed (`numpy.random.SeedSequence`), so that every policy meets the same
agents and the same customers: common random numbers, which is what makes differences between policies small to see.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from marketplace import waits

FAMILIES: Mapping[str, tuple[str, ...]] = {
    "orders": ("delivery", "returns", "lost-parcel"),
    "money": ("refund", "card", "invoice"),
    "account": ("log-in", "identity", "privacy"),
    "product": ("set-up", "fault", "advice"),
}
LANGUAGES: Mapping[str, float] = {"en": 0.44, "de": 0.20, "es": 0.14, "fr": 0.10, "sv": 0.07, "fi": 0.05}
MEAN_CAPACITY = 2.0
ATTEMPTS = 12  # rolls kept for each customer's offers; a customer offered more often meets the same rolls again
PEOPLE, ARRIVALS, CUSTOMERS, WORK, ROLLS, BREAKS = range(6)  # the streams


@dataclass(frozen=True, slots=True)
class World:
    """A labour market and its customers. Shares sum to 1; seconds; `load` is of slots, by nominal handling time."""

    agents: int = 300
    families: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: FAMILIES)
    languages: Mapping[str, float] = field(default_factory=lambda: LANGUAGES)
    load: float = 0.70
    countdown_s: float = waits.TRUE["offer_seconds"]
    patience_s: float = 240.0
    handling_s: float = 420.0
    topic_factors: tuple[float, float] = (0.75, 1.35)
    slower_per_chat: float = 0.18
    slower_by_misfit: float = 0.35
    speed_sigma: float = 0.25
    acceptance: tuple[float, float] = (9.0, 1.8)
    refused_by_misfit: float = 0.60
    refused_by_load: float = 0.20
    ignoring: float = 0.08
    reaction_s: float = 4.5
    reaction_sigma: float = 0.5
    break_s: float = 90.0
    returning: float = 0.15
    urgent: float = 0.05
    auto_accept: float = 0.0
    nominal_stretch: float = 1.10

    @property
    def topics(self) -> tuple[str, ...]:
        return tuple(topic for family in self.families.values() for topic in family)

    def factor_of(self, topic: str) -> float:
        """How much longer than the mean this topic takes, evenly spread over the world's topics."""
        low, high = self.topic_factors
        position = self.topics.index(topic)
        return low + (high - low) * position / max(1, len(self.topics) - 1)


@dataclass(frozen=True, slots=True)
class Person:
    """An agent. Topics, languages and capacity are known to the product; the rest shows only in what she does.

    `pace` multiplies handling times; `accepts` and `ignores` are probabilities per offer. `there`: (from, until) in
    seconds of each stretch at work, in order; empty: always.
    """

    number: int
    topics: Mapping[str, int]
    languages: Mapping[str, int]
    capacity: int
    pace: float
    accepts: float
    ignores: float
    opens_at_once: bool = False
    there: tuple[tuple[float, float], ...] = ()

    def places_s(self, since_s: float, until_s: float) -> float:
        """Seconds at work between two moments, times capacity."""
        stretches = self.there or ((since_s, until_s),)
        return self.capacity * sum(max(0.0, min(to, until_s) - max(begin, since_s)) for begin, to in stretches)


@dataclass(frozen=True, slots=True)
class Arrival:
    """A customer who asks for a person at `at` seconds. `work_s` is what her chat takes alone and for a perfect fit.

    `rolls` has a pair for each offer made for her: a uniform number for the answer, a standard normal for its speed.
    """

    at: float
    topic: str
    language: str
    patience_s: float
    work_s: float
    priority: int = 0
    known: int | None = None
    rolls: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Given:
    """A customer as far as a file tells; None is drawn. `at` is in seconds since the first of the file."""

    at: float
    topic: str | None = None
    language: str | None = None
    patience_s: float | None = None
    service_s: float | None = None


def stream(seed: int, *name: int) -> np.random.Generator:
    """The stream of this name: what is drawn from one moves no other."""
    return np.random.default_rng(np.random.SeedSequence(entropy=seed, spawn_key=name))


def people(world: World, seed: int) -> list[Person]:
    """The agents of this seed, numbered from 0."""
    chance = stream(seed, PEOPLE)
    return [person(world, number, chance) for number in range(world.agents)]


def person(world: World, number: int, chance: np.random.Generator, *, language: str | None = None) -> Person:
    """One agent more; `language` is her first, if it is given."""
    beta = (2.0, 2.0 / world.ignoring - 2.0) if world.ignoring else None
    return Person(
        number=number,
        topics=_topics(world, chance),
        languages=_languages(world, chance, language),
        capacity=int(chance.integers(1, 4)),
        pace=float(chance.lognormal(-(world.speed_sigma**2) / 2, world.speed_sigma)),
        accepts=float(chance.beta(*world.acceptance)),
        ignores=float(chance.beta(*beta)) if beta else 0.0,
        opens_at_once=bool(chance.random() < world.auto_accept),
    )


def _topics(world: World, chance: np.random.Generator) -> dict[str, int]:
    """One to six topics, one family's before the next one's; certified (2) or expert (3)."""
    wanted = int(chance.integers(1, min(6, len(world.topics)) + 1))
    families = list(world.families.values())
    order = [families[i] for i in chance.permutation(len(families))]
    known = [topic for family in order for topic in chance.permutation(list(family))][:wanted]
    return {str(topic): int(chance.choice([2, 3], p=[0.6, 0.4])) for topic in known}


def _languages(world: World, chance: np.random.Generator, wanted_first: str | None) -> dict[str, int]:
    """A first language, fluent, by the customers' shares; up to two more by the same shares at lower levels."""
    codes, shares = list(world.languages), np.array(list(world.languages.values()))
    wanted = min(int(chance.choice([1, 2, 3], p=[0.4, 0.4, 0.2])), len(codes))
    spoken = [str(code) for code in chance.choice(codes, size=wanted, replace=False, p=shares / shares.sum())]
    if wanted_first:
        spoken = [wanted_first, *(code for code in spoken if code != wanted_first)][:wanted]
    first, *others = spoken
    return {first: 3} | {code: int(chance.choice([1, 2, 3], p=[0.2, 0.5, 0.3])) for code in others}


def nominal_s(world: World) -> float:
    """What a chat nominally takes: the mean of the topics, among others and with the usual misfit."""
    factors = [world.factor_of(topic) for topic in world.topics]
    return world.handling_s * sum(factors) / len(factors) * world.nominal_stretch


def rate_per_s(world: World, staff: Sequence[Person]) -> float:
    """Arrivals a second that make the nominal load: load x slots over nominal handling time."""
    return world.load * sum(one.capacity for one in staff) / nominal_s(world)


def customers(world: World, staff: Sequence[Person], seed: int, *, until_s: float) -> list[Arrival]:
    """Poisson arrivals up to `until_s`, in order of time."""
    chance = stream(seed, ARRIVALS)
    rate = rate_per_s(world, staff)
    expected = rate * until_s
    times = np.cumsum(chance.exponential(1.0, size=int(expected + 8 * expected**0.5 + 20)) / rate)
    return drawn(world, staff, seed, times[times < until_s])


def drawn(
    world: World,
    staff: Sequence[Person],
    seed: int,
    times: NDArray[np.float64],
    *,
    given: Sequence[Given] | None = None,
    salt: int = 0,
) -> list[Arrival]:
    """A customer for each time; what is `given` of her stands. Another `salt` draws other customers."""
    n = len(times)
    who, work, rolls = (stream(seed, name, salt) for name in (CUSTOMERS, WORK, ROLLS))
    shares = np.array(list(world.languages.values()))
    topics = who.integers(0, len(world.topics), size=n).tolist()
    spoken = who.choice(len(shares), size=n, p=shares / shares.sum()).tolist()
    patience = (who.exponential(1.0, size=n) * world.patience_s).tolist()
    urgent, returns, which = (who.random(n).tolist() for _ in range(3))
    effort = work.gamma(2.0, 0.5, size=n).tolist()
    answers, hesitations = rolls.random((n, ATTEMPTS)).tolist(), rolls.standard_normal((n, ATTEMPTS)).tolist()
    able, names, codes = certified(staff), world.topics, list(world.languages)
    factors = {topic: world.factor_of(topic) for topic in names}
    found = []
    for i in range(n):
        told = given[i] if given else None
        topic = (told and told.topic) or names[topics[i]]
        language = (told and told.language) or codes[spoken[i]]
        knowing = able.get((topic, language), ()) if returns[i] < world.returning else ()
        found.append(
            Arrival(
                at=float(times[i]),
                topic=topic,
                language=language,
                patience_s=(told and told.patience_s) or patience[i],
                work_s=(told and told.service_s) or effort[i] * world.handling_s * factors[topic],
                priority=int(urgent[i] < world.urgent),
                known=knowing[int(which[i] * len(knowing))] if knowing else None,
                rolls=tuple(zip(answers[i], hesitations[i], strict=True)),
            )
        )
    return found


def certified(staff: Sequence[Person]) -> dict[tuple[str, str], tuple[int, ...]]:
    """(topic, language) -> the numbers of those who hold the certificate and speak it."""
    able: dict[tuple[str, str], list[int]] = {}
    for person in staff:
        for topic in person.topics:
            for language in person.languages:
                able.setdefault((topic, language), []).append(person.number)
    return {pair: tuple(numbers) for pair, numbers in able.items()}
