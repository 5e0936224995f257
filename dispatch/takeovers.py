"""A supervisor takes a chat over: the agent is told and paid, the customer reads who joined, the audit says why."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from agents import slots, supervisors
from agents.models import Agent, Slot, User
from audit import journal
from conversations import engagements, lifecycle, stream
from conversations.models import Conversation, Engagement
from dispatch import desk, escalations, offers
from dispatch.models import Escalation, Offer
from marketplace.refusals import Refused
from payouts import plans
from payouts.models import PayPlan
from realtime import protocol

OVERTAKEN_AT_MOST = 3
REASON = "supervisor"
REASON_WORDS = "A supervisor took the chat over"


def take_over(conversation_id: UUID, *, by: User, reason: str, now: datetime) -> Engagement:
    """The chat is this supervisor's, whoever had it or waited for it. A repeat returns the same engagement.

    Raises Refused where the chat has ended, or she has no room. The conversation's lock comes last, so things may move
    just before it is held: then look again.
    """
    supervisor = supervisors.profile_of(by, now=now)
    _demand_possible(conversation_id, supervisor, now=now)
    for _ in range(OVERTAKEN_AT_MOST):
        _ask(conversation_id, now=now)
        with transaction.atomic():
            engagement = _taken(conversation_id, supervisor, by=by, reason=reason, now=now)
        if engagement:
            return engagement
    raise Refused("The chat moved on at this moment. Please try again.", code="busy")


def _ask(conversation_id: UUID, *, now: datetime) -> None:
    """A request is under way, so that there is something to own. Raises Refused where the chat has ended."""
    conversation = Conversation.objects.select_related("brand").get(pk=conversation_id)
    packet = protocol.Packet(
        summary=REASON_WORDS,
        reason=REASON,
        reason_words=REASON_WORDS,
        topic=conversation.topic or escalations.DEFAULT_TOPIC,
        language=(conversation.language or conversation.brand.locale)[:2],
        tried=[],
        goal="",
    )
    escalations.begin(conversation_id, packet=packet, now=now)


def _taken(conversation_id: UUID, supervisor: Agent, *, by: User, reason: str, now: datetime) -> Engagement | None:
    """None, and nothing changed, if the chat moved on before its locks were held.

    Locks: escalation, slots, offer, conversation, ledger account.
    """
    found = escalations.live(conversation_id)
    escalation = escalations.locked(found.pk) if found else None
    owner = lifecycle.live_engagement(conversation_id)
    if escalation is None or escalation.state not in Escalation.LIVE:
        return None
    if owner and owner.agent_id == supervisor.pk:
        return owner
    held = slots.locked_all({supervisor.pk, *([owner.agent_id] if owner else offers.rung(escalation))})
    slot = held[supervisor.pk]
    _demand_room(slot)
    offers.withdraw(escalation, now=now)
    conversation = stream.locked(conversation_id)
    if escalations.live(conversation_id) != escalation or lifecycle.live_engagement(conversation_id) != owner:
        transaction.set_rollback(True)
        return None
    if owner:
        chat = desk.Held(escalation, slots.locked(owner.agent_id), conversation, owner)
        desk.release(chat, state=Engagement.State.TRANSFERRED, priority=None, why="taken_over", now=now)
    engagement = _begin(escalation, slots.locked(slot.pk), conversation, now=now)
    subject = f"engagement:{engagement.pk}"
    detail = {"from": str(owner.pk) if owner else ""}
    journal.record(
        "engagement.taken_over",
        actor=f"operator:{by.pk}",
        subject=subject,
        brand_id=escalation.brand_id,
        reason=reason,
        detail=detail,
        now=now,
    )
    return engagement


def _begin(escalation: Escalation, slot: Slot, conversation: Conversation, *, now: datetime) -> Engagement:
    plan = _plan(escalation, now)
    escalations.engage(escalation, now=now)
    slots.take_again(slot)
    offer = offers.given(escalation, slot, plan, now=now)
    engagement = engagements.begin(
        conversation,
        agent=slot.agent,
        escalation_id=escalation.pk,
        offer_id=offer.pk,
        plan_id=plan.pk,
        topic=escalation.topic,
        language=escalation.language,
        offered_at=now,
        now=now,
        by_staff=True,
    )
    languages = list(slot.agent.languages.values_list("code", flat=True)) or [escalation.language]
    lifecycle.joined(conversation, engagement, languages=languages, now=now)
    return engagement


def _demand_possible(conversation_id: UUID, supervisor: Agent, *, now: datetime) -> None:
    """Refused before anybody is asked for, so that a take-over that cannot be brings no customer into the line."""
    if lifecycle.live_engagement(conversation_id) or escalations.live(conversation_id):
        return  # she waits, or talks to somebody, already; judged under the locks
    _demand_room(Slot.objects.get(pk=supervisor.pk))
    brand_id = Conversation.objects.values_list("brand_id", flat=True).get(pk=conversation_id)
    latest = escalations.under_way(conversation_id)
    if latest is None or not Offer.objects.filter(escalation=latest).exists():
        _plan_in_force(brand_id, now)


def _demand_room(slot: Slot) -> None:
    if slot.active + slot.held >= slot.capacity:
        raise Refused("You have as many chats as you can take. End one first.", code="full")


def _plan(escalation: Escalation, now: datetime) -> PayPlan:
    """Every engagement names the terms in force; a supervisor's pays nothing by them."""
    latest = Offer.objects.filter(escalation=escalation).select_related("pay_plan").order_by("-offered_at").first()
    return latest.pay_plan if latest else _plan_in_force(escalation.brand_id, now)


def _plan_in_force(brand_id: UUID, now: datetime) -> PayPlan:
    try:
        return plans.in_force(brand_id, tier=supervisors.TIER, at=now)
    except plans.NoPlanInForce:
        raise Refused("This brand has no pay plan in force.", code="no_plan") from None
