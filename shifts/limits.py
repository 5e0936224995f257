"""How much one person may work: by the law of where she lives, and by her own choice. Pure.

The laws bind employers; agents here are free to choose, and are still never asked to work beyond them. A row is dated:
a change of law is one more row. Where two sources say different things, the stricter is taken.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from datetime import time as clock
from itertools import pairwise

DAY = timedelta(days=1)
Time = tuple[datetime, datetime]  # from, until


@dataclass(frozen=True)
class Law:
    """What holds from a day on in a country (ISO 3166); "" holds where nothing else is known."""

    country: str
    valid_from: date
    day_minutes: int
    week_minutes: int
    rest_minutes: int
    week_rest_minutes: int  # on end, within each week from Monday on
    source: str

    @property
    def span(self) -> timedelta:
        """How long a working day may last with its pauses, so that the rest is left of 24 hours."""
        return DAY - timedelta(minutes=self.rest_minutes)


_EU = "Directive 2003/88/EC, articles 3, 5 and 6"
LAWS = (
    Law("", date(2004, 8, 2), 10 * 60, 48 * 60, 11 * 60, 35 * 60, f"{_EU}; ILO convention 30, article 4"),
    Law(
        "SE", date(2005, 7, 1), 10 * 60, 40 * 60, 11 * 60, 36 * 60,
        "Arbetstidslag (1982:673), sections 5, 13 and 14; day as in ILO convention 30, article 4",
    ),
    Law("DE", date(1994, 7, 1), 8 * 60, 48 * 60, 11 * 60, 35 * 60, "Arbeitszeitgesetz, sections 3, 5, 9 and 11"),
    Law("ES", date(2015, 11, 13), 9 * 60, 40 * 60, 12 * 60, 36 * 60, "Estatuto de los Trabajadores, articles 34, 37"),
    Law(
        "FR", date(2016, 8, 10), 10 * 60, 48 * 60, 11 * 60, 35 * 60,
        "Code du travail, L3121-18, L3121-20, L3131-1 and L3132-2",
    ),
    Law(
        "IN", date(1949, 4, 1), 9 * 60, 48 * 60, 11 * 60, 24 * 60,
        "Factories Act 1948, sections 51, 52 and 54; rest as elsewhere",
    ),
    Law(
        "IN", date(2025, 11, 21), 8 * 60, 48 * 60, 11 * 60, 24 * 60,
        "Occupational Safety, Health and Working Conditions Code 2020, sections 25 and 26; rest as elsewhere",
    ),
)  # fmt: skip


def law(country: str, on: date) -> Law:
    """The latest row of this country that holds on this day, else what holds everywhere."""
    known = [one for one in LAWS if one.country == country and one.valid_from <= on]
    return max(known, key=lambda one: one.valid_from) if known else law("", max(on, LAWS[0].valid_from))


@dataclass(frozen=True)
class Bounds:
    """What binds one person: her law, her clock, and her own limit for a week."""

    law: Law
    zone: tzinfo
    week_minutes_most: int | None = None

    @property
    def week_minutes(self) -> int:
        own = self.week_minutes_most
        return self.law.week_minutes if own is None else min(own, self.law.week_minutes)


@dataclass(frozen=True)
class Hindrance:
    """Why she cannot have one more time: a reason for programs, and a whole sentence for her."""

    reason: str
    sentence: str


def hindrance(held: Iterable[Time], new: Time, bounds: Bounds) -> Hindrance | None:
    """None where the time can be added to those she has. `held` reaches eight days to both sides at least."""
    known = sorted(held)
    return (
        _overlap(known, new, bounds)
        or _rest(known, new, bounds)
        or _hours(known, new, bounds)
        or _week_rest(known, new, bounds)
    )


def faults(times: Iterable[Time], bounds: Bounds) -> list[str]:
    """Each limit that these times break together, said plainly: nothing where all is well."""
    known = sorted(times)
    found = [
        f"{_said(one, bounds)} and {_said(other, bounds)} overlap"
        for one, other in pairwise(known)
        if one[1] > other[0]
    ]
    days = [(stint[0][0], stint[-1][1]) for stint in _stints(known, bounds.law)]
    long = [day for day in days if day[1] - day[0] > bounds.law.span]
    found += [f"the working day from {_said(day, bounds)} leaves too little rest" for day in long]
    for unit, most in (("day", bounds.law.day_minutes), ("week", bounds.week_minutes)):
        for key in sorted({_key(unit, time, bounds) for time in known}):
            had = sum(_minutes(time) for time in known if _key(unit, time, bounds) == key)
            if had > most:
                found.append(f"{had} minutes in the {unit} {key}, and {most} is the limit")
    weeks = {monday for time in known for monday in _mondays(time, bounds)}
    short = [monday for monday in sorted(weeks) if _longest_rest(known, monday, bounds) < bounds.law.week_rest_minutes]
    return found + [f"too little rest on end in the week of {monday}" for monday in short]


def _overlap(known: Sequence[Time], new: Time, bounds: Bounds) -> Hindrance | None:
    for begins, ends in known:
        if begins < new[1] and new[0] < ends:
            return Hindrance("overlap", f"You have a shift at that time: {_said((begins, ends), bounds)}.")
    return None


def _rest(known: Sequence[Time], new: Time, bounds: Bounds) -> Hindrance | None:
    for stint in _stints(sorted([*known, new]), bounds.law):
        if new in stint and stint[-1][1] - stint[0][0] > bounds.law.span:
            other = next(time for time in stint if time != new)
            rest = hours(bounds.law.rest_minutes)
            return Hindrance(
                "rest",
                f"With your shift {_said(other, bounds)} it would leave you less than {rest} of rest in 24 hours.",
            )
    return None


def _week_rest(known: Sequence[Time], new: Time, bounds: Bounds) -> Hindrance | None:
    with_it = sorted([*known, new])
    for monday in _mondays(new, bounds):
        if _longest_rest(with_it, monday, bounds) < bounds.law.week_rest_minutes:
            rest = hours(bounds.law.week_rest_minutes)
            return Hindrance("week rest", f"It would leave you nowhere {rest} of rest on end in that week.")
    return None


def _mondays(time: Time, bounds: Bounds) -> list[date]:
    """The first days of the weeks, by her clock, into which a time reaches."""
    days = (
        time[0].astimezone(bounds.zone).date(),
        (time[1] - timedelta(microseconds=1)).astimezone(bounds.zone).date(),
    )
    return sorted({day - timedelta(days=day.weekday()) for day in days})


def _longest_rest(known: Sequence[Time], monday: date, bounds: Bounds) -> int:
    """Minutes of the longest time without work within a week; `known` ascends and does not overlap."""
    free_from = datetime.combine(monday, clock(), bounds.zone).astimezone(UTC)
    ends = datetime.combine(monday + timedelta(days=7), clock(), bounds.zone).astimezone(UTC)
    longest = timedelta()
    for begun, ended in known:
        if ended > free_from and begun < ends:
            longest = max(longest, begun - free_from)
            free_from = ended
    return int(max(longest, ends - free_from).total_seconds()) // 60


def _stints(known: Sequence[Time], law: Law) -> list[list[Time]]:
    """Working days: times between which there is no full rest."""
    stints: list[list[Time]] = []
    for time in known:
        if stints and time[0] - stints[-1][-1][1] < timedelta(minutes=law.rest_minutes):
            stints[-1].append(time)
        else:
            stints.append([time])
    return stints


def _hours(known: Sequence[Time], new: Time, bounds: Bounds) -> Hindrance | None:
    limits = (("day", "on that day", bounds.law.day_minutes), ("week", "in that week", bounds.week_minutes))
    for unit, words, most in limits:
        had = sum(_minutes(time) for time in known if _key(unit, time, bounds) == _key(unit, new, bounds))
        if had + _minutes(new) > most:
            whose = "your own limit" if unit == "week" and most < bounds.law.week_minutes else "the limit"
            return Hindrance(f"{unit} hours", f"You have {hours(had)} {words}, and {hours(most)} is {whose}.")
    return None


def _key(unit: str, time: Time, bounds: Bounds) -> str:
    """The day or the week, by her clock, to which a time belongs: that on which it begins."""
    begun = time[0].astimezone(bounds.zone)
    return begun.strftime("%Y-%m-%d" if unit == "day" else "%G-W%V")


def _minutes(time: Time) -> int:
    """By the clock of the world: a night in which clocks change is an hour longer or shorter."""
    return int((time[1].astimezone(UTC) - time[0].astimezone(UTC)).total_seconds()) // 60


def _said(time: Time, bounds: Bounds) -> str:
    begins, ends = (at.astimezone(bounds.zone) for at in time)
    return f"{begins:%a %d %b %H:%M} to {ends:%H:%M}"


def hours(minutes: int) -> str:
    """ "7 h 30 min"."""
    whole, rest = divmod(minutes, 60)
    return f"{whole} h {rest} min" if rest and whole else f"{rest} min" if rest else f"{whole} h"
