"""How sure a difference between two policies is, when both met the same customers seed by seed."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtrit

CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean over seeds with its 95 % interval by Student's t; the whole line where there is one seed only."""

    value: float
    low: float
    high: float

    def clear_of(self, number: float) -> bool:
        return self.low > number or self.high < number


def mean(values: Sequence[float]) -> Interval:
    sample = np.asarray(values, dtype=float)
    centre = float(sample.mean())
    if len(sample) < 2:
        return Interval(centre, -math.inf, math.inf)
    reach = float(stdtrit(len(sample) - 1, (1 + CONFIDENCE) / 2) * sample.std(ddof=1) / math.sqrt(len(sample)))
    return Interval(centre, centre - reach, centre + reach)


def ratio(ours: Sequence[float], theirs: Sequence[float]) -> Interval | None:
    """The geometric mean of the seeds' own ratios; None where a seed has a zero, which has no ratio."""
    if min([*ours, *theirs]) <= 0:
        return None
    logs = mean([math.log(one / other) for one, other in zip(ours, theirs, strict=True)])
    return Interval(math.exp(logs.value), math.exp(logs.low), math.exp(logs.high))


def difference(ours: Sequence[float], theirs: Sequence[float]) -> Interval:
    return mean([one - other for one, other in zip(ours, theirs, strict=True)])
