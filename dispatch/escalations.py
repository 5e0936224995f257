"""Requests for a person: begun, given back, ended. The table is the queue; a lost wake-up loses nothing."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Max

from audit import journal
from brands.models import Skill
from conversations import lifecycle, stream
from conversations.models import Conversation, Customer
from dispatch import affinity
from dispatch.events import SupplyOrDemandChanged
from dispatch.models import AbuseReport, Escalation
from marketplace import events
from marketplace.refusals import Refused
from realtime import leases, protocol

LOST_PRIORITY = 9  # an agent vanished: the front of the queue
VIP_PRIORITY = 3  # before whoever waits in her turn; behind promised times that have come, and lost chats
DEFAULT_TOPIC = "general"


def locked(escalation_id: UUID) -> Escalation:
    """The escalation, locked until the transaction ends: the first lock of the ride."""
    assert connection.in_atomic_block, "an escalation is locked inside a transaction"
    return Escalation.objects.select_for_update(no_key=True).get(pk=escalation_id)


def live(conversation_id: UUID) -> Escalation | None:
    """The conversation's request that is still under way."""
    return Escalation.objects.filter(conversation_id=conversation_id, state__in=Escalation.LIVE).first()


def under_way(conversation_id: UUID) -> Escalation | None:
    """The conversation's request that is not over: waiting, with a person, or parked with a promise."""
    return next(iter(Escalation.objects.raw(_UNDER_WAY, [conversation_id, list(Escalation.UNDER_WAY)])), None)


_UNDER_WAY = (
    "select * from dispatch_escalation where conversation_id = %s and state = any(%s::text[]) order by id limit 1"
)


@transaction.atomic
def begin(
    conversation_id: UUID,
    *,
    packet: protocol.Packet,
    now: datetime,
    priority: int = 0,
    first_agent: UUID | None = None,
) -> tuple[Escalation, bool]:
    """`begin_in` for whoever does not hold the conversation yet. Locks: the conversation."""
    conversation = stream.locked(conversation_id)
    return begin_in(conversation, packet=packet, now=now, priority=priority, first_agent=first_agent)


def begin_in(
    conversation: Conversation,
    *,
    packet: protocol.Packet,
    now: datetime,
    priority: int = 0,
    first_agent: UUID | None = None,
) -> tuple[Escalation, bool]:
    """The conversation waits for a person; a second request returns the first. Whoever knows the customer is asked
    first: `first_agent`, or the agent who lately helped her (`affinity`). The caller holds the conversation.

    A request that was parked with a promise stands in line again if she asks for a person now; a hand-over of the
    assistant leaves the promise as it is. The new row is nobody else's yet, and a parked row is taken only where nobody
    holds it (who does is bringing it to the line), so taking the conversation first breaks no order. Whoever else
    begins one at the same moment waits for that lock and finds this row.
    """
    lifecycle.open_one(conversation)
    found = under_way(conversation.pk)
    if found and found.state in Escalation.LIVE:
        if rests(found) and packet.reason == DANGER:
            _end_rest(found.pk)
        return found, False
    packet = settled(conversation, packet)
    if found:
        if packet.reason in COMES_AT_ONCE and _take_up(found.pk, packet, _rest(conversation, packet, now), now=now):
            lifecycle.asked(conversation, why=packet.reason, packet=None, now=now)
        return found, False
    escalation = _create(
        conversation,
        packet,
        state=Escalation.State.WAITING,
        priority=priority,
        queued_at=now,
        first_agent_id=first_agent or affinity.who_knows(conversation, packet, now=now),
        customer_here=bool(leases.connected([f"customer:{conversation.customer_id}"])),
        **asdict(_rest(conversation, packet, now)),
    )
    lifecycle.asked(conversation, why=packet.reason, packet=packet, now=now)
    wake()
    return escalation, True


DANGER = "sensitive"
COMES_AT_ONCE = ("asked", DANGER, "supervisor")  # though something was promised for later


@dataclass(frozen=True, slots=True)
class _Rest:
    """Until when a request is offered to nobody, and why."""

    held_until: datetime | None = None
    held_why: str = ""


def _rest(conversation: Conversation, packet: protocol.Packet, now: datetime) -> _Rest:
    """After a chat that an agent left for abuse the customer's next one begins a little later; a danger never waits."""
    if packet.reason == DANGER:
        return _Rest()
    return _rest_of(conversation.customer_id, now)


def _rest_of(customer_id: UUID, now: datetime) -> _Rest:
    """Of the reports about this customer that stand, the longest."""
    reports = AbuseReport.objects.filter(customer_id=customer_id, rest_until__gt=now)
    until = reports.exclude(finding="unfounded").aggregate(until=Max("rest_until"))["until"]
    return _Rest(until, "rest") if until else _Rest()


def resting(customer_id: UUID) -> list[Escalation]:
    """This customer's requests that are kept back because of how she treated an agent, locked in order of their ids."""
    assert connection.in_atomic_block, "an escalation is locked inside a transaction"
    kept = Escalation.objects.select_for_update(no_key=True, of=("self",)).order_by("pk")
    return list(kept.filter(conversation__customer_id=customer_id, held_why="rest", ended_at=None))


def reconsider(escalations: Iterable[Escalation], customer_id: UUID, *, now: datetime) -> None:
    """A report was found unfounded: these are kept back for as long as another one says, or no more. The caller holds
    them."""
    rest = _rest_of(customer_id, now)
    for escalation in escalations:
        escalation.held_until, escalation.held_why = rest.held_until, rest.held_why
        escalation.save(update_fields=["held_until", "held_why"])
    wake()


