"""The program of a problem: which columns and rows say what the problem says."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from math import inf

from shifts.matching import patterns, rhythm
from shifts.matching.problem import WEEK_DAYS, Limit, Person, Problem, Seat, by_person
from shifts.matching.program import Program


@dataclass(frozen=True)
class Choice:
    """One pattern of one day of a person, the points she gives it, and its column."""

    person: int
    day: int
    slots: tuple[int, ...]
    wished: float
    column: int


@dataclass
class Model:
    """A program, and which of its columns stand for which seat: a seat is held as one of its columns is one.

    `exclusive` holds the days of a person of whose columns at most one is one; `seat_row` each slot's row of seats,
    whose columns less those of its steps are nothing, or at most its seats where it has a single step.
    """

    problem: Problem
    program: Program = field(default_factory=Program)
    columns: dict[Seat, list[int]] = field(default_factory=dict)
    exclusive: set[tuple[int, int]] = field(default_factory=set)
    choices: list[Choice] = field(default_factory=list)
    slots: dict[int, list[int]] = field(default_factory=dict)  # of each person
    seat_row: dict[int, int] = field(default_factory=dict)
    patterned: bool = True  # whether every day of everybody is a choice among patterns

    def total(self, person: int, slots: Iterable[int], factor: dict[int, float] | None = None) -> dict[int, float]:
        """The factors of the sum of these seats of a person, each slot's times its factor."""
        summed: dict[int, float] = {}
        for slot in slots:
            for column in self.columns.get((person, slot), ()):
                summed[column] = summed.get(column, 0.0) + (1.0 if factor is None else factor[slot])
        return summed


def build(problem: Problem) -> Model:
    """Whole columns for the seats that people could have; confirmed ones are held."""
    model = Model(problem)
    wished = ((person, slot) for person, whom in enumerate(problem.people) for slot in whom.wishes)
    candidates = {seat for seat in wished if problem.may(*seat)} | problem.confirmed
    model.slots = by_person(candidates)
    for person, slots in model.slots.items():
        _person(model, person, slots)
    _seats(model)
    return model


def _seats(model: Model) -> None:
    """Each slot's seats: a column for each step, together as many as there are people in the slot."""
    program, problem = model.program, model.problem
    within: dict[int, list[int]] = {}
    for (_, seat_of), columns in model.columns.items():
        within.setdefault(seat_of, []).extend(columns)
    sold = Counter(sold_of for _, sold_of in problem.confirmed)
    for at, slot in enumerate(problem.slots):
        taken = within.get(at, [])
        if not taken and not slot.least:
            continue
        room = max(slot.seats, sold[at])
        if len(slot.steps) == 1 and room == slot.seats and not slot.least:
            for column in taken:
                program.worth[column] += slot.steps[0].worth
            model.seat_row[at] = program.at_most(taken, room)
            continue
        steps = [program.column(step.worth, high=float(step.seats)) for step in slot.steps]
        steps += [program.column(slot.beyond, high=float(room - slot.seats))] if room > slot.seats else []
        model.seat_row[at] = program.row(dict.fromkeys(taken, 1.0) | dict.fromkeys(steps, -1.0), 0.0, 0.0)
        if slot.least:
            program.row(dict.fromkeys(taken, 1.0), low=float(slot.least))


def _person(model: Model, person: int, slots: Sequence[int]) -> None:
    """One person's columns, and everything that binds them together."""
    whom, problem = model.problem.people[person], model.problem
    by_day: dict[int, list[int]] = {}
    for at in slots:
        by_day.setdefault(whom.day(problem.slots[at]), []).append(at)
    for day, own in by_day.items():
        _day(model, person, day, own)
    for crowd in _crowds(problem, person, slots):
        if not _within_a_choice(model, person, crowd):
            bounded(model, person, Limit("one at a time", frozenset(crowd), most=1, counts=True))
    for limit in (*_weeks(problem, whom, slots), *whom.limits):
        bounded(model, person, limit)
    _fair(model, person, slots)
    rhythm.add(model, person, by_day)


def _day(model: Model, person: int, day: int, slots: Sequence[int]) -> None:
    """The columns of one day: one for each pattern, or one for each slot where there are too many patterns."""
    problem, program = model.problem, model.program
    wishes, most = problem.people[person].wishes, problem.people[person].day_minutes
    choices = patterns.of_day(problem, person, slots)
    if choices is None:
        model.patterned = False
        for slot in slots:
            sure = 1.0 if (person, slot) in problem.confirmed else 0.0
            model.columns[person, slot] = [program.column(wishes.get(slot, 0.0), low=sure, whole=True)]
        if most is not None:
            bounded(model, person, Limit("day", frozenset(slots), most=most))
        return
    own = []
    for pattern in choices:
        wished = sum(wishes.get(slot, 0.0) for slot in pattern)
        column = program.column(wished, whole=True)
        own.append(column)
        model.choices.append(Choice(person, day, pattern, wished, column))
        for slot in pattern:
            model.columns.setdefault((person, slot), []).append(column)
    confirmed = any((person, slot) in problem.confirmed for slot in slots)
    program.row(dict.fromkeys(own, 1.0), low=1.0 if confirmed else -inf, high=1.0)
    model.exclusive.add((person, day))


