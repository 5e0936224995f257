"""What a shift guarantees: metered while it runs, settled once it is over, told to the ledger under one key."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction

from agents.models import Slot
from payouts import afterwards, late
from payouts.late import Shift as Worked
from payouts.models import Posting
from shifts import attendance
from shifts.models import Seat

A_SWEEP = 200


@dataclass(frozen=True, slots=True)
class Meter:
    """A guarantee under way as it stands `at` an instant, minor units. `earned_cents` is what counts towards it so far,
    `mark_cents` what the time in the seat so far guarantees, `guaranteed_cents` what it will all have guaranteed if she
    stays to the end."""

    shift: UUID
    topic: str
    brand: str
    begins_at: datetime
    ends_at: datetime
    rate_cents: int
    currency: str
    at: datetime
    earned_cents: int
    mark_cents: int
    guaranteed_cents: int
    away_seconds: int


def settle_due(*, now: datetime) -> int:
    """Every seat that is over and whose agent has no chat left, or that waited long enough, is settled; how many."""
    latest = now - timedelta(seconds=settings.BECKON_WAITS["shift_settle_seconds"])
    due = Seat.objects.filter(state=Seat.State.OVER, settled_at=None).order_by("ends_at")
    rows = list(due.values_list("pk", "agent_id", "ends_at")[:A_SWEEP])
    busy = set(Slot.objects.filter(pk__in=[row[1] for row in rows], active__gt=0).values_list("pk", flat=True))
    ready = [pk for pk, agent_id, ends_at in rows if agent_id not in busy or ends_at <= latest]
    for pk in ready:
        settle(pk, now=now)
    return len(ready)


@transaction.atomic
def settle(seat_id: UUID, *, now: datetime) -> tuple[Posting, ...]:
    """What her chats lack of the rate for her time in the seat is posted, in the books that are open now. Repeated,
    the ledger's first answer stands. Locks: the agent's ledger account, then the seat."""
    seat = Seat.objects.select_related("shift").get(pk=seat_id)
    assert seat.state == Seat.State.OVER
    assert seat.absent_seconds is not None
    posted: tuple[Posting, ...] = ()
    if seat.shift.rate_cents:
        posted = afterwards.shift_over(worked(seat), now=now)
    Seat.objects.filter(pk=seat.pk, settled_at=None).update(settled_at=now)
    return posted


def worked(seat: Seat) -> Worked:
    """The seat as the rater knows it: its own time, the rate as published, and how much of it she was away."""
    return Worked(
        shift_id=seat.pk,
        agent_id=seat.agent_id,
        brand_id=seat.brand_id,
        currency=seat.shift.currency,
        rate_cents=seat.shift.rate_cents,
        began_at=seat.begins_at,
        ended_at=seat.ends_at,
        absent_seconds=seat.absent_seconds or 0,
    )


def meter(agent_id: UUID, *, now: datetime) -> Meter | None:
    """The seat that this agent is in now, by the rule that settles it; None where none with a guarantee runs."""
    here = {"agent_id": agent_id, "begins_at__lte": now, "ends_at__gt": now, "shift__rate_cents__gt": 0}
    running = Seat.objects.filter(**here, state__in=[Seat.State.CONFIRMED, Seat.State.PRESENT])
    seat = running.select_related("shift__brand").first()
    if seat is None:
        return None
    slot = Slot.objects.get(pk=agent_id)
    there = sum(attendance.seconds(*time) for time in attendance.online(slot, seat.begins_at, now))
    away = attendance.seconds(seat.begins_at, now) - there
    full = replace(worked(seat), absent_seconds=away)
    shift = seat.shift
    return Meter(
        shift=shift.pk,
        topic=shift.topic,
        brand=shift.brand.name,
        begins_at=seat.begins_at,
        ends_at=seat.ends_at,
        rate_cents=shift.rate_cents,
        currency=shift.currency,
        at=now,
        earned_cents=late.eligible(afterwards.with_lines(full).lines),
        mark_cents=late.guaranteed(replace(full, ended_at=now)),
        guaranteed_cents=late.guaranteed(full),
        away_seconds=away,
    )
