"""Seats that the stored outlooks ask for, and shifts made of them where a brand wants that.

Classes of one language share their people: their need is computed together and split by how much work each brings.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import F

from brands.models import Brand
from shifts import automatic, measured, outlooks, saying
from shifts.cover import Cover
from shifts.measured import Facts
from shifts.models import Outlook, Shift, Staffing
from shifts.staffing.needs import Aim, Crew, Forecast, Need, given, needs, pooled

BY = "system:staffing"
SLOWER_EACH = 0.18  # a chat alone, as it will be beside another: where handling was never measured
LEAST_REQUESTS = 0.25  # a language of which less is expected in half an hour keeps nobody waiting for it
DIGITS = 3  # to which loads are rounded: Erlang's answers are remembered by load
TOLD = ["seats", "served", "served_there", "staffed_at"]


@dataclass(frozen=True)
class Terms:
    """What turns requests into seats for one brand: its aim, its people, its measured handling and patience."""

    aim: Aim
    crew: Crew
    facts: Facts

    def forecast(self, row: Outlook, n: int) -> Forecast:
        """One half hour of one class."""
        return self.forecast_of(row.topic, row.language, row.middle[n])

    def forecast_of(self, topic: str, language: str, middle: float) -> Forecast:
        """So many requests; a handling that was never measured is taken as it will be beside other chats."""
        told = self.facts.handling_of(topic, language)
        slower = 1.0 if told.measured else 1 + SLOWER_EACH * (self.crew.concurrency - 1)
        return Forecast(language, topic, float(f"{middle:.{DIGITS}g}"), told.value * slower, self.facts.patience.value)


def terms_of(brand: Brand, asked: Staffing, *, now: datetime) -> Terms:
    """An operator's shrinkage goes before the measured one, and her correction before the simulated one."""
    facts = measured.facts(brand.pk, now=now)
    shrinkage = facts.shrinkage.value if asked.shrinkage is None else asked.shrinkage
    aim = Aim(asked.share, float(asked.target_seconds), shrinkage, asked.correction_in_force)
    crew = Crew(max(1, round(facts.concurrency.value)), 0.0, asked.rate_cents)
    return Terms(aim, crew, facts)


def staff_due(*, now: datetime) -> int:
    """Seats of every outlook to come whose forecast is newer than its seats, or whose seats are an hour old."""
    stale = Outlook.objects.filter(brand__active=True, day__gte=now.date() - timedelta(days=1))
    fresh = stale.filter(staffed_at__gt=now - timedelta(hours=1), staffed_at__gte=F("made_at"))
    brands = stale.exclude(pk__in=fresh.values("pk")).values_list("brand_id", flat=True).distinct()
    return sum(staff(brand, now=now) for brand in Brand.objects.filter(pk__in=list(brands)).order_by("pk"))


def staff(brand: Brand, *, now: datetime) -> int:
    """Each outlook from today on says how many seats its class needs, and what they and those planned will give."""
    zone = ZoneInfo(brand.timezone)
    today = now.astimezone(zone).date()
    terms = terms_of(brand, saying.staffing_of(brand.pk), now=now)
    rows = list(Outlook.objects.filter(brand=brand, day__gte=today).order_by("day", "language", "topic"))
    pools: dict[tuple[date, str], list[Outlook]] = defaultdict(list)
    for row in rows:
        pools[row.day, row.language].append(row)
    for (day, language), pool in pools.items():
        times = outlooks.halves(day, zone)
        _staff_pool(brand, language, pool, times, terms, now=now)
    Outlook.objects.bulk_update(rows, TOLD, batch_size=500)
    return len(rows)


def _staff_pool(
    brand: Brand, language: str, pool: Sequence[Outlook], times: Sequence[datetime], terms: Terms, *, now: datetime
) -> None:
    there = planned(brand.pk, language, times)
    weights = _weights(pool, terms)
    for row in pool:
        row.seats, row.served, row.served_there, row.staffed_at = [], [], [], now
    for n, at in enumerate(times):
        told = [terms.forecast(row, n) for row in pool]
        need = _need(brand, told, at, terms)
        with_there = given(pooled(told, terms.crew), there[at], terms.aim, terms.crew)
        split = apportioned(need.seats if need else 0, weights)
        for row, seats in zip(pool, split, strict=True):
            row.seats.append(seats)
            row.served.append(need.expected.within_target if need else 1.0)
            row.served_there.append(with_there.within_target if need else 1.0)


def _need(brand: Brand, told: Sequence[Forecast], at: datetime, terms: Terms) -> Need | None:
    """Of classes of one language in one half hour; None while the brand is closed, or hardly anybody comes."""
    wanted = sum(one.requests for one in told) >= LEAST_REQUESTS and is_open(brand, at)
    return needs(told, terms.aim, terms.crew)[0] if wanted else None


def seats_by_class(brand: Brand, on: date, terms: Terms) -> dict[tuple[str, str], list[int]]:
    """(topic, language) -> seats in each half hour of a forecast day, as these terms ask for them."""
    pools: dict[str, list[Outlook]] = defaultdict(list)
    for row in Outlook.objects.filter(brand=brand, day=on).order_by("language", "topic"):
        pools[row.language].append(row)
    found: dict[tuple[str, str], list[int]] = defaultdict(list)
    for n, at in enumerate(outlooks.halves(on, ZoneInfo(brand.timezone))):
        for language, pool in pools.items():
            need = _need(brand, [terms.forecast(row, n) for row in pool], at, terms)
            split = apportioned(need.seats if need else 0, _weights(pool, terms))
            for row, seats in zip(pool, split, strict=True):
                found[row.topic, language].append(seats)
    return dict(found)


