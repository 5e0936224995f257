"""An agent pauses at the moment at which a chat would open for her by itself: one of the two came first."""

import pytest

from agents import pace, paid_hours
from agents.models import Agent, Slot
from conversations.models import Engagement
from dispatch import automatic
from dispatch.models import Escalation
from tests import truth
from tests.people import at, offer_to
from tests.races.test_races import at_once

pytestmark = pytest.mark.usefixtures("fresh_database")


@pytest.mark.parametrize("round_", range(4))
def test_a_chat_opens_before_her_pause_or_not_at_all(request_: Escalation, dana: Agent, round_: int) -> None:
    paid_hours.grant(dana.pk, at(-600), at(600))
    pace.auto_accept(dana.pk, on=True)
    made = offer_to(request_, dana)

    opened, _ = at_once(lambda: automatic.open_left(now=at(1)), lambda: pace.pause(dana.pk, reason="break", now=at(1)))

    made.refresh_from_db()
    request_.refresh_from_db()
    slot = Slot.objects.get(pk=dana.pk)
    ended = (made.state, request_.state, Engagement.objects.count(), slot.active)
    assert ended == (("accepted", "engaged", 1, 1) if opened else ("withdrawn", "waiting", 0, 0))
    assert (slot.willing, slot.held) == (False, 0)
    truth.holds()
