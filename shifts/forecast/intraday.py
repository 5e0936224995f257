"""The rest of today, in the light of the day so far.

The errors of the same method on earlier days, on the scale of square roots, are taken as normal with their covariance
held towards a smooth one; the half hours still to come get their mean given those already seen. Applied to a day's
surplus of 10 % it is a rescaling; it also knows that a busy opening says little about the evening.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from shifts.forecast.contest import Trial
from shifts.forecast.series import Counts

REMEMBERED_DAYS = 60
FEWEST_DAYS = 15
SMOOTH_SHARE = 0.5  # how much of the covariance is the smooth one
NEIGHBOUR_CORRELATION = 0.7
ROOT_NOISE = 0.25  # the variance of the root of a Poisson count
# Before errors are known, the day so far moves the rest as if this many requests had come as forecast.
PRIOR_REQUESTS = 30.0


@dataclass(frozen=True)
class DaySoFar:
    """The closed half hours of today from opening on, and what came in the one under way with its elapsed share."""

    counts: Counts
    running: float = 0.0
    elapsed_share: float = 0.0


def learn(trials: Sequence[Trial]) -> Counts | None:
    """The covariance of root errors between half hours; None while too few days are known."""
    latest = trials[-REMEMBERED_DAYS:]
    if len(latest) < FEWEST_DAYS:
        return None
    errors = np.array([np.sqrt(trial.counts) - np.sqrt(trial.forecast) for trial in latest])
    found: Counts = errors.T @ errors / len(errors)
    apart = np.abs(np.subtract.outer(np.arange(len(found)), np.arange(len(found))))
    smooth = np.diag(found).mean() * NEIGHBOUR_CORRELATION**apart
    held: Counts = (1 - SMOOTH_SHARE) * found + SMOOTH_SHARE * smooth
    return held


def update(forecast: Counts, so_far: DaySoFar, covariance: Counts | None) -> Counts:
    """The day's forecast with what is known of it by now: half hours that are closed hold what came in them."""
    closed = len(so_far.counts)
    if covariance is None:
        updated = forecast * _plain_ratio(forecast, so_far)
    else:
        shift = _expected_shift(forecast, so_far, covariance)
        updated = np.maximum(np.sqrt(forecast) + shift, 0.0) ** 2 * (forecast > 0)
    updated[:closed] = so_far.counts
    return updated


def _expected_shift(forecast: Counts, so_far: DaySoFar, covariance: Counts) -> Counts:
    """The mean of the root errors of all half hours, given those seen."""
    seen, noise = list(so_far.counts), [0.0] * len(so_far.counts)
    if so_far.elapsed_share > 0 and len(seen) < len(forecast):
        seen.append(so_far.running / so_far.elapsed_share)
        noise.append(ROOT_NOISE * (1 / so_far.elapsed_share - 1))
    if not seen:
        return np.zeros(len(forecast))
    number = len(seen)
    errors = np.sqrt(np.array(seen)) - np.sqrt(forecast[:number])
    among = covariance[:number, :number] + np.diag(noise) + 1e-6 * np.eye(number)
    shift: Counts = covariance[:, :number] @ np.linalg.solve(among, errors)
    return shift


def _plain_ratio(forecast: Counts, so_far: DaySoFar) -> float:
    closed = len(so_far.counts)
    came = float(so_far.counts.sum()) + so_far.running
    told = float(forecast[:closed].sum()) + so_far.elapsed_share * float(forecast[closed : closed + 1].sum())
    return (came + PRIOR_REQUESTS) / (told + PRIOR_REQUESTS)