def _weights(pool: Sequence[Outlook], terms: Terms) -> list[float]:
    """How much work each class of the language brings this day."""
    return [sum(row.middle) * terms.facts.handling_of(row.topic, row.language).value for row in pool]


def planned(brand_id: UUID, language: str, times: Sequence[datetime]) -> Counter[datetime]:
    """Half hour -> seats of the language's shifts, of all topics, that cover all of it and are not called off."""
    first, last = times[0], times[-1] + outlooks.HALF_HOUR
    shifts = Shift.objects.filter(brand_id=brand_id, language=language, begins_at__lt=last, ends_at__gt=first)
    there: Counter[datetime] = Counter()
    for shift in shifts.exclude(state=Shift.State.CLOSED):
        for at in times:
            if shift.begins_at <= at and at + outlooks.HALF_HOUR <= shift.ends_at:
                there[at] += shift.seat_count
    return there


def apportioned(seats: int, weights: Sequence[float]) -> list[int]:
    """So many seats split by weight, by largest remainder; the first of equals has the rest."""
    total = sum(weights)
    if not seats or total <= 0:
        return [seats if n == 0 else 0 for n in range(len(weights))]
    exact = [seats * weight / total for weight in weights]
    split = [int(share) for share in exact]
    by_rest = sorted(range(len(weights)), key=lambda n: (split[n] - exact[n], n))
    for n in by_rest[: seats - sum(split)]:
        split[n] += 1
    return split


def is_open(brand: Brand, at: datetime) -> bool:
    """Whether the brand serves at this instant, by its clock; always, where it names no hours."""
    if not brand.opening_hours:
        return True
    local = at.astimezone(ZoneInfo(brand.timezone))
    opened = brand.opening_hours.get(outlooks.WEEKDAYS[local.weekday()])
    if not opened:
        return False
    begins, ends = (time.fromisoformat(said) for said in opened)
    return begins <= local.time() and (ends == time() or local.time() < ends)


def fill_due(*, now: datetime) -> int:
    """Every brand that wants it and has today's forecast has its shifts made, once a day of its clock; how many."""
    wanting = Staffing.objects.exclude(automatic=Staffing.Automatic.OFF).filter(brand__active=True)
    done = 0
    for asked in wanting.select_related("brand").order_by("brand_id"):
        today = now.astimezone(ZoneInfo(asked.brand.timezone)).date()
        ready = Outlook.objects.filter(brand=asked.brand, day=today, staffed_at__gte=F("made_at"))
        if asked.filled_on != today and ready.exists():
            fill(asked, now=now)
            Staffing.objects.filter(pk=asked.pk).update(filled_on=today)
            done += 1
    return done


def fill(asked: Staffing, *, now: datetime) -> list[Cover]:
    """Shifts for the seats that are needed and not there, from the end of the window for wishes on, each week within
    what its budget leaves. Run again it adds none."""
    zone = ZoneInfo(asked.brand.timezone)
    opens = now + timedelta(hours=asked.window_hours)
    today = now.astimezone(zone).date()
    ahead = Outlook.objects.filter(brand=asked.brand, day__gte=today, day__lte=today + timedelta(days=asked.days_ahead))
    weeks: dict[date, dict[tuple[str, str], dict[datetime, int]]] = defaultdict(lambda: defaultdict(dict))
    for row in ahead.order_by("topic", "language", "day"):
        monday = row.day - timedelta(days=row.day.weekday())
        for at, seats in zip(outlooks.halves(row.day, zone), row.seats, strict=False):
            if at >= opens:
                weeks[monday][row.topic, row.language][at] = seats
    window = opens if asked.automatic == Staffing.Automatic.PUBLISH else None
    return [
        found
        for monday, classes in sorted(weeks.items())
        for found in _fill_week(asked, monday, classes, zone, window, now=now)
    ]


def _fill_week(
    asked: Staffing,
    monday: date,
    classes: Mapping[tuple[str, str], Mapping[datetime, int]],
    zone: ZoneInfo,
    window: datetime | None,
    *,
    now: datetime,
) -> list[Cover]:
    """The busiest class first; what it leaves of the week's budget is the next one's."""
    left = None if asked.week_budget_cents is None else asked.week_budget_cents - _spent(asked, monday, zone)
    covers = []
    for of, needed in sorted(classes.items(), key=lambda item: (-sum(item[1].values()), item[0])):
        if left is not None and left <= 0:
            break
        found = automatic.fill(
            asked.brand_id,
            *of,
            needed,
            rate_cents=asked.rate_cents,
            budget_cents=left,
            window_ends_at=window,
            by=BY,
            now=now,
        )
        left = None if left is None else left - found.cents
        covers.append(found)
    return covers


def _spent(asked: Staffing, monday: date, zone: ZoneInfo) -> int:
    """What the automatic shifts of a week guarantee, in minor units."""
    since, until = outlooks.midnight(monday, zone), outlooks.midnight(monday + timedelta(days=7), zone)
    made = Shift.objects.filter(brand=asked.brand, made_by=BY, begins_at__gte=since, begins_at__lt=until)
    return sum(
        -(-shift.seat_count * shift.rate_cents * int((shift.ends_at - shift.begins_at).total_seconds()) // 3600)
        for shift in made.exclude(state=Shift.State.CLOSED)
    )
