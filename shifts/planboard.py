"""The operators' picture of a brand's day and week: what is expected, which seats there are, their cost and service."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, Q

from brands.models import Brand, Skill
from shifts import levels, outlooks, saying, staffed
from shifts.levels import Level
from shifts.measured import Fact
from shifts.models import Allotment, Seat, Shift, Staffing, Wish
from shifts.outlooks import Day
from shifts.staffed import Terms

WEEK_DAYS = 7
AROUND_DAYS = 366  # how far from today the board goes


def week_of(day: date) -> tuple[date, date]:
    """The Monday of this day's week and the one after it."""
    monday = day - timedelta(days=day.weekday())
    return monday, monday + timedelta(days=WEEK_DAYS)


def tried(terms: Terms, *, share: float | None, seconds: float | None) -> Terms:
    """What the brand asks for, or what somebody tries out."""
    goal = {"share": share, "target_seconds": seconds}
    return replace(terms, aim=replace(terms.aim, **{name: told for name, told in goal.items() if told is not None}))


def shown(
    brand: Brand,
    on: date,
    topic: str,
    language: str,
    *,
    share: float | None = None,
    seconds: float | None = None,
    now: datetime,
) -> dict[str, Any]:
    """One class's day with its week and all classes beside it. Without a class, the busiest of the day."""
    zone = ZoneInfo(brand.timezone)
    since, until = week_of(on)
    staffing = saying.staffing_of(brand.pk)
    terms = tried(staffed.terms_of(brand, staffing, now=now), share=share, seconds=seconds)
    week = outlooks.days(brand.pk, since, until, zone=zone)
    today = [day for day in week if day.day == on]
    own = _chosen(brand, today, topic, language, on, zone)
    pool = [day for day in today if day.language == own.language and day.topic != own.topic] + [own]
    pool.sort(key=lambda day: day.topic)  # as staffing goes through them: the first of equals has the rest
    told = levels.of_language(brand, pool, terms)
    return {
        "brand": brand.pk,
        "day": on,
        "zone": brand.timezone,
        "currency": brand.currency,
        "topic": own.topic,
        "language": own.language,
        "now": now,
        "method": own.method,
        "made_at": own.made_at,
        "rescaled_at": own.rescaled_at,
        "halves": [_half(half, level, own.topic) for half, level in zip(own.halves, told, strict=True)],
        "classes": _classes(brand, today, own),
        "week": _week(week, own, since),
        "money": _money(week, own, pool, told, staffing),
        "aim": {"share": terms.aim.share, "seconds": terms.aim.target_seconds},
        "staffing": {name: getattr(staffing, name) for name in ("share", "target_seconds", "rate_cents")},
        "rests_on": _rests_on(own, terms, staffing),
        "shifts": _shifts(brand, own, zone),
    }


def needed(
    brand: Brand, on: date, topic: str, language: str, *, share: float | None, seconds: float | None, now: datetime
) -> dict[datetime, int]:
    """Half hour -> seats that this class asks for on this day, for filling up."""
    found = shown(brand, on, topic, language, share=share, seconds=seconds, now=now)
    return {half["at"]: half["needed"] for half in found["halves"]}


def run_shown(run: Allotment | None) -> dict[str, Any] | None:
    """The latest run of the matching; its gap is told as soon as it is known."""
    if run is None:
        return None
    fields = ("id", "kind", "state", "asked_at", "began_at", "ended_at", "shifts", "seats_free", "granted", "refused")
    return {name: getattr(run, name) for name in fields} | {"gap": run.gap, "finished": run.finished, "note": run.note}


def _chosen(brand: Brand, today: Sequence[Day], topic: str, language: str, on: date, zone: ZoneInfo) -> Day:
    known = {(day.topic, day.language): day for day in today}
    if (topic, language) in known:
        return known[topic, language]
    if topic and language:
        return outlooks.day(brand.pk, topic, language, on, zone=zone)
    busiest = max(today, key=lambda day: (_requests(day), day.topic, day.language), default=None)
    if busiest is not None:
        return busiest
    first = Skill.objects.filter(brand=brand).values_list("key", flat=True).first() or ""
    return outlooks.day(brand.pk, first, brand.locale.split("-")[0], on, zone=zone)


def _half(half: outlooks.Half, level: Level, topic: str) -> dict[str, Any]:
    wanted = level.needed[topic]
    return {
        "at": half.begins_at,
        "low": round(half.low, 2),
        "middle": round(half.middle, 2),
        "high": round(half.high, 2),
        "came": half.came,
        "needed": wanted,
        "planned": half.seats_planned,
        "published": half.seats_published,
        "held": half.seats_held,
        "short": max(0, wanted - half.seats_planned),
        "served": round(level.served_planned, 4),
        "served_held": round(level.served_held, 4),
        "abandoned": round(level.abandoned_planned, 4),
        "cents": half.cents,
    }


