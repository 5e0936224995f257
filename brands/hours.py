"""When a brand's people are there, in the brand's own time zone."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from brands.models import Brand

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def is_open(brand: Brand, now: datetime) -> bool:
    """Always, where no hours are set. A closing time of 00:00 is midnight at the day's end."""
    if not brand.opening_hours:
        return True
    local = now.astimezone(ZoneInfo(brand.timezone))
    today = brand.opening_hours.get(DAYS[local.weekday()])
    if not today:
        return False
    opens, closes = (time.fromisoformat(clock) for clock in today)
    return opens <= local.time() and (closes == time(0) or local.time() < closes)


def describe(brand: Brand, now: datetime) -> dict[str, Any]:
    """For the widget: open now or not, and the hours by weekday; it words them in the reader's language."""
    return {"open_now": is_open(brand, now), "timezone": brand.timezone, "hours": brand.opening_hours}


def checked(given: Any) -> dict[str, Any]:
    """Opening hours as they may be stored. Raises ValueError with one sentence."""
    if not isinstance(given, dict):
        raise ValueError('Opening hours are written as {"mon": ["08:00", "20:00"]}.')
    for day, span in given.items():
        if day not in DAYS:
            raise ValueError(f"{day} is no day: write one of {', '.join(DAYS)}.")
        if not (isinstance(span, list) and len(span) == 2):
            raise ValueError(f'{day} needs an opening and a closing time, for example ["08:00", "20:00"].')
        try:
            opens, closes = (_time(clock) for clock in span)
        except (TypeError, ValueError):
            raise ValueError(f"{day} has a time that is none: write for example 08:00.") from None
        if closes != time(0) and closes <= opens:
            raise ValueError(f"{day} closes before it opens.")
    return given


def _time(text: str) -> time:
    """A local time as it is stored, for example 08:00; no seconds and no zone of its own."""
    if len(text) != len("08:00") or text[2] != ":":
        raise ValueError(text)
    return time.fromisoformat(text)


def is_timezone(name: str) -> bool:
    return name in available_timezones()


def open_spans(brand: Brand, since: datetime, *, days: int) -> list[tuple[datetime, datetime]]:
    """When people are there from `since` on, for so many days: stretches in order, in UTC.

    A day that is 23 or 25 hours long keeps its clock times.
    """
    until = since + timedelta(days=days)
    if not brand.opening_hours:
        return [(since, until)]
    zone = ZoneInfo(brand.timezone)
    first = since.astimezone(zone).date()
    spans = [_span(brand, first + timedelta(days=n), zone) for n in range(days + 1)]
    cut = [(max(span[0], since), min(span[1], until)) for span in spans if span]
    return [(opens, closes) for opens, closes in cut if opens < closes]


def _span(brand: Brand, day: date, zone: ZoneInfo) -> tuple[datetime, datetime] | None:
    """One day's opening; a closing time of 00:00 is midnight at the day's end."""
    given = brand.opening_hours.get(DAYS[day.weekday()])
    if not given:
        return None
    opens, closes = (time.fromisoformat(clock) for clock in given)
    last = day if closes != time(0) else day + timedelta(days=1)
    return tuple(datetime.combine(on, at, zone).astimezone(UTC) for on, at in ((day, opens), (last, closes)))  # type: ignore[return-value]
