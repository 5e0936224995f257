"""Erlang A: a queue whose customers lose patience.

Arrivals at rate L an hour, handling exponential with rate M, patience exponential with rate T, n chats served at once.
Zeltyn and Mandelbaum, "Call centers with impatient customers: many-server asymptotics of the M/M/n+G queue", Queueing
Systems 51 (2005), section 4: with H(x) = L/T (1 - exp(-T x)), J(t) the integral from t on of exp(H(x) - n M x), and
e = sum over j < n of (L/M)^j / j! over its last term, the wait V of somebody who never leaves has the density
L exp(H(x) - n M x) / (e + L J(0)) and is nothing with the rest of the probability; (1 + (L - n M) J(0)) / (e + L J(0))
leave.

Simpson's rule in plain arithmetic: a page may ask, in a process that holds no solver and no array.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import exp, expm1, log

GRID = 240  # steps of an integral over all waits; they begin small, where most happens
EARLY = 60  # steps of the integral over those within the target
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


@lru_cache(maxsize=20_000)
def service(load: Load, places: int, target_seconds: float) -> Service:
    """What so many chats served at once give. Without arrivals everything is perfect; without places nothing is."""
    if load.arrivals_an_hour == 0:
        return Service(1.0, 0.0, 0.0)
    if places < 1:
        return Service(0.0, 1.0, 0.0)
    arriving, serving = load.arrivals_an_hour / 3600, 1 / load.handling_seconds
    leaving = 1 / load.patience_seconds
    ends = _long_enough(arriving, places * serving, leaving)
    shares = [step / GRID for step in range(GRID + 1)]
    exponents = [_exponent(ends * share**3, arriving, places * serving, leaving) for share in shares]
    shift = max(exponents)  # what would overflow is taken out of the integral and of the sum beside it
    density = [3 * share * share * exp(each - shift) for share, each in zip(shares, exponents, strict=True)]
    idle = _sum_over_last(arriving / serving, places) * exp(-shift)
    whole = _integral(density, ends)
    total = idle + arriving * whole
    soon = min(target_seconds, ends)
    waits = [soon * step / EARLY for step in range(EARLY + 1)]
    answered = [exp(_exponent(at, arriving, places * serving, leaving) - shift - leaving * at) for at in waits]
    within = (idle + arriving * _integral(answered, soon)) / total
    left = max(0.0, (exp(-shift) + (arriving - places * serving) * whole) / total)
    return Service(min(1.0, within), left, arriving * (1 - left) / (places * serving))


def places_needed(load: Load, target_seconds: float, share: float) -> int:
    """The fewest chats at once with which `share` of all are answered within the target."""
    if not 0 <= share < 1:
        raise ValueError("A service level is a share below one.")
    if load.arrivals_an_hour == 0:
        return 0
    low, high = 0, max(1, int(load.arrivals_an_hour / 3600 * load.handling_seconds))
    while service(load, high, target_seconds).within_target < share:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        enough = service(load, middle, target_seconds).within_target >= share
        low, high = (low, middle) if enough else (middle, high)
    return high


def _integral(values: Sequence[float], length: float) -> float:
    """Simpson's, over an even number of equal steps."""
    steps = len(values) - 1
    inner = 4 * sum(values[1:-1:2]) + 2 * sum(values[2:-1:2])
    return length / steps / 3 * (values[0] + inner + values[-1])


def _exponent(wait: float, arriving: float, served: float, leaving: float) -> float:
    return -arriving / leaving * expm1(-leaving * wait) - served * wait


def _long_enough(arriving: float, served: float, leaving: float) -> float:
    """A wait in seconds beyond which next to nobody would wait."""
    ends = NEGLIGIBLE / served
    while _exponent(ends, arriving, served, leaving) > _highest(arriving, served, leaving) - NEGLIGIBLE:
        ends *= 1.5
    return ends


def _highest(arriving: float, served: float, leaving: float) -> float:
    """The top of the exponent, where arrivals still waiting are as many as are served."""
    top = max(0.0, log(arriving / served) / leaving)
    return _exponent(top, arriving, served, leaving)


def _sum_over_last(load: float, places: int) -> float:
    """Sum over j < places of load^j / j!, over its last term, by a recursion that cannot overflow."""
    found = 1.0
    for place in range(1, places):
        found = 1.0 + place / load * found
    return found
