"""The slot: what one agent can take, has taken and is asked. Counts change with the offer or engagement they count."""

from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import F

from agents.models import Slot
from realtime import wire


def locked(agent_id: UUID) -> Slot:
    """The agent's slot, locked until the transaction ends."""
    assert connection.in_atomic_block, "a slot is locked inside a transaction"
    return Slot.objects.select_for_update(no_key=True, of=("self",)).select_related("agent").get(pk=agent_id)


def locked_all(agent_ids: Iterable[UUID]) -> dict[UUID, Slot]:
    """Those agents' slots, locked in order of their ids."""
    assert connection.in_atomic_block, "slots are locked inside a transaction"
    slots = Slot.objects.select_for_update(no_key=True).filter(pk__in=list(agent_ids)).order_by("pk")
    return {slot.pk: slot for slot in slots}


def free_of_locks(agent_ids: Iterable[UUID]) -> dict[UUID, Slot]:
    """Those agents' slots that nobody holds at this moment, locked."""
    assert connection.in_atomic_block, "slots are locked inside a transaction"
    slots = Slot.objects.select_for_update(no_key=True, skip_locked=True).filter(pk__in=list(agent_ids))
    return {slot.pk: slot for slot in slots}


def note_links(slots: Collection[Slot], *, gone_since: datetime | None) -> None:
    """These agents' links broke, or stand again (None), in one statement. The caller holds the slots.

    No screen of theirs shows it, so there is no new version: thousands who come back at once are not all read twice.
    """
    if slots:
        Slot.objects.filter(pk__in=[slot.pk for slot in slots]).update(gone_since=gone_since)


def changed(slot: Slot, *fields: str) -> None:
    """Save these fields with a new version; the agent's screens hear of it after commit. The caller holds the lock."""
    slot.version += 1
    slot.save(update_fields=["version", *fields])
    wire.after_commit(changed=[f"agent:{slot.pk}"])


def hold_all(agent_ids: Collection[UUID]) -> None:
    """An offer is open for each of these agents, in one statement. The caller holds the slots."""
    Slot.objects.filter(pk__in=agent_ids).update(held=F("held") + 1, version=F("version") + 1)
    wire.after_commit(changed=[f"agent:{agent_id}" for agent_id in agent_ids])


def release(slot: Slot, *, now: datetime) -> None:
    """The open offer is over without a chat."""
    slot.held -= 1
    if slot.active == 0:  # beside a chat she is as busy as before: a decline moves nobody in the order of asking
        slot.idle_since = slot.idle_since or now
    changed(slot, "held", "idle_since", "missed_in_a_row", "willing", "online_since", "pause_reason")


def take(slot: Slot) -> None:
    """The open offer became a chat."""
    slot.held -= 1
    slot.active += 1
    slot.idle_since = None
    slot.missed_in_a_row = 0
    changed(slot, "held", "active", "idle_since", "missed_in_a_row")


def take_again(slot: Slot) -> None:
    """A chat that was lost is hers again, without an offer that rang."""
    slot.active += 1
    slot.idle_since = None
    changed(slot, "active", "idle_since")


def free(slot: Slot, *, now: datetime) -> None:
    """A chat is over."""
    slot.active -= 1
    slot.idle_since = now if slot.active == 0 else None
    changed(slot, "active", "idle_since")
