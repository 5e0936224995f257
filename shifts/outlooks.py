"""What is expected of a day and what is there for it, as stored: for boards and lists, without any solver.

`day` and `days` read what the night, and since then each hour, has said. Seats and their price are as they are now.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Count, F, FloatField, Func, Q, Sum
from django.db.models.functions import Cast

from shifts.models import Outlook, Seat, Shift

HALF_HOUR = timedelta(minutes=30)
JUDGED_DAYS = 28
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")  # as in a brand's opening hours
Number = TypeVar("Number", int, float)


@dataclass(frozen=True, slots=True)
class Half:
    """One half hour of one class. Requests expected with the ends of the 90 % interval, and what came once it is known;
    seats needed for the aim, planned (of drafts and of published shifts) and held; the share answered in time that
    is expected with the seats needed and with those planned as of the last staffing; what its planned seats guarantee.
    """

    begins_at: datetime
    low: float
    middle: float
    high: float
    came: float | None
    seats_needed: int | None
    seats_planned: int
    seats_published: int
    seats_held: int
    served_needed: float | None
    served_planned: float | None
    cents: int


@dataclass(frozen=True, slots=True)
class Day:
    """A class's day by the brand's clock. `method` is what forecast it; None in `made_at`: nothing is forecast."""

    brand_id: UUID
    topic: str
    language: str
    day: date
    halves: tuple[Half, ...]
    method: str
    made_at: datetime | None
    rescaled_at: datetime | None
    staffed_at: datetime | None

    @property
    def cents(self) -> int:
        """What the day's planned seats guarantee, in the brand's minor units."""
        return sum(half.cents for half in self.halves)


@dataclass(frozen=True, slots=True)
class Accuracy:
    """How right the forecasts of a class were over the days judged: `wape` is the sum of absolute errors over the
    requests that came, `bias` the sum of errors over them, `cover` the share of half hours inside the interval."""

    topic: str
    language: str
    days: int
    came: float
    wape: float | None
    bias: float | None
    cover: float | None


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """The instant at which a day begins by a clock, in UTC."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def halves(day: date, zone: ZoneInfo) -> list[datetime]:
    """The beginnings of a day's half hours: 48 of them, 46 or 50 where clocks change."""
    first, until = midnight(day, zone), midnight(day + timedelta(days=1), zone)
    return [first + n * HALF_HOUR for n in range(-(-(until - first) // HALF_HOUR))]


def day(brand_id: UUID, topic: str, language: str, on: date, *, zone: ZoneInfo) -> Day:
    """One class on one day; without a forecast its half hours still tell the seats. Four queries."""
    found = Outlook.objects.filter(brand_id=brand_id, topic=topic, language=language, day=on).first()
    shifts = _shifts(brand_id, midnight(on, zone), midnight(on + timedelta(days=1), zone))
    own = [shift for shift in shifts if (shift.topic, shift.language) == (topic, language)]
    return _day(brand_id, topic, language, on, zone, found, own, _held(own))


def days(brand_id: UUID, since: date, until: date, *, zone: ZoneInfo) -> list[Day]:
    """Every class with a forecast or a shift, each day from `since` up to `until` (not included). Three queries."""
    outlooks = Outlook.objects.filter(brand_id=brand_id, day__gte=since, day__lt=until)
    known = {(row.topic, row.language, row.day): row for row in outlooks}
    shifts = _shifts(brand_id, midnight(since, zone), midnight(until, zone))
    held = _held(shifts)
    by_class: dict[tuple[str, str], list[Shift]] = {}
    for shift in shifts:
        by_class.setdefault((shift.topic, shift.language), []).append(shift)
    names = sorted({(topic, language) for topic, language, _ in known} | set(by_class))
    every = [since + timedelta(days=n) for n in range((until - since).days)]
    return [
        _day(brand_id, *name, on, zone, known.get((*name, on)), by_class.get(name, []), held)
        for name in names
        for on in every
    ]


def accuracy(brand_id: UUID, *, until: date, number: int = JUDGED_DAYS) -> list[Accuracy]:
    """Of each class with a judged day among the `number` days before `until`. Said a day ahead, or back-tested so."""
    judged = Outlook.objects.filter(brand_id=brand_id, judged_at__isnull=False, day__lt=until)
    total = Func(F("came"), function="(SELECT sum(x) FROM unnest", template="%(function)s(%(expressions)s) x)")
    told = Func(F("said"), function="(SELECT sum(x) FROM unnest", template="%(function)s(%(expressions)s) x)")
    rows = (
        judged.filter(day__gte=until - timedelta(days=number))
        .annotate(total=Cast(total, FloatField()), told=Cast(told, FloatField()))
        .values("topic", "language")
        .annotate(
            days=Count("pk"),
            all_came=Sum("total"),
            all_told=Sum("told"),
            all_missed=Sum("missed"),
            all_inside=Sum("inside"),
            all_halves=Sum("said__len"),
        )
        .order_by("topic", "language")
    )
    return [_accuracy(row) for row in rows]


def _accuracy(row: Mapping[str, Any]) -> Accuracy:
    came = float(row["all_came"])
    return Accuracy(
        topic=row["topic"],
        language=row["language"],
        days=row["days"],
        came=came,
        wape=row["all_missed"] / came if came else None,
        bias=(row["all_told"] - came) / came if came else None,
        cover=row["all_inside"] / row["all_halves"] if row["all_halves"] else None,
    )


def _shifts(brand_id: UUID, since: datetime, until: datetime) -> list[Shift]:
    """Shifts that touch these times and are not called off."""
    some = Shift.objects.filter(brand_id=brand_id, begins_at__lt=until, ends_at__gt=since)
    return list(some.exclude(state=Shift.State.CLOSED).order_by("begins_at", "id"))


def _held(shifts: Iterable[Shift]) -> dict[UUID, list[tuple[datetime, datetime]]]:
    """Shift -> the times of seats that are held of it."""
    found: dict[UUID, list[tuple[datetime, datetime]]] = {}
    rows = Seat.objects.filter(Q(state__in=Seat.HELD), shift__in=[shift.pk for shift in shifts])
    for shift_id, begins_at, ends_at in rows.values_list("shift_id", "begins_at", "ends_at"):
        found.setdefault(shift_id, []).append((begins_at, ends_at))
    return found


def _day(
    brand_id: UUID,
    topic: str,
    language: str,
    on: date,
    zone: ZoneInfo,
    found: Outlook | None,
    shifts: Sequence[Shift],
    held: dict[UUID, list[tuple[datetime, datetime]]],
) -> Day:
    times = halves(on, zone)
    near = [shift for shift in shifts if shift.begins_at < times[-1] + HALF_HOUR and shift.ends_at > times[0]]
    return Day(
        brand_id,
        topic,
        language,
        on,
        tuple(_half(at, n, found, near, held) for n, at in enumerate(times)),
        found.method if found else "",
        found.made_at if found else None,
        found.rescaled_at if found else None,
        found.staffed_at if found else None,
    )


def _half(
    at: datetime,
    n: int,
    found: Outlook | None,
    shifts: Sequence[Shift],
    held: dict[UUID, list[tuple[datetime, datetime]]],
) -> Half:
    on = [shift for shift in shifts if shift.begins_at <= at and at + HALF_HOUR <= shift.ends_at]
    return Half(
        begins_at=at,
        low=_nth(found.low, n) or 0.0 if found else 0.0,
        middle=_nth(found.middle, n) or 0.0 if found else 0.0,
        high=_nth(found.high, n) or 0.0 if found else 0.0,
        came=_nth(found.came, n) if found else None,
        seats_needed=_nth(found.seats, n) if found else None,
        seats_planned=sum(shift.seat_count for shift in on),
        seats_published=sum(shift.seat_count for shift in on if shift.state == Shift.State.PUBLISHED),
        seats_held=sum(time[0] <= at and at + HALF_HOUR <= time[1] for one in on for time in held.get(one.pk, ())),
        served_needed=_nth(found.served, n) if found else None,
        served_planned=_nth(found.served_there, n) if found else None,
        cents=sum(-(-shift.seat_count * shift.rate_cents // 2) for shift in on),
    )


def _nth(numbers: Sequence[Number] | None, n: int) -> Number | None:
    return numbers[n] if numbers and n < len(numbers) else None
