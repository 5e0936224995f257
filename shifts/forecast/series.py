"""What came so far, and what the calendar says about days to come."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

Counts = NDArray[np.float64]

# How far back a closed neighbour is looked for: longer than any run of holidays.
LONGEST_CLOSURE_DAYS = 14


@dataclass(frozen=True)
class History:
    """The arrivals of one class: row i of `counts` is the open day `days[i]`, in ascending order; a column is a half
    hour of the brand's wall clock. A closed day has no row."""

    days: tuple[date, ...]
    counts: Counts

    def __post_init__(self) -> None:
        if self.counts.ndim != 2 or len(self.days) != len(self.counts):
            raise ValueError("A history has one row of counts for each day.")
        if any(later <= earlier for earlier, later in zip(self.days, self.days[1:], strict=False)):
            raise ValueError("The days of a history ascend.")
        if not np.isfinite(self.counts).all() or (self.counts < 0).any():
            raise ValueError("Counts are finite and not below nothing.")

    def known(self, day: date, days_ahead: int) -> "History":
        """What was known when `day` was forecast `days_ahead` days before: nothing later is in it."""
        last = day - timedelta(days=days_ahead)
        rows = int(np.searchsorted(np.array(self.days, dtype="datetime64[D]"), np.datetime64(last), side="right"))
        return History(self.days[:rows], self.counts[:rows])

    def row(self, day: date) -> Counts:
        """The counts of an open day; KeyError for another."""
        try:
            at = self.days.index(day)
        except ValueError:
            raise KeyError(day) from None
        row: Counts = self.counts[at]
        return row


@dataclass(frozen=True)
class Special:
    """Days unlike others: a holiday on which the brand is open, a campaign. Without a stated multiplier it is learned
    from earlier days of the same name."""

    name: str
    first: date
    last: date
    multiplier: float | None = None

    def covers(self, day: date) -> bool:
        return self.first <= day <= self.last


@dataclass(frozen=True)
class Calendar:
    """Which weekdays are open (0 is Monday), which single days of them are closed, which are special."""

    open_weekdays: frozenset[int]
    closed: frozenset[date] = frozenset()
    specials: tuple[Special, ...] = ()

    def is_open(self, day: date) -> bool:
        return day.weekday() in self.open_weekdays and day not in self.closed

    def follows_closure(self, day: date) -> bool:
        """Whether an ordinarily open day just before this one was closed: what did not come then comes now."""
        for back in range(1, LONGEST_CLOSURE_DAYS):
            earlier = day - timedelta(days=back)
            if earlier.weekday() in self.open_weekdays:
                return earlier in self.closed
        return False

    def place_in_month(self, day: date) -> tuple[int, int]:
        """How many open days of its month lie up to this one, and from this one on, itself counted in both."""
        first = day.replace(day=1)
        length = ((first + timedelta(days=31)).replace(day=1) - first).days
        opened = [at for at in (first + timedelta(days=n) for n in range(length)) if self.is_open(at)]
        return sum(at <= day for at in opened), sum(at >= day for at in opened)

    def special(self, day: date) -> Special | None:
        """The special that says most about this day: the shortest that covers it."""
        covering = [special for special in self.specials if special.covers(day)]
        return min(covering, key=lambda special: special.last - special.first, default=None)


def calendar_of(days: Sequence[date]) -> Calendar:
    """A calendar read from which days have rows: a weekday that is ever open is closed where it has none."""
    weekdays = frozenset(day.weekday() for day in days)
    present = set(days)
    every = (days[0] + timedelta(days=n) for n in range((days[-1] - days[0]).days + 1)) if days else ()
    return Calendar(weekdays, frozenset(day for day in every if day.weekday() in weekdays and day not in present))


def scaled(history: History, factors: Sequence[float]) -> History:
    """The same days with each row multiplied by its factor."""
    return replace(history, counts=history.counts * np.asarray(factors, dtype=np.float64)[:, None])
