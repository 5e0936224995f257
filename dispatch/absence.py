"""An agent whose last connection broke: what happens at 0, 10, 30 and 60 seconds, and how a return undoes each.

The sockets' doors report what they notice at once; the sweep finds whatever they missed (a killed process reports
nothing). Both may run twice, late, or side by side: every step looks at the rows it is about, under their locks.
"""

import logging
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q

from agents import presence, slots
from agents.events import AgentPaused
from agents.models import Slot
from conversations import lifecycle, stream
from conversations.models import Engagement
from dispatch import desk, escalations, offers
from dispatch.models import Offer
from marketplace import events
from marketplace.sweeps import each

log = logging.getLogger(__name__)


def noticed(agent_id: UUID, *, now: datetime) -> None:
    """At 0 s: no live connection. No new offer is made, an open one goes to somebody else."""
    if _note(agent_id, now=now):
        offers.withdraw_from(agent_id, only_if=_is_gone, now=now)


@transaction.atomic
def _note(agent_id: UUID, *, now: datetime) -> bool:
    """Whether she is gone. The connection is looked at under the slot's lock: a return either was seen here, or comes
    to the lock later and finds what to undo. Locks: the slot."""
    slot = slots.locked(agent_id)
    if presence.is_connected(agent_id):
        return False
    if slot.gone_since is None and (slot.willing or slot.active or slot.held):
        slot.gone_since = now
        slots.changed(slot, "gone_since")
    return _is_gone(slot)


def returned(agent_id: UUID, *, now: datetime) -> None:
    """A connection lives again: every step so far is undone, but for being online once that has ended: to be rung again
    is her own choice, one tap away. A chat that was lost is hers again if nobody else has accepted it yet."""
    if not _welcome(agent_id):
        return
    for engagement in Engagement.objects.filter(agent_id=agent_id, ended_at=None, away_since__isnull=False):
        _tell(engagement.pk, away=False, now=now)
    for _, lost_id in _lost(now, [agent_id]):
        desk.reclaim(lost_id, now=now)


def noticed_all(agent_ids: Collection[UUID], *, now: datetime) -> None:
    """`noticed` for many, in a few statements. Those whose slot somebody holds, or whose phone rings, one by one."""
    with transaction.atomic():
        held = slots.free_of_locks(agent_ids)
        gone = {id_: held[id_] for id_ in held.keys() - presence.connected(held)}
        news = [slot for slot in gone.values() if not _is_gone(slot) and (slot.willing or slot.active or slot.held)]
        slots.note_links(news, gone_since=now)
    ringing = {id_ for id_, slot in gone.items() if slot.held}
    each((set(agent_ids) - held.keys()) | ringing, lambda agent_id: noticed(agent_id, now=now))


def returned_all(agent_ids: Collection[UUID], *, now: datetime) -> None:
    """`returned` for many, in a few statements. Those whose slot somebody holds, or with a chat to undo, one by one."""
    with transaction.atomic():
        held = slots.free_of_locks(agent_ids)
        here = presence.connected(held)
        back = [slot for id_, slot in held.items() if id_ in here and _is_gone(slot)]
        slots.note_links(back, gone_since=None)
        if back:
            escalations.wake()
    away = Engagement.objects.filter(agent_id__in=here, ended_at=None, away_since__isnull=False)
    chats = {*away.values_list("agent_id", flat=True), *(agent_id for agent_id, _ in _lost(now, here))}
    each((set(agent_ids) - held.keys()) | chats, lambda agent_id: returned(agent_id, now=now))


@transaction.atomic
def _welcome(agent_id: UUID) -> bool:
    """Whether she is here. Locks: the slot."""
    slot = slots.locked(agent_id)
    if not presence.is_connected(agent_id):
        return False
    if slot.gone_since is not None:
        slot.gone_since = None
        slots.changed(slot, "gone_since")
        escalations.wake()
    return True


def dismissed(agent_id: UUID, *, now: datetime) -> None:
    """Who may not work any more has no chat and no offer: both go to somebody else at once."""
    if presence.may_work(agent_id):
        return
    offers.withdraw_from(agent_id, only_if=lambda _: True, now=now)
    for engagement_id in Engagement.objects.filter(agent_id=agent_id, ended_at=None).values_list("pk", flat=True):
        desk.lose(engagement_id, now=now)


def sweep(*, now: datetime) -> None:
    """Look at everybody who should be connected, at everybody who is gone, and at who is back; do what is due."""
    each(_unnoticed(), lambda agent_id: noticed(agent_id, now=now))
    each(_at_work_without_right(), lambda agent_id: dismissed(agent_id, now=now))
    each(_gone(), lambda gone: _look(*gone, now=now))
    each({agent_id for agent_id, _ in _lost(now)}, lambda agent_id: returned(agent_id, now=now))


def _look(agent_id: UUID, gone_since: datetime, here: bool, *, now: datetime) -> None:
    if here:
        returned(agent_id, now=now)
    else:
        _step(agent_id, now - gone_since, now=now)


def _step(agent_id: UUID, gone: timedelta, *, now: datetime) -> None:
    """What is due for who is gone for so long. Each act looks again, under its locks."""
    waits = settings.BECKON_WAITS
    if gone >= timedelta(seconds=waits["agent_gone_unwilling_seconds"]):
        _end_willing(agent_id, now=now)
    live = list(Engagement.objects.filter(agent_id=agent_id, ended_at=None))
    if gone >= timedelta(seconds=waits["agent_gone_lost_seconds"]):
        for engagement in live:
            _lose(engagement.pk, now=now)
        _forget(agent_id, now=now)
    elif gone >= timedelta(seconds=waits["agent_gone_told_seconds"]):
        for engagement in live:
            if engagement.away_since is None and engagement.dormant_since is None:
                _tell(engagement.pk, away=True, now=now)


