"""How long a customer waits yet: a range from what was lately observed. Pure, the same for customers and simulator.

While requests of a class wait, they are accepted one after the other at some unknown rate. With `accepted` of them in
`seconds` in which somebody waited, the time until the k-th next one follows, whatever the rate is,

    wait / k * accepted / seconds  ~  F(2 k, 2 accepted)

(the predictive interval of a Poisson process; Nelson, Applied Life Data Analysis, 1982, chapter 6). Its ends are drawn
a little wider than the eighty percent that are promised, because a rate does not stand still.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from math import exp, lgamma, log

WINDOW = timedelta(minutes=15)
LOW, HIGH = 0.04, 0.92  # of a hundred waits four end before the range and eight after it, where the rate stands still
ENOUGH = 8  # accepted in a class; with fewer its neighbours are asked too
FEWEST = 3  # and with fewer than this in all of them nobody can say
TRUSTED_MOST = 40  # more would promise to know the rate better than it keeps still
TRUSTED_STRANGE = 2  # where nobody free serves her own class, the pace of its neighbours says little about hers
SHORTEST_HIGH_S = 30  # one who does not answer, and the next one's ring
RINGS_S = 120  # where somebody is free, and nothing was observed
BISECTIONS = 40


@dataclass(frozen=True, slots=True)
class Served:
    """What was observed of one class: so many were accepted in so many seconds in which at least one waited."""

    accepted: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Level:
    """One class, or one pool of classes: who stands before her in it, how many could take one now, what was seen."""

    ahead: int
    free: int
    served: Served


@dataclass(frozen=True, slots=True)
class Range:
    """The likely wait from now on, in whole seconds."""

    low_s: int
    high_s: int


@dataclass(frozen=True, slots=True)
class Wait:
    """One stretch of waiting. `ended_at` is None while it goes on; `accepted`: a person ended it."""

    since: datetime
    ended_at: datetime | None
    accepted: bool


def estimate(levels: Sequence[Level]) -> Range | None:
    """The range for whoever stands behind `ahead` others: of the narrowest class in which enough was seen.

    `levels` run from her own class to the widest pool. None where nobody can say.
    """
    chosen = next((level for level in levels if level.served.accepted >= ENOUGH), levels[-1] if levels else None)
    if chosen is None:
        return None
    if chosen.served.accepted < FEWEST or chosen.served.seconds <= 0:
        rung_next = levels[0].ahead < levels[0].free
        return Range(0, RINGS_S) if rung_next else None
    strange = chosen is not levels[0] and levels[0].ahead >= levels[0].free
    trusted_most = TRUSTED_STRANGE if strange else TRUSTED_MOST
    looked_at = levels[: levels.index(chosen) + 1]
    turn = 1 + max(0, *(level.ahead - level.free for level in looked_at))
    return _range(turn, chosen.served, trusted_most)


def _range(turn: int, served: Served, trusted_most: int) -> Range:
    """Until the `turn`-th acceptance from now."""
    trusted = min(served.accepted, trusted_most)
    mean_s = turn * served.seconds / served.accepted
    low, high = (mean_s * f_quantile(share, turn, trusted) for share in (LOW, HIGH))
    return Range(int(low), max(SHORTEST_HIGH_S, round(high + 0.5)))


def observed(waits: Iterable[Wait], *, now: datetime, window: timedelta = WINDOW) -> Served:
    """What the last `window` before `now` saw of these waits; those under way count as waiting."""
    since = now - window
    accepted, seconds, until = 0, 0.0, since
    for wait in sorted(waits, key=lambda wait: wait.since):
        ended = min(wait.ended_at or now, now)
        accepted += wait.accepted and since < (wait.ended_at or now) <= now
        begun = max(wait.since, until)
        if ended > begun:
            seconds += (ended - begun).total_seconds()
            until = ended
    return Served(accepted, seconds)


@lru_cache(maxsize=20_000)
def f_quantile(share: float, a: int, b: int) -> float:
    """The value below which a variable of F(2a, 2b) lies with probability `share`; a and b are whole.

    F lies below x where a binomial of a + b - 1 tries with chance a x / (a x + b) has at least a hits.
    """
    low, high = 0.0, 1.0
    for _ in range(BISECTIONS):
        chance = (low + high) / 2
        if _at_least(a, a + b - 1, chance) < share:
            low = chance
        else:
            high = chance
    chance = (low + high) / 2
    return b * chance / (a * (1 - chance))


def _at_least(hits: int, tries: int, chance: float) -> float:
    """The probability of at least so many hits."""
    whole = lgamma(tries + 1)
    return sum(
        exp(whole - lgamma(k + 1) - lgamma(tries - k + 1) + k * log(chance) + (tries - k) * log(1 - chance))
        for k in range(hits, tries + 1)
    )
