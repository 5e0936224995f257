"""What is expected of one class over the days to come: mean, band, and how it was found."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from shifts.forecast import arithmetic, cold_start, contest, intervals
from shifts.forecast.contest import Trial, Verdict
from shifts.forecast.series import Calendar, Counts, History

COLD_START = "cold start"


@dataclass(frozen=True)
class Expected:
    """One day of one class: a number a half hour, the ends of the 90 % interval, the method's name."""

    day: date
    mean: Counts
    low: Counts
    high: Counts
    method: str
    dispersion: float


def trials(history: History, before: date, calendar: Calendar, *, days_ahead: int) -> list[Trial]:
    """What each method would have said about the days that decide, `days_ahead` days before each."""
    days = contest.deciding_days(history, before, days_ahead=days_ahead)
    return contest.back_test(history, days, calendar, days_ahead=days_ahead)


def expect(
    history: History,
    days: Sequence[date],
    calendar: Calendar,
    tried: Sequence[Trial],
    *,
    now: date,
    expected: Counts | None = None,
) -> tuple[Expected, ...]:
    """The open ones of these days, as known at the beginning of the day `now`. `expected` is a day of a young class."""
    verdict = contest.choose(tried)
    spread = intervals.dispersion([trial for trial in tried if trial.method == verdict.method])
    found = []
    for day in days:
        if calendar.is_open(day):
            mean, method = _mean(history, day, calendar, verdict, now=now, expected=expected)
            low, high = intervals.interval(mean, spread)
            found.append(Expected(day, mean, low, high, method, spread))
    return tuple(found)


def _mean(
    history: History, day: date, calendar: Calendar, verdict: Verdict, *, now: date, expected: Counts | None
) -> tuple[Counts, str]:
    days_ahead = max(1, (day - now).days + 1)
    if cold_start.is_young(history, now) and expected is not None:
        known = history.known(day, days_ahead)
        young = cold_start.forecast(known, day, expected) * arithmetic.multiplier(known, day, calendar)
        return young, COLD_START
    told = contest.foretell(contest.METHODS[verdict.method], history, day, calendar, days_ahead=days_ahead)
    if told is not None:
        return told, verdict.method
    base = contest.foretell(contest.METHODS[contest.BASE], history, day, calendar, days_ahead=days_ahead)
    return (base if base is not None else np.zeros(history.counts.shape[1])), contest.BASE
