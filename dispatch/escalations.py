"""Requests for a person: begun, given back, ended. The table is the queue; a lost wake-up loses nothing."""

from datetime import datetime
from uuid import UUID

import msgspec
from django.db import connection, transaction

from audit import journal
from brands.models import Skill
from conversations import lifecycle, stream
from conversations.models import Conversation
from dispatch.events import SupplyOrDemandChanged
from dispatch.models import Escalation
from marketplace import events
from marketplace.refusals import Refused
from realtime import leases, protocol

LOST_PRIORITY = 9  # an agent vanished: the front of the queue
DEFAULT_TOPIC = "general"


def locked(escalation_id: UUID) -> Escalation:
    """The escalation, locked until the transaction ends: the first lock of the ride."""
    assert connection.in_atomic_block, "an escalation is locked inside a transaction"
    return Escalation.objects.select_for_update(no_key=True).get(pk=escalation_id)


def live(conversation_id: UUID) -> Escalation | None:
    """The conversation's request that is still under way."""
    return Escalation.objects.filter(conversation_id=conversation_id, state__in=Escalation.LIVE).first()


@transaction.atomic
def begin(
    conversation_id: UUID,
    *,
    packet: protocol.Packet,
    now: datetime,
    priority: int = 0,
    first_agent: UUID | None = None,
) -> tuple[Escalation, bool]:
    """The conversation waits for a person; a second request returns the first. Locks: the conversation.

    The new row is nobody else's yet, so taking the conversation first breaks no order. Whoever else begins one at the
    same moment waits for that lock and finds this row.
    """
    conversation = lifecycle.open_one(stream.locked(conversation_id))
    under_way = live(conversation_id)
    if under_way:
        return under_way, False
    topic = _known_topic(conversation, packet.topic)
    packet = msgspec.structs.replace(packet, topic=topic)
    escalation = Escalation.objects.create(
        brand_id=conversation.brand_id,
        conversation=conversation,
        reason=packet.reason,
        topic=topic,
        language=packet.language,
        priority=priority,
        packet=lifecycle.stored_packet(packet),
        queued_at=now,
        first_agent_id=first_agent,
        customer_here=bool(leases.connected([f"customer:{conversation.customer_id}"])),
    )
    _remember(conversation, topic=topic, language=packet.language)
    lifecycle.asked(conversation, why=packet.reason, packet=packet, now=now)
    wake()
    return escalation, True


def engage(escalation: Escalation, *, now: datetime) -> None:
    """A person is there. What was promised is kept; how long she waited for the first one stays known. The caller holds
    the lock."""
    assert escalation.state in (Escalation.State.WAITING, Escalation.State.OFFERED)
    escalation.state = Escalation.State.ENGAGED
    escalation.reached_at = escalation.reached_at or now
    escalation.due_at = escalation.held_until = None
    escalation.held_why = ""
    escalation.save(update_fields=["state", "reached_at", "due_at", "held_until", "held_why"])


def requeue(escalation: Escalation, *, priority: int | None = None) -> None:
    """Waiting again, with the time it has waited already. The caller holds the lock."""
    assert escalation.state in (Escalation.State.OFFERED, Escalation.State.ENGAGED)
    escalation.state = Escalation.State.WAITING
    escalation.priority = escalation.priority if priority is None else priority
    escalation.save(update_fields=["state", "priority"])
    wake()


@transaction.atomic
def to_front(escalation_id: UUID, *, by: str, reason: str, now: datetime) -> None:
    """An operator has this request served next. Locks: the escalation."""
    escalation = locked(escalation_id)
    if escalation.state not in (Escalation.State.WAITING, Escalation.State.OFFERED):
        raise Refused("This request is not waiting any more.", code="not_waiting")
    escalation.priority = LOST_PRIORITY
    escalation.save(update_fields=["priority"])
    subject = f"escalation:{escalation.pk}"
    journal.record(
        "escalation.to_front", actor=by, subject=subject, brand_id=escalation.brand_id, reason=reason, now=now
    )
    wake()


def end(escalation: Escalation, *, state: str, now: datetime) -> None:
    """The request is over. The caller holds the lock and has seen to its offer."""
    assert escalation.state in Escalation.LIVE
    escalation.state = state
    escalation.ended_at = now
    escalation.save(update_fields=["state", "ended_at"])
    wake()


def wake() -> None:
    """After commit: a planning round, now rather than at the next tick."""
    events.announce(SupplyOrDemandChanged())


def locked_live(conversation_id: UUID) -> Escalation:
    """The conversation's live request, locked. Raises Refused where there is none (any more)."""
    found = live(conversation_id)
    escalation = locked(found.pk) if found else None
    if escalation is None or escalation.state not in Escalation.LIVE:
        raise Refused("Nobody is being asked for in this conversation.", code="not_waiting")
    return escalation


def _known_topic(conversation: Conversation, topic: str) -> str:
    """A topic that the brand has people for; a guess that fits none becomes the general one."""
    keys = set(Skill.objects.filter(brand_id=conversation.brand_id).values_list("key", flat=True))
    if topic in keys or not keys:
        return topic or DEFAULT_TOPIC
    return DEFAULT_TOPIC if DEFAULT_TOPIC in keys else min(keys)


def _remember(conversation: Conversation, *, topic: str, language: str) -> None:
    conversation.topic = topic
    conversation.language = language
    conversation.save(update_fields=["topic", "language"])
