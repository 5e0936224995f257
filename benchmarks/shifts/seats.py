"""Matching people to seats: made-up weeks of a marketplace, solved, and every plan scored by who did not make it."""

import time
from collections.abc import Iterator

from benchmarks.figures import Result, Scale, alone, say
from benchmarks.ground import Ground
from benchmarks.shifts import instances
from shifts.matching import scorer, solver

SEEDS = (1, 2, 3)
SECONDS = 60.0


def measure(ground: Ground, scale: Scale) -> Iterator[Result]:
    """match_1000_s and match_1000_gap: another week for each seed."""
    yield from solved("match_1000", scale.people)


def solved(name: str, people: int) -> Iterator[Result]:
    """Wall time and gap of a week for each seed; the gap is against a bound that no plan exceeds."""
    plans = [_week(people, seed) for seed in SEEDS]
    yield alone(f"{name}_s", "s", [plan[0] for plan in plans])
    yield alone(f"{name}_gap", "share", [plan[1] for plan in plans])


def _week(people: int, seed: int) -> tuple[float, float]:
    problem = instances.week(people, seed)
    spent = time.process_time()
    plan = solver.solve(problem, seconds=SECONDS)
    spent = time.process_time() - spent
    scored = scorer.score(problem, plan.seats)
    assert not scored.faults, scored.faults[:5]
    assert abs(scored.value - plan.value) <= 1e-6 * max(1.0, abs(plan.value))
    seats, wishes = sum(slot.seats for slot in problem.slots), sum(len(whom.wishes) for whom in problem.people)
    say(
        f"{people} people, {seats} seats, {wishes} wishes, seed {seed}: {len(plan.seats)} seats given, "
        f"gap {plan.gap:.6f}, {plan.seconds:.1f} s ({spent:.1f} s of processor), "
        f"{'finished' if plan.finished else 'time was over'}, scored alike, no rule broken"
    )
    return plan.seconds, plan.gap
