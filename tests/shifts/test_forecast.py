"""Forecasts: the base, its challengers, who is chosen and what must never be known in advance."""

from datetime import date, timedelta

import numpy as np
import pytest

from shifts.forecast import arithmetic, cold_start, contest, outlook
from shifts.forecast.contest import Trial
from shifts.forecast.curves import Curves, calendar_terms
from shifts.forecast.series import Calendar, Counts, History, Special, calendar_of
from shifts.forecast.smoothing import Smoothing
from tests.shifts import weeks

WEEKDAYS = Calendar(frozenset(range(5)))


@pytest.mark.parametrize("name", contest.METHODS)
def test_a_week_that_repeats_itself_is_foretold(name: str) -> None:
    history = weeks.exact(60)
    day = weeks.open_days(61)[-1]

    told = contest.METHODS[name](history, day, WEEKDAYS)

    assert told == pytest.approx(weeks.rates((day,))[0], rel=0.02)


def test_the_base_is_the_mean_of_the_second_to_fourth_same_weekdays_times_the_last_level() -> None:
    days = weeks.open_days(26)
    counts = weeks.rates(days)
    mondays = [n for n, day in enumerate(days) if day.weekday() == 0]
    counts[mondays[-1]] *= 7  # the latest Monday but the one asked for is no part of the mean

    told = arithmetic.forecast(History(days[:24], counts[:24]), days[25], WEEKDAYS)

    expected = counts[[mondays[-5], mondays[-4], mondays[-3]]].mean(axis=0)
    assert days[25].weekday() == 0
    assert told == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("name", contest.METHODS)
def test_nothing_later_than_what_was_known_moves_a_forecast(name: str) -> None:
    history = weeks.drawn(60, seed=3)
    day = history.days[50]
    altered = History(history.days, history.counts.copy())
    altered.counts[46:] = 999.0  # a week ahead, rows from the fifth last open day on are unknown

    before = contest.foretell(contest.METHODS[name], history, day, WEEKDAYS, days_ahead=7)
    after = contest.foretell(contest.METHODS[name], altered, day, WEEKDAYS, days_ahead=7)

    assert before is not None
    assert after is not None
    assert (before == after).all()


def test_known_ends_the_stated_number_of_days_before() -> None:
    history = weeks.exact(20)

    assert history.known(history.days[10], 1).days[-1] == history.days[9]
    assert history.known(weeks.MONDAY + timedelta(days=14), 3).days[-1] == weeks.MONDAY + timedelta(days=11)
    assert history.known(weeks.MONDAY, 1).days == ()


def test_curves_learn_what_follows_a_closed_day() -> None:
    days = tuple(day for n, day in enumerate(weeks.open_days(120)) if n % 10 != 3)
    calendar = calendar_of(days)
    counts = weeks.rates(days) * np.array([[1.4 if calendar.follows_closure(day) else 1.0] for day in days])
    target = next(n for n in range(100, len(days)) if calendar.follows_closure(days[n]))

    told = Curves(3, 10.0, 365.0)(History(days[:target], counts[:target]), days[target], calendar)

    assert told is not None
    assert 1.2 < told.sum() / weeks.rates((days[target],)).sum() < 1.4


def test_the_calendar_counts_open_days_from_both_ends_of_the_month() -> None:
    calendar = Calendar(frozenset(range(5)), frozenset({date(2026, 5, 1)}))

    assert calendar.place_in_month(date(2026, 5, 4)) == (1, 20)
    assert calendar.place_in_month(date(2026, 5, 29)) == (20, 1)
    assert calendar.follows_closure(date(2026, 5, 4))
    assert not calendar.follows_closure(date(2026, 5, 5))
    assert calendar_terms(date(2026, 5, 4), calendar)[:8] == (1, 0, 0, 0, 0, 0, 0, 1)


