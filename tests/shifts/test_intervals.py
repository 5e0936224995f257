"""How sure a forecast is, how the day so far moves it, and what is kept about its errors."""

import numpy as np
import pytest

from benchmarks.shifts import arrivals, bank_calls
from shifts.forecast import accuracy, contest, intervals, intraday
from shifts.forecast.contest import Trial
from shifts.forecast.intraday import DaySoFar
from shifts.forecast.series import Calendar, Counts, calendar_of
from tests.real import real
from tests.shifts import weeks

WEEKDAYS = Calendar(frozenset(range(5)))


def told_by_the_true_rates(number: int, seed: int, swing: float) -> list[Trial]:
    history = weeks.drawn(number, seed, swing=swing)
    return [
        Trial("truth", day, weeks.rates((day,))[0], row) for day, row in zip(history.days, history.counts, strict=True)
    ]


@pytest.mark.parametrize("swing", [0.0, 0.01, 0.05])
def test_intervals_hold_nine_of_ten_later_half_hours(swing: float) -> None:
    trials = told_by_the_true_rates(400, seed=11, swing=swing)

    spread = intervals.dispersion(trials[:60])
    held = [intervals.covered(trial.forecast, trial.counts, spread) for trial in trials[60:]]

    assert np.mean(held) == pytest.approx(0.9, abs=0.035)


def test_an_interval_agrees_with_the_share_it_covers() -> None:
    told, came = np.full(4000, 40.0), np.random.default_rng(7).poisson(40.0, 4000).astype(np.float64)

    low, high = intervals.interval(told, 0.02)

    inside = float(((low <= came) & (came <= high)).mean())
    assert inside == pytest.approx(intervals.covered(told, came, 0.02), abs=1e-12)
    assert (intervals.interval(np.zeros(3), 0.02)[1] == 0).all()


def test_without_trials_an_interval_is_wide_and_not_absent() -> None:
    assert intervals.dispersion([]) == intervals.UNTRIED_DISPERSION


def test_a_morning_twice_as_busy_lifts_the_afternoon() -> None:
    forecast = weeks.SHAPE * 20
    trials = told_by_the_true_rates(60, seed=2, swing=0.08)

    lifted = intraday.update(forecast, DaySoFar(2 * forecast[:6]), intraday.learn(trials))

    assert (lifted[:6] == 2 * forecast[:6]).all()
    assert 1.3 < lifted[6:].sum() / forecast[6:].sum() < 2.3


def test_a_quarter_of_an_hour_says_less_than_a_whole_half_hour() -> None:
    forecast = weeks.SHAPE * 20
    covariance = intraday.learn(told_by_the_true_rates(60, seed=2, swing=0.08))

    def later(so_far: DaySoFar) -> float:
        return float(intraday.update(forecast, so_far, covariance)[6:].sum())

    whole = later(DaySoFar(np.append(forecast[:2], forecast[2] * 1.5)))
    half = later(DaySoFar(forecast[:2], running=forecast[2] * 0.75, elapsed_share=0.5))
    nothing = later(DaySoFar(forecast[:2]))

    assert nothing < half < whole


def test_before_errors_are_known_the_day_is_rescaled_with_caution() -> None:
    forecast = weeks.SHAPE * 20

    few = intraday.update(weeks.SHAPE / 20, DaySoFar(weeks.SHAPE[:3] / 10), None)
    many = intraday.update(forecast, DaySoFar(2 * forecast[:6]), None)

    assert few[3:].sum() < weeks.SHAPE[3:].sum() / 20 * 1.1
    assert many[6:].sum() == pytest.approx(2 * forecast[6:].sum(), rel=0.05)
    assert intraday.learn([]) is None


def test_the_whole_day_seen_is_the_day() -> None:
    came = weeks.SHAPE * 3
    covariance = intraday.learn(told_by_the_true_rates(60, seed=2, swing=0.08))

    assert (intraday.update(weeks.SHAPE, DaySoFar(came), covariance) == came).all()


def test_accuracy_is_what_its_words_say() -> None:
    came = np.array([10.0, 30.0, 60.0])
    trial = Trial("any", weeks.MONDAY, np.array([20.0, 30.0, 40.0]), came)

    judged = accuracy.judge([trial], [0.0])

    assert judged is not None
    assert judged.wape == pytest.approx(0.3)
    assert judged.bias == pytest.approx(-0.1)
    assert judged.cover == pytest.approx(1 / 3)
    assert accuracy.judge([], []) is None


def test_real_calls_are_forecast_without_a_look_at_the_days_to_come() -> None:
    real("bank-calls", "bank_calls.csv")
    history = bank_calls.history()
    calendar = calendar_of(history.days)
    days = history.days[-bank_calls.HELD_OUT_DAYS :][:3]

    def said(counts: Counts) -> list[Counts]:
        given = type(history)(history.days, counts)
        trials = contest.back_test(given, [*given.days[100:124], *days], calendar, days_ahead=1)
        chosen = contest.choose([trial for trial in trials if trial.day < days[0]]).method
        return [trial.forecast for trial in trials if trial.day == days[0] and trial.method == chosen]

    altered = history.counts.copy()
    altered[-bank_calls.HELD_OUT_DAYS :] = 1.0

    assert np.array_equal(said(history.counts), said(altered))


@pytest.mark.slow
def test_real_calls_are_forecast_as_promised() -> None:
    real("bank-calls", "bank_calls.csv")
    history = bank_calls.history()

    days = arrivals.held_out(history, calendar_of(history.days), days_ahead=1)

    judged = accuracy.judge([day.said for day in days], [day.dispersion for day in days])
    assert judged is not None
    assert len(days) == 40
    assert judged.wape <= 0.070
    assert 0.88 <= judged.cover <= 0.92
