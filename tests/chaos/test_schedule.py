"""The plan of a seed: the same for ever, and all faults in it early."""

import itertools

import pytest

from tests.chaos import faults, schedule
from tests.chaos.__main__ import seeds
from tests.chaos.report import spans


def test_the_same_seed_is_the_same_plan() -> None:
    once = [schedule.plan(seed, haste=5) for seed in range(1, 101)]

    assert [schedule.plan(seed, haste=5) for seed in range(1, 101)] == once
    assert len({plan.steps for plan in once}) == 100


def test_the_first_forty_seeds_meet_every_fault() -> None:
    met = {fault for seed in range(1, schedule.SINGLES + 1) for fault in schedule.plan(seed, haste=5).faults}

    assert met == set(faults.ALL)


def test_in_the_first_forty_seeds_one_fault_is_over_before_the_next_begins() -> None:
    for seed in range(1, schedule.SINGLES + 1):
        steps = schedule.plan(seed, haste=5).steps
        assert all(one.at + one.seconds < next_one.at for one, next_one in itertools.pairwise(steps))


def test_later_seeds_are_pairs_that_overlap() -> None:
    for seed in range(41, 101):
        one, other = schedule.plan(seed, haste=5).steps
        assert one.fault != other.fault
        assert one.at <= other.at < one.at + one.seconds


@pytest.mark.parametrize("seed", range(1, 201))
def test_no_seed_has_more_than_thirty_seconds_of_faults(seed: int) -> None:
    plan = schedule.plan(seed, haste=5)

    assert plan.window - schedule.CALM_SECONDS <= 30
    assert plan.steps[0].at >= schedule.CALM_SECONDS


def test_seeds_are_named_as_people_name_them() -> None:
    assert seeds("3,8,20-22") == [3, 8, 20, 21, 22]
    assert spans([1, 2, 3, 7, 9, 10]) == "1-3, 7, 9-10"
