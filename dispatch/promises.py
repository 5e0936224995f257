"""A customer who does not wait in line: an answer to her message, or a person at the time she chose. Kept by a sweep.

A promise is a request that is parked with a deadline. Shortly before a call-back's time, or when people are there for a
message, it stands in line again; when the deadline passes first, the customer is told so and by when instead. Whoever
asks for a person meanwhile stands in line at once (`escalations.begin`).
"""

from collections import Counter
from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from brands.models import Brand
from conversations import lifecycle, stream
from conversations.models import Conversation
from dispatch import appointments, escalations, offers, queue
from dispatch.models import Escalation
from marketplace.refusals import Refused
from marketplace.sweeps import each
from realtime import protocol

CALLBACK_PRIORITY = 6  # before whoever waits in her turn, behind whose agent was lost
OVERTAKEN_AT_MOST = 3


def call_back(conversation_id: UUID, *, at: datetime, packet: protocol.Packet, now: datetime) -> None:
    """A person comes at the time she chose. Raises Refused where that time is not free (any more).

    Locks: brand (so that no half hour is promised twice), escalation, slot, offer, conversation.
    """
    with transaction.atomic():
        brand_id = Conversation.objects.values_list("brand_id", flat=True).get(pk=conversation_id)
        brand = Brand.objects.select_for_update(no_key=True).get(pk=brand_id)
        parked = escalations.under_way(conversation_id)
        if parked and (parked.state, parked.due_at) == (Escalation.State.CALLBACK_DUE, at):
            return  # a repeated click
        topic = escalations.known_topic(brand_id, packet.topic)
        if at not in appointments.times(brand, topic=topic, language=packet.language, now=now):
            raise Refused("This time is not free any more. Please choose another.", code="bad_time")
        _park(conversation_id, kind=Escalation.Kind.CALLBACK, due_at=at, packet=packet, now=now)


def leave_message(conversation_id: UUID, *, packet: protocol.Packet, now: datetime) -> datetime:
    """What she wrote is answered here by the time that is returned. A repeat changes nothing.

    Locks: escalation, slot, offer, conversation.
    """
    parked = escalations.under_way(conversation_id)
    if parked and parked.kind == Escalation.Kind.MESSAGE and parked.due_at:
        return parked.due_at
    conversation = Conversation.objects.select_related("brand").get(pk=conversation_id)
    topic = escalations.known_topic(conversation.brand_id, packet.topic)
    by = appointments.ways(conversation.brand, topic=topic, language=packet.language, now=now).message_by
    _park(conversation_id, kind=Escalation.Kind.MESSAGE, due_at=by, packet=packet, now=now)
    return by


def _park(conversation_id: UUID, *, kind: str, due_at: datetime, packet: protocol.Packet, now: datetime) -> None:
    """The request moved on between the look and the lock: then look again."""
    for _ in range(OVERTAKEN_AT_MOST):
        with transaction.atomic():
            if _parked(conversation_id, kind=kind, due_at=due_at, packet=packet, now=now):
                return
    raise Refused("Somebody joined at this moment. Please try again.", code="busy")


def _parked(conversation_id: UUID, *, kind: str, due_at: datetime, packet: protocol.Packet, now: datetime) -> bool:
    """False, and nothing changed, if the conversation moved on before its lock was held."""
    found = escalations.under_way(conversation_id)
    escalation = escalations.locked(found.pk) if found else None
    if escalation and escalation.state == Escalation.State.ENGAGED:
        raise Refused("A person has joined already.", code="already_joined")
    if escalation and escalation.state == Escalation.State.OFFERED:
        offers.withdraw(escalation, now=now)
    conversation = lifecycle.open_one(stream.locked(conversation_id))
    if escalations.under_way(conversation_id) != escalation or (escalation and escalation.ended_at):
        transaction.set_rollback(True)
        return False
    packet = escalations.settled(conversation, packet)
    escalations.park(conversation, escalation, kind=kind, due_at=due_at, packet=packet, now=now)
    lifecycle.promised(conversation, why=kind, due=due_at, packet=None if escalation else packet, now=now)
    return True


