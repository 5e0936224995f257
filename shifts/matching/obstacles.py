"""Why a person cannot have one more seat beside those she has, if she cannot: the first reason that stands."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from shifts.matching.problem import WEEK_DAYS, Person, Problem, Runs


class Reason(StrEnum):
    NOT_WISHED = "not wished"
    SKILL = "skill"
    OVERLAP = "overlap"
    REST = "rest"
    DAY_HOURS = "day hours"
    WEEK_HOURS = "week hours"
    LIMIT = "limit"
    DAYS_IN_ROW = "days in a row"
    WEEKENDS = "weekends"


@dataclass(frozen=True)
class Obstacle:
    """The reason, the slot that stands against it where one does, and a number: minutes had, or days in a row."""

    reason: Reason
    slot: int | None = None
    amount: int = 0
    most: int = 0
    name: str = ""


def obstacle(problem: Problem, person: int, held: Collection[int], slot: int) -> Obstacle | None:
    """None where the seat could be had. Rules that ask for more (least hours, least days in a row) stop nobody here."""
    whom = problem.people[person]
    if slot not in whom.wishes:
        return Obstacle(Reason.NOT_WISHED)
    if not problem.slots[slot].asks <= whom.skills:
        return Obstacle(Reason.SKILL, name=", ".join(sorted(problem.slots[slot].asks - whom.skills)))
    for other in sorted(held):
        if not problem.together(person, slot, other):
            over = _overlap(problem, slot, other)
            return Obstacle(Reason.OVERLAP if over else Reason.REST, slot=other, most=whom.rest_minutes)
    return _hours(problem, whom, held, slot) or _rhythm(problem, whom, held, slot)


def _overlap(problem: Problem, one: int, other: int) -> bool:
    first, second = problem.slots[one], problem.slots[other]
    return first.starts < second.ends and second.starts < first.ends


def _hours(problem: Problem, whom: Person, held: Collection[int], slot: int) -> Obstacle | None:
    added = problem.slots[slot].minutes
    day = whom.day(problem.slots[slot])
    for reason, most, length in (
        (Reason.DAY_HOURS, whom.day_minutes, 1),
        (Reason.WEEK_HOURS, whom.week_minutes, WEEK_DAYS),
    ):
        near = [at for at in held if whom.day(problem.slots[at]) // length == day // length]
        had = sum(problem.slots[at].minutes for at in near)
        if most is not None and had + added > most:
            return Obstacle(reason, amount=had, most=most)
    for limit in whom.limits:
        if limit.most is None or limit.price is not None or slot not in limit.slots:
            continue
        had = sum(1 if limit.counts else problem.slots[at].minutes for at in held if at in limit.slots)
        if had + (1 if limit.counts else added) > limit.most:
            return Obstacle(Reason.LIMIT, amount=had, most=limit.most, name=limit.name)
    return None


def _rhythm(problem: Problem, whom: Person, held: Collection[int], slot: int) -> Obstacle | None:
    days = {whom.day(problem.slots[at]) for at in (*held, slot)}
    for rule in whom.runs:
        if rule.most is not None and rule.price is None and not rule.off and rule.kind is None:
            length = _run_through(days, whom.day(problem.slots[slot]), rule)
            if length > rule.most:
                return Obstacle(Reason.DAYS_IN_ROW, amount=length, most=rule.most)
    if whom.weekends.most is not None and whom.weekends.price is None:
        weekends = {day // WEEK_DAYS for day in days if day % WEEK_DAYS >= WEEK_DAYS - 2}
        had = {whom.day(problem.slots[at]) // WEEK_DAYS for at in held} & weekends
        if len(weekends) > whom.weekends.most and len(had) < len(weekends):
            return Obstacle(Reason.WEEKENDS, amount=len(weekends), most=whom.weekends.most)
    return None


def _run_through(days: Collection[int], day: int, rule: Runs) -> int:
    """How many days in a row are worked around this one, those before the plan included."""
    first = last = day
    while first - 1 in days:
        first -= 1
    while last + 1 in days:
        last += 1
    return last - first + 1 + ((rule.before or 0) if first == 0 else 0)