def _classes(brand: Brand, today: Sequence[Day], own: Day) -> list[dict[str, Any]]:
    """Every class of the day, the busiest first."""
    names = dict(Skill.objects.filter(brand=brand).values_list("key", "name"))
    days = today if any(day is own for day in today) else [*today, own]
    rows = [
        {
            "topic": day.topic,
            "name": names.get(day.topic, day.topic),
            "language": day.language,
            "requests": round(_requests(day), 1),
            **_seats(day),
        }
        for day in days
    ]
    return sorted(rows, key=lambda row: (-row["requests"], row["name"], row["language"]))


def _week(week: Iterable[Day], own: Day, since: date) -> list[dict[str, Any]]:
    known = {day.day: day for day in week if (day.topic, day.language) == (own.topic, own.language)}
    known[own.day] = own
    every = [since + timedelta(days=n) for n in range(WEEK_DAYS)]
    return [
        {
            "day": on,
            "requests": round(_requests(known[on]), 1) if on in known and known[on].made_at else None,
            "cents": known[on].cents if on in known else 0,
            **(_seats(known[on]) if on in known else dict.fromkeys(("needed", "planned", "published", "held"), 0.0)),
        }
        for on in every
    ]


def _requests(day: Day) -> float:
    return sum(half.middle for half in day.halves)


def _seats(day: Day) -> dict[str, float]:
    """Hours of seats, as stored for the goal in force."""
    return {
        "needed": sum(half.seats_needed or 0 for half in day.halves) / 2,
        "planned": sum(half.seats_planned for half in day.halves) / 2,
        "published": sum(half.seats_published for half in day.halves) / 2,
        "held": sum(half.seats_held for half in day.halves) / 2,
    }


def _money(
    week: Sequence[Day], own: Day, pool: Sequence[Day], told: Sequence[Level], staffing: Staffing
) -> dict[str, Any]:
    """Guarantees: of this class's day, of all on the day and in the week, and what the seats needed would cost."""
    halves = sum(level.needed[own.topic] for level in told)
    return {
        "class_day": own.cents,
        "day": sum(day.cents for day in week if day.day == own.day),
        "week": sum(day.cents for day in week),
        "week_budget": staffing.week_budget_cents,
        "needed_seat_hours": halves / 2,
        "needed_cents": -(-halves * staffing.rate_cents // 2),
        "service_day": _weighed(pool, [level.served_planned for level in told]),
        "service_needed": _weighed(pool, [level.served_needed for level in told]),
    }


def _weighed(pool: Sequence[Day], shares: Sequence[float]) -> float | None:
    """Of all who are expected in the language this day, the share answered in time."""
    weights = [sum(day.halves[n].middle for day in pool) for n in range(len(shares))]
    total = sum(weights)
    return round(sum(w * share for w, share in zip(weights, shares, strict=True)) / total, 4) if total else None


def _rests_on(own: Day, terms: Terms, staffing: Staffing) -> dict[str, Any]:
    """The numbers behind the seats, and from how much each was measured; 0: it stands in until it can be."""
    facts, aim = terms.facts, terms.aim
    handling = facts.handling_of(own.topic, own.language)
    concurrency = replace(facts.concurrency, value=float(terms.crew.concurrency))
    told = {"handling": handling, "patience": facts.patience, "concurrency": concurrency}
    shrinkage = {"value": aim.shrinkage, "measured_from": facts.shrinkage.measured_from}
    return {name: _fact(fact) for name, fact in told.items()} | {
        "shrinkage": shrinkage if facts.shrinkage.value == aim.shrinkage else {**shrinkage, "measured_from": 0},
        "correction": {"value": aim.correction, "measured_from": int(_is_simulated(staffing))},
    }


def _is_simulated(staffing: Staffing) -> bool:
    return staffing.correction is None and staffing.simulated_at is not None


def _fact(fact: Fact) -> dict[str, Any]:
    return {"value": round(fact.value, 1), "measured_from": fact.measured_from}


def _shifts(brand: Brand, own: Day, zone: ZoneInfo) -> list[dict[str, Any]]:
    since = outlooks.midnight(own.day, zone)
    until = outlooks.midnight(own.day + timedelta(days=1), zone)
    rows = Shift.objects.filter(brand=brand, topic=own.topic, language=own.language)
    rows = rows.filter(begins_at__lt=until, ends_at__gt=since).annotate(
        held=Count("seats", filter=Q(seats__state__in=Seat.HELD), distinct=True),
        missed=Count("seats", filter=Q(seats__state=Seat.State.MISSED), distinct=True),
        wishes_open=Count("wishes", filter=Q(wishes__state=Wish.State.OPEN), distinct=True),
    )
    return [shift_shown(row) for row in rows.order_by("begins_at", "ends_at", "id")]


def shift_shown(shift: Any) -> dict[str, Any]:
    """A shift as operators see it; counts where the query brought them."""
    fields = (
        "id", "topic", "language", "begins_at", "ends_at", "seat_count", "rate_cents", "currency", "state",
        "window_ends_at", "allotted_at",
    )  # fmt: skip
    counts = {name: getattr(shift, name, 0) for name in ("held", "missed", "wishes_open")}
    return {name: getattr(shift, name) for name in fields} | counts
