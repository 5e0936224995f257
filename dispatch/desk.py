"""The agent's acts and their ends: accept, resolve, transfer, and what happens when customer or agent goes away.

Each is one transaction that moves escalation, slot, offer and conversation together and posts what was earned.
Locks everywhere: escalation, agent slot, offer, conversation, ledger account.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from agents import presence, slots
from agents.models import Slot
from audit import journal
from conversations import engagements, lifecycle, stream
from conversations.models import Conversation, Engagement
from dispatch import escalations, handovers, offers
from dispatch.models import Escalation, Offer
from marketplace.refusals import Refused

OVERTAKEN_AT_MOST = 3


@dataclass(frozen=True, slots=True)
class Held:
    """Everything that an engagement's end moves, locked in order."""

    escalation: Escalation
    slot: Slot
    conversation: Conversation
    engagement: Engagement


@transaction.atomic
def accept(offer_id: UUID, *, by: UUID, now: datetime) -> Engagement:
    """The agent owns the conversation. A repeat, from another tab or a retry, returns the same engagement.

    Locks: escalation, slot, offer, conversation.
    """
    escalation, slot, offer = offers.locked(offer_id, by=by)
    if offer.state == Offer.State.ACCEPTED:
        return Engagement.objects.get(offer_id=offer.pk)
    if not presence.may_work(by):
        raise Refused("This account is not active.", code="not_active")
    offers.accept(offer, now=now)
    escalations.engage(escalation, now=now)
    slots.take(slot)
    conversation = stream.locked(escalation.conversation_id)
    engagement = engagements.begin(
        conversation,
        agent=slot.agent,
        escalation_id=escalation.pk,
        offer_id=offer.pk,
        plan_id=offer.pay_plan_id,
        topic=escalation.topic,
        language=escalation.language,
        offered_at=offer.offered_at,
        surge_cents=offer.card.get("surge_minor", 0),
        now=now,
    )
    languages = list(slot.agent.languages.values_list("code", flat=True))
    lifecycle.joined(conversation, engagement, languages=languages, now=now)
    escalations.wake()
    return engagement


@transaction.atomic
def resolve(
    engagement_id: UUID, *, by: UUID, outcome: str, note: str = "", tags: list[str] | None = None, now: datetime
) -> None:
    """live -> resolved. The slot is freed and the earning posted in the same transaction."""
    held = locked(engagement_id, by=by)
    if held.engagement.state == Engagement.State.RESOLVED:
        return  # A repeated click is not an error.
    demand_live(held)
    held.engagement.note = note
    held.engagement.tags = tags or []
    lifecycle.leave_word(held.conversation, held.engagement, note, now=now)
    escalations.end(held.escalation, state=Escalation.State.CLOSED, now=now)
    free_place(held, now=now)
    lifecycle.resolved(held.conversation, held.engagement, outcome=outcome, now=now)


@transaction.atomic
def transfer(
    engagement_id: UUID, *, by: UUID, reason: str, now: datetime, to: handovers.Target = handovers.ANYBODY
) -> None:
    """live -> transferred. The customer waits again, with her waiting time, for somebody else, or for whom `to` names.

    The agent is paid; what she leaves as her reason is a note that the next one reads.
    """
    held = locked(engagement_id, by=by)
    if held.engagement.state == Engagement.State.TRANSFERRED:
        return
    demand_live(held)
    held.engagement.note = reason
    handovers.aim(held.escalation, held.conversation, to, by=by, now=now)
    lifecycle.leave_word(held.conversation, held.engagement, reason, now=now)
    release(held, state=Engagement.State.TRANSFERRED, priority=None, why=to.why, now=now)


