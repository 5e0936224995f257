"""What agents do about shifts: wish, claim, give back, wait. Every no is a sentence; no no costs a rank."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Exists, F, OuterRef, Q

from agents import slots
from marketplace.refusals import Refused
from shifts import seats
from shifts.models import Seat, Shift, Swap, Waiting, Wish

WEAKEST, STRONGEST = 1, 3
INSTANT_BEFORE = timedelta(hours=1)  # so near its begin nobody waits for an allotment any more
ASKED_AT_ONCE = 50


def gathers_wishes(shift: Shift, *, now: datetime) -> bool:
    """Whether a claim is a wish still: the window is open, or its wishes are being answered."""
    return shift.allotted_at is None and now < shift.begins_at - INSTANT_BEFORE


@transaction.atomic
def claim(agent_id: UUID, shift_id: UUID, *, strength: int = 2, now: datetime) -> Seat | Wish:
    """In the window a wish, which a later one replaces; afterwards the seat at once, or Refused with the reason.

    Locks: agent slot, shift.
    """
    agent = slots.locked(agent_id).agent
    shift = seats.locked_shift(shift_id)
    if not gathers_wishes(shift, now=now):
        return seats.take(agent_id, shift_id, way="claim", now=now)
    if not WEAKEST <= strength <= STRONGEST:
        raise Refused("A wish has a strength from 1 to 3.", code="bad_strength")
    missing = seats.lacking(agent.pk, shift, now=now)
    if missing:
        raise Refused(f"It asks for what you are not certified for yet: {missing}.", code="skill")
    said = {"strength": strength, "state": Wish.State.OPEN, "made_at": now, "answered_at": None}
    wish, _ = Wish.objects.update_or_create(
        shift=shift, agent=agent, defaults={**said, "brand_id": shift.brand_id, "reason": "", "sentence": ""}
    )
    return wish


def unwish(agent_id: UUID, shift_id: UUID, *, now: datetime) -> None:
    """An open wish is withdrawn; there being none is no error."""
    open_ = Wish.objects.filter(agent_id=agent_id, shift_id=shift_id, state=Wish.State.OPEN)
    open_.update(state=Wish.State.WITHDRAWN, answered_at=now)


def give_back(agent_id: UUID, seat_id: UUID, *, now: datetime) -> Seat:
    """The seat is free, and goes to whoever waits for it. Refused once the deadline is over. A repeat changes nothing.

    Locks: agent slot, shift; then those of who moves up.
    """
    with transaction.atomic():
        slots.locked(agent_id)
        seat = own_seat(agent_id, seat_id)
        if seat.state == Seat.State.GIVEN_BACK:
            return seat
        until = seat.begins_at - timedelta(seconds=settings.BECKON_WAITS["shift_give_back_seconds"])
        if seat.state != Seat.State.CONFIRMED or now > until:
            raise Refused(
                f"It could be given back until {until:%d %b %H:%M} UTC. You can still pass it to a colleague.",
                code="too_late",
            )
        seats.locked_shift(seat.shift_id)
        Swap.objects.filter(seat=seat, state=Swap.State.OPEN).update(state=Swap.State.WITHDRAWN, ended_at=now)
        seats.give_up(seat, Seat.State.GIVEN_BACK, now=now)
    move_up(seat.shift_id, now=now)
    return seat


def own_seat(agent_id: UUID, seat_id: UUID) -> Seat:
    """Her seat, as it is under her slot's lock, which the caller holds."""
    seat = Seat.objects.select_related("shift").filter(pk=seat_id, agent_id=agent_id).first()
    if seat is None:
        raise Refused("You have no such seat.", code="not_found")
    return seat


@transaction.atomic
def wait(agent_id: UUID, shift_id: UUID, *, now: datetime) -> Waiting:
    """She is on the shift's waiting list; seats that come free go to it. Refused where one is free, or she has one.

    Locks: agent slot, shift.
    """
    agent = slots.locked(agent_id).agent
    shift = seats.locked_shift(shift_id)
    if gathers_wishes(shift, now=now):
        raise Refused("Wishes are still gathered: wish for it, and wait once they are answered.", code="too_early")
    if Seat.objects.filter(shift=shift, agent=agent, state__in=Seat.HELD).exists():
        raise Refused("You have a seat of this shift.", code="seated")
    if seats.free_number(shift) is not None and now < shift.begins_at:
        raise Refused("A seat is free: you can have it now.", code="free")
    missing = seats.lacking(agent.pk, shift, now=now)
    if missing:
        raise Refused(f"It asks for what you are not certified for yet: {missing}.", code="skill")
    said = {"brand_id": shift.brand_id, "state": Waiting.State.WAITING, "joined_at": now}
    waiting, new = Waiting.objects.get_or_create(shift=shift, agent=agent, defaults=said)
    if not new and waiting.state != Waiting.State.WAITING:
        waiting.state, waiting.joined_at, waiting.rung_at = Waiting.State.WAITING, now, None
        waiting.save(update_fields=["state", "joined_at", "rung_at"])
    return waiting


def leave_list(agent_id: UUID, shift_id: UUID) -> None:
    """She waits no more; not having waited is no error."""
    on_it = Waiting.objects.filter(agent_id=agent_id, shift_id=shift_id, state=Waiting.State.WAITING)
    on_it.update(state=Waiting.State.LEFT)


def move_up(shift_id: UUID, *, now: datetime) -> list[Seat]:
    """Free seats of a shift that has not begun go to who waits, fewest hours of four weeks first. One transaction for
    each, so that no two agents' slots are held together. Who cannot have it now keeps her place."""
    shift = Shift.objects.filter(pk=shift_id, state=Shift.State.PUBLISHED, begins_at__gt=now).first()
    if shift is None:
        return []
    moved = []
    waits = ranked(shift, now=now)
    able = seats.fit([waiting.agent_id for waiting in waits], shift, now=now)
    for waiting in (one for one in waits if one.agent_id in able):
        try:
            moved.append(seats.take(waiting.agent_id, shift_id, way="waiting", now=now))
        except Refused as refused:
            if refused.code == "full":
                break
    return moved


def ranked(shift: Shift, *, now: datetime) -> list[Waiting]:
    """Who waits, in the order of being asked."""
    waiting = list(Waiting.objects.filter(shift=shift, state=Waiting.State.WAITING)[:ASKED_AT_ONCE])
    return in_turn(waiting, seats.minutes_before([one.agent_id for one in waiting], now=now))


def in_turn(waiting: Iterable[Waiting], had: Mapping[UUID, int]) -> list[Waiting]:
    """Fewest minutes of four weeks first, then who waits longest."""
    return sorted(waiting, key=lambda one: (had[one.agent_id], one.joined_at, one.agent_id))


def move_up_due(*, now: datetime) -> int:
    """The sweep: every shift to come with a free seat and somebody who waits; how many moved up."""
    waits = Waiting.objects.filter(shift=OuterRef("pk"), state=Waiting.State.WAITING)
    coming = Shift.objects.filter(Exists(waits), state=Shift.State.PUBLISHED, begins_at__gt=now)
    held = Count("seats", filter=Q(seats__state__in=Seat.HELD))
    free = coming.annotate(held=held).filter(held__lt=F("seat_count")).order_by("begins_at", "pk")
    return sum(len(move_up(shift_id, now=now)) for shift_id in list(free.values_list("pk", flat=True)))
