"""A planned day, before and after a change: arrivals as forecast, seats as planned, the same customers both times.

Customers of a half hour are Poisson around its forecast, as patient and as long to serve as was measured. A seat is sat
in by whoever holds it, else by somebody like those who could; from time to time nobody is in it, as much as shrinkage
says. Removing, adding and an incident change nobody else: every person is drawn from a stream of her own.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from dispatch.changes import Change
from dispatch.simulator import changed, measures, worlds
from dispatch.simulator.engine import Engine, Record
from dispatch.simulator.measures import Figures, Span
from dispatch.simulator.ours import Ours
from dispatch.simulator.worlds import Arrival, Given, Person, World

HALF_S = 1_800.0
COOL_S = 900.0  # in which the last waits end
AT_WORK_S = 3_000.0  # mean stretch in a seat between two absences
SEATS, EXPECTED, MORE, BURST, GAPS = 20, 21, 22, 23, 24  # streams of their own
Stretches = tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Expected:
    """`mean` customers of a class within half an hour from `at_s`."""

    at_s: float
    topic: str
    language: str
    mean: float


@dataclass(frozen=True, slots=True)
class Known:
    """What the product knows of an agent: levels by topic and language, chats at once."""

    topics: Mapping[str, int]
    languages: Mapping[str, int]
    capacity: int


@dataclass(frozen=True, slots=True)
class Planned:
    """One seat, of a class and a time, and its holder if there is one."""

    begins_s: float
    ends_s: float
    topic: str
    language: str
    holder: Known | None = None


@dataclass(frozen=True, slots=True)
class DayPlan:
    """All that a day is simulated from. Seconds from its midnight; `handling_s` by topic and language: a chat alone."""

    families: Mapping[str, tuple[str, ...]]
    expected: tuple[Expected, ...]
    planned: tuple[Planned, ...]
    pool: tuple[Known, ...]
    handling_s: Mapping[tuple[str, str], float]
    patience_s: float
    concurrency: int
    shrinkage: float
    countdown_s: float
    target_s: float
    ends_s: float = 86_400.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """One simulated day: its figures, and for each half hour how many came and how many were answered in time."""

    figures: Figures
    came: tuple[int, ...]
    in_time: tuple[int, ...]


def simulate(plan: DayPlan, change: Change, seed: int) -> Outcome:
    """One day of this seed under a change."""
    world = _world(plan, change)
    staff = people(plan, change, seed)
    arrivals = customers(plan, change, world, seed)
    engine = Engine(world, staff, arrivals, Ours(), seed=seed)
    span = Span(warm_s=0.0, measured_s=plan.ends_s, cool_s=COOL_S)
    records = engine.run(until_s=span.end_s)
    figures = measures.of(engine, records, span, quickly_s=plan.target_s)
    return Outcome(figures, *_by_halves(records, plan))


def _by_halves(records: Iterable[Record], plan: DayPlan) -> tuple[tuple[int, ...], tuple[int, ...]]:
    came, in_time = ([0] * int(-(-plan.ends_s // HALF_S)) for _ in range(2))
    for one in records:
        half = int(one.queued_at // HALF_S)
        if half < len(came):
            came[half] += 1
            in_time[half] += one.end == "served" and one.wait_s <= plan.target_s
    return tuple(came), tuple(in_time)


def _world(plan: DayPlan, change: Change) -> World:
    shares: dict[str, float] = {}
    for one in plan.expected:
        shares[one.language] = shares.get(one.language, 0.0) + one.mean
    for language in (*(seat.language for seat in plan.planned), change.people_language, change.incident_language):
        if language:
            shares.setdefault(language, 0.0)
    total = sum(shares.values())
    even = 1.0 / max(1, len(shares))
    return World(
        agents=len(plan.planned),
        families=plan.families,
        languages={code: share / total if total else even for code, share in shares.items()},
        countdown_s=plan.countdown_s if change.countdown_seconds is None else change.countdown_seconds,
        patience_s=plan.patience_s,
        topic_factors=(1.0, 1.0),
        returning=0.0,
    )


def people(plan: DayPlan, change: Change, seed: int) -> list[Person]:
    """A person for each planned seat, then those whom the change adds, all at its speed. What a change takes away
    leaves the numbers."""
    world = _world(plan, change)
    cuts = _cuts(plan, change)
    staff = [_sitter(plan, world, seat, number, cuts.get(number, ()), seed) for number, seat in enumerate(plan.planned)]
    for extra in range(max(0, change.seats)):
        seat = Planned(change.from_s, change.until_s, change.seats_topic, change.seats_language)
        staff.append(_sitter(plan, world, seat, len(staff), (), seed, salt=1 + extra))
    for extra in range(change.people):
        chance = worlds.stream(seed, MORE, extra)
        language = change.people_language or None
        person = worlds.person(replace(world, languages=_spoken(world)), len(staff), chance, language=language)
        staff.append(
            replace(person, capacity=plan.concurrency, there=_there(plan, ((0.0, plan.ends_s),), seed, MORE, extra))
        )
    return changed.quicker(staff, change.speed)


def _spoken(world: World) -> dict[str, float]:
    """Languages as shares that can be drawn from: one that nobody asked in yet is rare."""
    return {code: max(share, 0.001) for code, share in world.languages.items()}


def _sitter(
    plan: DayPlan, world: World, seat: Planned, number: int, cuts: Stretches, seed: int, *, salt: int = 0
) -> Person:
    chance = worlds.stream(seed, SEATS, number, salt)
    person = worlds.person(replace(world, languages=_spoken(world)), number, chance)
    able = [one for one in plan.pool if _may_sit(one, seat)]
    known = seat.holder or (able[int(chance.integers(len(able)))] if able else _plain(plan, seat))
    stretches = _without(((seat.begins_s, seat.ends_s),), cuts)
    return replace(
        person,
        topics=known.topics,
        languages=known.languages,
        capacity=known.capacity,
        there=_there(plan, stretches, seed, number, salt),
    )


def _may_sit(one: Known, seat: Planned) -> bool:
    return (not seat.topic or seat.topic in one.topics) and (not seat.language or seat.language in one.languages)


def _plain(plan: DayPlan, seat: Planned) -> Known:
    """Somebody who knows what the seat asks for, where nobody is known who does."""
    every = [topic for family in plan.families.values() for topic in family]
    languages = {seat.language: 3} if seat.language else {one.language: 3 for one in plan.expected[:1]}
    return Known({seat.topic: 2} if seat.topic else dict.fromkeys(every, 2), languages, plan.concurrency)


def _there(plan: DayPlan, stretches: Stretches, seed: int, *name: int) -> Stretches:
    """The stretches with the absences of shrinkage taken out; one of no length where nothing is left."""
    if plan.shrinkage > 0:
        chance = worlds.stream(seed, GAPS, *name)
        away_s = AT_WORK_S * plan.shrinkage / (1 - plan.shrinkage)
        gaps, at = [], float(chance.exponential(AT_WORK_S))
        while at < plan.ends_s:
            until = at + float(chance.exponential(away_s))
            gaps.append((at, until))
            at = until + float(chance.exponential(AT_WORK_S))
        stretches = _without(stretches, tuple(gaps))
    return stretches or ((plan.ends_s + COOL_S, plan.ends_s + COOL_S),)


def _without(stretches: Stretches, cuts: Stretches) -> Stretches:
    left = list(stretches)
    for begins, ends in cuts:
        left = [
            part
            for since, until in left
            for part in ((since, min(until, begins)), (max(since, ends), until))
            if part[1] > part[0]
        ]
    return tuple(left)


def _cuts(plan: DayPlan, change: Change) -> dict[int, Stretches]:
    """Seat number -> times taken out of it: in each half hour as many as the change takes away, the last ones first."""
    found: dict[int, Stretches] = {}
    fewer, at = max(0, -change.seats), change.from_s
    while fewer and at < change.until_s:
        until = min(at + HALF_S, change.until_s)
        sat_in = [
            number
            for number, seat in enumerate(plan.planned)
            if _is_of(seat, change) and seat.begins_s < until and seat.ends_s > at
        ]
        for number in sat_in[-fewer:]:
            found[number] = (*found.get(number, ()), (at, until))
        at = until
    return found


def _is_of(seat: Planned, change: Change) -> bool:
    return change.seats_topic in ("", seat.topic) and change.seats_language in ("", seat.language)


def customers(plan: DayPlan, change: Change, world: World, seed: int) -> list[Arrival]:
    """The day's customers in order of time, as many times as many as the change says; then those of an incident."""
    rows: list[Given] = []
    for number, one in enumerate(plan.expected):
        chance = worlds.stream(seed, EXPECTED, number)
        times = one.at_s + HALF_S * chance.random(int(chance.poisson(one.mean)))
        rows += [Given(float(at), one.topic, one.language) for at in times]
    usual = _drawn(plan, world, seed, rows)
    found = changed.scaled(usual, change.arrivals, seed, lambda more, salt: _drawn(plan, world, seed, more, salt=salt))
    if change.incident:
        burst = changed.burst(worlds.stream(seed, BURST), count=change.incident, at_s=change.incident_at_s)
        more = [Given(float(at), change.incident_topic, change.incident_language or None) for at in burst]
        found = sorted([*found, *_drawn(plan, world, seed, more, salt=BURST)], key=lambda arrival: arrival.at)
    return found


def _drawn(plan: DayPlan, world: World, seed: int, rows: Sequence[Given], *, salt: int = 0) -> list[Arrival]:
    ordered = sorted(rows, key=lambda row: row.at)
    times = np.array([row.at for row in ordered])
    usual = world.handling_s
    return [
        replace(one, work_s=one.work_s * plan.handling_s.get((one.topic, one.language), usual) / usual)
        for one in worlds.drawn(world, (), seed, times, given=ordered, salt=salt)
    ]
