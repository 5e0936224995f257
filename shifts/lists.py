"""What an agent sees of shifts: those she may work, what she said about each, and what she holds."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Q

from agents.models import Agent
from marketplace.refusals import Refused
from shifts import attendance, claims
from shifts.models import Seat, Shift, Swap, Waiting, Wish

LONGEST = timedelta(days=42)
MOST = 500


def week(agent: Agent, since: datetime, until: datetime, *, now: datetime) -> list[dict[str, Any]]:
    """Published shifts that begin within these moments, of classes she is certified for or holds a seat in."""
    if not timedelta() < until - since <= LONGEST:
        raise Refused("Ask for at most six weeks at once.", code="bad_time")
    topics = {(one.skill.brand_id, one.skill.key) for one in agent.skills.select_related("skill")}
    languages = set(agent.languages.values_list("code", flat=True))
    shown = Shift.objects.filter(state=Shift.State.PUBLISHED, begins_at__gte=since, begins_at__lt=until)
    taken = Count("seats", filter=Q(seats__state__in=Seat.HELD))
    shifts = list(shown.select_related("brand").annotate(taken=taken).order_by("begins_at", "id")[:MOST])
    own = _own(agent.pk, [shift.pk for shift in shifts])
    fit = [s for s in shifts if ((s.brand_id, s.topic) in topics and s.language in languages) or s.pk in own["seat"]]
    return [_shown(shift, own, now) for shift in fit]


def held(agent_id: UUID, since: datetime, until: datetime) -> list[dict[str, Any]]:
    """Her seats that begin within these moments, those she gave up or missed too."""
    rows = Seat.objects.filter(agent_id=agent_id, begins_at__gte=since, begins_at__lt=until)
    return [seat_shown(seat) for seat in rows.select_related("shift__brand").order_by("begins_at")[:MOST]]


def swaps(agent_id: UUID, *, now: datetime) -> list[dict[str, Any]]:
    """Seats of others that are held out to her or to anyone, and her own that are."""
    open_ = Swap.objects.filter(state=Swap.State.OPEN, seat__begins_at__gt=now)
    mine = Q(colleague=None) | Q(colleague_id=agent_id) | Q(seat__agent_id=agent_id)
    return [
        {
            "id": swap.pk,
            "own": swap.seat.agent_id == agent_id,
            "from": swap.seat.agent.display_name,
            "wanted": swap.wanted_id,
            "seat": seat_shown(swap.seat),
        }
        for swap in open_.filter(mine).select_related("seat__agent", "seat__shift__brand")[:MOST]
    ]


def seat_shown(seat: Seat) -> dict[str, Any]:
    return {
        "id": seat.pk,
        "shift": seat.shift_id,
        "brand": seat.shift.brand.name,
        "topic": seat.shift.topic,
        "language": seat.shift.language,
        "begins_at": seat.begins_at,
        "ends_at": seat.ends_at,
        "rate_cents": seat.shift.rate_cents,
        "currency": seat.shift.currency,
        "state": seat.state,
        "late": attendance.is_late(seat),
        "absent_seconds": seat.absent_seconds,
        "settled_at": seat.settled_at,
    }


def wish_shown(wish: Wish) -> dict[str, Any]:
    return {"state": wish.state, "strength": wish.strength, "reason": wish.reason, "sentence": wish.sentence}


def _own(agent_id: UUID, shift_ids: list[UUID]) -> dict[str, dict[UUID, Any]]:
    mine = {"agent_id": agent_id, "shift_id__in": shift_ids}
    seats = Seat.objects.filter(**mine, state__in=Seat.HELD)
    waiting = Waiting.objects.filter(**mine, state=Waiting.State.WAITING)
    return {
        "seat": {seat.shift_id: seat for seat in seats},
        "wish": {wish.shift_id: wish for wish in Wish.objects.filter(**mine)},
        "waiting": {one.shift_id: one for one in waiting},
    }


def _shown(shift: Any, own: dict[str, dict[UUID, Any]], now: datetime) -> dict[str, Any]:
    wish, seat = own["wish"].get(shift.pk), own["seat"].get(shift.pk)
    return {
        "id": shift.pk,
        "brand": shift.brand.name,
        "topic": shift.topic,
        "language": shift.language,
        "begins_at": shift.begins_at,
        "ends_at": shift.ends_at,
        "seats": shift.seat_count,
        "free": shift.seat_count - shift.taken,
        "rate_cents": shift.rate_cents,
        "currency": shift.currency,
        "wishes_until": shift.window_ends_at if claims.gathers_wishes(shift, now=now) else None,
        "wish": wish_shown(wish) if wish else None,
        "seat": seat.pk if seat else None,
        "waiting": shift.pk in own["waiting"],
    }
