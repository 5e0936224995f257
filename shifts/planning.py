"""Shifts as operators make them: drafted, changed, published with a window for wishes, called off."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction

from audit import journal
from brands.models import Brand, Skill
from marketplace.refusals import Refused
from shifts import news, seats
from shifts.models import LONGEST, MOST_SEATS, SHORTEST, News, Seat, Shift, Swap, Waiting, Wish

FIELDS = ("begins_at", "ends_at", "seat_count", "rate_cents")
HIGHEST_RATE_CENTS = 100_000
CALLED_OFF = "The shift was called off."


@dataclass(frozen=True, slots=True)
class Block:
    """What a shift is made of. `rate_cents` is guaranteed for an hour, in the brand's currency."""

    topic: str
    language: str
    begins_at: datetime
    ends_at: datetime
    seat_count: int
    rate_cents: int


def draft(brand_id: UUID, block: Block, *, by: str, now: datetime) -> Shift:
    """A shift that only operators see. Refused for one that cannot be or is there already."""
    brand = Brand.objects.get(pk=brand_id)
    _demand(block, now=now)
    if not Skill.objects.filter(brand=brand, key=block.topic).exists():
        raise Refused(f"{brand.name} has no topic {block.topic}.", code="unknown_topic")
    try:
        with transaction.atomic():
            made = Shift.objects.create(
                brand=brand,
                topic=block.topic,
                language=block.language,
                begins_at=block.begins_at,
                ends_at=block.ends_at,
                seat_count=block.seat_count,
                rate_cents=block.rate_cents,
                currency=brand.currency,
                made_by=by,
                made_at=now,
            )
            _record("shift.drafted", made, by=by, now=now)
            return made
    except IntegrityError as clash:
        raise Refused("There is a shift of this topic, language and time already.", code="twice") from clash


@transaction.atomic
def change(shift_id: UUID, changes: dict[str, Any], *, by: str, now: datetime) -> Shift:
    """A shift's seats, rate or time are other ones. Once published its time stays, its rate never falls, and no seat
    that is held is taken away: seats beyond the new number move to free lower ones. Locks: the shift."""
    shift = _locked(shift_id)
    wanted = {name: changes.get(name, getattr(shift, name)) for name in FIELDS}
    _demand(Block(shift.topic, shift.language, **wanted), now=now)
    if shift.state == Shift.State.CLOSED:
        raise Refused("This shift was called off.", code="closed")
    if shift.state == Shift.State.PUBLISHED:
        if (wanted["begins_at"], wanted["ends_at"]) != (shift.begins_at, shift.ends_at):
            raise Refused("Agents plan by the time of a published shift: it stays.", code="published")
        if wanted["rate_cents"] < shift.rate_cents:
            raise Refused("A guarantee that was published does not fall.", code="published")
        _move_down(shift, wanted["seat_count"])
    before = {name: str(getattr(shift, name)) for name in FIELDS}
    for name, value in wanted.items():
        setattr(shift, name, value)
    try:
        with transaction.atomic():
            shift.save(update_fields=list(FIELDS))
    except IntegrityError as clash:
        raise Refused("There is a shift of this topic, language and time already.", code="twice") from clash
    _record("shift.changed", shift, by=by, now=now, before=before)
    return shift


@transaction.atomic
def publish(shift_id: UUID, *, window_ends_at: datetime | None = None, by: str, now: datetime) -> Shift:
    """draft -> published: agents see it. They wish until the window ends; without one they claim at once. Repeated,
    nothing changes. Locks: the shift."""
    shift = _locked(shift_id)
    if shift.state == Shift.State.PUBLISHED:
        return shift
    if shift.state != Shift.State.DRAFT:
        raise Refused("This shift was called off.", code="closed")
    window = window_ends_at or now
    if not now <= window < shift.begins_at:
        raise Refused("The window for wishes ends between now and the beginning of the shift.", code="bad_window")
    shift.state, shift.published_at, shift.window_ends_at = Shift.State.PUBLISHED, now, window
    shift.allotted_at = now if window == now else None
    shift.save(update_fields=["state", "published_at", "window_ends_at", "allotted_at"])
    _record("shift.published", shift, by=by, now=now)
    return shift


