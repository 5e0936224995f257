"""A customer whose last connection broke: what happens at 10 seconds and later, and how she goes on when she is back.

She is missed only where a socket of hers was seen since she asked: whoever writes without one is never gone, nor who
left a message or is called back. The
sockets' doors report at once, the sweep finds what they missed; every step looks again under the escalation's lock.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from django.conf import settings
from django.db import connection, transaction

from agents import slots
from conversations import lifecycle, stream
from conversations.models import Conversation, Engagement, Event
from dispatch import desk, escalations, offers
from dispatch.models import Escalation
from marketplace.sweeps import each
from realtime import leases, protocol

RESUMABLE = timedelta(days=7)
CUT_OFF = (Escalation.State.GONE, Escalation.State.DORMANT)
REASON = "returned"
REASON_WORDS = {
    Escalation.State.GONE: "Came back after the connection was gone",
    Escalation.State.DORMANT: "Wrote again after a long silence",
}


def noticed_all(customer_ids: Collection[UUID], *, now: datetime) -> None:
    """At 0 s: it is written down. Nobody is rung for her, nothing else happens yet."""
    each(_of(customer_ids, here=True), lambda escalation_id: _note(escalation_id, now=now))


def returned_all(customer_ids: Collection[UUID], *, now: datetime) -> None:
    """A connection lives again: the agent sees her there, or she is served in her turn, or goes on with a person."""
    each(_of(customer_ids, here=False), lambda escalation_id: _welcome(escalation_id))
    within = timedelta(seconds=settings.BECKON_WAITS["customer_back_seconds"])
    each(_cut_off(customer_ids, now - within), lambda conversation_id: go_on(conversation_id, within=within, now=now))


def sweep(*, now: datetime) -> None:
    """Whoever came or went without anybody noticing, and whatever is due."""
    with connection.cursor() as cursor:
        cursor.execute(_UNSETTLED)
        found = cursor.fetchall()
    each(found, lambda row: _look(*row, now=now))
    within = timedelta(seconds=settings.BECKON_WAITS["customer_back_seconds"])
    each(_cut_off(None, now - within), lambda conversation_id: go_on(conversation_id, within=within, now=now))


def _look(escalation_id: UUID, gone_since: datetime | None, here: bool, *, now: datetime) -> None:
    if here:
        _welcome(escalation_id)
    elif gone_since is None:
        _note(escalation_id, now=now)
    elif _has_lasted(now - gone_since, "customer_gone_told_seconds"):
        _step(escalation_id, now - gone_since, now=now)


def _step(escalation_id: UUID, gone: timedelta, *, now: datetime) -> None:
    """What is due for who is gone for so long, if it still is. No lock is taken for what cannot be due: agents and
    customers at work are kept waiting by each, and a sweep comes every two seconds."""
    owner = Engagement.objects.filter(escalation_id=escalation_id, ended_at=None).first()
    if owner is None:
        if _has_lasted(gone, "customer_gone_abandons_seconds"):
            _stop_waiting(escalation_id, now=now)
    elif _has_lasted(gone, "customer_gone_frees_seconds") and _free_slot(owner.pk, now=now):
        return
    elif owner.customer_away_since is None:
        _tell_agent(owner.pk, now=now)


def _has_lasted(gone: timedelta, wait: str) -> bool:
    return gone >= timedelta(seconds=settings.BECKON_WAITS[wait])


# --- each step, under its locks ---


@transaction.atomic
def _note(escalation_id: UUID, *, now: datetime) -> None:
    """Locks: the escalation."""
    escalation = escalations.locked(escalation_id)
    if escalation.state in Escalation.LIVE and escalation.customer_gone_since is None and not _is_here(escalation):
        escalation.customer_here = True
        escalation.customer_gone_since = now
        escalation.save(update_fields=["customer_here", "customer_gone_since"])


@transaction.atomic
def _welcome(escalation_id: UUID) -> None:
    """She is here. Locks: escalation, slot."""
    escalation = escalations.locked(escalation_id)
    if escalation.state not in Escalation.LIVE or not _is_here(escalation):
        return
    escalation.customer_here = True
    escalation.customer_gone_since = None
    escalation.save(update_fields=["customer_here", "customer_gone_since"])
    owner = Engagement.objects.filter(escalation_id=escalation_id, ended_at=None).first()
    if owner and owner.customer_away_since is not None:
        _show(owner, None)
    elif owner is None:
        escalations.wake()


@transaction.atomic
def _tell_agent(engagement_id: UUID, *, now: datetime) -> None:
    """At 10 s the agent sees that her customer is gone. Locks: escalation, slot, conversation."""
    held = desk.locked(engagement_id)
    if held.engagement.ended_at is None and _is_due(held.escalation, "customer_gone_told_seconds", now):
        _show(held.engagement, held.escalation.customer_gone_since)


def _show(engagement: Engagement, away_since: datetime | None) -> None:
    slot = slots.locked(engagement.agent_id)
    engagement.customer_away_since = away_since
    engagement.save(update_fields=["customer_away_since"])
    slots.changed(slot)


@transaction.atomic
def _free_slot(engagement_id: UUID, *, now: datetime) -> bool:
    """live -> left: the agent is paid and free, the customer goes on when she is back. Whether it was due.

    Locks: escalation, slot, conversation, ledger account.
    """
    held = desk.locked(engagement_id)
    if held.engagement.ended_at is not None or not _is_due(held.escalation, "customer_gone_frees_seconds", now):
        return False
    held.engagement.outcome = "gone"
    escalations.end(held.escalation, state=Escalation.State.GONE, now=now)
    desk.free_place(held, now=now)
    lifecycle.customer_gone(held.conversation, held.engagement, now=now)
    return True


@transaction.atomic
def _stop_waiting(escalation_id: UUID, *, now: datetime) -> None:
    """waiting or offered -> abandoned: she is told when she is back, and asks again with one tap.

    Locks: escalation, slot, offer, conversation.
    """
    escalation = escalations.locked(escalation_id)
    waits = escalation.state in (Escalation.State.WAITING, Escalation.State.OFFERED)
    if not waits or not _is_due(escalation, "customer_gone_abandons_seconds", now):
        return
    offers.withdraw(escalation, now=now)
    escalations.end(escalation, state=Escalation.State.ABANDONED, now=now)
    lifecycle.unreached(stream.locked(escalation.conversation_id), now=now)


def may_go_on(conversation_id: UUID, *, within: timedelta = RESUMABLE, now: datetime) -> bool:
    """Is it worth asking `go_on`? Takes no lock."""
    return Escalation.objects.filter(
        conversation_id=conversation_id, state__in=CUT_OFF, ended_at__gt=now - within
    ).exists()


def go_on(conversation_id: UUID, *, within: timedelta = RESUMABLE, now: datetime) -> bool:
    """A customer who was cut off from a person, or had fallen silent, is back: she is first in line, for the same agent
    first. False where that is not how it stands (any more). Locks: the conversation; the new request is nobody else's
    yet."""
    if not _cut_off_request(conversation_id, now - within):
        return False
    with transaction.atomic():
        conversation = stream.locked(conversation_id)
        request = _cut_off_request(conversation_id, now - within)
        if request is None or conversation.state != Conversation.State.OPEN:
            return False
        packet = msgspec.convert(request.packet, protocol.Packet)
        packet = msgspec.structs.replace(
            packet, reason=REASON, reason_words=REASON_WORDS[Escalation.State(request.state)]
        )
        knows = Engagement.objects.filter(escalation_id=request.pk).order_by("accepted_at").last()
        first = knows.agent_id if knows else None
        front = escalations.LOST_PRIORITY
        escalations.begin_in(conversation, packet=packet, priority=front, first_agent=first, now=now)
    return True


def _cut_off_request(conversation_id: UUID, since: datetime) -> Escalation | None:
    """The conversation's latest request, if it ended after `since` because the customer was gone or silent."""
    latest = Escalation.objects.filter(conversation_id=conversation_id).order_by("queued_at", "ended_at").last()
    cut_off = latest and latest.state in CUT_OFF and latest.ended_at and latest.ended_at > since
    return latest if cut_off else None


