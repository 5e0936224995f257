"""Erlang A: a queue whose customers lose patience.

Arrivals at rate L an hour, handling exponential with rate M, patience exponential with rate T, n chats served at once.
Zeltyn and Mandelbaum, "Call centers with impatient customers: many-server asymptotics of the M/M/n+G queue", Queueing
Systems 51 (2005), section 4: with H(x) = L/T (1 - exp(-T x)), J(t) the integral from t on of exp(H(x) - n M x), and
e = sum over j < n of (L/M)^j / j! over its last term, the wait V of somebody who never leaves has the density
L exp(H(x) - n M x) / (e + L J(0)) and is nothing with the rest of the probability.
"""

from dataclasses import dataclass

import numpy as np
from scipy.integrate import simpson

GRID = 2_001
NEGLIGIBLE = 40.0  # exp(-40): what is left out of the integral


@dataclass(frozen=True)
class Load:
    """One pool in one half hour: arrivals an hour, mean handling and mean patience in seconds."""

    arrivals_an_hour: float
    handling_seconds: float
    patience_seconds: float

    def __post_init__(self) -> None:
        if not (self.arrivals_an_hour >= 0 and self.handling_seconds > 0 and self.patience_seconds > 0):
            raise ValueError("A load has arrivals of at least nothing, handling and patience above it.")


@dataclass(frozen=True)
class Service:
    """Shares of all who come: answered within the target, gone before an answer; and how busy the chats' places are."""

    within_target: float
    abandoned: float
    occupancy: float


def service(load: Load, places: int, target_seconds: float) -> Service:
    """What so many chats served at once give. Without arrivals everything is perfect; without places nothing is."""
    if load.arrivals_an_hour == 0:
        return Service(1.0, 0.0, 0.0)
    if places < 1:
        return Service(0.0, 1.0, 0.0)
    arriving, serving = load.arrivals_an_hour / 3600, 1 / load.handling_seconds
    leaving = 1 / load.patience_seconds
    ends = _long_enough(arriving, places * serving, leaving)
    exponent = _exponent(np.linspace(0, ends, GRID), arriving, places * serving, leaving)
    shift = float(exponent.max())  # what would overflow is taken out of the integral and of the sum beside it
    whole = float(simpson(np.exp(exponent - shift), dx=ends / (GRID - 1)))
    idle = _sum_over_last(arriving / serving, places) * np.exp(-shift)
    total = idle + arriving * whole
    soon = min(target_seconds, ends)
    waits = np.linspace(0, soon, GRID)
    answered = np.exp(_exponent(waits, arriving, places * serving, leaving) - shift - leaving * waits)
    within = (idle + arriving * float(simpson(answered, x=waits) if soon > 0 else 0.0)) / total
    stays = np.linspace(0, ends, GRID)
    waited = np.exp(_exponent(stays, arriving, places * serving, leaving) - shift) * -np.expm1(-leaving * stays)
    gone = arriving * float(simpson(waited, x=stays)) / total
    return Service(min(1.0, within), gone, arriving * (1 - gone) / (places * serving))


def places_needed(load: Load, target_seconds: float, share: float) -> int:
    """The fewest chats at once with which `share` of all are answered within the target."""
    if not 0 <= share < 1:
        raise ValueError("A service level is a share below one.")
    if load.arrivals_an_hour == 0:
        return 0
    low, high = 0, 1
    while service(load, high, target_seconds).within_target < share:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        enough = service(load, middle, target_seconds).within_target >= share
        low, high = (low, middle) if enough else (middle, high)
    return high


def _exponent(
    waits: np.ndarray[tuple[int], np.dtype[np.float64]], arriving: float, served: float, leaving: float
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return -arriving / leaving * np.expm1(-leaving * waits) - served * waits


def _long_enough(arriving: float, served: float, leaving: float) -> float:
    """A wait in seconds beyond which next to nobody would wait."""
    ends = NEGLIGIBLE / served
    while _exponent(np.array([ends]), arriving, served, leaving)[0] > _highest(arriving, served, leaving) - NEGLIGIBLE:
        ends *= 1.5
    return ends


def _highest(arriving: float, served: float, leaving: float) -> float:
    """The top of the exponent, where arrivals still waiting are as many as are served."""
    top = max(0.0, float(np.log(arriving / served)) / leaving)
    return float(_exponent(np.array([top]), arriving, served, leaving)[0])


def _sum_over_last(load: float, places: int) -> float:
    """Sum over j < places of load^j / j!, over its last term, by a recursion that cannot overflow."""
    found = 1.0
    for place in range(1, places):
        found = 1.0 + place / load * found
    return found
