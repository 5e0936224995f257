"""The competition's own rules, counted from a roster day by day: shares nothing with the problem told to the solver."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise

from benchmarks.shifts.rosters.inrc2 import Instance, Past, Range, Roster


def penalty(instance: Instance, made: Roster) -> Counter[str]:
    """The points of each soft rule, named as the competition's validator names them."""
    cost: Counter[str] = Counter()
    present = Counter((day, shift, skill) for _, day, shift, skill in made)
    for cell, (_, should) in instance.cover.items():
        cost["Optimal coverage constraints"] += 30 * max(0, should - present[cell])
    for name in instance.nurses:
        for what, points in _of_nurse(instance, name, _row(instance, name, made)):
            cost[what] += points
    return cost


def faults(instance: Instance, made: Roster) -> list[str]:
    """Each hard rule that this roster breaks."""
    found = []
    present = Counter((day, shift, skill) for _, day, shift, skill in made)
    for cell, (must, _) in instance.cover.items():
        if present[cell] < must:
            found.append(f"{cell} needs {must} and has {present[cell]}")
    found += [f"{name} lacks {skill}" for name, _, _, skill in sorted(made) if skill not in instance.nurses[name][1]]
    days = Counter((name, day) for name, day, _, _ in made)
    found += [f"{name} has {count} shifts on day {day}" for (name, day), count in sorted(days.items()) if count > 1]
    for name, past in instance.past.items():
        row = [past.last if past.worked else None, *_row(instance, name, made)]
        for day, (today, after) in enumerate(pairwise(row)):
            if today and after in instance.forbidden[today]:
                found.append(f"{name} has {after} on day {day}, after {today}")
    return found


def _row(instance: Instance, name: str, made: Roster) -> list[str | None]:
    row: list[str | None] = [None] * instance.days
    for nurse, day, shift, _ in sorted(made):
        if nurse == name:
            row[day] = shift
    return row


def _of_nurse(instance: Instance, name: str, row: Sequence[str | None]) -> Iterator[tuple[str, int]]:
    contract, past = instance.contracts[instance.nurses[name][0]], instance.past[name]
    worked = sum(1 for shift in row if shift) + past.shifts
    least, longest = contract.total
    yield "Total assignment constraints", 20 * (max(0, least - worked) + max(0, worked - longest))
    weekends = [tuple(bool(shift) for shift in row[day : day + 2]) for day in range(5, len(row), 7)]
    touched = past.weekends + sum(1 for weekend in weekends if any(weekend))
    yield "Max working weekend", 30 * max(0, touched - contract.weekends)
    if contract.whole:
        yield "Complete weekends", 30 * sum(1 for saturday, sunday in weekends if saturday != sunday)
    for nurse, day, shift in instance.requests:
        if nurse == name and row[day] and shift in ("Any", row[day]):
            yield "Preferences", 10
    yield from _runs(instance, contract.in_row, contract.off_in_row, past, row)


def _runs(
    instance: Instance, in_row: Range, off_in_row: Range, past: Past, row: Sequence[str | None]
) -> Iterator[tuple[str, int]]:
    works = [bool(shift) for shift in row]
    yield "Consecutive constraints", 30 * _missed([True] * past.worked, works, True, in_row)
    yield "Non working days constraints", 30 * _missed([False] * past.off, works, False, off_in_row)
    for shift, bounds in instance.shifts.items():
        before = [past.last] * past.same if past.worked else []
        yield "Consecutive constraints", 15 * _missed(before, row, shift, bounds)


def _missed(before: Sequence[object], row: Sequence[object], sort: object, bounds: Range) -> int:
    """Days too few or too many in the runs of one sort. A run that lasts to the end may be short, and what a run had
    too many of before is paid already."""
    least, longest = bounds
    whole = [*before, *row]
    units, ends = 0, 0
    for what, group in groupby(whole):
        begins, ends = ends, ends + len(list(group))
        if what != sort:
            continue
        length = ends - begins
        units += max(0, length - longest)
        if begins < len(before):
            units -= max(0, len(before) - longest)
        if ends < len(whole):
            units += max(0, least - length)
    return units
