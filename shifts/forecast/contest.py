"""Which method forecasts a class: the one that would have been best on the days before.

Rolling back-test: each day is forecast from what was known `days_ahead` days earlier, nothing else.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType

import numpy as np

from shifts.forecast import arithmetic
from shifts.forecast.curves import Curves
from shifts.forecast.series import Calendar, Counts, History, scaled
from shifts.forecast.smoothing import Smoothing

Method = Callable[[History, date, Calendar], Counts | None]

BASE = "arithmetic"
METHODS: Mapping[str, Method] = MappingProxyType(
    {
        BASE: arithmetic.forecast,
        "smoothing": Smoothing(profile_half_life=4.0, level_half_life=3.0),
        "curves, three": Curves(number=3, ridge=10.0, half_life_days=365.0),
        "curves, five": Curves(number=5, ridge=10.0, half_life_days=365.0),
        "curves, five, quick to forget": Curves(number=5, ridge=10.0, half_life_days=60.0),
    }
)
# How many of the latest back-tested days decide; fewer than FEWEST_DAYS decide nothing, and the base is taken.
DECIDING_DAYS = 60
FEWEST_DAYS = 15


@dataclass(frozen=True)
class Trial:
    """What one method had said about one day, before it came."""

    method: str
    day: date
    forecast: Counts
    counts: Counts

    @property
    def missed(self) -> float:
        """The sum of the absolute errors of the day's half hours."""
        return float(np.abs(self.counts - self.forecast).sum())


@dataclass(frozen=True)
class Verdict:
    """The method chosen and the weighted absolute percentage error of each over the deciding days."""

    method: str
    wape: Mapping[str, float]
    days: int


def foretell(method: Method, history: History, day: date, calendar: Calendar, *, days_ahead: int) -> Counts | None:
    """What a method says about `day`, `days_ahead` days before: on counts freed of specials, times the day's own."""
    known = history.known(day, days_ahead)
    factors = [arithmetic.multiplier(known, at, calendar) for at in known.days] if calendar.specials else []
    plain = scaled(known, [1 / factor if factor > 0 else 1.0 for factor in factors]) if factors else known
    told = method(plain, day, calendar)
    return None if told is None else told * arithmetic.multiplier(known, day, calendar)


def back_test(
    history: History,
    days: Sequence[date],
    calendar: Calendar,
    *,
    days_ahead: int,
    methods: Mapping[str, Method] = METHODS,
) -> list[Trial]:
    """One trial for each method and each of these days of the history."""
    return [
        Trial(name, day, told, history.row(day))
        for day in days
        for name, method in methods.items()
        if (told := foretell(method, history, day, calendar, days_ahead=days_ahead)) is not None
    ]


def choose(trials: Sequence[Trial]) -> Verdict:
    """The best over the latest deciding days on which every method spoke; among equals, the first to have spoken."""
    spoken: dict[date, dict[str, Trial]] = {}
    for trial in trials:
        spoken.setdefault(trial.day, {})[trial.method] = trial
    names = list(dict.fromkeys(trial.method for trial in trials))
    complete = [day for day in sorted(spoken) if len(spoken[day]) == len(names)][-DECIDING_DAYS:]
    if len(complete) < FEWEST_DAYS:
        return Verdict(BASE, {}, len(complete))
    came = sum(float(spoken[day][names[0]].counts.sum()) for day in complete)
    wape = {name: sum(spoken[day][name].missed for day in complete) / max(came, 1.0) for name in names}
    return Verdict(min(names, key=lambda name: wape[name]), wape, len(complete))


def deciding_days(history: History, before: date, *, days_ahead: int) -> tuple[date, ...]:
    """The days whose trials are known when a day is forecast `days_ahead` days before."""
    return history.known(before, days_ahead).days[-DECIDING_DAYS:]


def next_days(calendar: Calendar, after: date, number: int) -> list[date]:
    """The open ones of the `number` days after a day."""
    return [day for n in range(1, number + 1) if calendar.is_open(day := after + timedelta(days=n))]
