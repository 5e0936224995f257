"""Offers: made by the planner, ended by an answer, by time, or because there is nothing left to offer.

Lock order: escalation, agent slot, offer; ids ascending within each. What ends an offer also moves its escalation and
its slot, in the same transaction.
"""

import logging
from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from django.conf import settings
from django.db import connection, transaction

from agents import paid_hours, ringing, slots
from agents.events import AgentPaused
from agents.models import Agent, AgentLanguage, AgentSkill, Slot
from audit import journal
from brands.models import Brand, Skill
from dispatch import escalations, explanations, leadership
from dispatch.events import OfferMade, OfferOver
from dispatch.matching import Placement
from dispatch.matching.fitness import Ring
from dispatch.models import Escalation, Offer
from marketplace import events
from marketplace.refusals import Refused
from marketplace.waits import MISSES_THAT_PAUSE
from payouts import plans
from payouts.models import PayPlan
from realtime import protocol

log = logging.getLogger(__name__)


@transaction.atomic
def make(placements: Sequence[Placement], *, epoch: int | None, now: datetime) -> list[Offer]:
    """The placements that still hold become open offers; the rest is left for the next round.

    With an `epoch`, nothing is placed unless it is still in force. Locks: leadership, escalations, slots; none is
    waited for: whoever holds one is changing what the plan was made from.
    """
    if epoch is not None and not leadership.leads(epoch):
        return []
    waiting = _lock_waiting([placement.escalation_id for placement in placements])
    free = slots.free_of_locks([placement.agent_id for placement in placements])
    ringing: set[UUID] = set()
    held: list[Match] = []
    for placement in placements:
        escalation, slot = waiting.get(placement.escalation_id), free.get(placement.agent_id)
        if escalation and slot and slot.pk not in ringing and _may_be_asked(slot):
            ringing.add(slot.pk)
            held.append((escalation, slot, placement))
    return _open(held, now)


Match = tuple[Escalation, Slot, Placement]


def _lock_waiting(ids: list[UUID]) -> dict[UUID, Escalation]:
    rows = Escalation.objects.select_for_update(no_key=True, skip_locked=True).filter(pk__in=ids, state="waiting")
    return {row.pk: row for row in rows.order_by("pk")}


def _may_be_asked(slot: Slot) -> bool:
    """Judged under the slot's lock: willing, here, not being asked, with room."""
    return slot.willing and slot.gone_since is None and slot.held == 0 and slot.active < slot.places


def _open(matches: Sequence[Match], now: datetime) -> list[Offer]:
    """Offers for those whose agent is still fit and paid for. The caller holds escalations and slots.

    As many statements for a hundred as for one: while they run, nobody in the round can be moved by anybody else.
    """
    agents = _still_fit(matches)
    fit = [match for match in matches if match[1].pk in agents]
    pay = _plans({(escalation.brand_id, agents[slot.pk].tier) for escalation, slot, _ in fit}, now)
    words = Words({escalation.brand_id for escalation, _, _ in fit})
    silent = _that_open_by_themselves([slot for _, slot, _ in fit], now)
    made = [
        Offer(
            brand_id=escalation.brand_id,
            escalation=escalation,
            agent=agents[slot.pk],
            pay_plan=plan,
            offered_at=now,
            expires_at=now + timedelta(seconds=ringing.seconds(slot)),
            card=words.card(escalation, plan, placement, max(1, round(ringing.seconds(slot)))),
            automatic=slot.pk in silent,
        )
        for escalation, slot, placement in fit
        if (plan := pay.get((escalation.brand_id, agents[slot.pk].tier)))
    ]
    if made:
        Offer.objects.bulk_create(made)
        asked = [offer.escalation_id for offer in made]
        Escalation.objects.filter(pk__in=asked).update(state=Escalation.State.OFFERED)
        slots.hold_all([offer.agent_id for offer in made])
    for offer in made:
        if not offer.automatic:
            events.announce(OfferMade(offer_id=offer.pk, agent_id=offer.agent_id, rings_until=offer.expires_at))
    return made


def _that_open_by_themselves(asked: Sequence[Slot], now: datetime) -> set[UUID]:
    """Those who chose that offers open without ringing, and are in a paid shift."""
    return paid_hours.in_them([slot.pk for slot in asked if slot.auto_accept], now=now)


def _still_fit(matches: Sequence[Match]) -> dict[UUID, Agent]:
    """Those agents who have not lost approval, topic or language since the plan read them."""
    ids = [slot.pk for _, slot, _ in matches]
    speaks = set(AgentLanguage.objects.filter(agent_id__in=ids).values_list("agent_id", "code"))
    knows = set(AgentSkill.objects.filter(agent_id__in=ids).values_list("agent_id", "skill__brand_id", "skill__key"))
    of_brand = {(agent_id, brand_id) for agent_id, brand_id, _ in knows}
    right = {
        slot.pk
        for escalation, slot, placement in matches
        if (slot.pk, escalation.language) in speaks
        and (
            (slot.pk, escalation.brand_id, escalation.topic) in knows
            or (placement.ring >= Ring.FAMILY and (slot.pk, escalation.brand_id) in of_brand)
        )
    }
    return Agent.objects.filter(state=Agent.State.APPROVED, user__is_active=True).in_bulk(right)


