"""Every wish that is not granted has its reason, and the reason is true."""

from typing import Any

import pytest

from benchmarks.shifts import instances
from shifts.matching import refusals, solver
from shifts.matching.problem import Fairness, Person, Problem, Slot
from tests.shifts.desk import person, slot

FAIR = Fairness(points_an_hour=20.0)


def told(slots: tuple[Slot, ...], *people: Person, confirmed: frozenset[tuple[int, int]] = frozenset()) -> list[str]:
    problem = Problem(slots, people, FAIR, confirmed)
    return [refusal.sentence for refusal in refusals.explain(problem, solver.solve(problem))]


def test_fewer_hours_are_told_with_both_numbers() -> None:
    asha, ilse = person("Asha", {0: 5.0}, minutes_before=960), person("Ilse", {0: 5.0}, minutes_before=490)

    assert told((slot(1, 17, 20),), asha, ilse) == [
        "It went to someone with fewer hours in the last four weeks: you had 16 h, the others at most 8 h 10 min."
    ]


def test_a_stronger_wish_is_told() -> None:
    assert told((slot(1, 17, 20),), person("Asha", {0: 5.0}), person("Ilse", {0: 30.0})) == [
        "It went to someone who had wished for it more."
    ]


def test_what_was_confirmed_before_is_told() -> None:
    asha, ilse = person("Asha", {0: 50.0}), person("Ilse", {0: 5.0})

    assert told((slot(1, 17, 20),), asha, ilse, confirmed=frozenset({(1, 0)})) == [
        "Its seats had been confirmed for others before."
    ]


@pytest.mark.parametrize(
    ("slots", "limits", "sentence"),
    [
        ((slot(0, 9, 12), slot(0, 11, 13)), {}, "You have 0:9-12, which is at the same time."),
        (
            (slot(0, 9, 12), slot(0, 12, 14)),
            {"rest_minutes": 30},
            "You have 0:9-12, and 30 min of rest must lie between.",
        ),
        (
            (slot(0, 9, 12), slot(0, 14, 16)),
            {"day_minutes": 240},
            "You have 3 h on that day, and 4 h is the limit.",
        ),
        (
            (slot(0, 9, 12), slot(4, 14, 16)),
            {"week_minutes": 240},
            "You have 3 h in that week, and 4 h is the limit.",
        ),
    ],
)
def test_what_of_her_own_stands_against_a_wish_is_told(
    slots: tuple[Slot, ...], limits: dict[str, Any], sentence: str
) -> None:
    limited = Person("Asha", frozenset(), {0: 5.0, 1: 5.0}, **limits)

    assert told(slots, limited) == [sentence]


def test_a_missing_certificate_is_named() -> None:
    assert told((slot(0, 9, 12, asks="fraud"),), person("Asha", {0: 5.0})) == [
        "It asks for what you are not certified for yet: fraud."
    ]


def test_every_wish_of_a_week_is_granted_or_explained() -> None:
    problem = instances.week(40, seed=2)
    plan = solver.solve(problem)

    explained = refusals.explain(problem, plan)

    wished = {(whom, at) for whom, one in enumerate(problem.people) for at in one.wishes}
    assert {(refusal.person, refusal.slot) for refusal in explained} == wished - plan.seats
    assert all(refusal.sentence.endswith(".") for refusal in explained)
    for refusal in explained:
        if refusal.reason == refusals.Because.FEWER_HOURS:
            rivals = [whom for whom, at in plan.seats if at == refusal.slot]
            mine = problem.people[refusal.person].minutes_before
            assert all(problem.people[whom].minutes_before < mine for whom in rivals)
