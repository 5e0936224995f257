"""Who gets which seat: each rule by hand, and the solver against every plan there is."""

import random
from itertools import combinations
from typing import Any

import numpy as np
import pytest

from benchmarks.shifts import instances
from shifts.matching import greedy, model, patterns, prices, scorer, solver
from shifts.matching.obstacles import Reason, obstacle
from shifts.matching.problem import Fairness, Limit, Person, Problem, Runs, Seat, Slot, Step, Weekends
from tests.shifts.desk import person, slot


def keys(problem: Problem, seats: frozenset[Seat]) -> set[tuple[str, str]]:
    return {(problem.people[whom].key, problem.slots[at].key) for whom, at in seats}


def best(problem: Problem) -> float:
    """The value of the best plan of all, by trying every one."""
    seats = [(whom, at) for whom, one in enumerate(problem.people) for at in one.wishes]
    plans = (frozenset(some) for size in range(len(seats) + 1) for some in combinations(seats, size))
    scored = (scorer.score(problem, plan) for plan in plans)
    return max(one.value for one in scored if not one.faults)


def test_a_seat_wanted_by_two_goes_to_who_had_fewer_hours() -> None:
    slots = (slot(1, 17, 20),)
    people = (person("Asha", {0: 5.0}, minutes_before=960), person("Ilse", {0: 5.0}, minutes_before=480))
    problem = Problem(slots, people, Fairness(points_an_hour=20.0))

    plan = solver.solve(problem)

    assert keys(problem, plan.seats) == {("Ilse", "1:17-20")}
    assert plan.gap == pytest.approx(0, abs=1e-9)


def test_without_fairness_it_goes_to_who_wished_it_more() -> None:
    problem = Problem((slot(1, 17, 20),), (person("Asha", {0: 9.0}, minutes_before=960), person("Ilse", {0: 5.0})))

    assert keys(problem, solver.solve(problem).seats) == {("Asha", "1:17-20")}


@pytest.mark.parametrize(
    ("slots", "limits"),
    [
        ((slot(0, 9, 12), slot(0, 11, 14)), {}),
        ((slot(0, 9, 12), slot(0, 12, 14)), {"rest_minutes": 30}),
        ((slot(0, 20, 24), slot(1, 6, 9)), {"rest_minutes": 11 * 60}),
        ((slot(0, 9, 12), slot(0, 14, 17)), {"day_minutes": 5 * 60}),
        ((slot(0, 9, 12), slot(3, 14, 17)), {"week_minutes": 5 * 60}),
        ((slot(0, 9, 12), slot(1, 9, 12)), {"runs": (Runs(most=1),)}),
        ((slot(5, 9, 12), slot(12, 9, 12)), {"weekends": Weekends(most=1)}),
        ((slot(0, 9, 12), slot(1, 9, 12)), {"limits": (Limit("one", frozenset({0, 1}), most=1, counts=True),)}),
    ],
)
def test_two_seats_that_one_person_may_not_both_have(slots: tuple[Slot, ...], limits: dict[str, Any]) -> None:
    problem = Problem(slots, (person("Asha", {0: 1.0, 1: 2.0}, **limits),), days=14)

    plan = solver.solve(problem)

    assert len(plan.seats) == 1
    assert scorer.score(problem, plan.seats).faults == ()
    assert scorer.score(problem, frozenset({(0, 0), (0, 1)})).faults != ()
    assert obstacle(problem, 0, [0], 1) is not None
    assert obstacle(problem, 0, [], 1) is None


def test_a_skill_that_is_lacking_is_never_worked() -> None:
    problem = Problem((slot(0, 9, 12, asks="sv refunds"),), (person("Asha", {0: 9.0}, skills="sv"),))

    assert solver.solve(problem).seats == frozenset()
    assert scorer.score(problem, frozenset({(0, 0)})).faults != ()
    found = obstacle(problem, 0, [], 0)
    assert found is not None
    assert (found.reason, found.name) == (Reason.SKILL, "refunds")


def test_nobody_is_given_what_she_did_not_wish() -> None:
    problem = Problem((slot(0, 9, 12), slot(0, 13, 15)), (person("Asha", {1: 0.0}),))

    assert keys(problem, solver.solve(problem).seats) == {("Asha", "0:13-15")}


def test_confirmed_seats_stay_even_where_limits_have_been_lowered_since() -> None:
    slots = (slot(0, 9, 12), slot(0, 12, 15), slot(0, 16, 18), slot(1, 9, 12))
    asha = person("Asha", dict.fromkeys(range(4), 5.0), day_minutes=120, week_minutes=240, runs=(Runs(most=1),))
    problem = Problem(slots, (asha,), confirmed=frozenset({(0, 0), (0, 1)}))

    plan = solver.solve(problem)

    assert plan.seats == problem.confirmed
    assert scorer.score(problem, plan.seats).faults == ()
    assert scorer.score(problem, frozenset({(0, 0)})).faults == ("Asha lost the confirmed 0:12-15.",)


