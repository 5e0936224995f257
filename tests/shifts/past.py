"""A made-up past of Lumo's: weeks of requests by half hours of its own clock, from a seed."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from brands.models import Brand
from shifts import outlooks
from shifts.models import Arrivals
from tests.people import NOON

STOCKHOLM = ZoneInfo("Europe/Stockholm")
TODAY = date(2026, 11, 24)  # NOON's day, a Tuesday
BY_WEEKDAY = (1.3, 1.0, 0.9, 0.95, 1.05, 0.6, 0.5)


def rate(wall_half: int, weekday: int, level: float = 8.0) -> float:
    """Requests expected in a half hour: nothing at night, most at eleven."""
    hour = wall_half / 2
    return level * BY_WEEKDAY[weekday] * max(0.0, float(np.sin(np.pi * (hour - 7) / 14))) if 7 < hour < 21 else 0.0


def arrived(
    lumo: Brand,
    days: int,
    *,
    topic: str = "refunds",
    language: str = "en",
    seed: int = 1,
    level: float = 8.0,
    until: date = TODAY,
    handling: int = 400,
) -> list[Arrivals]:
    """Poisson requests of so many days before `until`, as roll-ups; all served, one in ten gave up after a minute."""
    chance = np.random.default_rng(seed)
    rows = []
    for day in (until - timedelta(days=n) for n in range(days, 0, -1)):
        for at in outlooks.halves(day, STOCKHOLM):
            local = at.astimezone(STOCKHOLM)
            came = int(chance.poisson(rate(local.hour * 2 + local.minute // 30, day.weekday(), level)))
            if came:
                gone = int(chance.binomial(came, 0.1))
                rows.append(
                    Arrivals(
                        brand=lumo,
                        topic=topic,
                        language=language,
                        begins_at=at,
                        came=came,
                        reached=came - gone,
                        in_time=came - gone,
                        abandoned=gone,
                        waited_seconds=60 * gone + 10 * (came - gone),
                        chats=came - gone,
                        handled_seconds=handling * (came - gone),
                        imported=True,
                        counted_at=NOON,
                    )
                )
    return Arrivals.objects.bulk_create(rows)
