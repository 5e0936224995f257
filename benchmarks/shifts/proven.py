"""Two public rosters with proven optima, solved by the same model and judged by the roster's own rules."""

from collections.abc import Iterator

from benchmarks.figures import Result, Scale, alone, say
from benchmarks.ground import Ground
from benchmarks.real import real
from benchmarks.shifts.rosters import curtois
from shifts.matching import scorer, solver

SECONDS = 300.0
ROUNDS = 3


def measure(ground: Ground, scale: Scale) -> Iterator[Result]:
    """curtois_1 and curtois_2: the penalty of the benchmark's own judge, which must find no broken rule."""
    for number in (1, 2):
        yield alone(f"curtois_{number}", "points", [float(_penalty(number)) for _ in range(ROUNDS)])


def _penalty(number: int) -> int:
    instance = curtois.read(real("curtois", f"Instance{number}.txt"))
    problem = curtois.problem(instance)
    plan = solver.solve(problem, gap=0.0, seconds=SECONDS)
    made = curtois.roster(instance, plan)
    broken = [*curtois.faults(instance, made), *scorer.score(problem, plan.seats).faults]
    assert not broken, broken
    penalty = curtois.penalty(instance, made)
    offset = penalty + plan.value  # what a plan without a single point would cost
    say(f"Instance {number}: {penalty}, proved not below {offset - plan.bound:.2f}, {plan.seconds:.1f} s")
    return penalty
