"""Dormant chats: the customer is silent, so the chat takes none of its agent's places until the customer writes again.

It stays the agent's: she reads it, may write into it, close it or pass it on, and is paid once, at its end. Sweeps are
the only clockwork, and each step looks again under the locks of the ride: escalation, slot, conversation, account.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from agents import presence, slots
from agents.models import Slot
from conversations import lifecycle, stream
from conversations.models import Engagement, Event
from dispatch import desk, escalations
from dispatch.desk import Held
from dispatch.events import ChatOpened
from marketplace import events
from marketplace.sweeps import each


def rest_silent(*, now: datetime) -> None:
    """Chats whose customer has let the agent's word stand for long become dormant; those that slept for hours end."""
    waits = settings.BECKON_WAITS
    silent_since = now - timedelta(seconds=waits["dormant_seconds"])
    each(_found(_SILENT, [silent_since, silent_since]), lambda engagement_id: rest(engagement_id, now=now))
    over = now - timedelta(seconds=waits["dormant_ends_seconds"])
    slept = Engagement.objects.filter(dormant_since__lte=over).order_by("dormant_since")
    each(slept.values_list("pk", flat=True), lambda engagement_id: sleep_on(engagement_id, now=now))


def wake_spoken(*, now: datetime) -> None:
    """Dormant chats whose customer wrote again are their agent's again, or wait in front."""
    each(_found(_SPOKEN, []), lambda engagement_id: wake(engagement_id, now=now))


@transaction.atomic
def rest(engagement_id: UUID, *, now: datetime) -> bool:
    """live -> dormant, and the place is free. False where somebody wrote meanwhile, or it is the agent's turn.

    Locks: escalation, slot, conversation.
    """
    held = desk.locked(engagement_id)
    engagement = held.engagement
    if engagement.ended_at is not None or engagement.dormant_since is not None or not _is_silent(held, now):
        return False
    slots.free(held.slot, now=now)
    lifecycle.fell_dormant(held.conversation, engagement, now=now)
    escalations.wake()
    return True


@transaction.atomic
def wake(engagement_id: UUID, *, now: datetime) -> bool:
    """dormant -> live, if the customer wrote; where her agent has no place for her, she waits in front, with the time
    that she had waited. False where there is nothing to wake.

    Locks: escalation, slot, conversation, ledger account.
    """
    held = desk.locked(engagement_id)
    if held.engagement.dormant_since is None or desk.is_asleep(held):
        return False
    if _has_place(held.slot):
        slots.take_again(held.slot)
        lifecycle.woke(held.conversation, held.engagement, now=now)
        events.announce(ChatOpened(engagement_id=engagement_id, agent_id=held.slot.pk))
        return True
    escalations.requeue(held.escalation, priority=escalations.LOST_PRIORITY)
    desk.free_place(held, now=now)
    lifecycle.woke_in_vain(held.conversation, held.engagement, now=now)
    return True


@transaction.atomic
def sleep_on(engagement_id: UUID, *, now: datetime) -> bool:
    """dormant -> left, after hours in which the customer stayed silent. Paid. False where she wrote meanwhile.

    Locks: escalation, slot, conversation, ledger account.
    """
    held = desk.locked(engagement_id)
    since = held.engagement.dormant_since
    if since is None or not desk.is_asleep(held):
        return False
    if now - since < timedelta(seconds=settings.BECKON_WAITS["dormant_ends_seconds"]):
        return False
    desk.sleep_on(held, now=now)
    return True


def _is_silent(held: Held, now: datetime) -> bool:
    """Is the agent's own word the last one, and has it stood for long, with both of them there?"""
    engagement = held.engagement
    if engagement.away_since is not None or engagement.customer_away_since is not None:
        return False
    said = Event.objects.filter(conversation=held.conversation, stream=stream.TALK, kind=Event.Kind.MESSAGE)
    last = said.order_by("-seq").values_list("author_id", "at").first()
    if last is None or last[0] != engagement.agent_id:
        return False
    return now - max(last[1], engagement.accepted_at) >= timedelta(seconds=settings.BECKON_WAITS["dormant_seconds"])


def _has_place(slot: Slot) -> bool:
    """Has she a place free, here and now? The caller holds the slot."""
    if not slot.willing or slot.active + slot.held >= slot.places:
        return False
    return slot.gone_since is None and presence.is_connected(slot.pk) and presence.may_work(slot.pk)


# --- whom to look at ---

_SILENT = """
  select g.id from conversations_engagement g
  cross join lateral (
    select v.author_id, v.at from conversations_event v
    where v.conversation_id = g.conversation_id and v.stream = 'talk' and v.kind = 'message'
    order by v.seq desc limit 1) last
  where g.ended_at is null and g.dormant_since is null and g.away_since is null and g.customer_away_since is null
    and g.accepted_at <= %s and last.author_id = g.agent_id and last.at <= %s
  order by last.at"""

_SPOKEN = """
  select g.id from conversations_engagement g
  where g.dormant_since is not null and exists (
    select 1 from conversations_event v
    where v.conversation_id = g.conversation_id and v.stream = 'talk' and v.seq > g.dormant_seq
      and v.kind = 'message' and v.author_role = 'customer')
  order by g.dormant_since"""


def _found(query: str, given: list[Any]) -> list[UUID]:
    with connection.cursor() as cursor:
        cursor.execute(query, given)
        return [row[0] for row in cursor.fetchall()]
