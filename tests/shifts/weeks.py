"""Made-up arrivals: a brand open Monday to Friday, twelve half hours a day, with a known rate."""

from datetime import date, timedelta

import numpy as np

from shifts.forecast.series import Counts, History

MONDAY = date(2026, 3, 2)
HALF_HOURS = 12
SHAPE = np.array([2, 5, 9, 12, 12, 9, 8, 9, 10, 7, 4, 2], dtype=np.float64)
BY_WEEKDAY = (1.3, 1.0, 0.9, 0.95, 1.05)


def open_days(number: int, first: date = MONDAY) -> tuple[date, ...]:
    days = (first + timedelta(days=n) for n in range(number * 2))
    return tuple([day for day in days if day.weekday() < 5][:number])


def rates(days: tuple[date, ...], level: float = 10.0) -> Counts:
    """The true rate of each half hour."""
    return np.array([level * BY_WEEKDAY[day.weekday()] * SHAPE for day in days])


def exact(number: int) -> History:
    """Days that came exactly as their rates."""
    days = open_days(number)
    return History(days, rates(days))


def drawn(number: int, seed: int, *, swing: float = 0.0) -> History:
    """Poisson days around the rates, each day's rate multiplied by a gamma factor of this variance."""
    chance = np.random.default_rng(seed)
    days = open_days(number)
    factors = chance.gamma(1 / swing, swing, size=(number, 1)) if swing else np.ones((number, 1))
    return History(days, chance.poisson(rates(days) * factors).astype(np.float64))