def _plans(wanted: Collection[tuple[UUID, str]], now: datetime) -> dict[tuple[UUID, str], PayPlan]:
    """The pay plan of each (brand, tier) that has one."""
    found = {}
    for brand_id, tier in wanted:
        try:
            found[brand_id, tier] = plans.in_force(brand_id, tier=tier, at=now)
        except plans.NoPlanInForce as missing:
            log.error("No offer can be made without a price: publish a pay plan (%s).", missing)
    return found


class Words:
    """The names that offers of these brands show, read once."""

    def __init__(self, brand_ids: Collection[UUID]) -> None:
        self._brands = dict(Brand.objects.filter(pk__in=brand_ids).values_list("pk", "name"))
        self._topics = topic_names_of(brand_ids)

    def card(self, escalation: Escalation, plan: PayPlan, placement: Placement, seconds: int) -> dict[str, Any]:
        """What the agent decides by, frozen: the price shown is the price paid."""
        topic_name = self._topics.get((escalation.brand_id, escalation.topic), escalation.topic)
        money = plans.card(plan)
        return {
            "brand": self._brands[escalation.brand_id],
            "topic": escalation.topic,
            "topic_name": topic_name,
            "language": escalation.language,
            "context": str(escalation.packet.get("summary", ""))[:240],
            "waits_since": escalation.waits_since or escalation.queued_at,
            "seconds": seconds,
            "currency": money["currency"],
            "minimum_minor": money["minimum_cents"],
            "pay": [
                {"kind": line["kind"], "words": line["words"], "amount_minor": line["rate"]} for line in money["lines"]
            ],
            "why": explanations.why_words(placement.why, topic_name=topic_name, language=escalation.language),
        }


def card_of(offer: Offer) -> protocol.OfferCard:
    """The offer as its agent sees it."""
    shown = {
        **offer.card,
        "offer_id": offer.pk,
        "offered_at": offer.offered_at,
        "expires_at": offer.expires_at,
    }
    return msgspec.convert(shown, protocol.OfferCard, strict=False)


def topic_names(brand_id: UUID) -> dict[str, str]:
    return {topic: name for (_, topic), name in topic_names_of([brand_id]).items()}


def topic_names_of(brand_ids: Collection[UUID]) -> dict[tuple[UUID, str], str]:
    """(brand, topic) -> the topic's name; no query without a brand."""
    if not brand_ids:
        return {}
    named = Skill.objects.filter(brand_id__in=brand_ids).values_list("brand_id", "key", "name")
    return {(brand_id, topic): name for brand_id, topic, name in named}


@transaction.atomic
def decline(offer_id: UUID, *, by: UUID, now: datetime) -> None:
    """open -> declined: the escalation waits again, the agent is free at once. It lowers nobody's rank.

    Locks: escalation, slot, offer.
    """
    escalation, slot, offer = locked(offer_id, by=by)
    if offer.state == Offer.State.DECLINED:
        return
    if offer.state != Offer.State.OPEN:
        raise Refused("This offer is no longer open.", code="offer_over")
    slot.missed_in_a_row = 0
    _end(escalation, slot, offer, state=Offer.State.DECLINED, now=now)


def give_reason(offer_id: UUID, *, by: UUID, reason: str) -> None:
    """Why an offer was declined, asked afterwards. Stored for the brand's good; read by no ranking."""
    declined = Offer.objects.filter(pk=offer_id, agent_id=by, state=Offer.State.DECLINED)
    if not declined.update(reason=reason):
        raise Refused("There is no such declined offer.", code="not_found")


def expire_due(*, now: datetime, limit: int = 200) -> int:
    """Give back what nobody answered in time; how many. Each in a transaction of its own, any number of sweepers."""
    due = Offer.objects.filter(state=Offer.State.OPEN, expires_at__lte=now).order_by("expires_at")
    return sum(_expire(offer_id, now) for offer_id in due.values_list("pk", flat=True)[:limit])


@transaction.atomic
def _expire(offer_id: UUID, now: datetime) -> bool:
    """open -> expired. Two misses in a row pause the agent, visibly, with one tap to return; that is all."""
    escalation, slot, offer = locked(offer_id)
    if offer.state != Offer.State.OPEN or offer.expires_at > now:
        return False
    if not offer.automatic:  # it did not ring
        _count_miss(slot, now=now)
    _end(escalation, slot, offer, state=Offer.State.EXPIRED, now=now)
    return True


def _count_miss(slot: Slot, *, now: datetime) -> None:
    slot.missed_in_a_row += 1
    if slot.willing and slot.missed_in_a_row >= MISSES_THAT_PAUSE:
        slots.stop(slot, reason=Slot.Pause.MISSED, now=now)
        events.announce(AgentPaused(agent_id=slot.pk, reason=Slot.Pause.MISSED, at=now))


