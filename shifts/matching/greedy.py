"""A plan that is quick to make: what gains most first. Also what an instant claim rests on."""

from collections import Counter

from shifts.matching.obstacles import obstacle
from shifts.matching.problem import Problem, Seat


def fill(problem: Problem) -> frozenset[Seat]:
    """The confirmed seats and every further one that somebody can have, none taken back."""
    held: dict[int, list[int]] = {}
    taken: Counter[int] = Counter()
    for person, slot in sorted(problem.confirmed):
        held.setdefault(person, []).append(slot)
        taken[slot] += 1
    wishes = [
        (-gain(problem, person, (), slot, 0), person, slot)
        for person, whom in enumerate(problem.people)
        for slot in whom.wishes
        if (person, slot) not in problem.confirmed
    ]
    for _, person, slot in sorted(wishes):
        own = held.get(person, [])
        worth = gain(problem, person, own, slot, taken[slot])
        if worth > 0 and obstacle(problem, person, own, slot) is None:
            held.setdefault(person, []).append(slot)
            taken[slot] += 1
    return frozenset((person, slot) for person, slots in held.items() for slot in slots)


def gain(problem: Problem, person: int, held: tuple[int, ...] | list[int], slot: int, taken: int) -> float:
    """What one more person in a slot with `taken` people is worth, to all: below nothing where no seat is left."""
    steps = (step.worth for step in problem.slots[slot].steps for _ in range(step.seats))
    worth = next((worth for number, worth in enumerate(steps) if number == taken), None)
    if worth is None:
        return -1.0
    whom = problem.people[person]
    had = whom.minutes_before + sum(problem.slots[at].minutes for at in held)
    fair = problem.fairness.worth(had + problem.slots[slot].minutes) - problem.fairness.worth(had)
    return worth + whom.wishes.get(slot, 0.0) + fair