def repeat(shift_id: UUID, *, weeks: int, by: str, now: datetime) -> list[Shift]:
    """Drafts of the same block in each of the next weeks, at the same time by the brand's clock. What is there already
    stays as it is."""
    shift = Shift.objects.select_related("brand").get(pk=shift_id)
    zone, made = ZoneInfo(shift.brand.timezone), []
    for week in range(1, weeks + 1):
        begins_at = (shift.begins_at.astimezone(zone) + timedelta(weeks=week)).astimezone(UTC)
        ends_at = begins_at + (shift.ends_at - shift.begins_at)
        block = Block(shift.topic, shift.language, begins_at, ends_at, shift.seat_count, shift.rate_cents)
        try:
            made.append(draft(shift.brand_id, block, by=by, now=now))
        except Refused as refused:
            if refused.code != "twice":
                raise
    return made


@transaction.atomic
def call_off(shift_id: UUID, *, by: str, reason: str, now: datetime) -> Shift:
    """The shift will not be; all who held, wished or waited are told. Not once it has begun: people are at work.

    Locks: the shift, which is enough, since seats are only given up.
    """
    shift = _locked(shift_id)
    if shift.state == Shift.State.CLOSED:
        return shift
    if shift.begins_at <= now:
        raise Refused("This shift has begun.", code="begun")
    for seat in Seat.objects.filter(shift=shift, state__in=Seat.HELD).select_related("shift"):
        seats.give_up(seat, Seat.State.CALLED_OFF, now=now)
    words = {"reason": "called off", "sentence": CALLED_OFF, "answered_at": now}
    open_ = Wish.objects.filter(shift=shift, state=Wish.State.OPEN)
    news.refuse([(agent_id, shift, CALLED_OFF) for agent_id in open_.values_list("agent_id", flat=True)], now=now)
    open_.update(state=Wish.State.REFUSED, **words)
    news.end(shift.pk, [News.Kind.HELD_OUT], now=now)
    Waiting.objects.filter(shift=shift, state=Waiting.State.WAITING).update(state=Waiting.State.LEFT)
    Swap.objects.filter(seat__shift=shift, state=Swap.State.OPEN).update(state=Swap.State.WITHDRAWN, ended_at=now)
    shift.state = Shift.State.CLOSED
    shift.window_ends_at = shift.window_ends_at or shift.begins_at
    shift.save(update_fields=["state", "window_ends_at"])
    _record("shift.called_off", shift, by=by, now=now, reason=reason)
    return shift


def _locked(shift_id: UUID) -> Shift:
    found = Shift.objects.select_for_update(no_key=True, of=("self",)).filter(pk=shift_id).first()
    if found is None:
        raise Refused("There is no such shift.", code="not_found")
    return found


def _move_down(shift: Shift, seat_count: int) -> None:
    """Nobody holds a seat with a higher number than this. Refused where more are held."""
    held = list(Seat.objects.filter(shift=shift, state__in=Seat.HELD).order_by("number"))
    if len(held) > seat_count:
        raise Refused(f"{len(held)} seats are held; nobody loses hers.", code="held")
    free = sorted(set(range(1, seat_count + 1)) - {seat.number for seat in held})
    for seat in held:
        if seat.number > seat_count:
            seat.number = free.pop(0)
            seat.save(update_fields=["number"])


def _demand(block: Block, *, now: datetime) -> None:
    if not SHORTEST <= block.ends_at - block.begins_at <= LONGEST:
        raise Refused("A shift lasts from half an hour to twelve hours.", code="bad_time")
    if block.begins_at - now < timedelta():
        raise Refused("A shift begins in the future.", code="bad_time")
    if not 1 <= block.seat_count <= MOST_SEATS:
        raise Refused(f"A shift has from 1 to {MOST_SEATS} seats.", code="bad_seats")
    if not 0 <= block.rate_cents <= HIGHEST_RATE_CENTS:
        raise Refused("This rate for an hour cannot be.", code="bad_rate")


def _record(action: str, shift: Shift, *, by: str, now: datetime, reason: str = "", **detail: Any) -> None:
    known = {"seats": shift.seat_count, "rate_cents": shift.rate_cents, **detail}
    subject = f"shift:{shift.pk}"
    journal.record(action, actor=by, subject=subject, now=now, reason=reason, brand_id=shift.brand_id, detail=known)
