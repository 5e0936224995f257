"""How well arrivals are forecast: a bank's calls, the last forty days held out by date.

Each held-out day is forecast a day ahead by the method that was best on earlier days, with the interval that earlier
errors ask for; then each of its half hours once more, with what had come until half an hour before it began. Nothing of
a day, or of a later one, is known to what forecasts it. The floor is arithmetic alone, on the same days.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from benchmarks.figures import Result, Scale, say
from benchmarks.ground import Ground
from benchmarks.shifts import bank_calls
from shifts.forecast import accuracy, contest, intervals, intraday
from shifts.forecast.contest import Trial
from shifts.forecast.series import Calendar, Counts, History, calendar_of

TRIED_FROM = 40  # days of history before the first back-test
LEAD_HALF_HOURS = 1
DAYS_A_BLOCK = 5


@dataclass(frozen=True)
class Day:
    """One held-out day: what was said about it by the chosen method and by arithmetic, and the same intraday."""

    said: Trial
    base: Trial
    dispersion: float
    intraday: Counts
    base_intraday: Counts


def measure(ground: Ground, scale: Scale) -> Iterator[Result]:
    """forecast_wape, forecast_intraday_wape, interval_cover; on standard error the same further ahead."""
    history = bank_calls.history()
    calendar = calendar_of(history.days)
    began = time.perf_counter()
    days = held_out(history, calendar, days_ahead=1)
    say(f"{len(history.days)} days, {len(days)} held out, {time.perf_counter() - began:.1f} s")
    judged = accuracy.judge([day.said for day in days], [day.dispersion for day in days])
    assert judged is not None
    say(f"methods chosen: {', '.join(sorted({day.said.method for day in days}))}")
    say(f"bias {judged.bias:+.4f}; a forecast that knew the true rates would have {judged.floor:.4f}")
    for ahead in (7, 14) if scale.seconds >= 1 else ():
        far = held_out(history, calendar, days_ahead=ahead)
        missed = _wape([day.said for day in far]), _wape([day.base for day in far])
        say(f"{ahead} days ahead: {missed[0]:.4f}, arithmetic {missed[1]:.4f}")
    yield _against("forecast_wape", [_errors(day.said, day.base) for day in days])
    yield _against("forecast_intraday_wape", [_intraday_errors(day) for day in days])
    covers = [intervals.covered(day.said.forecast, day.said.counts, day.dispersion) for day in days]
    weeks = [float(np.mean(covers[at : at + DAYS_A_BLOCK])) for at in range(0, len(covers), DAYS_A_BLOCK)]
    yield Result("interval_cover", judged.cover, "share", None, None, min(weeks), max(weeks), len(weeks))


def held_out(history: History, calendar: Calendar, *, days_ahead: int) -> list[Day]:
    """The last forty days, each judged by what was known `days_ahead` days before."""
    trials = contest.back_test(history, history.days[TRIED_FROM:], calendar, days_ahead=days_ahead)
    return [_day(trials, history, day, days_ahead) for day in history.days[-bank_calls.HELD_OUT_DAYS :]]


def _day(trials: Sequence[Trial], history: History, day: date, days_ahead: int) -> Day:
    known = set(history.known(day, days_ahead).days)
    past = [trial for trial in trials if trial.day in known]
    chosen = contest.choose(past).method
    own = [trial for trial in past if trial.method == chosen]
    today = {trial.method: trial for trial in trials if trial.day == day}
    said, base = today[chosen], today[contest.BASE]
    return Day(
        said=said,
        base=base,
        dispersion=intervals.dispersion(own),
        intraday=_through_the_day(said, intraday.learn(own)),
        base_intraday=_through_the_day(base, None),
    )


def _through_the_day(said: Trial, covariance: Counts | None) -> Counts:
    """Each half hour as forecast `LEAD_HALF_HOURS` before it began."""
    told = said.forecast.copy()
    for at in range(LEAD_HALF_HOURS + 1, len(told)):
        so_far = intraday.DaySoFar(said.counts[: at - LEAD_HALF_HOURS])
        told[at] = intraday.update(said.forecast, so_far, covariance)[at]
    return told


def _errors(said: Trial, base: Trial) -> tuple[float, float, float]:
    return said.missed, base.missed, float(said.counts.sum())


def _intraday_errors(day: Day) -> tuple[float, float, float]:
    counts = day.said.counts
    return (
        float(np.abs(counts - day.intraday).sum()),
        float(np.abs(counts - day.base_intraday).sum()),
        float(counts.sum()),
    )


def _wape(trials: Sequence[Trial]) -> float:
    return sum(trial.missed for trial in trials) / sum(float(trial.counts.sum()) for trial in trials)


def _against(figure: str, errors: Sequence[tuple[float, float, float]]) -> Result:
    """The error of all days over their calls, arithmetic's beside it, and the spread of their ratio over the weeks."""
    ours, theirs, came = (sum(parts) for parts in zip(*errors, strict=True))
    weeks = [errors[at : at + DAYS_A_BLOCK] for at in range(0, len(errors), DAYS_A_BLOCK)]
    ratios = [sum(error[0] for error in week) / sum(error[1] for error in week) for week in weeks]
    return Result(figure, ours / came, "share", theirs / came, ours / theirs, min(ratios), max(ratios), len(ratios))
