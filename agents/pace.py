"""An agent's pace: how much, how often and how she is asked. All of it her own choice, and none of it lowers a rank.

Every function holds the slot while it changes it; nothing here touches a chat under way.
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from agents import slots
from agents.models import Slot
from marketplace import waits
from marketplace.refusals import Refused

OWN_PAUSES = (Slot.Pause.BREAK, Slot.Pause.ERRAND, Slot.Pause.TECHNICAL, Slot.Pause.OTHER)


@transaction.atomic
def pause(agent_id: UUID, *, reason: str, now: datetime) -> None:
    """No offers until she is back, and the reason is shown to herself and to operators. Chats and an offer that rings
    go on. Who is paused already has the new reason; who is offline stays so. Locks: the slot."""
    if reason not in OWN_PAUSES:
        raise Refused("There is no such reason for a pause.", code="bad_reason")
    slot = slots.locked(agent_id)
    if slot.willing:
        slots.stop(slot, reason=reason, now=now)
        slots.changed(slot, *slots.STOPPED)
    elif slot.pause_reason in OWN_PAUSES and slot.pause_reason != reason:
        slot.pause_reason = reason
        slots.changed(slot, "pause_reason")


@transaction.atomic
def stop_at_once(agent_id: UUID, *, now: datetime) -> None:
    """Offers stop, whatever she was before. Locks: the slot."""
    slot = slots.locked(agent_id)
    if slot.pause_reason != Slot.Pause.EMERGENCY:
        slots.stop(slot, reason=Slot.Pause.EMERGENCY, now=now)
        slots.changed(slot, *slots.STOPPED)


@transaction.atomic
def last_one(agent_id: UUID, *, on: bool) -> None:
    """The chats she has, or the next one where she has none, are her last: after them she is offline. Locks: the slot.

    She counts as online until then, and is rung no more once she has a chat. What rings beside her chats as she says so
    goes on: it is hers to take, one more, or to leave, which is no missed offer; nothing comes after it.
    """
    slot = slots.locked(agent_id)
    if on:
        _demand_online(slot)
    if slot.last_one != on:
        slot.last_one = on
        slot.last_begun = on and slot.active > 0
        slot.one_more = slot.one_more and not on
        slots.changed(slot, "last_one", "last_begun", "one_more")


@transaction.atomic
def reserve(agent_id: UUID, *, on: bool) -> None:
    """She is rung only where nobody else is free. Locks: the slot."""
    slot = slots.locked(agent_id)
    if on:
        _demand_online(slot)
    if slot.reserve != on:
        slot.reserve = on
        slots.changed(slot, "reserve")


@transaction.atomic
def one_more(agent_id: UUID, *, on: bool) -> None:
    """One chat above her capacity, once: the wish is spent with the chat that comes of it. Locks: the slot."""
    slot = slots.locked(agent_id)
    if on:
        _demand_online(slot)
        if slot.active < slot.capacity:
            raise Refused("You have room already: the next offer comes by itself.", code="has_room")
        if slot.active > slot.capacity:
            raise Refused("You have one more than you chose already.", code="above_capacity")
    if slot.one_more != on:
        slot.one_more = on
        slot.last_one = slot.last_one and not on
        slot.last_begun = slot.last_begun and not on
        slots.changed(slot, "last_one", "last_begun", "one_more")


@transaction.atomic
def ring_for(agent_id: UUID, *, seconds: int | None) -> None:
    """How long her offers ring at least; None: as long as everybody's. Locks: the slot."""
    shortest, longest = waits.TRUE["offer_seconds"], waits.TRUE["offer_longest_seconds"]
    if seconds is not None and not shortest <= seconds <= longest:
        raise Refused(f"Choose between {shortest:g} and {longest:g} seconds.", code="bad_ring")
    slot = slots.locked(agent_id)
    if slot.ring_seconds != seconds:
        slot.ring_seconds = seconds
        slots.changed(slot, "ring_seconds")


@transaction.atomic
def auto_accept(agent_id: UUID, *, on: bool) -> None:
    """In paid shifts her chats open without ringing, or ring as ever. Outside of them it changes nothing.

    Locks: the slot.
    """
    slot = slots.locked(agent_id)
    if slot.auto_accept != on:
        slot.auto_accept = on
        slots.changed(slot, "auto_accept")


def _demand_online(slot: Slot) -> None:
    if not slot.willing:
        raise Refused("Go online first.", code="not_online")
