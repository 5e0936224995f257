"""Instances of Curtois and Qu's shift scheduling benchmark: read, told as a problem of ours, scored by their own rules.

Everything they ask for can be said: cover with prices for too few and too many, requests for and against shifts, days
off, minutes, shifts of each type, days in a row, days off in a row, weekends, and which shift may not follow which.
"""

from collections import defaultdict
from dataclasses import dataclass
from itertools import groupby, pairwise
from pathlib import Path

from shifts.matching.problem import DAY_MINUTES, Limit, Person, Plan, Problem, Runs, Slot, Step, Weekends

Roster = frozenset[tuple[str, int, str]]  # (employee, day, shift)


@dataclass(frozen=True)
class Instance:
    """The sections of a file, field by field as they stand there."""

    days: int
    shifts: dict[str, tuple[int, tuple[str, ...]]]  # minutes, and what may not follow
    staff: dict[str, tuple[dict[str, int], list[int]]]  # most of each shift; the six numbers after it
    days_off: dict[str, set[int]]
    wanted: dict[tuple[str, int, str], int]
    unwanted: dict[tuple[str, int, str], int]
    cover: dict[tuple[int, str], tuple[int, int, int]]  # requirement, price of one too few, of one too many


def read(path: Path) -> Instance:
    """An instance from its text."""
    parts: dict[str, list[list[str]]] = defaultdict(list)
    section = ""
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("SECTION_"):
            section = line.strip()
        elif line.strip() and not line.startswith("#"):
            parts[section].append([word.strip() for word in line.split(",")])
    return Instance(
        days=int(parts["SECTION_HORIZON"][0][0]),
        shifts={row[0]: (int(row[1]), _split(row[2])) for row in parts["SECTION_SHIFTS"]},
        staff={row[0]: (_counts(row[1]), [int(word) for word in row[2:8]]) for row in parts["SECTION_STAFF"]},
        days_off={row[0]: {int(word) for word in row[1:]} for row in parts["SECTION_DAYS_OFF"]},
        wanted=_requests(parts["SECTION_SHIFT_ON_REQUESTS"]),
        unwanted=_requests(parts["SECTION_SHIFT_OFF_REQUESTS"]),
        cover={
            (int(row[0]), row[1]): (int(row[2]), int(row[3]), int(row[4])) for row in parts["SECTION_COVER"]
        },
    )  # fmt: skip


def problem(instance: Instance) -> Problem:
    """The same as slots, people and rules. Every shift of a day begins at its midnight: one a day follows from that."""
    keys = [(day, shift) for day in range(instance.days) for shift in instance.shifts]
    slots = tuple(_slot(instance, day, shift) for day, shift in keys)
    clashes = frozenset(
        (keys.index((day, shift)), keys.index((day + 1, after)))
        for day, shift in keys
        for after in instance.shifts[shift][1]
        if day + 1 < instance.days
    )
    people = tuple(_person(instance, name, keys) for name in instance.staff)
    return Problem(slots, people, clashes=clashes, days=instance.days)


def roster(instance: Instance, plan: Plan) -> Roster:
    """A plan in the words of the benchmark."""
    keys, names = [(day, shift) for day in range(instance.days) for shift in instance.shifts], list(instance.staff)
    return frozenset((names[person], *keys[slot]) for person, slot in plan.seats)


def penalty(instance: Instance, made: Roster) -> int:
    """The benchmark's objective: requests not met and prices of the cover."""
    missed = sum(weight for request, weight in instance.wanted.items() if request not in made)
    forced = sum(weight for request, weight in instance.unwanted.items() if request in made)
    cover = 0
    for (day, shift), (needed, under, over) in instance.cover.items():
        present = sum(1 for _, on, what in made if (on, what) == (day, shift))
        cover += under * max(0, needed - present) + over * max(0, present - needed)
    return missed + forced + cover


def faults(instance: Instance, made: Roster) -> list[str]:
    """Each hard rule of the benchmark that this roster breaks."""
    found = []
    for name in instance.staff:
        row: list[str | None] = [None] * instance.days
        for _, day, shift in sorted(one for one in made if one[0] == name):
            if row[day] is not None:
                found.append(f"{name} has two shifts on day {day}")
            row[day] = shift
        found += [f"{name}: {what}" for what in _broken(instance, name, row)]
    return found


def _broken(instance: Instance, name: str, row: list[str | None]) -> list[str]:
    counts, (most, least, in_row_most, in_row_least, off_least, weekends) = instance.staff[name]
    minutes = sum(instance.shifts[shift][0] for shift in row if shift)
    runs = [(works, len(list(group))) for works, group in groupby(row, key=bool)]
    inner = runs[1:-1]
    found = {
        "works on a day off": any(row[day] for day in instance.days_off.get(name, ())),
        "minutes": not least <= minutes <= most,
        "too many of a shift": any(row.count(shift) > counts[shift] for shift in instance.shifts),
        "too many days in a row": any(works and length > in_row_most for works, length in runs),
        "too few days in a row": any(works and length < in_row_least for works, length in inner),
        "too few days off in a row": any(not works and length < off_least for works, length in inner),
        "weekends": sum(any(row[day : day + 2]) for day in range(5, instance.days, 7)) > weekends,
        "a shift after one it may not follow": any(
            today and after in instance.shifts[today][1] for today, after in pairwise(row)
        ),
    }
    return [what for what, broken in found.items() if broken]


def _slot(instance: Instance, day: int, shift: str) -> Slot:
    needed, under, over = instance.cover.get((day, shift), (0, 0, 0))
    steps = (Step(needed, float(under)), Step(len(instance.staff) - needed, -float(over)))
    starts = day * DAY_MINUTES
    return Slot(f"{shift}{day}", starts, starts + instance.shifts[shift][0], frozenset(), steps, kind=shift)


def _person(instance: Instance, name: str, keys: list[tuple[int, str]]) -> Person:
    counts, (most, least, in_row_most, in_row_least, off_least, weekends) = instance.staff[name]
    of_shift = {shift: frozenset(at for at, (_, what) in enumerate(keys) if what == shift) for shift in counts}
    limits = [Limit(f"shifts {shift}", of_shift[shift], most=count, counts=True) for shift, count in counts.items()]
    limits.append(Limit("minutes", frozenset(range(len(keys))), least=least, most=most))
    return Person(
        key=name,
        skills=frozenset(),
        wishes={
            at: float(instance.wanted.get((name, day, shift), 0) - instance.unwanted.get((name, day, shift), 0))
            for at, (day, shift) in enumerate(keys)
            if day not in instance.days_off.get(name, ())
        },
        limits=tuple(limits),
        runs=(Runs(least=in_row_least, most=in_row_most), Runs(off=True, least=off_least)),
        weekends=Weekends(most=weekends),
    )


def _split(words: str) -> tuple[str, ...]:
    return tuple(word for word in words.split("|") if word)


def _counts(words: str) -> dict[str, int]:
    return {shift: int(count) for shift, count in (word.split("=") for word in words.split("|"))}


def _requests(rows: list[list[str]]) -> dict[tuple[str, int, str], int]:
    return {(row[0], int(row[1]), row[2]): int(row[3]) for row in rows}
