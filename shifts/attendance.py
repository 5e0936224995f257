"""Who came: read from the times that agents were online anyway. Outside a shift's own time nothing is looked at.

A break under way, a chat that still runs, a reconnect: all that counts is time online, as `agents.stretches` keeps it.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import DurationField, ExpressionWrapper, F, Q, Value
from django.db.models.functions import Coalesce

from agents import slots
from agents.models import OnlineStretch, Slot
from marketplace.refusals import Refused
from shifts import claims, news, seats, terms
from shifts.limits import Time
from shifts.models import News, Seat, Shift, Terms

A_SWEEP = 500


def sweep(*, now: datetime) -> int:
    """Each seat whose time has come is looked at: present, missed, or over; how many changed."""
    came = Q(state=Seat.State.PRESENT, ends_at__lte=now)  # nothing more is asked of whoever came until it is over
    due = Seat.objects.filter(Q(state=Seat.State.CONFIRMED, begins_at__lte=now) | came)
    ids = list(due.order_by("begins_at").values_list("pk", flat=True)[:A_SWEEP])
    return sum(look(seat_id, now=now) for seat_id in ids)


def look(seat_id: UUID, *, now: datetime) -> bool:
    """The seat is as its agent's presence says; whether that is news. A seat missed is free and its stand-bys are rung.

    Locks: agent slot, shift; afterwards none.
    """
    with transaction.atomic():
        agent_id = Seat.objects.values_list("agent_id", flat=True).get(pk=seat_id)
        slot = slots.locked(agent_id)
        seat = Seat.objects.get(pk=seat_id)
        if seat.state not in (Seat.State.CONFIRMED, Seat.State.PRESENT) or seat.begins_at > now:
            return False
        here = online(slot, seat.begins_at, min(now, seat.ends_at))
        changed = _note(seat, here, now)
    if seat.state == Seat.State.MISSED:
        ring(seat.shift_id, but=agent_id, now=now)
    return changed


def _note(seat: Seat, here: Sequence[Time], now: datetime) -> bool:
    before = seat.state
    if here:
        seat.arrived_at, seat.left_at = here[0][0], here[-1][1]
        seat.state = Seat.State.PRESENT if now < seat.ends_at else Seat.State.OVER
        if seat.state == Seat.State.OVER:
            seat.absent_seconds = seconds(seat.begins_at, seat.ends_at) - sum(seconds(*time) for time in here)
        seat.save(update_fields=["arrived_at", "left_at", "state", "absent_seconds"])
    elif now >= missed_at(seat):
        seats.locked_shift(seat.shift_id)
        seats.give_up(seat, Seat.State.MISSED, now=now)
    return seat.state != before


def missed_at(seat: Seat) -> datetime:
    """From when on her absence counts as not coming."""
    patience = timedelta(seconds=settings.BECKON_WAITS["shift_missed_seconds"])
    return min(seat.ends_at, seat.begins_at + patience)


def is_late(seat: Seat) -> bool:
    """Whether she came, and later than on time."""
    grace = timedelta(seconds=settings.BECKON_WAITS["shift_late_seconds"])
    return seat.arrived_at is not None and seat.arrived_at > seat.begins_at + grace


def online(slot: Slot, since: datetime, until: datetime) -> list[Time]:
    """The agent's times online within these two moments, in order, the one under way included."""
    kept = OnlineStretch.objects.filter(agent_id=slot.pk, ended_at__gt=since, began_at__lt=until)
    times = list(kept.values_list("began_at", "ended_at"))
    if slot.willing and slot.online_since is not None:
        times.append((slot.online_since, until))
    clipped = [(max(began, since), min(ended, until)) for began, ended in sorted(times)]
    return [time for time in clipped if time[1] > time[0]]


def seconds(since: datetime, until: datetime) -> int:
    """Whole seconds, by the clock of the world: both are in UTC."""
    return int((until - since).total_seconds())


def ring(shift_id: UUID, *, but: UUID, now: datetime) -> int:
    """Everybody on the list who is a stand-by is told that the rest of the shift is to be had; how many. The first to
    claim it has it."""
    shift = Shift.objects.filter(pk=shift_id, ends_at__gt=now).first()
    if shift is None:
        return 0
    rung = 0
    waits = claims.ranked(shift, now=now)
    stand_bys = terms.stand_bys([waiting.agent_id for waiting in waits if waiting.agent_id != but])
    for waiting in waits:
        if waiting.agent_id in stand_bys:
            waiting.rung_at = now
            with transaction.atomic():
                waiting.save(update_fields=["rung_at"])
                news.add(waiting.agent_id, shift, News.Kind.RING, until=seats.last_begin(shift), now=now)
            rung += 1
    return rung


def stand_in(agent_id: UUID, shift_id: UUID, *, now: datetime) -> Seat:
    """The first stand-by who takes what is left of a shift under way has it. Locks: agent slot, shift."""
    if not Shift.objects.filter(pk=shift_id, begins_at__lte=now, ends_at__gt=now).exists():
        raise Refused("This shift is not under way.", code="not_under_way")
    return seats.take(agent_id, shift_id, way="stand-by", now=now)


def remind(*, now: datetime) -> int:
    """Whoever's shift begins within the time she chose is reminded, once; how many."""
    minutes = Coalesce("agent__shift_terms__remind_minutes", Terms._meta.get_field("remind_minutes").default)
    before = ExpressionWrapper(minutes * Value(timedelta(minutes=1)), output_field=DurationField())
    soon = Seat.objects.filter(state=Seat.State.CONFIRMED, reminded_at=None, begins_at__gt=now).annotate(before=before)
    due = soon.filter(before__gt=timedelta(), begins_at__lte=now + F("before")).select_related("shift")
    told = 0
    for seat in due.order_by("begins_at", "pk")[:A_SWEEP]:
        with transaction.atomic():
            if Seat.objects.filter(pk=seat.pk, reminded_at=None, state=Seat.State.CONFIRMED).update(reminded_at=now):
                news.add(seat.agent_id, seat.shift, News.Kind.NEAR, until=missed_at(seat), now=now)
                told += 1
    return told
