"""By how much a person's slots break each of her rules: counted from the days themselves, for the scorer alone."""

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby

from shifts.matching.problem import Limit, Person, Problem, Runs, Weekends

# From the slots a person has to the units (minutes, shifts, days, weekends) by which a rule is broken.
Broken = Callable[[Sequence[int]], float]


def rules(problem: Problem, whom: Person) -> Iterator[tuple[str, float | None, Broken]]:
    """Each rule of a person: its name, its price a unit (None: it may not be broken), and its measure."""
    if whom.day_minutes is not None:
        yield "hours a day", None, _per(problem, whom, 1, whom.day_minutes)
    if whom.week_minutes is not None:
        yield "hours a week", None, _per(problem, whom, 7, whom.week_minutes)
    for limit in whom.limits:
        yield limit.name, limit.price, _limit(problem, limit)
    for run in whom.runs:
        yield _name(run), run.price, _run(problem, whom, run)
    if whom.weekends.most is not None:
        yield "weekends", whom.weekends.price, _weekends(problem, whom, whom.weekends)
    if whom.weekends.half_price:
        yield "whole weekends", whom.weekends.half_price, _half_weekends(problem, whom)


def _day(problem: Problem, whom: Person, slot: int) -> int:
    return (problem.slots[slot].starts + whom.clock_shift) // 1440


def _minutes(problem: Problem, slots: Sequence[int]) -> int:
    return sum(problem.slots[slot].ends - problem.slots[slot].starts for slot in slots)


def _per(problem: Problem, whom: Person, days: int, most: int) -> Broken:
    def broken(slots: Sequence[int]) -> float:
        ordered = sorted(slots, key=lambda slot: _day(problem, whom, slot))
        parts = groupby(ordered, key=lambda slot: _day(problem, whom, slot) // days)
        return sum(max(0, _minutes(problem, list(part)) - most) for _, part in parts)

    return broken


def _limit(problem: Problem, limit: Limit) -> Broken:
    def broken(slots: Sequence[int]) -> float:
        under = [slot for slot in slots if slot in limit.slots]
        amount = len(under) if limit.counts else _minutes(problem, under)
        over = 0 if limit.most is None else max(0, amount - limit.most)
        return over + max(0, limit.least - amount)

    return broken


def _run(problem: Problem, whom: Person, rule: Runs) -> Broken:
    def broken(slots: Sequence[int]) -> float:
        of_kind = [slot for slot in slots if rule.kind in (None, problem.slots[slot].kind)]
        days = {_day(problem, whom, slot) for slot in of_kind}
        row = [(day in days) != rule.off for day in range(min(0, *days, 0), max(problem.days, *days, 0))]
        return _run_units(rule, row)

    return broken


def _run_units(rule: Runs, row: list[bool]) -> float:
    """Days too many in long runs and days missing in short ones. What was too long before the plan is not its doing."""
    units, at = 0, 0
    before = rule.before or 0
    for of_sort, group in groupby([True] * before + row):
        first, at = at, at + len(list(group))
        if not of_sort:
            continue
        length = at - first
        if rule.most is not None:
            units += max(0, length - rule.most) - (max(0, before - rule.most) if first < before else 0)
        open_start = first == 0 and rule.before is None
        open_end = at == before + len(row)
        if not open_start and not open_end:
            units += max(0, rule.least - length)
    return units


def _weekends(problem: Problem, whom: Person, rule: Weekends) -> Broken:
    def broken(slots: Sequence[int]) -> float:
        days = {_day(problem, whom, slot) for slot in slots}
        return max(0, len({day // 7 for day in days if day % 7 >= 5}) - (rule.most or 0))

    return broken


def _half_weekends(problem: Problem, whom: Person) -> Broken:
    def broken(slots: Sequence[int]) -> float:
        days = {_day(problem, whom, slot) for slot in slots if _day(problem, whom, slot) % 7 >= 5}
        return sum(len({day for day in days if day // 7 == week}) == 1 for week in {day // 7 for day in days})

    return broken


def _name(run: Runs) -> str:
    of = "days off in a row" if run.off else f"{run.kind} in a row" if run.kind else "days in a row"
    return f"{run.least} to {run.most} {of}" if run.most is not None else f"{run.least} {of} at least"
