"""What customers asked for of late, by class: what the planner tells scarce agents by. Counted between rounds."""

from datetime import datetime, timedelta

from django.db.models import Count

from dispatch.matching.crowd import Arrivals
from dispatch.models import Escalation

WINDOW = timedelta(hours=1)  # long enough that one request is no trend, short enough that a morning's rush is over
ANEW = timedelta(seconds=60)


class Lately:
    """Kept from round to round, it is counted anew each minute by `refresh`; a round reads only where nothing is known.

    Every request counts that was queued within the window, whatever became of it.
    """

    def __init__(self) -> None:
        self._came: Arrivals | None = None
        self._counted_at: datetime | None = None

    def came(self, *, now: datetime) -> Arrivals:
        """(brand, topic, language) -> how many."""
        if self._came is None:
            self._count(now)
        assert self._came is not None, "it was counted just now"
        return self._came

    def refresh(self, *, now: datetime) -> None:
        if self._counted_at is None or now - self._counted_at >= ANEW:
            self._count(now)

    def _count(self, now: datetime) -> None:
        lately = Escalation.objects.filter(queued_at__gt=now - WINDOW, queued_at__lte=now).order_by()
        found = lately.values_list("brand_id", "topic", "language").annotate(Count("pk"))
        self._came = {(brand_id, topic, language): float(many) for brand_id, topic, language, many in found}
        self._counted_at = now
