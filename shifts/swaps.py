"""A seat passed to a colleague, for nothing or for hers in another shift: both change in one transaction or neither."""

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction

from agents import slots
from agents.models import Agent
from marketplace.refusals import Refused
from shifts import claims, news, seats
from shifts.models import News, Seat, Shift, Swap


@transaction.atomic
def offer(
    agent_id: UUID, seat_id: UUID, *, now: datetime, colleague: UUID | None = None, wanted: UUID | None = None
) -> Swap:
    """Her seat is held out to one colleague, or to whoever may work it. It stays hers until somebody takes it.

    `wanted` is the shift of which she would have a seat in return. Locks: her slot.
    """
    slots.locked(agent_id)
    seat = claims.own_seat(agent_id, seat_id)
    _demand_in_time(seat, now=now)
    if colleague == agent_id or (colleague and not Agent.objects.filter(pk=colleague, state="approved").exists()):
        raise Refused("There is no such colleague.", code="not_found")
    if wanted is not None and not Shift.objects.filter(pk=wanted, state="published", begins_at__gt=now).exists():
        raise Refused("There is no such shift.", code="not_found")
    said = {"colleague_id": colleague, "wanted_id": wanted, "offered_at": now, "brand_id": seat.brand_id}
    swap, _ = Swap.objects.update_or_create(seat=seat, state=Swap.State.OPEN, defaults=said)
    news.end(seat.shift_id, [News.Kind.HELD_OUT], now=now)
    if colleague is not None:
        until, who = _until(seat), Agent.objects.get(pk=agent_id).display_name
        news.add(colleague, seat.shift, News.Kind.HELD_OUT, until=until, words=who, swap_id=swap.pk, now=now)
    return swap


@transaction.atomic
def withdraw(agent_id: UUID, swap_id: UUID, *, now: datetime) -> None:
    """The seat is held out no more. Locks: her slot."""
    slots.locked(agent_id)
    own = Swap.objects.filter(pk=swap_id, seat__agent_id=agent_id)
    if not own.exists():
        raise Refused("You have no such swap.", code="not_found")
    if own.filter(state=Swap.State.OPEN).update(state=Swap.State.WITHDRAWN, ended_at=now):
        news.end(own.get().seat.shift_id, [News.Kind.HELD_OUT], now=now)


@transaction.atomic
def take(agent_id: UUID, swap_id: UUID, *, now: datetime) -> Seat:
    """The seat is the taker's, and her own of the wanted shift is the other's. Refused whole where a limit of either
    stands against it. A repeat returns what she took.

    Locks: both agents' slots, both shifts, ids ascending.
    """
    swap = Swap.objects.select_related("seat").filter(pk=swap_id).first()
    if swap is None or (swap.colleague_id is not None and swap.colleague_id != agent_id):
        raise Refused("There is no such swap.", code="not_found")
    if swap.seat.agent_id == agent_id:
        raise Refused("This seat is yours.", code="own")
    slots.locked_all([agent_id, swap.seat.agent_id])
    swap.refresh_from_db()
    if swap.state == Swap.State.TAKEN and swap.taken_by_id == agent_id:
        return Seat.objects.get(shift_id=swap.seat.shift_id, agent_id=agent_id, state__in=Seat.HELD)
    if swap.state != Swap.State.OPEN:
        raise Refused("This seat is held out no more.", code="gone")
    return _change_hands(swap, agent_id, now)


def _change_hands(swap: Swap, taker_id: UUID, now: datetime) -> Seat:
    """The caller holds both slots."""
    shifts = {
        one: seats.locked_shift(one) for one in sorted({swap.seat.shift_id, swap.wanted_id or swap.seat.shift_id})
    }
    seat = Seat.objects.select_related("agent", "shift").get(pk=swap.seat_id)
    returned = _in_return(swap, taker_id)
    gone = [seat] if returned is None else [seat, returned]
    for each in gone:
        _demand_in_time(each, now=now)
        seats.give_up(each, Seat.State.SWAPPED, now=now)
    got = _seat(Agent.objects.get(pk=taker_id), shifts[seat.shift_id], seat.number, now)
    if returned is not None:
        try:
            _seat(seat.agent, shifts[returned.shift_id], returned.number, now)
        except Refused as refused:  # whose limits these are is the colleague's business
            raise Refused("Your colleague cannot have your seat in return.", code="no_return") from refused
    swap.state, swap.taken_by_id, swap.ended_at = Swap.State.TAKEN, taker_id, now
    swap.save(update_fields=["state", "taken_by", "ended_at"])
    Swap.objects.filter(seat=returned, state=Swap.State.OPEN).update(state=Swap.State.WITHDRAWN, ended_at=now)
    news.end(seat.shift_id, [News.Kind.HELD_OUT], now=now)
    until = max(seat.begins_at, now + news.KEPT)
    news.add(seat.agent_id, seat.shift, News.Kind.PASSED_ON, until=until, words=got.agent.display_name, now=now)
    return got


def _in_return(swap: Swap, taker_id: UUID) -> Seat | None:
    """The taker's seat of the shift that is wanted; None where nothing is."""
    if swap.wanted_id is None:
        return None
    found = Seat.objects.filter(shift_id=swap.wanted_id, agent_id=taker_id, state=Seat.State.CONFIRMED).first()
    if found is None:
        raise Refused("A seat of another shift is asked for in return, and you have none there.", code="no_return")
    return found


def _seat(agent: Agent, shift: Shift, number: int, now: datetime) -> Seat:
    seats.demand_fit(agent, shift, begins_at=shift.begins_at, now=now)
    return seats.hold(agent, shift, number, begins_at=shift.begins_at, way="swap", now=now)


def _demand_in_time(seat: Seat, *, now: datetime) -> None:
    until = _until(seat)
    if seat.state != Seat.State.CONFIRMED or now > until:
        raise Refused(f"It could be passed on until {until:%d %b %H:%M} UTC.", code="too_late")


def _until(seat: Seat) -> datetime:
    return seat.begins_at - timedelta(seconds=settings.BECKON_WAITS["shift_swap_seconds"])