def test_a_seat_confirmed_beyond_the_slots_number_stays_and_sells_no_other() -> None:
    people = tuple(person(name, {0: 5.0}) for name in ("Asha", "Ilse", "Tom"))
    problem = Problem((slot(0, 9, 12),), people, confirmed=frozenset({(0, 0), (1, 0)}))

    plan = solver.solve(problem)

    assert plan.seats == problem.confirmed
    assert scorer.score(problem, plan.seats).faults == ()


def test_a_later_step_is_filled_only_where_it_is_worth_it() -> None:
    wide = Slot("wide", 540, 720, frozenset(), (Step(1, 300.0), Step(1, -10.0)))
    people = (person("Asha", {0: 5.0}), person("Ilse", {0: 6.0}), person("Tom", {0: 11.0}))

    two = solver.solve(Problem((wide,), people))
    one = solver.solve(Problem((wide,), people[:2]))

    assert {whom for whom, _ in two.seats} == {1, 2} or two.value == pytest.approx(311.0)
    assert one.value == pytest.approx(306.0)


@pytest.mark.parametrize("seed", range(12))
def test_no_plan_of_all_is_better(seed: int) -> None:
    problem = little(seed)

    plan = solver.solve(problem)

    scored = scorer.score(problem, plan.seats)
    assert scored.faults == ()
    assert plan.value == pytest.approx(scored.value)
    assert plan.value == pytest.approx(best(problem))


@pytest.mark.parametrize("rhythm", [False, True])
@pytest.mark.parametrize("seed", range(6))
def test_no_plan_exceeds_the_bound_of_any_prices(seed: int, rhythm: bool) -> None:
    problem = little(seed, rhythm=rhythm)
    relaxation = prices.Relaxation(model.build(problem))
    chance = random.Random(seed)
    optimum = best(problem)

    for _ in range(10):
        anywhere = np.array([chance.uniform(-50, 300) for _ in problem.slots])
        bound, _ = relaxation.evaluate(anywhere)
        lowered = prices.lower(relaxation, anywhere)

        assert optimum - 1e-6 <= lowered.bound <= bound + 1e-6


@pytest.mark.parametrize(("before", "days"), [(None, 2), (0, 2), (1, 1), (2, 0), (5, 0)])
def test_the_bound_knows_how_many_days_in_a_row_may_begin_the_plan(before: int | None, days: int) -> None:
    slots = tuple(slot(day, 9, 12) for day in range(days + 1))
    asha = person("Asha", dict.fromkeys(range(days + 1), 5.0), runs=(Runs(most=2, before=before),))
    problem = Problem(slots, (asha,), days=days + 1)

    relaxation, worth = prices.Relaxation(model.build(problem)), np.full(len(slots), 300.0)

    bound, _ = relaxation.evaluate(worth)

    assert bound == pytest.approx(days * 305)
    assert bound == pytest.approx(best(problem))
    assert relaxation.losses(worth) == pytest.approx(np.full(days + 1, 0.0 if days else np.inf))  # any may be left


def test_the_bound_lets_be_what_is_confirmed_on_too_many_days() -> None:
    slots = tuple(slot(day, 9, 12) for day in range(3))
    asha = person("Asha", dict.fromkeys(range(3), 5.0), runs=(Runs(most=2),))
    problem = Problem(slots, (asha,), confirmed=frozenset((0, day) for day in range(3)), days=3)

    bound, _ = prices.Relaxation(model.build(problem)).evaluate(np.full(len(slots), 300.0))

    assert bound >= solver.solve(problem).value >= 3 * 305


@pytest.mark.parametrize("rhythm", [False, True])
def test_a_plan_with_a_pattern_falls_short_by_its_loss_at_least(rhythm: bool) -> None:
    problem = little(3, rhythm=rhythm)
    built = model.build(problem)
    relaxation = prices.Relaxation(built)
    priced = prices.lower(relaxation, np.full(len(problem.slots), 100.0))

    for choice, loss in zip(built.choices, priced.loss, strict=True):
        forced = Problem(
            problem.slots, problem.people, problem.fairness, frozenset((choice.person, at) for at in choice.slots)
        )
        if np.isfinite(loss):  # no end: longer than her week, which only what is confirmed may be
            assert solver.solve(forced).value <= priced.bound - loss + 1e-6


def test_a_whole_week_is_matched_near_its_bound_the_same_every_time() -> None:
    problem = instances.week(60, seed=4)

    first, again = solver.solve(problem), solver.solve(problem)

    scored = scorer.score(problem, first.seats)
    assert scored.faults == ()
    assert first.value == pytest.approx(scored.value)
    assert first.seats == again.seats
    assert first.gap <= 1e-4
    assert first.finished


