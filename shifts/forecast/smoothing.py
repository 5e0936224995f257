"""A challenger for classes that drift: each weekday's own profile and the common level, both smoothed exponentially."""

from dataclasses import dataclass
from datetime import date

import numpy as np

from shifts.forecast.series import Calendar, Counts, History


@dataclass(frozen=True)
class Smoothing:
    """After how many same weekdays a profile counts half, and after how many days the level does."""

    profile_half_life: float
    level_half_life: float

    def __call__(self, history: History, day: date, calendar: Calendar) -> Counts | None:
        """One number a half hour; None where this weekday is unknown."""
        weekdays = np.array([at.weekday() for at in history.days])
        if not (weekdays == day.weekday()).any():
            return None
        totals = history.counts.sum(axis=1)
        expected = np.array([self._profile(history.counts, weekdays, at, n).sum() for n, at in enumerate(weekdays)])
        usable = expected > 0
        weights = 0.5 ** (np.arange(len(totals))[::-1] / self.level_half_life)
        level = float(weights[usable] @ totals[usable] / (weights[usable] @ expected[usable])) if usable.any() else 1.0
        return level * self._profile(history.counts, weekdays, day.weekday(), len(totals))

    def _profile(self, counts: Counts, weekdays: Counts, weekday: int, rows: int) -> Counts:
        """The weekday's smoothed profile over the first `rows` days; nothing where it is unknown by then."""
        same = counts[:rows][weekdays[:rows] == weekday]
        if not len(same):
            return np.zeros(counts.shape[1])
        weights = 0.5 ** (np.arange(len(same))[::-1] / self.profile_half_life)
        profile: Counts = weights @ same / weights.sum()
        return profile
