"""How much is paid on top while it is busy: pure arithmetic over what a class of requests looks like now.

The bonus is a sum, never a factor: with a factor, whoever waits for the longest chat gains most, and declining pays;
with a sum every chat of a busy class gains the same, and taking the next one is best (Garg and Nazerzadeh, "Driver
Surge Pricing", Management Science 2022).
"""

import math
from dataclasses import dataclass

P90 = 1.2816  # the standard normal's 90 % quantile
STANDS_S = 300.0  # a bonus is not lowered sooner
CALMER = 1.25  # it is lowered only where it would be lower for a wait so much longer: it does not flutter


@dataclass(frozen=True, slots=True)
class Policy:
    """A brand's: from which predicted wait on, how much for each further stretch of it, and the most; minor units."""

    from_s: int = 60
    each_s: int = 30
    step_minor: int = 10
    highest_minor: int = 200


@dataclass(frozen=True, slots=True)
class Busy:
    """One class now: who waits, how many free places could serve them, how long the oldest has waited, and how many
    were served in so many seconds of late in which somebody waited."""

    waiting: int
    free: int
    oldest_s: float
    served: int
    within_s: float = 900.0


def predicted_p90_s(busy: Busy) -> float:
    """The wait that nine in ten who ask now stay below; infinite where somebody waits and nobody is served.

    With a place free for everybody it is nothing. Else it is the time until `waiting + 1` people more have been served
    at the observed rate: gamma distributed, its quantile by Wilson and Hilferty (1931). Never below the oldest wait
    there is: what has happened is no forecast.
    """
    if busy.waiting == 0 or busy.free > busy.waiting:
        return 0.0
    if busy.served == 0:
        return math.inf if busy.free == 0 else busy.oldest_s
    shape = busy.waiting - busy.free + 1
    quantile = shape * (1 - 1 / (9 * shape) + P90 / (3 * math.sqrt(shape))) ** 3
    return max(busy.oldest_s, quantile * busy.within_s / busy.served)


def wanted_minor(p90_s: float, policy: Policy) -> int:
    """The bonus that such a wait calls for: a step at `from_s`, one more for each `each_s` beyond it, capped."""
    if p90_s < policy.from_s:
        return 0
    most = policy.highest_minor // policy.step_minor
    steps = most if math.isinf(p90_s) else min(most, 1 + int((p90_s - policy.from_s) // policy.each_s))
    return steps * policy.step_minor


def affordable_minor(policy: Policy, *, left_minor: int) -> int:
    """The most that one more offer may promise: whole steps within the cap and what is left of the budget."""
    return min(policy.highest_minor, left_minor) // policy.step_minor * policy.step_minor


def next_minor(
    bonus_minor: int, stood_s: float, p90_s: float, policy: Policy, *, left_minor: int, raised_minor: int = 0
) -> int:
    """The bonus from now on. It rises at once; it falls after five minutes at the earliest, and only to what a wait a
    quarter longer would still call for. A budget with nothing left for one more offer, or a lower cap, ends it. Where
    an operator has `raised` it, it is no lower than that, as far as cap and budget go."""
    if left_minor < policy.step_minor:
        return 0
    affordable = affordable_minor(policy, left_minor=left_minor)
    wanted = min(max(wanted_minor(p90_s, policy), raised_minor), affordable)
    standing = min(bonus_minor, affordable)
    if wanted >= standing:
        return wanted
    if stood_s < STANDS_S:
        return standing
    return max(raised_minor, min(standing, wanted_minor(p90_s * CALMER, policy)))
