"""Public rosters with proven optima, solved by the same model and judged by their own rules."""

import pytest

from benchmarks.shifts.rosters import curtois
from shifts.matching import scorer, solver
from tests.shifts.conftest import beside


def test_the_first_public_instance_is_solved_to_its_proven_optimum() -> None:
    instance = curtois.read(beside("curtois", "Instance1.txt"))
    problem = curtois.problem(instance)

    plan = solver.solve(problem)

    made = curtois.roster(instance, plan)
    assert curtois.faults(instance, made) == []
    assert curtois.penalty(instance, made) == 607
    assert scorer.score(problem, plan.seats).faults == ()
    assert plan.finished


@pytest.mark.parametrize(
    "change",
    ["a day off", "two at once", "an empty week", "every day"],
)
def test_the_judge_of_rosters_sees_what_is_broken(change: str) -> None:
    instance = curtois.read(beside("curtois", "Instance2.txt"))
    wrong = {
        "a day off": {("A", 3, "E")},
        "two at once": {("A", 1, "E"), ("A", 1, "L")},
        "an empty week": set(),
        "every day": {("A", day, "E") for day in range(14)},
    }[change]

    assert [what for what in curtois.faults(instance, frozenset(wrong)) if what.startswith("A")]
