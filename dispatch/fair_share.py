"""Who earned less than her hours would let expect, and who was passed over: plain numbers for the planner. Pure.

What counts is the work paid for chats (never a tip, a referral or a guarantee) over the slot-hours that an agent was
available: an hour online with capacity 2 is two. How she answered offers is no part of it.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from typing import TypeVar

Id = TypeVar("Id", bound=Hashable)
HOUR_SECONDS = 3_600
SETTLED_SECONDS = 2 * HOUR_SECONDS  # with as many slot-seconds, half of a deficit counts: few hours say little
PEERS_ASKED_AT_LEAST = 3


@dataclass(frozen=True, slots=True)
class Worked:
    """Earned in minor units over so many slot-seconds: of all that an agent did, what belongs to one `group` (tier,
    currency and language). Only within a group is compared."""

    earned_minor: int
    slot_seconds: int
    group: Hashable = ""


def deficits(worked: Mapping[Id, Sequence[Worked]]) -> dict[Id, float]:
    """For each agent by which share her earnings per slot-hour lie below those of her groups, from -1 to 1.

    A group's rate is all its earnings over all its slot-hours; what she did in several counts by her time in each. 0
    where the group has earned nothing. Drawn towards 0 by how few hours there are in all: `seconds / (seconds +
    SETTLED_SECONDS)` of it counts.
    """
    earned: dict[Hashable, int] = defaultdict(int)
    seconds: dict[Hashable, int] = defaultdict(int)
    for each in chain(*worked.values()):
        if each.slot_seconds <= 0:
            continue  # paid for what she did before: there is no time to hold it against
        earned[each.group] += each.earned_minor
        seconds[each.group] += each.slot_seconds
    return {
        agent: sum(each.slot_seconds * _below(each, earned[each.group], seconds[each.group]) for each in parts)
        / (sum(each.slot_seconds for each in parts) + SETTLED_SECONDS)
        for agent, parts in worked.items()
    }


def _below(own: Worked, earned: int, seconds: int) -> float:
    """By which share she earned less in this time than her group does."""
    if earned <= 0 or own.slot_seconds <= 0:
        return 0.0
    expected = earned * own.slot_seconds / seconds
    return max(-1.0, min(1.0, 1 - own.earned_minor / expected))


def split(total: int, weights: Mapping[Id, int]) -> dict[Id, int]:
    """The total in whole numbers that add up to it, in the proportion of weights; the largest remainders get what
    rounding down left over. Nothing where there is no weight."""
    whole = sum(weights.values())
    if whole <= 0:
        return dict.fromkeys(weights, 0)
    parts = {one: total * weight // whole for one, weight in weights.items()}
    last_first = sorted(weights, key=lambda one: -(total * weights[one] % whole))
    for one in last_first[: total - sum(parts.values())]:
        parts[one] += 1
    return parts


def is_starved(available_since: datetime, peers_asked: int, now: datetime, *, after: timedelta) -> bool:
    """Available for so long without an offer, while others who could be asked for the same had several."""
    return now - available_since >= after and peers_asked >= PEERS_ASKED_AT_LEAST


def per_slot_hour(worked: Worked) -> int:
    """Minor units for an hour of one slot, rounded down; 0 where there was no time."""
    return worked.earned_minor * HOUR_SECONDS // worked.slot_seconds if worked.slot_seconds else 0


def quantile(ordered: Sequence[int], share: float) -> int | None:
    """The value below which this share of them lies, by the nearest rank; None of nothing."""
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else None


def gini(values: Iterable[float]) -> float:
    """0: all have the same; near 1: one has it all. Nothing, or only nothings, is 0.

    Half the mean absolute difference over the mean, by the sum over ranks of the sorted values.
    """
    ordered = sorted(values)
    total, many = sum(ordered), len(ordered)
    if total <= 0:
        return 0.0
    ranked = sum(rank * value for rank, value in enumerate(ordered, start=1))
    return 2 * ranked / (many * total) - (many + 1) / many
