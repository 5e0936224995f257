"""What staffing rests on, measured from what happened: handling, patience, chats at once, and absence from seats.

Sums of roll-ups and seats in plain SQL. Where too little has happened yet, a cautious constant stands in, and says so.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection
from django.db.models import Sum

from shifts.models import Arrivals

WINDOW = timedelta(days=28)
# From so many on a measurement speaks: fewer would be noise.
FEWEST_CHATS = 30
FEWEST_GONE = 30
FEWEST_SEAT_HOURS = 100
FEWEST_ONLINE_HOURS = 100
# Until then. Handling and patience are the standard world's means; the rest as `staffing.needs` assumes.
FIRST_HANDLING_SECONDS = 420.0
FIRST_PATIENCE_SECONDS = 240.0
FIRST_CONCURRENCY = 2.0
FIRST_SHRINKAGE = 0.15
MOST_SHRINKAGE = 0.5  # a bad month must not ask for ten times the seats


@dataclass(frozen=True, slots=True)
class Fact:
    """A number, from how many it was measured; 0: nothing was, it is a constant."""

    value: float
    measured_from: int = 0

    @property
    def measured(self) -> bool:
        return self.measured_from > 0


@dataclass(frozen=True, slots=True)
class Facts:
    """Handling of each class that has enough chats, of all others, and what all classes of the brand share.

    Measured handling is as it was, beside other chats; the constant is a chat alone.
    """

    handling: dict[tuple[str, str], Fact]
    other_handling: Fact
    patience: Fact
    concurrency: Fact
    shrinkage: Fact

    def handling_of(self, topic: str, language: str) -> Fact:
        return self.handling.get((topic, language), self.other_handling)


def facts(brand_id: UUID, *, now: datetime) -> Facts:
    """Of the last four weeks. Exponential patience under censoring: time waited by all over how many gave up."""
    rows = list(
        Arrivals.objects.filter(brand_id=brand_id, begins_at__gte=now - WINDOW, begins_at__lt=now)
        .values("topic", "language")
        .annotate(
            all_chats=Sum("chats"), handled=Sum("handled_seconds"), gone=Sum("abandoned"), waited=Sum("waited_seconds")
        )
        .order_by("topic", "language")
    )
    own = {
        (row["topic"], row["language"]): Fact(row["handled"] / row["all_chats"], row["all_chats"])
        for row in rows
        if row["all_chats"] >= FEWEST_CHATS and row["handled"]
    }
    chats, handled = sum(row["all_chats"] for row in rows), sum(row["handled"] for row in rows)
    gone, waited = sum(row["gone"] for row in rows), sum(row["waited"] for row in rows)
    return Facts(
        own,
        _ratio(handled, chats, FEWEST_CHATS, FIRST_HANDLING_SECONDS),
        _ratio(waited, gone, FEWEST_GONE, FIRST_PATIENCE_SECONDS),
        _concurrency(now),
        _shrinkage(brand_id, now),
    )


def _ratio(total: float, number: int, fewest: int, first: float) -> Fact:
    return Fact(total / number, number) if number >= fewest and total > 0 else Fact(first)


def _concurrency(now: datetime) -> Fact:
    """Chats at once that agents chose, weighted by how long they were online; of all brands, whose people they are."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(sum(extract(epoch FROM ended_at - began_at) * places), 0),"
            " coalesce(sum(extract(epoch FROM ended_at - began_at)), 0)"
            " FROM agents_onlinestretch WHERE ended_at > %s AND ended_at <= %s AND places > 0",
            [now - WINDOW, now],
        )
        places, seconds = cursor.fetchone()
    hours = int(seconds // 3600)
    return Fact(float(places / seconds), hours) if hours >= FEWEST_ONLINE_HOURS else Fact(FIRST_CONCURRENCY)


def _shrinkage(brand_id: UUID, now: datetime) -> Fact:
    """Of the time of seats that were held to the end or missed, that in which nobody was there."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(sum(CASE state WHEN 'over' THEN absent_seconds"
            " ELSE extract(epoch FROM ends_at - begins_at) END), 0),"
            " coalesce(sum(extract(epoch FROM ends_at - begins_at)), 0)"
            " FROM shifts_seat WHERE brand_id = %s AND state IN ('over', 'missed') AND ends_at > %s AND ends_at <= %s",
            [brand_id, now - WINDOW, now],
        )
        absent, seconds = cursor.fetchone()
    hours = int(seconds // 3600)
    if hours < FEWEST_SEAT_HOURS:
        return Fact(FIRST_SHRINKAGE)
    return Fact(min(MOST_SHRINKAGE, float(absent / seconds)), hours)
