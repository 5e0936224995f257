"""Shifts made from what is needed: needs a half hour, less the seats there are already, cut into blocks. Pure.

Needs are thought of as layers: the first seat of every half hour, the second, and so on. A layer's runs are cut into
blocks of even length; equal blocks of several layers are one shift with as many seats. Lower layers are the surer work,
so that a budget is spent on them first.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

HALF_HOUR = timedelta(minutes=30)
SHORTEST_HALVES, LONGEST_HALVES = 4, 8  # two to four hours
JOINED_HALVES = 2  # a gap of at most an hour between two runs is filled: nobody comes twice for it


@dataclass(frozen=True)
class Piece:
    """A block of time with seats, and the price of them all where nobody earns anything else."""

    begins_at: datetime
    ends_at: datetime
    seats: int
    cents: int


@dataclass(frozen=True)
class Cover:
    """Pieces in order of time, their price, and how many half hours of seats the budget left open."""

    pieces: tuple[Piece, ...]
    cents: int
    halves_open: int


def cover(
    needed: Mapping[datetime, int], there: Mapping[datetime, int], *, rate_cents: int, budget_cents: int | None = None
) -> Cover:
    """Both map the beginning of a half hour to seats; what is missing is filled layer by layer up to the budget.

    Blocks of too short a run reach beyond it: a seat that nobody needs is cheaper than a shift nobody takes.
    """
    missing = {at: max(0, seats - there.get(at, 0)) for at, seats in needed.items()}
    chosen: Counter[tuple[datetime, int]] = Counter()
    cents, halves_open = 0, 0
    for layer in range(1, max(missing.values(), default=0) + 1):
        for begins_at, halves in _blocks(sorted(at for at, seats in missing.items() if seats >= layer)):
            price = _price(halves, rate_cents)
            if budget_cents is not None and cents + price > budget_cents:
                halves_open += halves
                continue
            cents += price
            chosen[begins_at, halves] += 1
    pieces = tuple(
        Piece(at, at + halves * HALF_HOUR, seats, seats * _price(halves, rate_cents))
        for (at, halves), seats in sorted(chosen.items())
    )
    return Cover(pieces, cents, halves_open)


def _price(halves: int, rate_cents: int) -> int:
    return -(-halves * rate_cents // 2)


def _blocks(times: list[datetime]) -> Iterator[tuple[datetime, int]]:
    """(beginning, half hours) of the blocks that cover these half hours."""
    for first, halves in _runs(times):
        halves = max(halves, SHORTEST_HALVES)
        parts = -(-halves // LONGEST_HALVES)
        at = first
        for part in range(parts):
            length = halves // parts + (part < halves % parts)
            yield at, length
            at += length * HALF_HOUR


def _runs(times: list[datetime]) -> Iterator[tuple[datetime, int]]:
    """(beginning, half hours) of each unbroken run, small gaps filled."""
    first = last = None
    for at in times:
        if first is None or last is None:
            first = last = at
        elif at - last <= (JOINED_HALVES + 1) * HALF_HOUR:
            last = at
        else:
            yield first, (last - first) // HALF_HOUR + 1
            first = last = at
    if first is not None and last is not None:
        yield first, (last - first) // HALF_HOUR + 1