def rests(escalation: Escalation) -> bool:
    """Is it kept back because of how the customer treated an agent?"""
    return escalation.held_until is not None and escalation.held_why == "rest"


def _end_rest(escalation_id: UUID) -> None:
    """Offered from now on. The conversation is held already, so nobody is waited for: whoever holds the row changes
    where its customer is, and her next line looks again."""
    free = Escalation.objects.select_for_update(no_key=True, skip_locked=True)
    escalation = free.filter(pk=escalation_id, state=Escalation.State.WAITING, held_why="rest").first()
    if escalation:
        escalation.held_until, escalation.held_why = None, ""
        escalation.save(update_fields=["held_until", "held_why"])
        wake()


def _create(
    conversation: Conversation, packet: protocol.Packet, *, queued_at: datetime, priority: int = 0, **fields: Any
) -> Escalation:
    """A VIP comes before whoever waits in turn, and her brand's tier for VIPs is asked alone for a while."""
    vip, tier = Customer.objects.values_list("vip", "brand__vip_tier").get(pk=conversation.customer_id)
    tier = tier if vip else ""
    return Escalation.objects.create(
        queued_at=queued_at,
        priority=max(priority, VIP_PRIORITY) if vip else priority,
        tier=tier,
        tier_until=_alone_until(tier, queued_at),
        brand_id=conversation.brand_id,
        conversation=conversation,
        reason=packet.reason,
        topic=packet.topic,
        language=packet.language,
        packet=lifecycle.stored_packet(packet),
        **fields,
    )


def _alone_until(tier: str, now: datetime) -> datetime | None:
    return now + timedelta(seconds=settings.BECKON_WAITS["vip_tier_seconds"]) if tier else None


def _take_up(escalation_id: UUID, packet: protocol.Packet, rest: _Rest, *, now: datetime) -> bool:
    """callback_due or left_message -> waiting, because she asks now. False where somebody moves it at this moment."""
    free = Escalation.objects.select_for_update(no_key=True, skip_locked=True)
    escalation = free.filter(pk=escalation_id, state__in=Escalation.PARKED).first()
    if escalation is None:
        return False
    escalation.kind, escalation.due_at = Escalation.Kind.CHAT, None
    escalation.held_until, escalation.held_why = rest.held_until, rest.held_why
    escalation.packet = lifecycle.stored_packet(packet)
    escalation.topic, escalation.language = packet.topic, packet.language
    unpark(escalation, *_TAKEN_UP, priority=escalation.priority, now=now)
    return True


_TAKEN_UP = ("kind", "due_at", "held_until", "held_why", "packet", "topic", "language")


def park(
    conversation: Conversation,
    escalation: Escalation | None,
    *,
    kind: str,
    due_at: datetime,
    packet: protocol.Packet,
    now: datetime,
) -> Escalation:
    """Out of the line, with a deadline. The caller holds escalation (None: there is none yet) and conversation, and has
    seen to the offer."""
    parked = {
        Escalation.Kind.CALLBACK: Escalation.State.CALLBACK_DUE,
        Escalation.Kind.MESSAGE: Escalation.State.LEFT_MESSAGE,
    }[Escalation.Kind(kind)]
    if escalation is None:
        return _create(conversation, packet, state=parked, kind=kind, due_at=due_at, queued_at=now)
    escalation.state, escalation.kind, escalation.due_at = parked, kind, due_at
    escalation.customer_gone_since = None
    escalation.packet = lifecycle.stored_packet(packet)
    escalation.topic, escalation.language = packet.topic, packet.language
    escalation.save(update_fields=["state", "kind", "due_at", "customer_gone_since", "packet", "topic", "language"])
    wake()
    return escalation


def unpark(escalation: Escalation, *also: str, priority: int, now: datetime) -> None:
    """In line again; the fields `also` are saved in the same statement. The caller holds the lock and tells the
    customer."""
    assert escalation.state in Escalation.PARKED
    escalation.state = Escalation.State.WAITING
    escalation.waits_since = now
    escalation.priority = priority
    escalation.tier_until = _alone_until(escalation.tier, now)
    escalation.save(update_fields=["state", "waits_since", "priority", "tier_until", *also])
    wake()


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
    assert escalation.state in Escalation.UNDER_WAY
    escalation.state = state
    escalation.ended_at = now
    escalation.due_at = escalation.held_until = None
    escalation.save(update_fields=["state", "ended_at", "due_at", "held_until"])
    wake()


def wake() -> None:
    """After commit: a planning round, now rather than at the next tick."""
    events.announce(SupplyOrDemandChanged())


def locked_under_way(conversation_id: UUID) -> Escalation:
    """The conversation's request that is not over, locked. Raises Refused where there is none (any more)."""
    found = under_way(conversation_id)
    escalation = locked(found.pk) if found else None
    if escalation is None or escalation.state not in Escalation.UNDER_WAY:
        raise Refused("Nobody is being asked for in this conversation.", code="not_waiting")
    return escalation


def settled(conversation: Conversation, packet: protocol.Packet) -> protocol.Packet:
    """The packet with a topic that the brand has people for; the conversation remembers topic and language."""
    packet = msgspec.structs.replace(packet, topic=known_topic(conversation.brand_id, packet.topic))
    conversation.topic, conversation.language = packet.topic, packet.language
    conversation.save(update_fields=["topic", "language"])
    return packet


def known_topic(brand_id: UUID, topic: str) -> str:
    """A topic that the brand has people for; a guess that fits none becomes the general one."""
    keys = set(Skill.objects.filter(brand_id=brand_id).values_list("key", flat=True))
    if topic in keys or not keys:
        return topic or DEFAULT_TOPIC
    return DEFAULT_TOPIC if DEFAULT_TOPIC in keys else min(keys)
