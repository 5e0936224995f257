"""Shifts drafted or published by themselves: what a forecast asks for, less what is there, up to a budget."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from marketplace.refusals import Refused
from shifts import planning
from shifts.cover import HALF_HOUR, Cover, cover
from shifts.models import Shift


def fill(
    brand_id: UUID,
    topic: str,
    language: str,
    needed: Mapping[datetime, int],
    *,
    rate_cents: int,
    budget_cents: int | None = None,
    window_ends_at: datetime | None = None,
    by: str,
    now: datetime,
) -> Cover:
    """For the seats that are needed each half hour beyond those there, shifts are drafted; with a window's end they
    are published too. Run again, it finds its own seats there and adds none. Seats of drafts and of published shifts
    count as there, whether or not anybody holds them."""
    found = preview(brand_id, topic, language, needed, rate_cents=rate_cents, budget_cents=budget_cents, now=now)
    for piece in found.pieces:
        block = planning.Block(topic, language, piece.begins_at, piece.ends_at, piece.seats, rate_cents)
        _add(brand_id, block, window_ends_at=window_ends_at, by=by, now=now)
    return found


def preview(
    brand_id: UUID,
    topic: str,
    language: str,
    needed: Mapping[datetime, int],
    *,
    rate_cents: int,
    budget_cents: int | None = None,
    now: datetime,
) -> Cover:
    """What `fill` would make now; nothing is changed."""
    ahead = {at: seats for at, seats in needed.items() if at > now}
    there = seats_there(brand_id, topic, language, ahead)
    return cover(ahead, there, rate_cents=rate_cents, budget_cents=budget_cents)


def seats_there(brand_id: UUID, topic: str, language: str, times: Mapping[datetime, int]) -> dict[datetime, int]:
    """Half hour -> seats of shifts that cover all of it and are not called off."""
    if not times:
        return {}
    first, last = min(times), max(times) + HALF_HOUR
    shifts = Shift.objects.filter(brand_id=brand_id, topic=topic, language=language)
    there: Counter[datetime] = Counter()
    for shift in shifts.exclude(state=Shift.State.CLOSED).filter(begins_at__lt=last, ends_at__gt=first):
        for at in times:
            if shift.begins_at <= at and at + HALF_HOUR <= shift.ends_at:
                there[at] += shift.seat_count
    return dict(there)


def _add(brand_id: UUID, block: planning.Block, *, window_ends_at: datetime | None, by: str, now: datetime) -> None:
    """One more shift, or more seats in the one of this time."""
    found = Shift.objects.filter(
        brand_id=brand_id,
        topic=block.topic,
        language=block.language,
        begins_at=block.begins_at,
        ends_at=block.ends_at,
    ).first()
    if found is not None and found.state != Shift.State.CLOSED:
        planning.change(found.pk, {"seat_count": found.seat_count + block.seat_count}, by=by, now=now)
        return
    if found is not None:
        return  # called off by a person: what she decided stays
    try:
        made = planning.draft(brand_id, block, by=by, now=now)
    except Refused as refused:
        if refused.code != "twice":  # another run was faster
            raise
        return
    if window_ends_at is not None:
        planning.publish(made.pk, window_ends_at=min(window_ends_at, block.begins_at), by=by, now=now)