def test_a_campaign_lifts_its_days_and_leaves_the_others_clean() -> None:
    history = weeks.exact(40)
    sale = Special("sale", history.days[34], history.days[38], multiplier=2.0)
    history.counts[34:39] *= 2.0
    later = Special("sale", date(2026, 5, 4), date(2026, 5, 4))
    calendar = Calendar(frozenset(range(5)), specials=(sale, later))
    unnamed = Calendar(frozenset(range(5)), specials=(Special("sale", sale.first, sale.last), later))

    plain = contest.foretell(arithmetic.forecast, history, date(2026, 5, 5), calendar, days_ahead=1)
    learned = arithmetic.multiplier(history, date(2026, 5, 4), unnamed)

    assert plain == pytest.approx(weeks.rates((date(2026, 5, 5),))[0])
    assert 1.5 < learned < 2.0


def test_the_method_that_was_best_on_earlier_days_is_chosen() -> None:
    days = weeks.open_days(20)
    came = weeks.rates(days)

    trials = [
        Trial(name, day, told * row, row)
        for day, row in zip(days, came, strict=True)
        for name, told in (("arithmetic", 1.2), ("better", 0.95))
    ]

    assert contest.choose(trials).method == "better"
    assert contest.choose(trials).wape["arithmetic"] == pytest.approx(0.2)
    assert contest.choose(trials[:20]).method == contest.BASE  # ten days decide nothing


def test_a_young_class_moves_from_what_is_expected_to_what_it_sees() -> None:
    history = weeks.exact(20)
    expected = cold_start.borrowed(weeks.SHAPE[::-1], 100.0)
    tuesday = weeks.open_days(22)[-1]

    nothing_seen = cold_start.forecast(History((), np.zeros((0, weeks.HALF_HOURS))), tuesday, expected)
    week_seen = cold_start.forecast(history.known(history.days[5], 1), tuesday, expected)
    month_seen = cold_start.forecast(history, tuesday, expected)

    truth = weeks.rates((tuesday,))[0]
    assert nothing_seen == pytest.approx(expected)
    assert _missed(month_seen, truth) < _missed(week_seen, truth) < _missed(nothing_seen, truth)


def test_an_outlook_names_its_method_and_leaves_closed_days_out() -> None:
    history = weeks.drawn(60, seed=5)
    now = history.days[-1] + timedelta(days=1)
    tried = outlook.trials(history, now, WEEKDAYS, days_ahead=1)

    found = outlook.expect(history, [now + timedelta(days=n) for n in range(7)], WEEKDAYS, tried, now=now)

    assert [day.day.weekday() < 5 for day in found] == [True] * 5
    assert {day.method for day in found} <= set(contest.METHODS)
    for day in found:
        assert (day.low <= day.mean).all()
        assert (day.mean <= day.high).all()


def test_an_outlook_of_a_new_class_rests_on_what_is_expected() -> None:
    empty = History((), np.zeros((0, weeks.HALF_HOURS)))

    found = outlook.expect(empty, [weeks.MONDAY], WEEKDAYS, [], now=weeks.MONDAY, expected=weeks.SHAPE)

    assert found[0].method == outlook.COLD_START
    assert found[0].mean == pytest.approx(weeks.SHAPE)


def test_smoothing_forgets_an_old_level() -> None:
    history = weeks.exact(60)
    history.counts[:40] *= 3.0
    day = weeks.open_days(61)[-1]

    told = Smoothing(4.0, 3.0)(history, day, WEEKDAYS)

    assert told is not None
    assert told.sum() == pytest.approx(weeks.rates((day,)).sum(), rel=0.15)


@pytest.mark.parametrize(
    ("days", "counts"),
    [
        ((weeks.MONDAY,), np.zeros((2, 3))),
        ((weeks.MONDAY, weeks.MONDAY), np.zeros((2, 3))),
        ((weeks.MONDAY,), np.array([[1.0, np.nan]])),
        ((weeks.MONDAY,), np.array([[1.0, -1.0]])),
    ],
)
def test_a_history_that_is_none_is_refused(days: tuple[date, ...], counts: Counts) -> None:
    with pytest.raises(ValueError, match=r"history|Counts"):
        History(days, counts)


def _missed(told: Counts, truth: Counts) -> float:
    return float(np.abs(told - truth).sum())