# --- keeping them ---


def keep(*, now: datetime) -> None:
    """Whatever is due: rung for, told to be late, or let go of. Any number of sweepers."""
    each(_to_ring(now), lambda escalation_id: _ring(escalation_id, now=now))
    each(_ids(_late(now)), lambda escalation_id: _tell_late(escalation_id, now=now))
    each(_ids(_held(now)), lambda escalation_id: _let_go(escalation_id, now=now))


def _to_ring(now: datetime) -> list[UUID]:
    """Call-backs whose time is near; messages whose deadline is, and as many others as people are free for."""
    before = timedelta(seconds=settings.BECKON_WAITS["promise_rings_before_seconds"])
    parked = Escalation.objects.filter(state__in=Escalation.PARKED).order_by("due_at", "pk")
    near = _ids(parked.filter(due_at__lte=now + before))
    messages = parked.filter(state=Escalation.State.LEFT_MESSAGE, due_at__gt=now + before)
    rows = list(messages.values_list("pk", "brand_id", "topic", "language")) if messages.exists() else []
    return [*near, *_with_room(rows, now)]


def _with_room(rows: Collection[tuple[UUID, UUID, str, str]], now: datetime) -> list[UUID]:
    """Those of these (id, brand, topic, language) for whom somebody is free whom nobody else waits for."""
    if not rows:
        return []
    people = queue.people(now)
    before = Counter(line.classes[0] for line in queue.in_line())
    found = []
    for escalation_id, brand, topic, language in rows:
        before[brand, topic, language] += 1
        known = people.get((brand, topic, language))
        if known and before[brand, topic, language] <= known.free:
            found.append(escalation_id)
    return found


@transaction.atomic
def _ring(escalation_id: UUID, *, now: datetime) -> None:
    """callback_due or left_message -> waiting. Locks: escalation, conversation."""
    escalation = escalations.locked(escalation_id)
    if escalation.state not in Escalation.PARKED:
        return
    priority = CALLBACK_PRIORITY if escalation.kind == Escalation.Kind.CALLBACK else escalation.priority
    escalations.unpark(escalation, priority=max(priority, escalation.priority), now=now)
    conversation = stream.locked(escalation.conversation_id)
    lifecycle.due(conversation, why=escalation.kind, due=escalation.due_at, now=now)


def _late(now: datetime) -> QuerySet[Escalation]:
    waiting = (Escalation.State.WAITING, Escalation.State.OFFERED)
    return Escalation.objects.filter(due_at__lte=now, ended_at=None, state__in=waiting)


@transaction.atomic
def _tell_late(escalation_id: UUID, *, now: datetime) -> None:
    """The deadline passed and nobody came: she is told, and by when instead. Locks: escalation, conversation."""
    escalation = escalations.locked(escalation_id)
    if not _late(now).filter(pk=escalation_id).exists():
        return
    conversation = stream.locked(escalation.conversation_id)
    escalation.due_at = appointments.postponed(conversation.brand, now)
    escalation.save(update_fields=["due_at"])
    lifecycle.late(conversation, why=escalation.kind, due=escalation.due_at, now=now)


def _held(now: datetime) -> QuerySet[Escalation]:
    return Escalation.objects.filter(held_until__lte=now, ended_at=None)


@transaction.atomic
def _let_go(escalation_id: UUID, *, now: datetime) -> None:
    """It was kept back for long enough: it is offered like any other from now on. Locks: the escalation."""
    escalations.locked(escalation_id)
    if _held(now).filter(pk=escalation_id).update(held_until=None, held_why=""):
        escalations.wake()


def _ids(rows: QuerySet[Escalation]) -> list[UUID]:
    return list(rows.values_list("pk", flat=True))