def test_pricing_and_branching_over_everything_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = instances.week(60, seed=9)
    whole = solver.solve(problem)
    monkeypatch.setattr(solver, "SMALL", 0)

    priced = solver.solve(problem)

    assert priced.bound >= whole.value - 1e-6
    assert priced.value == pytest.approx(whole.value, rel=2e-4)
    assert scorer.score(problem, priced.seats).faults == ()


def test_without_time_there_is_a_plan_all_the_same_and_its_gap_is_told() -> None:
    problem = instances.week(150, seed=1)

    plan = solver.solve(problem, seconds=0.0)

    assert not plan.finished
    assert plan.seats
    assert 0 < plan.gap < 1
    assert scorer.score(problem, plan.seats).faults == ()
    assert plan.value == pytest.approx(scorer.score(problem, greedy.fill(problem)).value)


def test_however_little_time_there_is_the_best_so_far_and_an_honest_gap_are_told() -> None:
    problem = instances.week(100, seed=2)
    whole = solver.solve(problem)

    for seconds in (0.05, 0.2, 0.4, 0.8):
        plan = solver.solve(problem, seconds=seconds)
        assert scorer.score(problem, plan.seats).faults == ()
        assert plan.value == pytest.approx(scorer.score(problem, plan.seats).value)
        assert plan.value <= whole.bound * (1 + 1e-9)
        assert plan.bound >= whole.value * (1 - 1e-9)  # whatever was found, better plans were not denied
        assert plan.finished or plan.gap > 0 or plan.value == pytest.approx(whole.value)


def test_more_patterns_than_can_be_listed_are_told_slot_by_slot(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = little(5)
    listed = solver.solve(problem)
    monkeypatch.setattr(patterns, "MOST_PATTERNS", 1)

    assert solver.solve(problem).value == pytest.approx(listed.value)


def test_what_a_limit_really_allows() -> None:
    assert patterns.reachable([180, 180, 180], 600) == 540
    assert patterns.reachable([120, 180], 600) == 300
    assert patterns.reachable([240], 200) == 0


@pytest.mark.parametrize("seed", range(6))
def test_clashes_keep_apart_what_they_name_and_nothing_else(seed: int) -> None:
    chance = random.Random(seed)
    slots = tuple(slot(day, begin, begin + 3) for day in range(3) for begin in (8, 9 + 3 * (seed % 2)))
    pairs = [(one, other) for one, other in combinations(range(6), 2) if one // 2 != other // 2]
    clashes = frozenset(chance.choice([pair, pair[::-1]]) for pair in chance.sample(pairs, 5))
    asha = person("Asha", {at: float(chance.randint(0, 40)) for at in range(6)})
    problem = Problem(slots, (asha,), clashes=clashes, days=3)

    plan = solver.solve(problem)

    assert scorer.score(problem, plan.seats).faults == ()
    assert plan.value == pytest.approx(best(problem))


def test_an_empty_problem_has_an_empty_plan() -> None:
    assert solver.solve(Problem((), ())).seats == frozenset()
    assert solver.solve(Problem((slot(0, 9, 12),), (person("Asha", {}),))).value == 0


def test_slots_that_are_none_are_refused() -> None:
    with pytest.raises(ValueError, match="ends before"):
        slot(0, 12, 9)
    with pytest.raises(ValueError, match="worth more"):
        Slot("odd", 0, 60, frozenset(), (Step(1, 1.0), Step(1, 2.0)))


def little(seed: int, *, rhythm: bool = True) -> Problem:
    """Three people, up to twelve wishes in all: few enough to try every plan."""
    chance = random.Random(seed)
    begins = [chance.randrange(8, 14) for _ in range(4)]
    slots = tuple(
        slot(chance.randrange(3), begin, begin + chance.randint(2, 4), seats=chance.randint(1, 2)) for begin in begins
    )
    people: list[Person] = []
    for name in ("Asha", "Ilse", "Tom"):
        wishes = {at: float(chance.randint(0, 40)) for at in sorted(chance.sample(range(4), 3))}
        extra: dict[str, Any] = {"runs": (Runs(most=2, least=chance.randint(1, 2)),)} if rhythm else {}
        people.append(
            person(
                name, wishes, rest_minutes=chance.choice([0, 60]), day_minutes=chance.choice([240, 360, None]),
                week_minutes=chance.choice([300, 480, 600]), minutes_before=chance.randrange(0, 1200, 60), **extra,
            )
        )  # fmt: skip
    return Problem(slots, tuple(people), Fairness(points_an_hour=chance.choice([0.0, 20.0, 60.0])), days=3)
