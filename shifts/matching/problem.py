"""What is to be decided: slots with seats, people with wishes and limits, and how much each thing is worth.

Times are whole minutes since a Monday 00:00 UTC near the plan. A shift belongs to the day on which it begins, by the
clock of the person who works it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise

DAY_MINUTES = 24 * 60
WEEK_DAYS = 7
SATURDAY = 5

Seat = tuple[int, int]  # (index of the person, index of the slot)


@dataclass(frozen=True)
class Step:
    """The next `seats` seats of a slot are worth this many points each; below nothing, each costs."""

    seats: int
    worth: float


@dataclass(frozen=True)
class Slot:
    """A block of time for one kind of work. The worth of its steps falls; `least` seats must be filled at all."""

    key: str
    starts: int
    ends: int
    asks: frozenset[str]
    steps: tuple[Step, ...]
    least: int = 0
    kind: str = ""

    def __post_init__(self) -> None:
        if self.ends <= self.starts:
            raise ValueError(f"Slot {self.key} ends before it begins.")
        if any(later.worth > earlier.worth for earlier, later in pairwise(self.steps)):
            raise ValueError(f"Slot {self.key} has a step that is worth more than the one before.")

    @property
    def minutes(self) -> int:
        return self.ends - self.starts

    @property
    def seats(self) -> int:
        return sum(step.seats for step in self.steps)

    @property
    def beyond(self) -> float:
        """What a seat confirmed beyond all steps is worth: no more than nothing."""
        return min(0.0, self.steps[-1].worth) if self.steps else 0.0


@dataclass(frozen=True)
class Limit:
    """A bound on how much of some slots a person may have: minutes, or shifts where `counts`. With a price each unit
    beyond costs so many points, without one it may not happen."""

    name: str
    slots: frozenset[int]
    least: int = 0
    most: int | None = None
    counts: bool = False
    price: float | None = None


@dataclass(frozen=True)
class Runs:
    """How many days in a row may, or must, be of one sort: worked, worked in one kind, or off. `before` is how long a
    run had lasted as the plan begins; unknown, a run from the first day on may be short, as any may at the plan's end:
    it goes on outside. `price` is per day too many or missing; without one the rule is never broken."""

    kind: str | None = None  # None: any work
    off: bool = False
    least: int = 1
    most: int | None = None
    before: int | None = None
    price: float | None = None


@dataclass(frozen=True)
class Weekends:
    """How many weekends may have a shift (a Saturday, a Sunday or both count once), and what half a weekend costs."""

    most: int | None = None
    price: float | None = None
    half_price: float = 0.0


@dataclass(frozen=True)
class Person:
    """`wishes` holds the slots this person would work, with the points a seat there is worth to her; nobody is given
    what she has not said she would work. `minutes_before` counts the four weeks before the plan."""

    key: str
    skills: frozenset[str]
    wishes: Mapping[int, float]
    rest_minutes: int = 0
    day_minutes: int | None = None
    week_minutes: int | None = None
    minutes_before: int = 0
    clock_shift: int = 0
    limits: tuple[Limit, ...] = ()
    runs: tuple[Runs, ...] = ()
    weekends: Weekends = Weekends()

    def day(self, slot: Slot) -> int:
        return (slot.starts + self.clock_shift) // DAY_MINUTES


@dataclass(frozen=True)
class Fairness:
    """What an hour is worth beyond its work: much to who had few in four weeks, nothing to who had many. The gain falls
    in equal bands, so that the whole is concave."""

    points_an_hour: float = 0.0
    band_minutes: int = 8 * 60
    bands: int = 20

    def gain(self, band: int) -> float:
        """Points for one minute within this band of a person's four weeks."""
        return self.points_an_hour / 60 * max(0.0, 1 - band / self.bands)

    def worth(self, minutes: int) -> float:
        """Points of so many minutes in four weeks."""
        full, rest = divmod(minutes, self.band_minutes)
        return sum(self.gain(band) for band in range(full)) * self.band_minutes + self.gain(full) * rest


@dataclass(frozen=True)
class Problem:
    """`confirmed` seats stay as they are, whatever the limits say by now. `clashes` are pairs of slots that one person
    may not have both of, beside what overlaps or leaves no rest. `days` is the plan's number of days."""

    slots: tuple[Slot, ...]
    people: tuple[Person, ...]
    fairness: Fairness = Fairness()
    confirmed: frozenset[Seat] = frozenset()
    clashes: frozenset[tuple[int, int]] = frozenset()
    days: int = WEEK_DAYS

    def may(self, person: int, slot: int) -> bool:
        """Whether this person said she would work this slot and can."""
        whom = self.people[person]
        return slot in whom.wishes and self.slots[slot].asks <= whom.skills

    def together(self, person: int, one: int, other: int) -> bool:
        """Whether one person may have both slots: no overlap, her rest between, no clash."""
        first, second = sorted((self.slots[one], self.slots[other]), key=lambda slot: (slot.starts, slot.ends))
        if second.starts < first.ends + self.people[person].rest_minutes:
            return False
        return not {(one, other), (other, one)} & self.clashes


@dataclass(frozen=True)
class Plan:
    """Who sits where, what it is worth, and how good it could be at most. `finished` tells whether the search ended by
    itself or because its time was over."""

    seats: frozenset[Seat]
    value: float
    bound: float
    seconds: float
    finished: bool = True
    notes: tuple[str, ...] = field(default=())

    @property
    def gap(self) -> float:
        """How far the plan may be from the best, as a share of the best."""
        return max(0.0, self.bound - self.value) / max(abs(self.bound), 1e-9)


def by_person(seats: Iterable[Seat]) -> dict[int, list[int]]:
    """The slots of each person, in ascending order."""
    held: dict[int, list[int]] = {}
    for person, slot in sorted(seats):
        held.setdefault(person, []).append(slot)
    return held