def _is_gone(slot: Slot) -> bool:
    return slot.gone_since is not None


def _is_due(slot: Slot, wait: str, now: datetime) -> bool:
    """Is she gone for so long, on this absence, and not back unnoticed? The caller holds the slot."""
    if slot.gone_since is None or now - slot.gone_since < timedelta(seconds=settings.BECKON_WAITS[wait]):
        return False
    return not presence.is_connected(slot.pk)


@transaction.atomic
def _end_willing(agent_id: UUID, *, now: datetime) -> None:
    """Offline, visibly, unless she came back a moment ago. Locks: the slot."""
    slot = slots.locked(agent_id)
    if slot.willing and _is_due(slot, "agent_gone_unwilling_seconds", now):
        presence.go_offline(agent_id, now=now, reason=Slot.Pause.GONE)
        events.announce(AgentPaused(agent_id=agent_id, reason=Slot.Pause.GONE, at=now))


@transaction.atomic
def _lose(engagement_id: UUID, *, now: datetime) -> None:
    """The chat goes to the front of the queue, unless she came back a moment ago.

    Locks: escalation, slot, conversation, ledger account.
    """
    if _is_due(desk.locked(engagement_id).slot, "agent_gone_lost_seconds", now):
        desk.lose(engagement_id, now=now)


@transaction.atomic
def _forget(agent_id: UUID, *, now: datetime) -> None:
    """Gone, unwilling and without chats: there is nothing left to watch. Locks: the slot."""
    slot = slots.locked(agent_id)
    done = not slot.willing and slot.active == 0 and slot.held == 0
    if done and _is_due(slot, "agent_gone_lost_seconds", now):
        slot.gone_since = None
        slots.changed(slot, "gone_since")


@transaction.atomic
def _tell(engagement_id: UUID, *, away: bool, now: datetime) -> None:
    """Tell the customer once that the person's connection broke, or that she is back. Locks: slot, conversation.

    Nothing is told that was overtaken meanwhile: her return, or a new break.
    """
    known = Engagement.objects.get(pk=engagement_id)
    slot = slots.locked(known.agent_id)
    if not _is_due(slot, "agent_gone_told_seconds", now) if away else _is_gone(slot):
        return
    conversation = stream.locked(known.conversation_id)
    engagement = Engagement.objects.get(pk=engagement_id)
    if engagement.ended_at is not None or (engagement.away_since is not None) == away:
        return
    (lifecycle.away if away else lifecycle.back)(conversation, engagement, now=now)


# --- whom the sweep looks at ---

_HERE = """exists (
    select 1 from realtime_connection c join realtime_serverlease e on e.id = c.server_id
    where c.principal = 'agent:' || s.agent_id and e.expires_at > clock_timestamp())"""


def _unnoticed() -> list[UUID]:
    """Agents who are willing or busy without a live connection, and are not known to be gone."""
    return [row[0] for row in _rows(_UNNOTICED)]


_UNNOTICED = f"""
  select s.agent_id from agents_slot s
  where s.gone_since is null and (s.willing or s.active > 0 or s.held > 0) and not {_HERE}"""  # noqa: S608


def _gone() -> list[tuple[UUID, datetime, bool]]:
    """Agents known to be gone, since when, and whether they are back unnoticed."""
    return [(agent_id, since, here) for agent_id, since, here in _rows(_GONE)]


_GONE = f"""
  select s.agent_id, s.gone_since, {_HERE} from agents_slot s
  where s.gone_since is not null order by s.gone_since"""  # noqa: S608


def _lost(now: datetime, agent_ids: Collection[UUID] | None = None) -> list[tuple[UUID, UUID]]:
    """(agent, engagement) of chats that were lost lately, still wait, and whose agent is connected."""
    since = now - timedelta(seconds=settings.BECKON_WAITS["agent_back_seconds"])
    agents = None if agent_ids is None else list(agent_ids)
    return [(agent, lost) for agent, lost in _rows(_LOST, {"since": since, "agents": agents})]


_LOST = f"""
  select s.agent_id, g.id from dispatch_escalation q
  cross join lateral (
    select l.id, l.agent_id, l.state, l.ended_at from conversations_engagement l
    where l.conversation_id = q.conversation_id and l.escalation_id = q.id
    order by l.accepted_at desc, l.ended_at desc limit 1) g
  join agents_slot s on s.agent_id = g.agent_id
  where q.state in ('waiting', 'offered') and g.state = 'lost' and g.ended_at > %(since)s
    and s.active < s.places and (%(agents)s::uuid[] is null or s.agent_id = any(%(agents)s::uuid[])) and {_HERE}
  order by q.queued_at"""  # noqa: S608


def _at_work_without_right() -> list[UUID]:
    """Agents with a chat or an offer who may not work (any more)."""
    may_not = ~Q(agent__state="approved") | Q(agent__user__is_active=False)
    busy = Engagement.objects.filter(may_not, ended_at=None)
    rung = Offer.objects.filter(may_not, state=Offer.State.OPEN)
    return list({*busy.values_list("agent_id", flat=True), *rung.values_list("agent_id", flat=True)})


def _rows(query: str, given: dict[str, Any] | None = None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, given)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows
