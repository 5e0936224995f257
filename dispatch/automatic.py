"""Offers that open by themselves: an agent in a paid shift chose not to be rung. Her chat opens as if she had accepted.

The offer is a row like any other, marked when it was made. Whoever made it opens it at once; the sweep opens what a
process left behind that ended in between. Whoever paused, chose to be rung again or vanished since is given no chat:
the offer is taken back, without a mark. What cannot be opened for another reason runs out, and counts against nobody.
"""

import logging
from collections.abc import Iterable
from datetime import datetime

from django.db import DatabaseError, connection, transaction

from agents import slots
from agents.models import Slot
from conversations.models import Engagement
from dispatch import desk, escalations, offers
from dispatch.events import ChatOpened
from dispatch.models import Offer
from marketplace import events
from marketplace.refusals import Refused

log = logging.getLogger(__name__)


def open_all(made: Iterable[Offer], *, now: datetime) -> int:
    """Accept those of these offers that open by themselves; how many. One that fails hinders no other."""
    return sum(_open(offer, now) for offer in made if offer.automatic)


def open_left(*, now: datetime) -> int:
    """Accept what stands open though it does not ring; how many."""
    left = Offer.objects.filter(state=Offer.State.OPEN, automatic=True, expires_at__gt=now)
    return open_all(list(left), now=now)


def _open(offer: Offer, now: datetime) -> bool:
    try:
        engagement = _accept(offer, now=now)
    except Refused as refused:
        log.info("Offer %s did not open by itself: %s", offer.pk, refused)
        return False
    except DatabaseError as error:
        if connection.in_atomic_block:
            raise
        log.warning("Offer %s opens with the next sweep: %s", offer.pk, error)
        return False
    if engagement is None:
        return False
    events.announce(ChatOpened(engagement_id=engagement.pk, agent_id=offer.agent_id))
    return True


@transaction.atomic
def _accept(offer: Offer, *, now: datetime) -> Engagement | None:
    """`desk.accept`, or None: the agent wants no chat that opens by itself any more, and the offer is withdrawn.

    Locks: escalation, slot, offer, conversation.
    """
    escalation, slot, found = offers.locked(offer.pk, by=offer.agent_id)
    if found.state == Offer.State.OPEN and not _is_ready(slot):
        offers.withdraw(escalation, now=now)
        escalations.requeue(escalation)
        return None
    return desk.accept(offer.pk, by=offer.agent_id, now=now)


def _is_ready(slot: Slot) -> bool:
    """She takes chats, lets them open, is here, and does not have her last ones already. The caller holds the slot."""
    return slot.willing and slot.auto_accept and slot.gone_since is None and not slots.finishes(slot)
