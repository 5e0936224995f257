"""Days in a row, days off in a row and weekends, as rows over columns that say whether a day is worked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shifts.matching.problem import SATURDAY, WEEK_DAYS, Runs, Weekends
from shifts.matching.program import Program

if TYPE_CHECKING:
    from shifts.matching.model import Model


@dataclass(frozen=True)
class Term:
    """Whether a day is of some sort, as constant + sum of factor x column; what confirmed seats and missing ones leave
    open lies between `low` and `high`."""

    constant: float
    factors: Mapping[int, float]
    low: float = 0.0
    high: float = 1.0


NEVER, ALWAYS = Term(0.0, {}, high=0.0), Term(1.0, {}, low=1.0)


def add(model: Model, person: int, by_day: Mapping[int, Sequence[int]]) -> None:
    """The rows of this person's rules about runs and weekends, if she has any."""
    whom, problem = model.problem.people[person], model.problem
    if not whom.runs and whom.weekends == Weekends():
        return
    days = range(min(0, *by_day), max(problem.days, *(day + 1 for day in by_day)))
    worked = [_worked(model, person, day, by_day.get(day, ())) for day in days]
    for rule in whom.runs:
        seen = worked
        if rule.kind is not None:
            kind = {day: [at for at in slots if problem.slots[at].kind == rule.kind] for day, slots in by_day.items()}
            seen = [_worked(model, person, day, kind.get(day, ())) for day in days]
        _runs(model.program, rule, [_off(term) for term in seen] if rule.off else seen)
    _weekends(model.program, whom.weekends, dict(zip(days, worked, strict=True)))


def _worked(model: Model, person: int, day: int, slots: Sequence[int]) -> Term:
    """One as soon as any of these slots of the day is held: the sum of their columns where at most one of those is one,
    else a column of its own."""
    if not slots:
        return NEVER
    program = model.program
    low = float(any((person, slot) in model.problem.confirmed for slot in slots))
    columns = dict.fromkeys(column for slot in slots for column in model.columns.get((person, slot), ()))
    if (person, day) in model.exclusive:
        return Term(0.0, dict.fromkeys(columns, 1.0), low)
    touched = program.column(0.0, whole=True)
    for column in columns:
        program.row({column: 1.0, touched: -1.0}, high=0.0)
    program.row({touched: 1.0} | dict.fromkeys(columns, -1.0), high=0.0)
    return Term(0.0, {touched: 1.0}, low)


def _off(term: Term) -> Term:
    factors = {column: -factor for column, factor in term.factors.items()}
    return Term(1.0 - term.constant, factors, 1.0 - term.high, 1.0 - term.low)


def _runs(program: Program, rule: Runs, days: Sequence[Term]) -> None:
    """No run longer than `most`, none shorter than `least`, or so many points a day."""
    if rule.most is not None:
        past = [ALWAYS] * min(rule.before or 0, rule.most)
        seen = [*past, *days]
        for last in range(max(rule.most, len(past)), len(seen)):
            _at_most(program, seen[last - rule.most : last + 1], [], rule.most, rule.price)
    for first, after, length in _short(rule, len(days)):
        before = [days[first - 1]] if first > 0 else []
        price = None if rule.price is None else rule.price * (rule.least - length)
        _at_most(program, days[max(0, first) : after], [*before, days[after]], after - max(0, first) - 1, price)


def _short(rule: Runs, days: int) -> Iterator[tuple[int, int, int]]:
    """Each run that would be too short: its first day (below nothing: it began before), the day after, its length."""
    if rule.before:
        yield from ((-1, after, rule.before + after) for after in range(min(days, rule.least - rule.before)))
    starts = range(0 if rule.before == 0 else 1, days)
    yield from ((first, first + n, n) for first in starts for n in range(1, rule.least) if first + n < days)


def _at_most(
    program: Program, within: Sequence[Term], around: Sequence[Term], most: float, price: float | None
) -> None:
    """Sum of `within` less sum of `around` is at most this much; at a price it may be exceeded, without one by what
    confirmed seats alone exceed."""
    most = max(most, sum(term.low for term in within) - sum(term.high for term in around) if price is None else most)
    factors: dict[int, float] = {}
    for sign, terms in ((1.0, within), (-1.0, around)):
        for term in terms:
            most -= sign * term.constant
            for column, factor in term.factors.items():
                factors[column] = factors.get(column, 0.0) + sign * factor
    if price is not None:
        factors[program.column(-price)] = -1.0
    program.row(factors, high=most)


def _weekends(program: Program, rule: Weekends, worked: Mapping[int, Term]) -> None:
    """At most so many weekends with a shift; half ones at a price."""
    touched = []
    for day in (day for day in worked if day % WEEK_DAYS == SATURDAY):
        saturday, sunday = worked[day], worked.get(day + 1, NEVER)
        if rule.most is not None:
            weekend = program.column(0.0, whole=True)
            for either in (saturday, sunday):
                program.row({**either.factors, weekend: -1.0}, high=-either.constant)
            touched.append(weekend)
        if rule.half_price:
            half = Term(0.0, {program.column(-rule.half_price): 1.0})
            _at_most(program, [saturday], [sunday, half], 0.0, None)
            _at_most(program, [sunday], [saturday, half], 0.0, None)
    if touched and rule.most is not None:
        beyond = {} if rule.price is None else {program.column(-rule.price, high=float("inf")): -1.0}
        program.row(dict.fromkeys(touched, 1.0) | beyond, high=float(rule.most))
