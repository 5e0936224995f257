"""Why a wish was not granted, in one sentence that the person it is told to can check."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from shifts.matching.greedy import gain
from shifts.matching.obstacles import Obstacle, Reason, obstacle
from shifts.matching.problem import Plan, Problem, by_person

NEARLY = 1e-6


class Because(StrEnum):
    """What decided, where nothing of her own stood against it."""

    FEWER_HOURS = "fewer hours"
    WISHED_MORE = "wished more"
    CONFIRMED = "confirmed"
    NOT_NEEDED = "not needed"
    MORE_FILLED = "more filled"


@dataclass(frozen=True)
class Refusal:
    """A wish that was not granted: whose, for which slot, the reason as a code and as a sentence."""

    person: int
    slot: int
    reason: str
    sentence: str


def explain(problem: Problem, plan: Plan) -> tuple[Refusal, ...]:
    """One refusal for each wish that could be worked by its person and was not granted."""
    held = by_person(plan.seats)
    holders: dict[int, list[int]] = {}
    for person, slot in sorted(plan.seats):
        holders.setdefault(slot, []).append(person)
    return tuple(
        _refusal(problem, person, slot, held.get(person, []), holders.get(slot, []), held)
        for person, whom in enumerate(problem.people)
        for slot in sorted(whom.wishes)
        if (person, slot) not in plan.seats
    )


def _refusal(
    problem: Problem, person: int, slot: int, own: Collection[int], others: list[int], held: dict[int, list[int]]
) -> Refusal:
    stands = obstacle(problem, person, own, slot)
    if stands is not None:
        return Refusal(person, slot, stands.reason, _own_reason(problem, stands))
    because, sentence = _others(problem, person, slot, others, held)
    return Refusal(person, slot, because, sentence)


def _own_reason(problem: Problem, stands: Obstacle) -> str:
    """What of her own stands against the wish: a skill she lacks, a seat she has, a limit she has reached."""
    other = "" if stands.slot is None else problem.slots[stands.slot].key
    rest = (
        f"{_hours(stands.most)} of rest must" if stands.most else "more rest must"
    )  # a clash has no number of its own
    words = {
        Reason.NOT_WISHED: "You have not said that you would work it.",
        Reason.SKILL: f"It asks for what you are not certified for yet: {stands.name}.",
        Reason.OVERLAP: f"You have {other}, which is at the same time.",
        Reason.REST: f"You have {other}, and {rest} lie between.",
        Reason.DAY_HOURS: f"You have {_hours(stands.amount)} on that day, and {_hours(stands.most)} is the limit.",
        Reason.WEEK_HOURS: f"You have {_hours(stands.amount)} in that week, and {_hours(stands.most)} is the limit.",
        Reason.LIMIT: f"The limit for {stands.name} is reached.",
        Reason.DAYS_IN_ROW: f"It would be your day {stands.amount} in a row, and {stands.most} is the limit.",
        Reason.WEEKENDS: f"It would be your weekend {stands.amount}, and {stands.most} is the limit.",
    }
    return words[stands.reason]


def _others(
    problem: Problem, person: int, slot: int, others: list[int], held: dict[int, list[int]]
) -> tuple[Because, str]:
    """Who has the seats instead, and by what they came before her."""
    rivals = [other for other in others if (other, slot) not in problem.confirmed]
    if len(others) < problem.slots[slot].seats and gain(problem, person, held.get(person, []), slot, len(others)) <= 0:
        return Because.NOT_NEEDED, "Nobody else is needed there."
    if not rivals:
        return Because.CONFIRMED, "Its seats had been confirmed for others before."
    people = problem.people
    mine, theirs = people[person].minutes_before, max(people[other].minutes_before for other in rivals)
    if theirs < mine:
        return Because.FEWER_HOURS, (
            f"It went to someone with fewer hours in the last four weeks: you had {_hours(mine)}, "
            f"the others at most {_hours(theirs)}."
        )
    wished = people[person].wishes[slot]
    if all(people[other].wishes.get(slot, 0.0) > wished + NEARLY for other in rivals):
        return Because.WISHED_MORE, "It went to someone who had wished for it more."
    return Because.MORE_FILLED, "Given to others, it let more seats or better wishes be granted in all."


def _hours(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    return f"{hours} h {rest} min" if rest and hours else f"{rest} min" if rest else f"{hours} h"