@transaction.atomic
def take_back(escalation_id: UUID, *, by: str, reason: str, now: datetime) -> None:
    """live -> transferred, by an operator. The agent is paid for her time; the customer waits at the front."""
    live = Engagement.objects.filter(escalation_id=escalation_id, ended_at=None).values_list("pk", flat=True).first()
    held = locked(live) if live else None
    if held is None or held.engagement.state != Engagement.State.LIVE:
        raise Refused("Nobody is in this chat any more.", code="not_live")
    release(held, state=Engagement.State.TRANSFERRED, priority=escalations.LOST_PRIORITY, now=now)
    subject = f"engagement:{held.engagement.pk}"
    brand_id = held.engagement.brand_id
    journal.record("engagement.taken_back", actor=by, subject=subject, brand_id=brand_id, reason=reason, now=now)


@transaction.atomic
def hand_back(engagement_id: UUID, *, by: UUID, now: datetime) -> None:
    """live -> transferred, because the agent has to stop at once: the customer waits in front, the agent is paid."""
    held = locked(engagement_id, by=by)
    if held.engagement.state != Engagement.State.LIVE:
        return
    if is_asleep(held):
        sleep_on(held, now=now)
        return
    release(held, state=Engagement.State.TRANSFERRED, priority=escalations.LOST_PRIORITY, now=now)


@transaction.atomic
def lose(engagement_id: UUID, *, now: datetime) -> bool:
    """live -> lost: the agent has vanished. The conversation goes to the front of the queue. False if it was over.

    A dormant one whose customer is still silent has nobody who waits for an answer: it is left, and paid as such.
    """
    held = locked(engagement_id)
    if held.engagement.state != Engagement.State.LIVE:
        return False
    if is_asleep(held):
        sleep_on(held, now=now)
        return True
    release(held, state=Engagement.State.LOST, priority=escalations.LOST_PRIORITY, now=now)
    return True


@transaction.atomic
def reclaim(lost_id: UUID, *, now: datetime) -> bool:
    """lost -> a new live engagement of the same agent, on the same terms: she is back before anybody else accepted.

    False, and nothing changed, where the customer waits no more, somebody else had the chat meanwhile, or the agent is
    not here, may not work or has no room. Locks: escalation, slots, offer, conversation.
    """
    lost = Engagement.objects.select_related("agent", "pay_plan").get(pk=lost_id)
    escalation = escalations.locked(lost.escalation_id)
    if escalation.state not in (Escalation.State.WAITING, Escalation.State.OFFERED) or not _is_latest(lost):
        return False
    slot = slots.locked_all({lost.agent_id, *offers.rung(escalation)})[lost.agent_id]
    if not presence.is_connected(slot.pk) or not presence.may_work(slot.pk):
        return False
    own = offers.rung(escalation) == [slot.pk]
    if slot.active + slot.held - own >= slot.places:
        return False
    offers.withdraw(escalation, now=now)
    escalations.engage(escalation, now=now)
    slots.take_again(slots.locked(slot.pk))
    conversation = stream.locked(escalation.conversation_id)
    offer = offers.renewed(lost.offer_id, now=now)
    bonus = offer.card.get("surge_minor", 0)
    owned = engagements.again(conversation, lost, offer_id=offer.pk, surge_cents=bonus, now=now)
    lifecycle.rejoined(conversation, owned, now=now)
    return True


def _is_latest(engagement: Engagement) -> bool:
    """Is this how the request stands: lost by this agent, and nobody's since?"""
    latest = Engagement.objects.filter(escalation_id=engagement.escalation_id).order_by("-accepted_at", "-ended_at")
    return latest.first() == engagement and engagement.state == Engagement.State.LOST


@transaction.atomic
def leave_queue(conversation_id: UUID, *, now: datetime) -> None:
    """The customer stops waiting, or wants no call-back or answer any more, and stays with the assistant. Refused once
    a person is there."""
    escalation = escalations.locked_under_way(conversation_id)
    if escalation.state == Escalation.State.ENGAGED:
        raise Refused("A person has joined already.", code="already_joined")
    offers.withdraw(escalation, now=now)
    escalations.end(escalation, state=Escalation.State.RETURNED, now=now)
    lifecycle.cancelled(stream.locked(conversation_id), now=now)


