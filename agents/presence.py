"""Willing and connected: what an agent chose, and whether a live socket of hers exists. Two facts, kept apart."""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction

from agents import certified, slots
from agents.models import Agent, Slot
from marketplace.refusals import Refused
from realtime import leases


@transaction.atomic
def go_online(agent_id: UUID, *, now: datetime) -> None:
    """The agent wants offers (again). Locks: the slot."""
    slot = slots.locked(agent_id)
    if slot.agent.state != Agent.State.APPROVED:
        raise Refused(
            "Your application is still being read. We write to you as soon as you can go online.", code="not_approved"
        )
    _demand_certificates(slot.agent, now)
    if slot.willing:
        return
    slot.idle_since = _idle_since(slot, now)
    slot.willing = True
    slot.online_since = now
    slot.missed_in_a_row = 0
    slot.pause_reason = ""
    slots.changed(slot, "willing", "online_since", "idle_since", "missed_in_a_row", "pause_reason")


def _demand_certificates(agent: Agent, now: datetime) -> None:
    """She holds a topic and a language, and one of each has not ended: else nothing could ever ring."""
    for held, what in ((agent.languages, "language"), (agent.skills, "topic")):
        if not held.exists():
            raise Refused("Add at least one language and one topic to your profile first.", code="profile_incomplete")
        if not held.filter(certified.in_force(now)).exists():
            words = f"You are certified for no {what} any more. Ask an operator to certify you again: nothing can ring."
            raise Refused(words, code="certificate_ended")


def _idle_since(slot: Slot, now: datetime) -> datetime | None:
    """A pause stops the clock of idleness and does not set it back: it costs nobody her turn."""
    if slot.active:
        return None
    if not slot.pause_reason or slot.idle_since is None or slot.stopped_at is None:
        return now
    return now - max(slot.stopped_at - slot.idle_since, timedelta())


@transaction.atomic
def go_offline(agent_id: UUID, *, now: datetime, reason: str = "") -> None:
    """No more offers. Chats under way and an offer that rings go on. Locks: the slot."""
    slot = slots.locked(agent_id)
    if not slot.willing and (reason or not slot.pause_reason):
        return
    slots.stop(slot, reason=reason, now=now)
    slots.changed(slot, *slots.STOPPED)


@transaction.atomic
def set_capacity(agent_id: UUID, capacity: int) -> None:
    """How many chats at once. Chats under way stay. Locks: the slot."""
    slot = slots.locked(agent_id)
    if not 1 <= capacity <= slot.capacity_most:
        raise Refused(f"Choose between 1 and {slot.capacity_most} chats at once.", code="bad_capacity")
    if slot.capacity != capacity:
        slot.capacity = capacity
        slots.changed(slot, "capacity")


def may_work(agent_id: UUID) -> bool:
    """Is the agent approved, with a log-in that works?"""
    return Agent.objects.filter(pk=agent_id, state=Agent.State.APPROVED, user__is_active=True).exists()


def connected(agent_ids: Collection[UUID]) -> set[UUID]:
    """Those of these agents of whom a live server process holds a socket; one query."""
    here = leases.connected(f"agent:{agent_id}" for agent_id in agent_ids)
    return {agent_id for agent_id in agent_ids if f"agent:{agent_id}" in here}


def is_connected(agent_id: UUID) -> bool:
    """Does a live server process hold a socket of this agent? The database's clock decides."""
    with connection.cursor() as cursor:
        cursor.execute(_CONNECTED, [f"agent:{agent_id}"])
        return bool(cursor.fetchone()[0])


_CONNECTED = """
  select exists (select 1 from realtime_connection c join realtime_serverlease s on s.id = c.server_id
                 where c.principal = %s and s.expires_at > clock_timestamp())"""
