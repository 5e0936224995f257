"""A challenger: a day is a weighted sum of few curves, and the weights follow the calendar and the days before.

Singular value decomposition of the square roots of the counts (Shen and Huang, "Interday forecasting and intraday
updating of call center arrivals", M&SOM 10(3), 2008); the weights by ridge regression on calendar terms with a
first-order autoregression of what is left. The root makes the noise of counts the same at every height.
"""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np

from shifts.forecast.series import Calendar, Counts, History

FIRST_DAYS_OF_MONTH = 5
LAST_DAYS_OF_MONTH = 3
MEAN_MONTH_DAYS = 30.4375
FEWEST_DAYS = 15
HIGHEST_PERSISTENCE = 0.95
# A weekday's own level is all but free; what the calendar adds has to earn it.
WEEKDAY_RIDGE = 0.1


@dataclass(frozen=True)
class Curves:
    """How many curves, how strongly calendar terms are held back, after how many days a day counts half."""

    number: int
    ridge: float
    half_life_days: float

    def __call__(self, history: History, day: date, calendar: Calendar) -> Counts | None:
        """One number a half hour; None where too little is known."""
        if len(history.days) < FEWEST_DAYS:
            return None
        roots = np.sqrt(history.counts)
        weights = 0.5 ** (np.arange(len(roots))[::-1] / self.half_life_days)
        curves = np.linalg.svd(roots * np.sqrt(weights)[:, None], full_matrices=False)[2][: self.number]
        terms = np.array([calendar_terms(at, calendar) for at in (*history.days, day)])
        scores = np.array([self._score(terms, score, weights, _steps(history, day)) for score in (roots @ curves.T).T])
        # The square of a rounded root's mean is a quarter below the mean of the counts.
        told: Counts = np.maximum(scores @ curves, 0.0) ** 2 + 0.25 * history.counts.any(axis=0)
        return told

    def _score(self, terms: Counts, seen: Counts, weights: Counts, steps: int) -> float:
        """The weight of one curve on the day of the last row of `terms`, `steps` open days after the last one seen."""
        known, target = terms[:-1], terms[-1]
        held = np.full(known.shape[1], self.ridge)
        held[:7] = WEEKDAY_RIDGE
        weighted = known * weights[:, None]
        coefficients = np.linalg.solve(known.T @ weighted + np.diag(held), weighted.T @ seen)
        rest = seen - known @ coefficients
        spread = float(weights[1:] @ rest[:-1] ** 2)
        persistence = float(weights[1:] @ (rest[1:] * rest[:-1])) / spread if spread > 0 else 0.0
        return float(target @ coefficients + np.clip(persistence, 0.0, HIGHEST_PERSISTENCE) ** steps * rest[-1])


@lru_cache(maxsize=8192)
def calendar_terms(day: date, calendar: Calendar) -> tuple[float, ...]:
    """Seven weekdays, then: after a closed day, near the month's ends, and two waves over the month."""
    from_start, to_end = calendar.place_in_month(day)
    angle = 2 * np.pi * day.day / MEAN_MONTH_DAYS
    return (
        *(float(day.weekday() == n) for n in range(7)),
        float(calendar.follows_closure(day)),
        *(float(from_start == n) for n in range(1, FIRST_DAYS_OF_MONTH + 1)),
        *(float(to_end == n) for n in range(1, LAST_DAYS_OF_MONTH + 1)),
        *(float(wave) for n in (1, 2) for wave in (np.sin(n * angle), np.cos(n * angle))),
    )


def _steps(history: History, day: date) -> int:
    """How many days lie between the last one seen and the one asked for, at least one."""
    open_share = len(history.days) / ((history.days[-1] - history.days[0]).days + 1)
    return max(1, round((day - history.days[-1]).days * open_share))