def _is_here(escalation: Escalation) -> bool:
    return bool(leases.connected([f"customer:{escalation.conversation.customer_id}"]))


def _is_due(escalation: Escalation, wait: str, now: datetime) -> bool:
    """Is she gone for so long, on this absence, and not back unnoticed? The caller holds the escalation."""
    since = escalation.customer_gone_since
    if since is None or not _has_lasted(now - since, wait) or _is_here(escalation):
        return False
    spoken = now - timedelta(seconds=settings.BECKON_WAITS[wait])
    lines = Event.objects.filter(conversation_id=escalation.conversation_id, kind=Event.Kind.MESSAGE, at__gt=spoken)
    lines = lines.filter(author_role="customer")
    return not lines.exists()  # whoever writes, through whatever door, is there


# --- whom to look at ---


def _of(customer_ids: Collection[UUID], *, here: bool) -> list[UUID]:
    """Live requests of these customers that do not say yet where they are."""
    live = Escalation.objects.filter(
        conversation__customer_id__in=customer_ids, state__in=Escalation.LIVE, kind=Escalation.Kind.CHAT
    )
    known = live.filter(customer_here=True, customer_gone_since=None)
    wrong = live.filter(customer_gone_since=None) if here else live.exclude(pk__in=known.values("pk"))
    return list(wrong.values_list("pk", flat=True))


_HERE = """exists (
    select 1 from realtime_connection k join realtime_serverlease s on s.id = k.server_id
    where k.principal = 'customer:' || c.customer_id and s.expires_at > clock_timestamp())"""

_UNSETTLED = f"""
  select id, customer_gone_since, here from (
    select e.id, e.customer_here, e.customer_gone_since, e.queued_at, {_HERE} as here
    from dispatch_escalation e join conversations_conversation c on c.id = e.conversation_id
    where e.state in ('waiting', 'offered', 'engaged') and e.kind = 'chat') live
  where customer_gone_since is not null or here <> customer_here
  order by queued_at"""  # noqa: S608


def _cut_off(customer_ids: Collection[UUID] | None, since: datetime) -> list[UUID]:
    """Conversations of connected customers who were cut off from a person lately."""
    given: dict[str, Any] = {"since": since, "some": None if customer_ids is None else list(customer_ids)}
    with connection.cursor() as cursor:
        cursor.execute(_CUT_OFF, given)
        return [row[0] for row in cursor.fetchall()]


_CUT_OFF = f"""
  select c.id from dispatch_escalation e join conversations_conversation c on c.id = e.conversation_id
  where e.state = 'customer_gone' and e.ended_at > %(since)s and c.state = 'open'
    and (%(some)s::uuid[] is null or c.customer_id = any(%(some)s::uuid[])) and {_HERE}
    and not exists (select 1 from dispatch_escalation later
                    where later.conversation_id = c.id and later.queued_at > e.queued_at)"""  # noqa: S608