def leave(conversation_id: UUID, *, now: datetime) -> None:
    """The customer ends the conversation, wherever it stands; nobody is rung for her. A repeat changes nothing.

    The conversation's lock comes last, so a request or a person may arrive just before it is held: then look again.
    """
    for _ in range(OVERTAKEN_AT_MOST):
        if _leave(conversation_id, now=now):
            return
    raise Refused("Somebody joined at this moment. Please try again.", code="busy")


@transaction.atomic
def _leave(conversation_id: UUID, *, now: datetime) -> bool:
    """False, and nothing changed, if the conversation moved on before its lock was held.

    Locks: escalation, slot, offer, conversation, ledger account.
    """
    found = escalations.under_way(conversation_id)
    escalation = escalations.locked(found.pk) if found else None
    owners = Engagement.objects.filter(conversation_id=conversation_id, ended_at=None).values_list("pk", "agent_id")
    before = next(iter(owners), None)
    slot = slots.locked(before[1]) if before else None
    if escalation and escalation.state == Escalation.State.OFFERED:
        offers.withdraw(escalation, now=now)
    conversation = stream.locked(conversation_id)
    if conversation.state == Conversation.State.CLOSED:
        return True
    owner = lifecycle.live_engagement(conversation_id)
    if escalations.under_way(conversation_id) != escalation or (owner and (owner.pk, owner.agent_id)) != before:
        transaction.set_rollback(True)
        return False
    if escalation:
        over = Escalation.State.LEFT if owner else Escalation.State.ABANDONED
        escalations.end(escalation, state=over, now=now)
    if slot and owner:
        free_place_of(owner, slot, now=now)
    lifecycle.left(conversation, owner, now=now)
    return True


def locked(engagement_id: UUID, *, by: UUID | None = None) -> Held:
    """An engagement with all that its end moves, locked in order. Raises Refused where it is not `by`'s."""
    ids = ("escalation_id", "agent_id", "conversation_id")
    known = Engagement.objects.filter(pk=engagement_id).values_list(*ids, named=True).first()
    if known is None or by not in (None, known.agent_id):
        raise Refused("This conversation belongs to another agent.", code="not_yours")
    escalation = escalations.locked(known.escalation_id)
    slot = slots.locked(known.agent_id)
    conversation = stream.locked(known.conversation_id)
    engagement = Engagement.objects.select_related("agent", "pay_plan").get(pk=engagement_id)
    return Held(escalation, slot, conversation, engagement)


def release(held: Held, *, state: str, priority: int | None, now: datetime, why: str | None = None) -> None:
    """The chat is nobody's and waits again; its agent is paid and free. The caller holds all of it."""
    escalations.requeue(held.escalation, priority=priority)
    free_place(held, now=now)
    lifecycle.released(held.conversation, held.engagement, state=state, why=why, now=now)


def free_place(held: Held, *, now: datetime) -> None:
    """The place that the chat takes is free. Called before the engagement ends."""
    free_place_of(held.engagement, held.slot, now=now)


def free_place_of(engagement: Engagement, slot: Slot, *, now: datetime) -> None:
    """A dormant chat takes none; its agent's screens change all the same."""
    if engagement.dormant_since is None:
        slots.free(slot, now=now)
    else:
        slots.changed(slot)


def is_asleep(held: Held) -> bool:
    """Is the chat dormant, and its customer still silent? By number, not by time: a line that waited for the lock while
    the chat fell dormant bears an earlier time."""
    if held.engagement.dormant_since is None:
        return False
    return not lifecycle.has_written(held.conversation, after=held.engagement.dormant_seq or 0)


def sleep_on(held: Held, *, now: datetime) -> None:
    """dormant -> left: the customer stays silent, and her agent waits for her no more. Paid; nobody is rung.

    The caller holds all of it.
    """
    escalations.end(held.escalation, state=Escalation.State.DORMANT, now=now)
    free_place(held, now=now)
    lifecycle.slept_on(held.conversation, held.engagement, now=now)


def demand_live(held: Held) -> None:
    if held.engagement.state != Engagement.State.LIVE:
        raise Refused("This chat is over already.", code="not_live")
