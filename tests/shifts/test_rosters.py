"""Public rosters with proven optima, solved by the same model and judged by their own rules."""

import re
from dataclasses import replace

import pytest

from benchmarks.shifts.rosters import curtois, inrc2, inrc2_judge
from shifts.matching import scorer, solver
from tests.real import real


def test_the_first_public_instance_is_solved_to_its_proven_optimum() -> None:
    instance = curtois.read(real("curtois", "Instance1.txt"))
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
    instance = curtois.read(real("curtois", "Instance2.txt"))
    wrong = {
        "a day off": {("A", 3, "E")},
        "two at once": {("A", 1, "E"), ("A", 1, "L")},
        "an empty week": set(),
        "every day": {("A", day, "E") for day in range(14)},
    }[change]

    assert [what for what in curtois.faults(instance, frozenset(wrong)) if what.startswith("A")]


# Beside the first lies its validator's verdict.
PUBLISHED = [
    ("n005w4", 0, (1, 2, 3, 3), 1695),
    ("n005w4", 1, (5, 3, 1, 0), None),
    ("n005w4", 2, (6, 7, 8, 9), None),
    ("n012w8", 0, (3, 5, 0, 2, 0, 4, 5, 2), None),
    ("n012w8", 1, (7, 7, 0, 8, 9, 3, 2, 6), None),
    ("n012w8", 2, (4, 5, 6, 7, 2, 1, 2, 1), None),
]


def nurses(name: str, history: int, weeks: tuple[int, ...]) -> tuple[inrc2.Instance, inrc2.Roster]:
    """An instance of the competition with the roster published for it."""
    folder = real("inrc2", name)
    solution = folder / f"Solution_H_{history}-WD_{'-'.join(map(str, weeks))}"
    return inrc2.read(folder, history, weeks), inrc2.published(solution, name, history, weeks)


def test_the_judge_of_nurses_agrees_with_the_competitions_validator_rule_by_rule() -> None:
    instance, made = nurses(*PUBLISHED[0][:3])
    verdict = real("inrc2", "n005w4", "Solution_H_0-WD_1-2-3-3", "validator.txt").read_text(encoding="utf-8")
    said = {what: int(points) for what, points in re.findall(r"^([^\d\n]+): (\d+)$", verdict, re.MULTILINE)}

    cost = inrc2_judge.penalty(instance, made)

    assert {what: said[what] for what in cost} == dict(cost)
    assert cost.total() == said["Total cost"] == 1695
    assert inrc2_judge.faults(instance, made) == []


@pytest.mark.parametrize(("name", "history", "weeks", "known"), PUBLISHED)
def test_a_published_roster_costs_in_our_problem_what_it_costs_by_the_competitions_rules(
    name: str, history: int, weeks: tuple[int, ...], known: int | None
) -> None:
    instance, made = nurses(name, history, weeks)
    problem = inrc2.problem(instance)

    scored = scorer.score(problem, inrc2.seats(instance, made))

    assert scored.faults == ()
    assert inrc2_judge.faults(instance, made) == []
    cost = inrc2_judge.penalty(instance, made).total()
    assert inrc2.most(instance) - scored.value == cost
    assert known in (None, cost)


def test_the_program_values_a_published_roster_as_the_competition_does() -> None:
    instance, made = nurses(*PUBLISHED[0][:3])
    problem = inrc2.problem(instance)
    held = inrc2.seats(instance, made)
    people = tuple(
        replace(whom, wishes={at: points for at, points in whom.wishes.items() if (person, at) in held})
        for person, whom in enumerate(problem.people)
    )

    plan = solver.solve(replace(problem, people=people, confirmed=held))

    assert plan.seats == held
    assert inrc2.most(instance) - plan.value == pytest.approx(1695)


@pytest.mark.parametrize(
    "change", ["a nurse stays at home", "a skill she lacks", "two in a day", "early after a night"]
)
def test_the_judge_of_nurses_sees_what_is_broken(change: str) -> None:
    instance, made = nurses(*PUBLISHED[0][:3])
    wrong = {
        "a nurse stays at home": frozenset(one for one in made if one[0] != "Patrick"),
        "a skill she lacks": made | {("Nguyen", 4, "Early", "HeadNurse")},
        "two in a day": made | {("Nguyen", 0, "Late", "Nurse")},
        "early after a night": made | {("Patrick", 1, "Early", "Nurse")},
    }[change]

    assert inrc2_judge.faults(instance, wrong)
    assert scorer.score(inrc2.problem(instance), inrc2.seats(instance, wrong)).faults
