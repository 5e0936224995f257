"""The demo's plan: six weeks of arrivals, a fortnight of forecast on both sides of today, shifts, seats and wishes.

Set-based, for a start must be quick; the night's forecast replaces what is said here of days to come.
"""

import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from agents.models import Agent
from brands.models import Brand
from shifts import automatic, outlooks, staffed
from shifts.cover import cover
from shifts.models import Arrivals, Outlook, Seat, Shift, Staffing, Wish

PAST_DAYS, TOLD_DAYS, COMING_DAYS = 42, 14, 14
TAKEN_DAYS, WISHED_DAYS = 4, 9  # seats are taken up to the first, wishes gathered up to the second, then drafts
RATE_CENTS, WEEK_BUDGET_CENTS = 1_240, 900_000
HANDLING_SECONDS, PATIENCE_SECONDS, LEAVING = 400, 240, 0.04
BY_WEEKDAY = (1.25, 1.05, 0.95, 0.95, 1.05, 0.6, 0.5)
OPENS, CLOSES = 8.0, 20.0
WIDTH = 1.645  # of the 90 % interval, in standard deviations
DISPERSION = 0.03


@dataclass(frozen=True)
class Class:
    """A topic in a language, and its requests in the busiest half hour of a middling day."""

    topic: str
    language: str
    level: float

    def expected(self, at: datetime, zone: ZoneInfo) -> float:
        local = at.astimezone(zone)
        hour = local.hour + local.minute / 60
        if not OPENS <= hour < CLOSES:
            return 0.0
        shape = math.pow(math.sin(math.pi * (hour - OPENS + 0.5) / (CLOSES - OPENS + 0.5)), 0.7)
        return self.level * BY_WEEKDAY[local.weekday()] * shape


CLASSES = (
    Class("payments", "en", 9.0),
    Class("refunds", "en", 6.0),
    Class("delivery", "en", 4.0),
    Class("payments", "de", 5.0),
    Class("refunds", "sv", 2.5),
)


def seed(brand: Brand, agents: Sequence[Agent], *, now: datetime) -> None:
    """The brand has a past, a forecast and a plan around the shifts it has; these agents have seats and wishes."""
    zone, chance = ZoneInfo(brand.timezone), random.Random(2026)  # noqa: S311  (a story, not a secret)
    today = now.astimezone(zone).date()
    Staffing.objects.create(
        brand=brand, rate_cents=RATE_CENTS, week_budget_cents=WEEK_BUDGET_CENTS, set_by="system", set_at=now
    )
    came = _arrivals(brand, today, zone, chance, now=now)
    _outlooks(brand, today, zone, came, now=now)
    staffed.staff(brand, now=now)
    shifts = list(_shifts(brand, today, zone, now=now))
    Shift.objects.bulk_create(shifts)
    _people(brand, agents, [shift for shift in shifts if shift.state == Shift.State.PUBLISHED], now=now)
    Outlook.objects.filter(brand=brand).update(staffed_at=None)  # with the shifts that are there now: by the beat


def _arrivals(
    brand: Brand, today: date, zone: ZoneInfo, chance: random.Random, *, now: datetime
) -> dict[tuple[Class, datetime], int]:
    """What came in each half hour that is over; kept as roll-ups of another system."""
    found: dict[tuple[Class, datetime], int] = {}
    for day in (today - timedelta(days=n) for n in range(PAST_DAYS, -1, -1)):
        for at in outlooks.halves(day, zone):
            for of in CLASSES if at + outlooks.HALF_HOUR <= now else ():
                if (mean := of.expected(at, zone)) > 0:
                    found[of, at] = max(0, round(chance.gauss(mean, math.sqrt(mean + DISPERSION * mean * mean))))
    Arrivals.objects.bulk_create(
        [
            _rolled_up(brand, of, at, came, int(chance.random() < LEAVING * came), now)
            for (of, at), came in found.items()
            if came
        ],
        ignore_conflicts=True,
    )
    return found


def _rolled_up(brand: Brand, of: Class, at: datetime, came: int, gone: int, now: datetime) -> Arrivals:
    return Arrivals(
        brand=brand,
        topic=of.topic,
        language=of.language,
        begins_at=at,
        came=came,
        reached=came - gone,
        in_time=(came - gone) * 4 // 5,
        abandoned=gone,
        waited_seconds=round(PATIENCE_SECONDS * LEAVING * came),
        chats=came - gone,
        handled_seconds=HANDLING_SECONDS * (came - gone),
        imported=True,
        counted_at=now,
    )


