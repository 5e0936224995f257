"""Offers that open by themselves: an agent in a paid shift chose not to be rung. Her chat opens as if she had accepted.

The offer is a row like any other, marked when it was made. Whoever made it opens it at once; the sweep opens what a
process left behind that ended in between. One that cannot be opened runs out, and counts against nobody.
"""

import logging
from collections.abc import Iterable
from datetime import datetime

from django.db import DatabaseError, connection

from dispatch import desk
from dispatch.events import ChatOpened
from dispatch.models import Offer
from marketplace import events
from marketplace.refusals import Refused

log = logging.getLogger(__name__)


def open_all(offers: Iterable[Offer], *, now: datetime) -> int:
    """Accept those of these offers that open by themselves; how many. One that fails hinders no other."""
    return sum(_open(offer, now) for offer in offers if offer.automatic)


def open_left(*, now: datetime) -> int:
    """Accept what stands open though it does not ring; how many."""
    left = Offer.objects.filter(state=Offer.State.OPEN, automatic=True, expires_at__gt=now)
    return open_all(list(left), now=now)


def _open(offer: Offer, now: datetime) -> bool:
    try:
        engagement = desk.accept(offer.pk, by=offer.agent_id, now=now)
    except Refused as refused:
        log.info("Offer %s did not open by itself: %s", offer.pk, refused)
        return False
    except DatabaseError as error:
        if connection.in_atomic_block:
            raise
        log.warning("Offer %s opens with the next sweep: %s", offer.pk, error)
        return False
    events.announce(ChatOpened(engagement_id=engagement.pk, agent_id=offer.agent_id))
    return True
