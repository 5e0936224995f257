"""Today's outlooks in the light of the day so far. What was said before the day stays beside it, and is what is judged.

The error of earlier days says how far one half hour speaks for the next; while too few are judged, a plain ratio does.
"""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from brands.models import Brand
from shifts import outlooks
from shifts.forecast import intervals, intraday
from shifts.forecasting import trials_of
from shifts.histories import came
from shifts.models import Outlook

MOVED = ["low", "middle", "high", "rescaled_at"]


def rescale_due(*, now: datetime) -> int:
    """Today's outlooks of every brand; how many. Run again, the same counts give the same."""
    return sum(rescale(brand, now=now) for brand in Brand.objects.filter(active=True).order_by("pk"))


def rescale(brand: Brand, *, now: datetime) -> int:
    """One brand's: half hours that are over hold what came, the others what is now expected of them."""
    zone = ZoneInfo(brand.timezone)
    today = now.astimezone(zone).date()
    rows = list(Outlook.objects.filter(brand=brand, day=today).order_by("topic", "language"))
    counts = came(brand, [today], zone, until=now)
    times = outlooks.halves(today, zone)
    for row in rows:
        _move(row, counts.get((row.topic, row.language), {}), times, now)
    Outlook.objects.bulk_update(rows, MOVED)
    return len(rows)


def _move(row: Outlook, own: dict[datetime, int], times: list[datetime], now: datetime) -> None:
    closed = sum(at + outlooks.HALF_HOUR <= now for at in times)
    running, elapsed = 0.0, 0.0
    if closed < len(times):
        running = float(own.get(times[closed], 0))
        elapsed = max(0.0, (now - times[closed]) / outlooks.HALF_HOUR)
    so_far = intraday.DaySoFar(np.array([float(own.get(at, 0)) for at in times[:closed]]), running, elapsed)
    before = Outlook.objects.filter(brand_id=row.brand_id, topic=row.topic, language=row.language, came__isnull=False)
    latest = before.filter(day__lt=row.day, day__gte=row.day - timedelta(days=90)).order_by("day")
    covariance = intraday.learn(trials_of(list(latest), len(times)))
    middle = intraday.update(np.array(row.said), so_far, covariance)
    low, high = intervals.interval(middle, row.dispersion)
    low[:closed] = high[:closed] = middle[:closed]
    row.low, row.middle, row.high, row.rescaled_at = low.tolist(), middle.tolist(), high.tolist(), now
