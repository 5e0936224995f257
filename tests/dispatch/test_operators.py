"""What operators may do to the ride, each with a reason in the audit."""

import pytest

from agents.models import Agent, Slot
from audit.models import Entry
from conversations.models import Conversation, Engagement
from dispatch import desk, escalations
from dispatch.models import Escalation
from marketplace.refusals import Refused
from payouts.models import Posting
from tests.people import at

NOOR = "operator:00000000-0000-0000-0000-000000000001"


def test_a_request_is_put_to_the_front(request_: Escalation) -> None:
    escalations.to_front(request_.pk, by=NOOR, reason="A second outage for her", now=at(5))

    request_.refresh_from_db()
    assert request_.priority == escalations.LOST_PRIORITY
    assert Entry.objects.get().reason == "A second outage for her"


def test_a_request_that_was_answered_has_no_front(engagement: Engagement, request_: Escalation) -> None:
    with pytest.raises(Refused, match="not waiting"):
        escalations.to_front(request_.pk, by=NOOR, reason="too late", now=at(9))

    assert not Entry.objects.exists()


def test_a_chat_is_taken_back_and_its_agent_paid_for_her_time(
    engagement: Engagement, request_: Escalation, chat: Conversation, dana: Agent
) -> None:
    desk.take_back(request_.pk, by=NOOR, reason="She asked for another person", now=at(65))

    engagement.refresh_from_db()
    request_.refresh_from_db()
    chat.refresh_from_db()
    assert (engagement.state, request_.state, chat.status["phase"]) == ("transferred", "waiting", "queue")
    assert Slot.objects.get(pk=dana.pk).active == 0
    assert dict(Posting.objects.values_list("kind", "amount")) == {"per_minute": 22}
    assert Entry.objects.get().action == "engagement.taken_back"


def test_a_chat_that_is_over_cannot_be_taken_back(engagement: Engagement, request_: Escalation, dana: Agent) -> None:
    desk.resolve(engagement.pk, by=dana.pk, outcome="solved", now=at(60))

    with pytest.raises(Refused, match="Nobody is in this chat"):
        desk.take_back(request_.pk, by=NOOR, reason="too late", now=at(61))
