"""How far off a forecast may be: negative-binomial intervals, as wide as the errors of the days before were.

Counts are taken as Poisson around a rate that itself misses the forecast: mean f, variance f + dispersion x f^2.
"""

from collections.abc import Sequence

import numpy as np
from scipy.special import pdtr
from scipy.stats import nbinom, poisson

from shifts.forecast.contest import DECIDING_DAYS, Trial
from shifts.forecast.series import Counts

CONFIDENCE = 0.9
WIDEST = 4.0  # a class whose counts miss by more than this has no forecast worth an interval
HALVINGS = 20
# Without any trials: a rate that is usually right within thirty percent.
UNTRIED_DISPERSION = 0.09
LEAST_DISPERSION = 1e-6


def dispersion(trials: Sequence[Trial], confidence: float = CONFIDENCE) -> float:
    """The smallest dispersion with which the interval would have held `confidence` of these trials' half hours.

    Half hours without a forecast say nothing; without trials it is a cautious constant.
    """
    latest = trials[-DECIDING_DAYS:]
    told = np.concatenate([trial.forecast for trial in latest]) if latest else np.zeros(0)
    came = np.concatenate([trial.counts for trial in latest])[told > 0] if latest else np.zeros(0)
    told = told[told > 0]
    if not len(told):
        return UNTRIED_DISPERSION
    low, high = 0.0, WIDEST
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (low, middle) if covered(told, came, middle, confidence) >= confidence else (middle, high)
    return high


def covered(told: Counts, came: Counts, spread: float, confidence: float = CONFIDENCE) -> float:
    """The share of the counts that lie inside their intervals, ends included."""
    tail = (1 - confidence) / 2
    inside = (_at_most(came, told, spread) >= tail) & (_at_most(came - 1, told, spread) < 1 - tail)
    return float(inside.mean())


def quantile(told: Counts, spread: float, share: float) -> Counts:
    """The count that is not exceeded in `share` of all cases; nothing where nothing is forecast."""
    mean = np.maximum(told, 1e-9)
    size = 1 / max(spread, LEAST_DISPERSION)
    found = poisson.ppf(share, mean) if spread <= LEAST_DISPERSION else nbinom.ppf(share, size, size / (size + mean))
    return np.where(told > 0, found, 0.0)


def interval(told: Counts, spread: float, confidence: float = CONFIDENCE) -> tuple[Counts, Counts]:
    """The lowest and the highest count expected, one pair for each half hour."""
    tail = (1 - confidence) / 2
    return quantile(told, spread, tail), quantile(told, spread, 1 - tail)


def _at_most(counts: Counts, told: Counts, spread: float) -> Counts:
    """The probability of a count of at most this many."""
    if spread <= LEAST_DISPERSION:
        return np.where(counts < 0, 0.0, pdtr(np.maximum(np.floor(counts), 0), told))
    size = 1 / spread
    return np.asarray(nbinom.cdf(counts, size, size / (size + told)), dtype=np.float64)