def _outlooks(
    brand: Brand, today: date, zone: ZoneInfo, came: dict[tuple[Class, datetime], int], *, now: datetime
) -> None:
    """What was said of the last days, with what came of it, and what is said of the next ones."""
    rows = []
    for day in (today + timedelta(days=n) for n in range(-TOLD_DAYS, COMING_DAYS)):
        times = outlooks.halves(day, zone)
        for of in CLASSES:
            said = [round(of.expected(at, zone), 2) for at in times]
            wide = [WIDTH * math.sqrt(mean + DISPERSION * mean * mean) for mean in said]
            low = [max(0.0, round(mean - width, 1)) for mean, width in zip(said, wide, strict=True)]
            high = [round(mean + width, 1) for mean, width in zip(said, wide, strict=True)]
            row = Outlook(
                brand=brand,
                topic=of.topic,
                language=of.language,
                day=day,
                begins_at=times[0],
                made_at=min(now - timedelta(days=1), times[0]),
                method="mean of weekdays",
                days_known=PAST_DAYS,
                days_ahead=max(1, (day - today).days + 1),
                back_tested=day < today,
                dispersion=DISPERSION,
                said=said,
                low=low,
                middle=said,
                high=high,
            )
            if day < today:
                _judge(row, [float(came.get((of, at), 0)) for at in times], now=now)
            rows.append(row)
    Outlook.objects.bulk_create(rows, ignore_conflicts=True)


def _judge(row: Outlook, came: list[float], *, now: datetime) -> None:
    row.came, row.judged_at = came, now
    row.missed = sum(abs(one - said) for one, said in zip(came, row.said, strict=True))
    row.inside = sum(low <= one <= high for low, one, high in zip(row.low, came, row.high, strict=True))


def _shifts(brand: Brand, today: date, zone: ZoneInfo, *, now: datetime) -> Iterator[Shift]:
    """Most of what the forecast asks for, cut as the product cuts it: published, gathering wishes, or drafts."""
    keys = ("topic", "language", "begins_at", "ends_at")
    there_already = set(Shift.objects.filter(brand=brand).values_list(*keys))
    for ahead in range(COMING_DAYS - 2):
        day = today + timedelta(days=ahead)
        for row in Outlook.objects.filter(brand=brand, day=day).order_by("topic", "language"):
            times = outlooks.halves(day, zone)
            needed = dict(zip(times, row.seats, strict=True))
            budget = sum(needed.values()) * RATE_CENTS * 9 // 20  # nine tenths of the seats
            there = automatic.seats_there(brand.pk, row.topic, row.language, needed)
            for piece in cover(needed, there, rate_cents=RATE_CENTS, budget_cents=budget).pieces:
                if (row.topic, row.language, piece.begins_at, piece.ends_at) in there_already:
                    continue
                yield Shift(
                    brand=brand,
                    topic=row.topic,
                    language=row.language,
                    begins_at=piece.begins_at,
                    ends_at=piece.ends_at,
                    seat_count=piece.seats,
                    rate_cents=RATE_CENTS,
                    currency=brand.currency,
                    made_by="system:demo",
                    made_at=now,
                    **_stage(ahead, piece.begins_at, now),
                )


def _stage(ahead: int, begins_at: datetime, now: datetime) -> dict[str, object]:
    if ahead >= WISHED_DAYS:
        return {"state": Shift.State.DRAFT}
    published = {"state": Shift.State.PUBLISHED, "published_at": now}
    if ahead <= TAKEN_DAYS:
        return {**published, "window_ends_at": min(now, begins_at), "allotted_at": now}
    return {**published, "window_ends_at": datetime.combine(begins_at.date() - timedelta(days=2), time(18), UTC)}


def _people(brand: Brand, agents: Sequence[Agent], shifts: Sequence[Shift], *, now: datetime) -> None:
    """Each agent holds a seat on most of the next days, and wishes for shifts after them."""
    seats: list[Seat] = []
    wishes: list[Wish] = []
    numbers: dict[object, int] = {}
    for place, agent in enumerate(agents):
        spoken = set(agent.languages.values_list("code", flat=True))
        able = [shift for shift in shifts if shift.language in spoken and shift.begins_at > now + timedelta(hours=1)]
        for shift in _one_a_day(able, place):
            if shift.allotted_at is None:
                wish = Wish(brand=brand, shift=shift, agent=agent, strength=1 + (place + len(wishes)) % 3, made_at=now)
                wishes.append(wish)
            elif numbers.get(shift.pk, 0) < shift.seat_count:
                numbers[shift.pk] = numbers.get(shift.pk, 0) + 1
                seats.append(_seat(brand, shift, agent, numbers[shift.pk], now))
    Seat.objects.bulk_create(seats)
    Wish.objects.bulk_create(wishes)


def _seat(brand: Brand, shift: Shift, agent: Agent, number: int, now: datetime) -> Seat:
    return Seat(
        brand=brand,
        shift=shift,
        number=number,
        agent=agent,
        begins_at=shift.begins_at,
        ends_at=shift.ends_at,
        way="allotment",
        taken_at=now,
    )


def _one_a_day(shifts: Sequence[Shift], place: int) -> Iterator[Shift]:
    """A shift on four days of five, near the same time each day, so that the night between is rest."""
    days: dict[date, list[Shift]] = {}
    for shift in shifts:
        days.setdefault(shift.begins_at.date(), []).append(shift)
    for turn, (_, some) in enumerate(sorted(days.items())):
        if (turn + place) % 5 != 4:
            wanted = 9 + place % 3 * 2
            yield min(some, key=lambda shift: (abs(shift.begins_at.hour - wanted), shift.topic))
