"""Instances of the second international nurse rostering competition: read, told as a problem of ours, scored by their
own rules.

All its rules can be said: cover that must be and cover that should be, skills, which shift may not follow which, days
in a row, shifts of a type in a row, days off in a row, shifts and weekends of the whole time, whole weekends, requests,
and what happened before. Not said is the game around them: there a week must be decided before the next one is known.
Here all weeks are known at once, so that a plan may be better than any the competition's rules could reach.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from shifts.matching.problem import (
    DAY_MINUTES,
    WEEK_DAYS,
    Limit,
    Person,
    Plan,
    Problem,
    Runs,
    Seat,
    Slot,
    Step,
    Weekends,
)

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
SHIFT_MINUTES = 60  # hours play no part: one shift a day follows from all of a day beginning at once
COVER, IN_ROW, SHIFT_IN_ROW, OFF_IN_ROW, REQUEST, WHOLE_WEEKEND, TOTAL, WEEKEND = 30, 30, 15, 30, 10, 30, 20, 30

Range = tuple[int, int]
Roster = frozenset[tuple[str, int, str, str]]  # (nurse, day, shift, skill)
Cell = tuple[int, str, str]  # (day, shift, skill)


@dataclass(frozen=True)
class Contract:
    """The numbers of a contract; `whole` tells whether half a weekend costs."""

    total: Range
    in_row: Range
    off_in_row: Range
    weekends: int
    whole: bool


@dataclass(frozen=True)
class Past:
    """What is known of a nurse as the first week begins."""

    shifts: int
    weekends: int
    last: str
    same: int
    worked: int
    off: int


@dataclass(frozen=True)
class Instance:
    """A scenario, the past it begins with, and the weeks in their order."""

    days: int
    skills: tuple[str, ...]
    shifts: dict[str, Range]
    forbidden: dict[str, frozenset[str]]
    contracts: dict[str, Contract]
    nurses: dict[str, tuple[str, frozenset[str]]]  # contract and skills
    past: dict[str, Past]
    cover: dict[Cell, Range] = field(default_factory=dict)  # what must be, what should be
    requests: tuple[tuple[str, int, str], ...] = ()  # a nurse who would not work a shift, or "Any"


def read(folder: Path, history: int, weeks: Sequence[int]) -> Instance:
    """The instance that one history and these week files of a folder make up."""
    name = folder.name
    scenario = _sections(folder / f"Sc-{name}.txt")
    cover: dict[Cell, Range] = {}
    requests: list[tuple[str, int, str]] = []
    for number, week in enumerate(weeks):
        data = _sections(folder / f"WD-{name}-{week}.txt")
        for shift, skill, *ranges in data["REQUIREMENTS"]:
            for day, bounds in enumerate(ranges):
                cover[number * WEEK_DAYS + day, shift, skill] = _range(bounds)
        for nurse, shift, weekday in data["SHIFT_OFF_REQUESTS"]:
            requests.append((nurse, number * WEEK_DAYS + DAYS.index(weekday), shift))
    before = _sections(folder / f"H0-{name}-{history}.txt")["NURSE_HISTORY"]
    return Instance(
        days=len(weeks) * WEEK_DAYS,
        skills=tuple(row[0] for row in scenario["SKILLS"]),
        shifts={row[0]: _range(row[1]) for row in scenario["SHIFT_TYPES"]},
        forbidden={row[0]: frozenset(row[2:]) for row in scenario["FORBIDDEN_SHIFT_TYPES_SUCCESSIONS"]},
        contracts={row[0]: _contract(row) for row in scenario["CONTRACTS"]},
        nurses={row[0]: (row[1], frozenset(row[3:])) for row in scenario["NURSES"]},
        past={row[0]: Past(int(row[1]), int(row[2]), row[3], *map(int, row[4:7])) for row in before},
        cover=cover,
        requests=tuple(requests),
    )


def published(folder: Path, name: str, history: int, weeks: Sequence[int]) -> Roster:
    """A solution that lies beside the instances, one file a week."""
    made = set()
    for number, week in enumerate(weeks):
        for nurse, weekday, shift, skill in _sections(folder / f"Sol-{name}-{week}-{number}.txt")["ASSIGNMENTS"]:
            made.add((nurse, number * WEEK_DAYS + DAYS.index(weekday), shift, skill))
    return frozenset(made)


def problem(instance: Instance) -> Problem:
    """The same as slots, people and rules: a slot for each shift and skill of a day."""
    keys = list(instance.cover)
    places = {key: at for at, key in enumerate(keys)}
    clashes = frozenset(
        (places[day, shift, skill], places[day + 1, after, other])
        for day, shift, skill in keys
        for after in instance.forbidden[shift]
        for other in instance.skills
        if (day + 1, after, other) in places
    )
    slots = tuple(_slot(instance, key) for key in keys)
    people = tuple(_person(instance, name, keys) for name in instance.nurses)
    return Problem(slots, people, clashes=clashes, days=instance.days)


def most(instance: Instance) -> int:
    """What a plan of our problem would be worth that costs nothing: its penalty is this less its value."""
    return COVER * sum(should for _, should in instance.cover.values())


def roster(instance: Instance, plan: Plan) -> Roster:
    """A plan in the words of the competition."""
    keys, names = list(instance.cover), list(instance.nurses)
    return frozenset((names[person], *keys[slot]) for person, slot in plan.seats)


def seats(instance: Instance, made: Roster) -> frozenset[Seat]:
    """The same roster in the words of our problem."""
    names = {name: person for person, name in enumerate(instance.nurses)}
    places = {key: at for at, key in enumerate(instance.cover)}
    return frozenset((names[nurse], places[day, shift, skill]) for nurse, day, shift, skill in made)


def _slot(instance: Instance, key: Cell) -> Slot:
    (day, shift, skill), (must, should) = key, instance.cover[key]
    steps = (Step(should, float(COVER)), Step(len(instance.nurses) - should, 0.0))
    starts = day * DAY_MINUTES
    return Slot(
        f"{shift} {skill} {day}", starts, starts + SHIFT_MINUTES, frozenset({skill}), steps, least=must, kind=shift
    )


def _person(instance: Instance, name: str, keys: Sequence[Cell]) -> Person:
    contract, past = instance.contracts[instance.nurses[name][0]], instance.past[name]
    refused = Counter((day, shift) for nurse, day, shift in instance.requests if nurse == name)
    after_last = instance.forbidden.get(past.last, frozenset()) if past.worked else frozenset()
    least, most_shifts = (max(0, bound - past.shifts) for bound in contract.total)
    every = frozenset(range(len(keys)))
    return Person(
        key=name,
        skills=instance.nurses[name][1],
        wishes={
            at: -float(REQUEST * (refused[day, shift] + refused[day, "Any"]))
            for at, (day, shift, _) in enumerate(keys)
            if day > 0 or shift not in after_last
        },
        limits=(Limit("shifts", every, least=least, most=most_shifts, counts=True, price=float(TOTAL)),),
        runs=tuple(_runs(instance, contract, past)),
        weekends=Weekends(
            most=max(0, contract.weekends - past.weekends),
            price=float(WEEKEND),
            half_price=float(WHOLE_WEEKEND) if contract.whole else 0.0,
        ),
    )


def _runs(instance: Instance, contract: Contract, past: Past) -> Iterator[Runs]:
    least, longest = contract.in_row
    yield Runs(least=least, most=longest, before=past.worked, price=float(IN_ROW))
    least, longest = contract.off_in_row
    yield Runs(off=True, least=least, most=longest, before=past.off, price=float(OFF_IN_ROW))
    for shift, (least, longest) in instance.shifts.items():
        before = past.same if shift == past.last and past.worked else 0
        yield Runs(kind=shift, least=least, most=longest, before=before, price=float(SHIFT_IN_ROW))


def _sections(path: Path) -> dict[str, list[list[str]]]:
    """The rows of each part of a file, split into words. A part begins with a word in capitals that stands alone or
    before an equals sign; remarks of the program that wrote the file ("Cost: 575") are none of them."""
    parts: dict[str, list[list[str]]] = {}
    rows: list[list[str]] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if found := re.fullmatch(r"([A-Z_]{4,})(\s*=.*)?\s*", line):
            rows = parts.setdefault(found[1], [])
        elif (words := line.split()) and not words[0].endswith(":"):
            rows.append(words)
    return parts


def _range(word: str) -> Range:
    least, longest = word.strip("()").split(",")
    return int(least), int(longest)


def _contract(row: Sequence[str]) -> Contract:
    return Contract(_range(row[1]), _range(row[2]), _range(row[3]), int(row[4]), row[5] == "1")
