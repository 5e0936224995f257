"""A person's day as one choice among patterns: each is a set of slots she could work together on that day.

One column for each pattern says overlaps, rest and the day's hours exactly, where a column for each slot would say them
only in part: the relaxation comes much nearer to what is possible.
"""

from collections.abc import Sequence

from shifts.matching.problem import Problem

# More patterns than this in a day are not worth their columns; then each slot is a choice of its own.
MOST_PATTERNS = 500


def of_day(problem: Problem, person: int, slots: Sequence[int]) -> list[tuple[int, ...]] | None:
    """Every set of these slots of one day that the person could have, each with all that is confirmed there; None where
    there are too many. Confirmed seats stay together even where they should not."""
    kept = [slot for slot in slots if (person, slot) in problem.confirmed]
    most = problem.people[person].day_minutes
    ordered = sorted(set(slots) - set(kept), key=lambda slot: (problem.slots[slot].starts, slot))
    found: list[tuple[int, ...]] = [tuple(kept)]
    for slot in ordered:
        for before in list(found):
            minutes = sum(problem.slots[other].minutes for other in (*before, slot))
            fits = most is None or minutes <= most
            if fits and all(problem.together(person, slot, other) for other in before):
                found.append((*before, slot))
        if len(found) > MOST_PATTERNS:
            return None
    return found if kept else found[1:]


def reachable(lengths: Sequence[int], most: int) -> int:
    """The largest sum of some of these lengths that is at most `most`: what a limit really allows."""
    sums = 1
    for length in lengths:
        sums |= sums << length
    return (sums & ((1 << (most + 1)) - 1)).bit_length() - 1
