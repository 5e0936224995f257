"""The past of a brand's classes as forecasts read it, and its calendar: from roll-ups and from what operators said.

Read where numpy may be, in a task's process.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from django.db import connection

from brands.models import Brand
from shifts import outlooks
from shifts.forecast.series import Calendar, Counts, History, Special
from shifts.models import Arrivals, Expectation, SpecialDay

Class = tuple[str, str]  # topic, language
WALL_HALVES = 48
REMEMBERED = timedelta(days=400)  # a year and a month: last year's holidays are in it

_BY_DAY = """
SELECT topic, language, (begins_at AT TIME ZONE %(zone)s)::date AS day,
       array_agg((extract(hour FROM begins_at AT TIME ZONE %(zone)s) * 2
                  + floor(extract(minute FROM begins_at AT TIME ZONE %(zone)s) / 30))::int),
       array_agg(came)
FROM shifts_arrivals WHERE brand_id = %(brand)s AND begins_at >= %(since)s AND begins_at < %(until)s
GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""


@dataclass(frozen=True)
class Past:
    """All that was known of a brand as `today` began: each class's days, and the calendar of any class."""

    today: date
    days: Mapping[Class, Mapping[date, Counts]]
    specials: tuple[SpecialDay, ...]
    weekdays: frozenset[int]

    def calendar(self, of: Class) -> Calendar:
        """Which days are open, and which are unlike others for this class."""
        closed = [one for one in self.specials if one.kind == SpecialDay.Kind.CLOSED]
        others = [one for one in self.specials if one.kind != SpecialDay.Kind.CLOSED and _is_of(one, of)]
        return Calendar(
            self.weekdays,
            frozenset(day for one in closed for day in _days(one)),
            tuple(Special(one.name, one.first, one.last, one.multiplier) for one in others),
        )

    def history(self, of: Class) -> History:
        """Its open days from the first that saw a request up to yesterday; a day without any is a row of nothing."""
        seen, calendar = self.days.get(of, {}), self.calendar(of)
        if not seen:
            return History((), np.zeros((0, WALL_HALVES)))
        first = min(seen)
        every = [first + timedelta(days=n) for n in range((self.today - first).days)]
        opened = [day for day in every if calendar.is_open(day)]
        nothing = np.zeros(WALL_HALVES)
        rows = [seen.get(day, nothing) for day in opened]
        return History(tuple(opened), np.array(rows) if rows else np.zeros((0, WALL_HALVES)))

    def expected(self, of: Class, said: Expectation | None) -> Counts | None:
        """The day that an operator expects of a young class, shaped after its sibling or all the brand's classes."""
        if said is None:
            return None
        sibling = (said.shaped_after_topic, said.shaped_after_language or of[1])
        shapes = [self.days[sibling]] if sibling in self.days else list(self.days.values())
        total = sum((row for shape in shapes for row in shape.values()), np.zeros(WALL_HALVES))
        volume = float(total.sum())
        shape = total / volume if volume else np.full(WALL_HALVES, 1 / WALL_HALVES)
        return np.asarray(shape * said.requests_a_day, dtype=np.float64)


def past(brand: Brand, *, now: datetime) -> Past:
    """Everything before the day that is today by the brand's clock. Two queries."""
    zone = ZoneInfo(brand.timezone)
    today = now.astimezone(zone).date()
    days: dict[Class, dict[date, Counts]] = {}
    with connection.cursor() as cursor:
        until = outlooks.midnight(today, zone)
        given: dict[str, Any] = {"zone": brand.timezone, "brand": brand.pk, "since": until - REMEMBERED, "until": until}
        cursor.execute(_BY_DAY, given)
        for topic, language, day, places, counts in cursor.fetchall():
            days.setdefault((topic, language), {})[day] = _row(day, places, counts, zone)
    specials = tuple(SpecialDay.objects.filter(brand=brand, ended_at=None).order_by("first", "id"))
    hours = brand.opening_hours or {}
    weekdays = frozenset(n for n, name in enumerate(outlooks.WEEKDAYS) if not hours or hours.get(name))
    return Past(today, days, specials, weekdays or frozenset(range(7)))


def wall_half(at: datetime, zone: ZoneInfo) -> int:
    """The number of a half hour by the clock on the wall, from midnight on."""
    local = at.astimezone(zone)
    return local.hour * 2 + local.minute // 30


def on_the_day(counts: Counts, day: date, zone: ZoneInfo) -> list[float]:
    """Numbers of the wall's half hours as the half hours that the day really has."""
    return [float(counts[wall_half(at, zone)]) for at in outlooks.halves(day, zone)]


def came(brand: Brand, days: Sequence[date], zone: ZoneInfo, *, until: datetime) -> dict[Class, dict[datetime, int]]:
    """Requests of each class by the beginning of the half hour, within these days and before `until`."""
    if not days:
        return {}
    since, end = outlooks.midnight(min(days), zone), outlooks.midnight(max(days) + timedelta(days=1), zone)
    rows = Arrivals.objects.filter(brand=brand, begins_at__gte=since, begins_at__lt=min(end, until))
    found: dict[Class, dict[datetime, int]] = {}
    for topic, language, at, number in rows.values_list("topic", "language", "begins_at", "came"):
        found.setdefault((topic, language), {})[at] = number
    return found


def _row(day: date, places: Sequence[int], counts: Sequence[int], zone: ZoneInfo) -> Counts:
    """A day on the wall's 48 half hours: an hour that comes twice is halved, one that never comes is as its sides."""
    row = np.zeros(WALL_HALVES)
    np.add.at(row, np.asarray(places), np.asarray(counts, dtype=np.float64))
    times = outlooks.halves(day, zone)
    if len(times) == WALL_HALVES:
        return row
    often = Counter(wall_half(at, zone) for at in times)
    row = row / np.array([max(1, often[n]) for n in range(WALL_HALVES)])
    there = [n for n in range(WALL_HALVES) if often[n]]
    return np.asarray(np.interp(np.arange(WALL_HALVES), there, row[there]), dtype=np.float64)


def _is_of(special: SpecialDay, of: Class) -> bool:
    return special.topic in ("", of[0]) and special.language in ("", of[1])


def _days(special: SpecialDay) -> list[date]:
    return [special.first + timedelta(days=n) for n in range((special.last - special.first).days + 1)]
