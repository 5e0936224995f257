"""What a shift guarantees, settled once it is over: the ledger is told of each seat under one key."""

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction

from agents.models import Slot
from payouts import afterwards
from payouts.late import Shift as Worked
from payouts.models import Posting
from shifts.models import Seat

A_SWEEP = 200


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
