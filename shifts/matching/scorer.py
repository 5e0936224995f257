"""Checks and scores a plan without the program that made it: plain counting, rule by rule.

It shares with the solver only the words of the problem, none of its formulas; a plan with faults is never published.
"""

from collections import Counter
from dataclasses import dataclass

from shifts.matching.problem import Problem, Seat
from shifts.matching.scored_rules import rules


@dataclass(frozen=True)
class Score:
    """The points of a plan by their reason, and each rule it breaks in a sentence."""

    filled: float
    wished: float
    fair: float
    broken_softly: float
    faults: tuple[str, ...]

    @property
    def value(self) -> float:
        return self.filled + self.wished + self.fair - self.broken_softly


def score(problem: Problem, seats: frozenset[Seat]) -> Score:
    """What this plan is worth, and whether it may be."""
    faults: list[str] = []
    own: dict[int, list[int]] = {person: [] for person in range(len(problem.people))}
    for person, slot in sorted(seats):
        own[person].append(slot)
    filled = _filled(problem, Counter(slot for _, slot in seats), faults)
    wished = sum(problem.people[person].wishes.get(slot, 0.0) for person, slot in seats)
    fair = paid = 0.0
    for person, slots in own.items():
        _allowed(problem, person, slots, faults)
        fair += _fair(problem, person, slots)
        paid += _paid(problem, person, slots, faults)
    missing = problem.confirmed - seats
    faults.extend(f"{problem.people[p].key} lost the confirmed {problem.slots[s].key}." for p, s in sorted(missing))
    return Score(filled, wished, fair, paid, tuple(faults))


def _filled(problem: Problem, taken: Counter[int], faults: list[str]) -> float:
    points = 0.0
    promised = Counter(slot for _, slot in problem.confirmed)
    for at, slot in enumerate(problem.slots):
        worths = [step.worth for step in slot.steps for _ in range(step.seats)]
        spare = min(0.0, worths[-1]) if worths else 0.0
        if taken[at] > max(len(worths), promised[at]):
            faults.append(f"{slot.key} has {len(worths)} seats and {taken[at]} people.")
        if taken[at] < slot.least:
            faults.append(f"{slot.key} needs {slot.least} people and has {taken[at]}.")
        points += sum(worths[: taken[at]]) + spare * max(0, taken[at] - len(worths))
    return points


def _allowed(problem: Problem, person: int, slots: list[int], faults: list[str]) -> None:
    """Skills, wishes, overlaps, rest and clashes. Two confirmed seats may stand against each other: they are kept."""
    whom = problem.people[person]
    sure = [(person, slot) in problem.confirmed for slot in slots]
    for slot, kept in zip(slots, sure, strict=True):
        if not kept and slot not in whom.wishes:
            faults.append(f"{whom.key} never said she would work {problem.slots[slot].key}.")
        if not kept and not problem.slots[slot].asks.issubset(whom.skills):
            faults.append(f"{whom.key} lacks a skill for {problem.slots[slot].key}.")
    times = sorted((problem.slots[slot].starts, problem.slots[slot].ends, slot) for slot in slots)
    for number, (_, ends, slot) in enumerate(times):
        for starts, _, other in times[number + 1 :]:
            both_kept = {(person, slot), (person, other)} <= problem.confirmed
            if starts - ends < whom.rest_minutes and not both_kept:
                faults.append(
                    f"{whom.key} has no rest between {problem.slots[slot].key} and {problem.slots[other].key}."
                )
    for one, other in problem.clashes:
        if one in slots and other in slots and not {(person, one), (person, other)} <= problem.confirmed:
            faults.append(f"{whom.key} may not have both {problem.slots[one].key} and {problem.slots[other].key}.")


def _fair(problem: Problem, person: int, slots: list[int]) -> float:
    """The gain of each new hour, minute by minute within its band."""
    points, fairness = 0.0, problem.fairness
    at = problem.people[person].minutes_before
    left = sum(problem.slots[slot].ends - problem.slots[slot].starts for slot in slots)
    while left > 0:
        band = at // fairness.band_minutes
        part = min(left, (band + 1) * fairness.band_minutes - at)
        share = 1 - band / fairness.bands
        points += part / 60 * fairness.points_an_hour * (share if share > 0 else 0.0)
        at, left = at + part, left - part
    return points


def _paid(problem: Problem, person: int, slots: list[int], faults: list[str]) -> float:
    """What the broken soft rules cost; hard ones become faults, unless confirmed seats alone break them."""
    whom = problem.people[person]
    kept = [slot for slot in slots if (person, slot) in problem.confirmed]
    cost = 0.0
    for name, price, broken in rules(problem, whom):
        units = broken(slots)
        if price is not None:
            cost += price * units
        elif units > (broken(kept) if kept else 0):
            faults.append(f"{whom.key} breaks the rule {name} by {units}.")
    return cost
