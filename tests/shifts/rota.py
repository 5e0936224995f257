"""Shifts of Lumo's for tests: hours after noon, times to the minute, and what people hold."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from agents.models import Agent
from brands.models import Brand
from shifts import news, planning, seats, terms
from shifts.models import Seat, Shift
from tests.people import NOON

BY = "operator:noor"
TOMORROW = NOON + timedelta(days=1)  # a Wednesday


def hour(hours: float) -> datetime:
    """So many hours after noon of the first day."""
    return NOON + timedelta(hours=hours)


def shift(brand: Brand, begins: float = 24, lasts: float = 4, *, window: float | None = None, **changes: Any) -> Shift:
    """A published shift that begins so many hours after noon; without a window its seats are claimed at once."""
    known: dict[str, Any] = {"topic": "refunds", "language": "en", "seat_count": 1, "rate_cents": 1500, **changes}
    block = planning.Block(begins_at=hour(begins), ends_at=hour(begins + lasts), **known)
    made = planning.draft(brand.pk, block, by=BY, now=NOON)
    return planning.publish(made.pk, window_ends_at=None if window is None else hour(window), by=BY, now=NOON)


def held(agent: Agent) -> list[Shift]:
    """The shifts in which she has a seat, in order of time."""
    rows = Seat.objects.filter(agent=agent, state__in=Seat.HELD).select_related("shift").order_by("begins_at")
    return [seat.shift for seat in rows]


def told(agent: Agent, hours: float) -> list[tuple[str, UUID]]:
    """What her screens would tell her of shifts so many hours after noon: kinds and shifts, the newest first."""
    return [(one.kind, one.shift_id) for one in news.shown([agent.pk], now=hour(hours)).get(agent.pk, [])]


def faults(agent: Agent) -> list[str]:
    """Limits that the seats she holds break, counted plainly."""
    from shifts import limits

    bounds = terms.bounds(agent, terms.of(agent.pk), on=NOON.date())
    return limits.faults(seats.times(agent.pk, hour(48)), bounds)
