"""The bonus while it is busy: what wait is predicted, what it calls for, and that it does not flutter."""

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch import surging
from dispatch.surging import Busy, Policy

USUAL = Policy()
WAITS = st.one_of(st.floats(0, 10_000), st.just(math.inf))
BONUSES = st.integers(0, 20).map(lambda steps: steps * USUAL.step_minor)


def test_nobody_waits_or_everybody_could_be_served_at_once() -> None:
    assert surging.predicted_p90_s(Busy(waiting=0, free=0, served=0, oldest_s=0)) == 0
    assert surging.predicted_p90_s(Busy(waiting=3, free=4, served=0, oldest_s=5)) == 0


def test_where_nobody_is_served_nobody_can_say() -> None:
    assert surging.predicted_p90_s(Busy(waiting=1, free=0, served=0, oldest_s=5)) == math.inf
    assert surging.predicted_p90_s(Busy(waiting=1, free=1, served=0, oldest_s=50)) == 50


@pytest.mark.parametrize(("waiting", "served"), [(1, 10), (4, 30), (12, 60), (40, 90)])
def test_nine_in_ten_stay_below_the_predicted_wait(waiting: int, served: int) -> None:
    """Against the thing itself: services at that rate, one after another, until it is her turn."""
    predicted = surging.predicted_p90_s(Busy(waiting=waiting, free=0, served=served, oldest_s=0))
    chance = random.Random(waiting)
    waits = [sum(chance.expovariate(served / 900) for _ in range(waiting + 1)) for _ in range(4_000)]

    below = sum(wait <= predicted for wait in waits) / len(waits)
    assert 0.88 < below < 0.92


def test_the_oldest_wait_is_no_forecast() -> None:
    assert surging.predicted_p90_s(Busy(waiting=1, free=0, served=900, oldest_s=500)) == 500


@pytest.mark.parametrize(
    ("p90_s", "bonus"), [(0, 0), (59.9, 0), (60, 10), (89, 10), (90, 20), (630, 200), (9_999, 200), (math.inf, 200)]
)
def test_a_wait_calls_for_steps_of_ten_up_to_the_cap(p90_s: float, bonus: int) -> None:
    assert surging.wanted_minor(p90_s, USUAL) == bonus


def test_it_rises_at_once_and_falls_after_five_minutes() -> None:
    assert surging.next_minor(10, 1, 200, USUAL, left_minor=10_000) == 50
    assert surging.next_minor(50, 299, 0, USUAL, left_minor=10_000) == 50
    assert surging.next_minor(50, 300, 0, USUAL, left_minor=10_000) == 0


def test_around_an_edge_it_stays() -> None:
    """A wait that goes to and fro over the edge of a step moves the bonus up once, and not down."""
    bonus, changes = 0, 0
    for turn in range(40):
        after = surging.next_minor(bonus, 400, 61 if turn % 2 else 59, USUAL, left_minor=10_000)
        changes += after != bonus
        bonus = after

    assert (bonus, changes) == (10, 1)


def test_with_no_budget_left_there_is_no_bonus_whatever_the_wait() -> None:
    assert surging.next_minor(50, 0, math.inf, USUAL, left_minor=9) == 0
    assert surging.next_minor(0, 0, math.inf, USUAL, left_minor=35) == 30


@given(BONUSES, st.floats(0, 10_000), WAITS, st.integers(0, 10_000))
def test_it_is_whole_steps_within_cap_and_budget(bonus: int, stood_s: float, p90_s: float, left: int) -> None:
    after = surging.next_minor(bonus, stood_s, p90_s, USUAL, left_minor=left)

    assert after % USUAL.step_minor == 0
    assert 0 <= after <= min(USUAL.highest_minor, max(left, 0))


@given(BONUSES, st.floats(0, 299.9), WAITS)
def test_within_five_minutes_it_is_never_lowered(bonus: int, stood_s: float, p90_s: float) -> None:
    assert surging.next_minor(bonus, stood_s, p90_s, USUAL, left_minor=10_000) >= bonus


@given(WAITS, WAITS)
def test_a_longer_wait_never_calls_for_less(one: float, other: float) -> None:
    assert surging.wanted_minor(min(one, other), USUAL) <= surging.wanted_minor(max(one, other), USUAL)
