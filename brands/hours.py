"""When a brand's people are there, in the brand's own time zone."""

from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

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