def rung(escalation: Escalation) -> list[UUID]:
    """The agent to whom the escalation is held out now, if there is one."""
    return list(Offer.objects.filter(escalation=escalation, state=Offer.State.OPEN).values_list("agent_id", flat=True))


def withdraw(escalation: Escalation, *, now: datetime) -> None:
    """End the open offer of an escalation that is over. The caller holds the escalation's lock and ends it itself."""
    offer = Offer.objects.filter(escalation=escalation, state=Offer.State.OPEN).first()
    if offer is None:
        return
    slot = slots.locked(offer.agent_id)
    offer = Offer.objects.select_for_update(no_key=True).get(pk=offer.pk)
    assert offer.state == Offer.State.OPEN, "offers end under their escalation's lock"
    _close(offer, state=Offer.State.WITHDRAWN, now=now)
    slots.release(slot, now=now)


@transaction.atomic
def take_from(escalation_id: UUID, *, by: str, reason: str, now: datetime) -> None:
    """offered -> waiting, by an operator: the open offer ends, with no mark against its agent.

    Locks: escalation, slot, offer.
    """
    escalation = escalations.locked(escalation_id)
    if escalation.state != Escalation.State.OFFERED:
        raise Refused("No offer is open for this request.", code="no_offer")
    withdraw(escalation, now=now)
    escalations.requeue(escalation)
    subject = f"escalation:{escalation.pk}"
    journal.record("offer.withdrawn", actor=by, subject=subject, brand_id=escalation.brand_id, reason=reason, now=now)


@transaction.atomic
def withdraw_from(agent_id: UUID, *, only_if: Callable[[Slot], bool], now: datetime) -> None:
    """The agent cannot answer: her open offer goes to somebody else, if `only_if` still says so under the slot's lock.

    Locks: escalation, slot, offer.
    """
    offer_id = Offer.objects.filter(agent_id=agent_id, state=Offer.State.OPEN).values_list("pk", flat=True).first()
    if offer_id is None:
        return
    escalation, slot, offer = locked(offer_id)
    if offer.state == Offer.State.OPEN and only_if(slot):
        _end(escalation, slot, offer, state=Offer.State.WITHDRAWN, now=now)


def renewed(offer_id: UUID, *, now: datetime) -> Offer:
    """The terms of an accepted offer once more, accepted already: for an agent who takes up again what she had lost.

    The caller holds escalation and slot, and makes the engagement that goes with it.
    """
    old = Offer.objects.get(pk=offer_id)
    return Offer.objects.create(
        brand_id=old.brand_id,
        escalation_id=old.escalation_id,
        agent_id=old.agent_id,
        pay_plan_id=old.pay_plan_id,
        state=Offer.State.ACCEPTED,
        offered_at=now,
        ended_at=now,
        expires_at=now + timedelta(seconds=settings.BECKON_WAITS["offer_seconds"]),
        card=old.card,
    )


def given(escalation: Escalation, slot: Slot, plan: PayPlan, *, now: datetime) -> Offer:
    """An offer that never rang, accepted already: for a supervisor who takes a chat over. It shows no price."""
    return Offer.objects.create(
        brand_id=escalation.brand_id,
        escalation=escalation,
        agent_id=slot.pk,
        pay_plan=plan,
        state=Offer.State.ACCEPTED,
        offered_at=now,
        ended_at=now,
        expires_at=now + timedelta(seconds=settings.BECKON_WAITS["offer_seconds"]),
        card={"taken_over": True},
    )


def locked(offer_id: UUID, *, by: UUID | None = None) -> tuple[Escalation, Slot, Offer]:
    """An offer with all that its end moves, locked in order. Raises Refused where it is not `by`'s."""
    assert connection.in_atomic_block, "an offer is locked inside a transaction"
    known = Offer.objects.filter(pk=offer_id).values("escalation_id", "agent_id").first()
    if known is None or by not in (None, known["agent_id"]):
        raise Refused("There is no such offer.", code="not_found")
    escalation = escalations.locked(known["escalation_id"])
    slot = slots.locked(known["agent_id"])
    return escalation, slot, Offer.objects.select_for_update(no_key=True).get(pk=offer_id)


def accept(offer: Offer, *, now: datetime) -> None:
    """open -> accepted, if it is still open and in time; one conditional UPDATE decides."""
    still = Offer.objects.filter(pk=offer.pk, state=Offer.State.OPEN, expires_at__gt=now)
    if still.update(state=Offer.State.ACCEPTED, ended_at=now) != 1:
        raise Refused("This offer is no longer open.", code="offer_over")
    events.announce(OfferOver(offer_id=offer.pk, agent_id=offer.agent_id))


def _end(escalation: Escalation, slot: Slot, offer: Offer, *, state: str, now: datetime) -> None:
    _close(offer, state=state, now=now)
    slots.release(slot, now=now)
    escalations.requeue(escalation)


def _close(offer: Offer, *, state: str, now: datetime) -> None:
    offer.state = state
    offer.ended_at = now
    offer.save(update_fields=["state", "ended_at"])
    events.announce(OfferOver(offer_id=offer.pk, agent_id=offer.agent_id))
