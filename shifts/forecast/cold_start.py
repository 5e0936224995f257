"""A class without a past of its own: what a person expects, or what its siblings do, until its own days outweigh it."""

from datetime import date

import numpy as np

from shifts.forecast.series import Counts, History

# An expectation weighs as much as this many days of the same weekday: after a month it is almost forgotten.
EXPECTED_DAYS = 1.0
OWN_WEEKS = 4  # from here on the class speaks for itself


def is_young(history: History, before: date) -> bool:
    """Whether the class has not yet seen four weeks before this day."""
    return not history.days or (before - history.days[0]).days < 7 * OWN_WEEKS


def borrowed(profile: Counts, requests_a_day: float) -> Counts:
    """A sibling's day, or any shape, with the volume that is expected here; evenly where the shape is empty."""
    total = float(profile.sum())
    shape = profile / total if total > 0 else np.full(len(profile), 1 / max(1, len(profile)))
    return shape * requests_a_day


def forecast(history: History, day: date, expected: Counts) -> Counts:
    """The mean of a gamma distribution that began as the expectation and saw this class's own days.

    Days of the same weekday count fully; the others correct the volume alone, through one common factor.
    """
    if not history.days:
        return expected.copy()
    same = [at for at, seen in enumerate(history.days) if seen.weekday() == day.weekday()]
    told = EXPECTED_DAYS * float(expected.sum())
    factor = (told + float(history.counts.sum())) / (told + len(history.days) * float(expected.sum()) or 1.0)
    prior = expected * factor
    own: Counts = (EXPECTED_DAYS * prior + history.counts[same].sum(axis=0)) / (EXPECTED_DAYS + len(same))
    return own
