"""An agent whose last connection broke: what happens at 0, 10, 30 and 60 seconds, and how a return undoes each.

The sockets' doors report what they notice at once; the sweep finds whatever they missed (a killed process reports
nothing). Both may run twice, late, or side by side: every step looks at the rows it is about, under their locks.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from agents import presence, slots
from agents.models import Slot
from conversations import lifecycle, stream
from conversations.models import Engagement
from dispatch import desk, escalations, offers


def noticed(agent_id: UUID, *, now: datetime) -> None:
    """At 0 s: no live connection. No new offer is made, an open one goes to somebody else."""
    if presence.is_connected(agent_id):
        return
    with transaction.atomic():
        slot = slots.locked(agent_id)
        if slot.gone_since is None and (slot.willing or slot.active or slot.held):
            slot.gone_since = now
            slots.changed(slot, "gone_since")
    offers.withdraw_from(agent_id, now=now)


def returned(agent_id: UUID, *, now: datetime) -> None:
    """A connection lives again: every step so far is undone, but for chats already given away, and for being online
    once that has ended: to be rung again is her own choice, one tap away."""
    with transaction.atomic():
        slot = slots.locked(agent_id)
        if slot.gone_since is None:
            return
        slot.gone_since = None
        slots.changed(slot, "gone_since")
    for engagement in Engagement.objects.filter(agent_id=agent_id, ended_at=None, away_since__isnull=False):
        _tell(engagement.pk, away=False, now=now)
    escalations.wake()


def sweep(*, now: datetime) -> None:
    """Look at everybody who should be connected, and at everybody who is gone; do what is due."""
    for agent_id in _unnoticed():
        noticed(agent_id, now=now)
    for slot in Slot.objects.filter(gone_since__isnull=False):
        assert slot.gone_since is not None
        if presence.is_connected(slot.pk):
            returned(slot.pk, now=now)
        else:
            _step(slot, now - slot.gone_since, now=now)


def _unnoticed() -> list[UUID]:
    """Agents who are willing or busy without a live connection, and are not known to be gone."""
    with connection.cursor() as cursor:
        cursor.execute(_UNNOTICED)
        return [row[0] for row in cursor.fetchall()]


_UNNOTICED = """
  select s.agent_id from agents_slot s
  where s.gone_since is null and (s.willing or s.active > 0 or s.held > 0)
    and not exists (select 1 from realtime_connection c join realtime_serverlease e on e.id = c.server_id
                    where c.principal = 'agent:' || s.agent_id and e.expires_at > clock_timestamp())"""


def _step(slot: Slot, gone: timedelta, *, now: datetime) -> None:
    waits = settings.BECKON_WAITS
    if gone >= timedelta(seconds=waits["agent_gone_unwilling_seconds"]):
        _end_willing(slot.pk, now=now)
    live = list(Engagement.objects.filter(agent_id=slot.pk, ended_at=None))
    if gone >= timedelta(seconds=waits["agent_gone_lost_seconds"]):
        for engagement in live:
            _lose(engagement.pk, slot.pk, now=now)
        _forget(slot.pk)
    elif gone >= timedelta(seconds=waits["agent_gone_told_seconds"]):
        for engagement in live:
            if engagement.away_since is None:
                _tell(engagement.pk, away=True, now=now)


@transaction.atomic
def _end_willing(agent_id: UUID, *, now: datetime) -> None:
    """Offline, visibly, unless she came back a moment ago. Locks: the slot."""
    if slots.locked(agent_id).gone_since is not None:
        presence.go_offline(agent_id, now=now, reason="gone")


def _lose(engagement_id: UUID, agent_id: UUID, *, now: datetime) -> None:
    """Unless she came back a moment ago: the connection is looked at again before anything is taken from her."""
    if not presence.is_connected(agent_id):
        desk.lose(engagement_id, now=now)


@transaction.atomic
def _forget(agent_id: UUID) -> None:
    """Gone, unwilling and without chats: there is nothing left to watch."""
    slot = slots.locked(agent_id)
    if slot.gone_since is not None and not slot.willing and slot.active == 0 and slot.held == 0:
        slot.gone_since = None
        slots.changed(slot, "gone_since")


@transaction.atomic
def _tell(engagement_id: UUID, *, away: bool, now: datetime) -> None:
    """Tell the customer once that the person's connection broke, or that she is back. Locks: slot, conversation.

    Nothing is told that was overtaken meanwhile: her return, or a new break.
    """
    known = Engagement.objects.get(pk=engagement_id)
    if (slots.locked(known.agent_id).gone_since is not None) != away:
        return
    conversation = stream.locked(known.conversation_id)
    engagement = Engagement.objects.get(pk=engagement_id)
    if engagement.ended_at is not None or (engagement.away_since is not None) == away:
        return
    (lifecycle.away if away else lifecycle.back)(conversation, engagement, now=now)
