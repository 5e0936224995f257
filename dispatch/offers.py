"""Offers: made by the planner, ended by an answer, by time, or because there is nothing left to offer.

Lock order: escalation, agent slot, offer; ids ascending within each. What ends an offer also moves its escalation and
its slot, in the same transaction.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec
import psycopg
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connection, transaction

from agents import slots
from agents.events import AgentPaused
from agents.models import Slot
from audit import journal
from dispatch import cards, escalations, surge
from dispatch.events import OfferMade, OfferOver
from dispatch.matching import Placement
from dispatch.models import Escalation, Offer, Round
from marketplace import events
from marketplace.refusals import Refused
from marketplace.sweeps import each
from marketplace.waits import MISSES_THAT_PAUSE
from payouts import surges
from payouts.models import PayPlan
from realtime import wire


@dataclass(frozen=True, slots=True)
class Reasons:
    """What a plan was made from and why it came out so, kept with the offers that come of it."""

    weights: int
    method: str
    inputs: Mapping[str, Any]
    facts: Mapping[UUID, Mapping[str, Any]]


def make(
    placements: Sequence[Placement],
    *,
    epoch: int | None,
    now: datetime,
    reasons: Reasons | None = None,
    living: bool = True,
) -> list[Offer]:
    """The placements that still hold become open offers; the rest is left for the next round.

    With an `epoch`, nothing is placed unless it is still in force. `living` agents have a socket open. One statement is
    the whole transaction, unless bonuses are reserved for it. Locks: surge budgets; leadership, escalations, slots, of
    which none is waited for: whoever holds one is changing what the plan was made from.
    """
    rows = cards.read(placements, now=now)
    with transaction.atomic() if any(row.bonus_minor for row in rows) else nullcontext():
        terms = cards.terms(rows, now=now)
        placed = _place(terms, epoch, now, reasons, living) if terms else {}
        surges.release([one.offer_id for one in terms if one.bonus_minor and one.offer_id not in placed], now=now)
        made = [_offer(one, now) for one in terms if one.offer_id in placed]
        wire.after_commit(
            changed=[f"agent:{offer.agent_id}" for offer in made],
            ahead=[_ahead(offer, placed[offer.pk]) for offer in made if not offer.automatic],
        )
        for offer in made:
            if not offer.automatic:
                events.announce(OfferMade(offer_id=offer.pk, agent_id=offer.agent_id, rings_until=offer.expires_at))
    return made


def _ahead(offer: Offer, version: int) -> tuple[str, bytes]:
    """The frame `protocol.Ringing`, written from the card as it is: her snapshot checks each field of it, a moment
    later."""
    times = {"offer_id": offer.pk, "offered_at": offer.offered_at, "expires_at": offer.expires_at}
    frame = {"type": "ringing", "version": version, "offer": {**offer.card, **times}}
    return f"agent:{offer.agent_id}", msgspec.json.encode(frame)


# Bound by the server and in binary: Django's own cursor would write every card into the statement's text, and an array
# of texts would be searched for what has to be escaped.
_PLACE = """
  select * from dispatch_place(
    %(epoch)s::bigint, %(now)s::timestamptz, %(living)s::boolean,
    %(escalations)b::uuid[], %(agents)b::uuid[], %(rings)b::integer[],
    %(offers)b::uuid[], %(plans)b::uuid[], %(expiries)b::timestamptz[], %(automatic)b::boolean[],
    %(cards)b::text[]::jsonb[], %(round)s::uuid, %(weights)s::integer, %(method)s::text,
    %(inputs)b::bytea, %(facts)b::text[]::jsonb[])"""


def _place(
    terms: Sequence[cards.Terms], epoch: int | None, now: datetime, reasons: Reasons | None, living: bool
) -> dict[UUID, int]:
    """The offers made, each with the version of its agent's slot, by one statement: see the function in the
    migrations."""
    given = {
        "epoch": epoch,
        "now": now,
        "living": living,
        "escalations": [one.placement.escalation_id for one in terms],
        "agents": [one.placement.agent_id for one in terms],
        "rings": [one.placement.ring for one in terms],
        "offers": [one.offer_id for one in terms],
        "plans": [one.plan_id for one in terms],
        "expiries": [one.expires_at for one in terms],
        "automatic": [one.automatic for one in terms],
        "cards": [_json(one.card) for one in terms],
        "round": uuid4() if reasons else None,
        "weights": reasons.weights if reasons else None,
        "method": reasons.method if reasons else None,
        "inputs": Round.packed_of(msgspec.json.encode(reasons.inputs)) if reasons else None,
        "facts": [_json(reasons.facts[one.placement.escalation_id]) if reasons else "{}" for one in terms],
    }
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        return dict(cursor.execute(_PLACE, given, binary=True).fetchall())


def _json(value: Mapping[str, Any]) -> str:
    return msgspec.json.encode(value).decode()


def _offer(made: cards.Terms, now: datetime) -> Offer:
    """The row as the database has it."""
    row = {
        "id": made.offer_id,
        "brand_id": made.brand_id,
        "escalation_id": made.placement.escalation_id,
        "agent_id": made.placement.agent_id,
        "pay_plan_id": made.plan_id,
        "state": Offer.State.OPEN,
        "offered_at": now,
        "expires_at": made.expires_at,
        "ended_at": None,
        "card": made.card,
        "reason": "",
        "automatic": made.automatic,
    }
    names = [field.attname for field in Offer._meta.concrete_fields]
    return Offer.from_db(DEFAULT_DB_ALIAS, names, [row[name] for name in names])


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
    """Give back what nobody answered in time; how many. Each in a transaction of its own, any number of sweepers: one
    that fails, or that somebody holds at this moment, keeps no other waiting."""
    due = Offer.objects.filter(state=Offer.State.OPEN, expires_at__lte=now).order_by("expires_at")
    return each(due.values_list("pk", flat=True)[:limit], lambda offer_id: _expire(offer_id, now))


@transaction.atomic
def _expire(offer_id: UUID, now: datetime) -> bool:
    """open -> expired. Two misses in a row pause the agent, visibly, with one tap to return; that is all.

    False where it is answered already, or where somebody holds it, who may be about to answer. Locks: escalation, slot,
    offer.
    """
    held = _locked_if_free(offer_id)
    if held is None:
        return False
    escalation, slot, offer = held
    if offer.state != Offer.State.OPEN or offer.expires_at > now:
        return False
    if not offer.automatic and not slots.finishes(slot):  # it did not ring; or she had said that she takes no more
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

    Its bonus too, where the brand's budget still covers it.

    The caller holds escalation and slot, and makes the engagement that goes with it.
    """
    old = Offer.objects.select_related("pay_plan").get(pk=offer_id)
    id_ = uuid4()
    return Offer.objects.create(
        id=id_,
        brand_id=old.brand_id,
        escalation_id=old.escalation_id,
        agent_id=old.agent_id,
        pay_plan_id=old.pay_plan_id,
        state=Offer.State.ACCEPTED,
        offered_at=now,
        ended_at=now,
        expires_at=now + timedelta(seconds=settings.BECKON_WAITS["offer_seconds"]),
        card=surge.renewed_card(old, id_, now=now),
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


def _locked_if_free(offer_id: UUID) -> tuple[Escalation, Slot, Offer] | None:
    """`locked`, of what nobody else holds at this moment; None where somebody does. Waits for none."""
    known = Offer.objects.get(pk=offer_id)
    requests = Escalation.objects.select_for_update(no_key=True, skip_locked=True)
    escalation = requests.filter(pk=known.escalation_id).first()
    slot = slots.free_of_locks([known.agent_id]).get(known.agent_id) if escalation else None
    free = Offer.objects.select_for_update(no_key=True, skip_locked=True)
    offer = free.filter(pk=offer_id).first() if slot else None
    return (escalation, slot, offer) if escalation and slot and offer else None


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
