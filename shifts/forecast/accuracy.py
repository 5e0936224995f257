"""How right the forecasts were. What was said is kept with what came, so that anyone may judge."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from shifts.forecast import intervals
from shifts.forecast.contest import Trial


@dataclass(frozen=True)
class Accuracy:
    """Of all half hours together. `wape` is the sum of absolute errors over the sum of counts, `bias` the sum of errors
    over it (above nothing: too much was forecast), `cover` the share inside the interval, `floor` the wape of a
    forecast that knows the true rate of Poisson arrivals."""

    wape: float
    bias: float
    cover: float
    floor: float
    half_hours: int


def judge(trials: Sequence[Trial], spreads: Sequence[float]) -> Accuracy | None:
    """None without a single request. `spreads` holds the dispersion that was in force for each trial."""
    told = np.concatenate([trial.forecast for trial in trials]) if trials else np.zeros(0)
    came = np.concatenate([trial.counts for trial in trials]) if trials else np.zeros(0)
    total = float(came.sum())
    if total <= 0:
        return None
    inside = [
        intervals.covered(trial.forecast, trial.counts, spread) * len(trial.counts)
        for trial, spread in zip(trials, spreads, strict=True)
    ]
    return Accuracy(
        wape=float(np.abs(came - told).sum()) / total,
        bias=float((told - came).sum()) / total,
        cover=sum(inside) / len(came),
        floor=float(np.sqrt(2 * came / np.pi).sum()) / total,
        half_hours=len(came),
    )
