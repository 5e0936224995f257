"""Small problems of matching, by hand: hours of one week, people with names."""

from collections.abc import Mapping
from typing import Any

from shifts.matching.problem import DAY_MINUTES, Person, Slot, Step

WORTH = 100.0  # a seat in an hour of these tests


def slot(day: int, begins: int, ends: int, *, seats: int = 1, asks: str = "", worth: float = WORTH) -> Slot:
    """Hours of a day of the plan's week."""
    starts, stops = day * DAY_MINUTES + begins * 60, day * DAY_MINUTES + ends * 60
    asked = frozenset(asks.split())
    return Slot(f"{day}:{begins}-{ends}", starts, stops, asked, (Step(seats, worth * (ends - begins)),))


def person(key: str, wishes: Mapping[int, float], *, skills: str = "", **limits: Any) -> Person:
    return Person(key, frozenset(skills.split()), wishes, **limits)