def _within_a_choice(model: Model, person: int, crowd: Sequence[int]) -> bool:
    """Whether these slots exclude each other already, as patterns of one day."""
    whom = model.problem.people[person]
    days = {whom.day(model.problem.slots[slot]) for slot in crowd}
    return len(days) == 1 and (person, *days) in model.exclusive


def _crowds(problem: Problem, person: int, slots: Sequence[int]) -> Iterator[list[int]]:
    """The largest sets of slots of which a person may have one: those under way, rest included, as another begins."""
    rest = problem.people[person].rest_minutes
    ordered = sorted(slots, key=lambda at: (problem.slots[at].starts, problem.slots[at].ends))
    under_way: list[int] = []
    grown = False
    for at in ordered:
        begins = problem.slots[at].starts
        still = [other for other in under_way if problem.slots[other].ends + rest > begins]
        if grown and len(still) < len(under_way):
            yield under_way
        under_way, grown = [*still, at], bool(still) or (grown and len(still) == len(under_way))
    if grown:
        yield under_way
    if problem.clashes:
        yield from _clashing(problem, person, sorted(slots))


def _clashing(problem: Problem, person: int, slots: Sequence[int]) -> Iterator[list[int]]:
    """Sets of slots that cover every clash of a person, as large as they come easily: all that clash with the same
    others, with these, where neither side's slots may be held together."""
    after: dict[int, set[int]] = {}
    for one, other in combinations(slots, 2):
        if {(one, other), (other, one)} & problem.clashes:
            after.setdefault(one, set()).add(other)
    for others in sorted({tuple(sorted(found)) for found in after.values()}):
        same = [one for one, found in after.items() if found.issuperset(others)]
        if any(problem.together(person, *pair) for side in (same, others) for pair in combinations(side, 2)):
            yield from ([one, other] for one in same for other in others)
        else:
            yield [*same, *others]


def _weeks(problem: Problem, whom: Person, slots: Sequence[int]) -> Iterator[Limit]:
    """The limit of each week that could be reached, as what the lengths of its slots can add up to."""
    most = whom.week_minutes
    if most is None:
        return
    parts: dict[int, list[int]] = {}
    for at in slots:
        parts.setdefault(whom.day(problem.slots[at]) // WEEK_DAYS, []).append(at)
    for part in parts.values():
        lengths = [problem.slots[at].minutes for at in part]
        if sum(lengths) > most:
            yield Limit("week", frozenset(part), most=patterns.reachable(lengths, most))


def bounded(model: Model, person: int, limit: Limit) -> None:
    """A limit as a row. What is confirmed beyond it stays, and nothing is added; at a price all may go beyond."""
    program, problem = model.program, model.problem
    own = sorted(slot for slot in limit.slots if (person, slot) in model.columns)
    amount = {slot: 1.0 if limit.counts else float(problem.slots[slot].minutes) for slot in own}
    factors = model.total(person, own, amount)
    if limit.most is not None:
        if limit.price is None:
            sure = sum(amount[slot] for slot in own if (person, slot) in problem.confirmed)
            program.row(factors, high=max(float(limit.most), sure))
        else:
            program.row({**factors, program.column(-limit.price, high=inf): -1.0}, high=float(limit.most))
    if limit.least:
        below = {} if limit.price is None else {program.column(-limit.price, high=inf): 1.0}
        program.row(factors | below, low=float(limit.least))


def _fair(model: Model, person: int, slots: Sequence[int]) -> None:
    """The person's new minutes, split into bands of falling gain that begin where her four weeks stand."""
    fairness, program = model.problem.fairness, model.program
    if not fairness.points_an_hour:
        return
    before = model.problem.people[person].minutes_before
    lengths = {slot: float(model.problem.slots[slot].minutes) for slot in slots}
    minutes = model.total(person, slots, lengths)
    left = sum(lengths.values())
    for band in range(before // fairness.band_minutes, fairness.bands + 1):
        room = (band + 1) * fairness.band_minutes - max(before, band * fairness.band_minutes)
        last = band == fairness.bands or room >= left
        minutes[program.column(fairness.gain(band), high=inf if last else float(room))] = -1.0
        left -= room
        if last:
            break
    program.row(minutes, 0.0, 0.0)
