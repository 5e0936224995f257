"""The slot: what one agent can take, has taken and is asked. Counts change with the offer or engagement they count."""

from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import F

from agents import stretches
from agents.models import Slot
from realtime import wire

STOPPED = ("willing", "online_since", "stopped_at", "pause_reason", "last_one", "last_begun", "one_more", "reserve")


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
    if not _WISHES.isdisjoint(fields):
        slot.__dict__.pop("places", None)  # the database computes it: read again by whoever asks for it
    wire.after_commit(changed=[f"agent:{slot.pk}"])


def renew(agent_ids: Collection[UUID]) -> None:
    """These agents' screens read anew: something beside the slot changed. One statement. The caller holds the slots."""
    Slot.objects.filter(pk__in=agent_ids).update(version=F("version") + 1)
    wire.after_commit(changed=[f"agent:{agent_id}" for agent_id in agent_ids])


_WISHES = {"capacity", "one_more", "last_one"}


def stop(slot: Slot, *, reason: str, now: datetime) -> None:
    """She is not willing from now on, for a `Slot.Pause` or because she went offline (""). Wishes for this stretch end;
    being a reserve outlasts a pause. The caller holds the slot and saves `STOPPED`."""
    if slot.willing:
        slot.stopped_at = now
    slot.willing = slot.last_one = slot.last_begun = slot.one_more = False
    slot.reserve = slot.reserve and reason != ""
    slot.pause_reason = reason
    stretches.end(slot, now=now)


def hold_all(agent_ids: Collection[UUID]) -> None:
    """An offer is open for each of these agents, in one statement. The caller holds the slots."""
    Slot.objects.filter(pk__in=agent_ids).update(held=F("held") + 1, version=F("version") + 1)
    wire.after_commit(changed=[f"agent:{agent_id}" for agent_id in agent_ids])


def release(slot: Slot, *, now: datetime) -> None:
    """The open offer is over without a chat. Where it rang beside her last ones, and they are over, so is she."""
    slot.held -= 1
    if finishes(slot) and slot.active == 0:
        stop(slot, reason="", now=now)
    if slot.active == 0:  # beside a chat she is as busy as before: a decline moves nobody in the order of asking
        slot.idle_since = slot.idle_since or now
    changed(slot, "held", "idle_since", "missed_in_a_row", *STOPPED)


def take(slot: Slot) -> None:
    """The open offer became a chat."""
    slot.held -= 1
    slot.active += 1
    slot.idle_since = None
    slot.missed_in_a_row = 0
    slot.one_more = slot.one_more and slot.active <= slot.capacity
    slot.last_begun = slot.last_one
    changed(slot, "held", "active", "idle_since", "missed_in_a_row", "one_more", "last_begun")


def take_again(slot: Slot) -> None:
    """A chat that was lost, or whose customer was silent, is hers again, without an offer that rang."""
    slot.active += 1
    slot.idle_since = None
    slot.one_more = slot.one_more and slot.active <= slot.capacity
    slot.last_begun = slot.last_one
    changed(slot, "active", "idle_since", "one_more", "last_begun")


def free(slot: Slot, *, now: datetime) -> None:
    """A chat is over, or its customer fell silent. After her last one she is offline, unless one more rings already."""
    slot.active -= 1
    slot.idle_since = now if slot.active == 0 else None
    if slot.last_one and slot.active == slot.held == 0:
        stop(slot, reason="", now=now)
    changed(slot, "active", "idle_since", *STOPPED)


def finishes(slot: Slot) -> bool:
    """She has her last ones. What rings beside them is hers to take or to leave, and the end of it either way."""
    return slot.last_one and slot.last_begun
