"""The base: simple arithmetic that a person can follow, and that every challenger has to beat."""

from datetime import date

import numpy as np

from shifts.forecast.series import Calendar, Counts, History

# The latest day of the kind is left out: one odd day would weigh too much.
FROM, TO = 2, 4
# An unknown special moves a forecast as if this many ordinary days had been seen with it.
ORDINARY_DAYS = 1.0
LOWEST, HIGHEST = 0.5, 2.0  # how far one recent day may move the level


def forecast(history: History, day: date, calendar: Calendar) -> Counts:
    """Mean of the second to fourth last same weekdays x recent level, one number a half hour.

    Without a same weekday it is the mean of the last seven days known; without any day it is nothing.
    """
    if not history.days:
        return np.zeros(history.counts.shape[1])
    return _typical(history, day.weekday()) * _level(history)


def multiplier(history: History, day: date, calendar: Calendar) -> float:
    """What a holiday or a campaign does to a day: stated by an operator, or learned from earlier days of its name."""
    special = calendar.special(day)
    if special is None:
        return 1.0
    if special.multiplier is not None:
        return special.multiplier
    ratios = [
        float(history.counts[at].sum()) / expected
        for at, earlier in enumerate(history.days)
        if (past := calendar.special(earlier)) is not None and past.name == special.name
        and (expected := float(_typical(_until(history, at), earlier.weekday()).sum())) > 0
    ]  # fmt: skip
    return (ORDINARY_DAYS + sum(ratios)) / (ORDINARY_DAYS + len(ratios))


def _typical(history: History, weekday: int) -> Counts:
    same = [at for at, day in enumerate(history.days) if day.weekday() == weekday]
    chosen = same[-TO : len(same) - FROM + 1] or same or list(range(len(history.days)))[-7:]
    if not chosen:
        return np.zeros(history.counts.shape[1])
    mean: Counts = history.counts[chosen].mean(axis=0)
    return mean


def _level(history: History) -> float:
    """The last known day against what was typical for it."""
    before = _until(history, len(history.days) - 1)
    expected = float(_typical(before, history.days[-1].weekday()).sum())
    if not before.days or expected <= 0:
        return 1.0
    return float(np.clip(history.counts[-1].sum() / expected, LOWEST, HIGHEST))


def _until(history: History, rows: int) -> History:
    return History(history.days[:rows], history.counts[:rows])
