"""A chat left because of how its customer treats the agent: paid in full, reviewed by a person, and what follows."""

import pytest

from agents.models import Agent, User
from assistant import replies
from audit.models import Entry
from conversations.models import Conversation, Customer, Engagement, Event
from dispatch import abuse, escalations, promises, rounds, supply
from dispatch.models import AbuseReport, Escalation
from marketplace.refusals import Refused
from payouts.models import Posting
from tests import truth
from tests.people import ask, at, packet, say


def told(chat: Conversation) -> list[tuple[str, str]]:
    rows = Event.objects.filter(conversation=chat, kind="changed").order_by("seq")
    return [(row.data["change"], row.data["status"]["why"]) for row in rows]


def test_an_agent_leaves_with_full_pay_and_the_customer_is_told(
    engagement: Engagement, chat: Conversation, dana: Agent
) -> None:
    abuse.stop(engagement.pk, by=dana.pk, reason="insult", words="Swore at me.", now=at(65))
    abuse.stop(engagement.pk, by=dana.pk, reason="insult", words="Swore at me.", now=at(66))

    engagement.refresh_from_db()
    chat.refresh_from_db()
    assert (engagement.state, engagement.outcome) == ("left", "abuse")
    assert dict(Posting.objects.values_list("kind", "amount")) == {"per_chat": 290, "per_minute": 22}
    assert told(chat)[-1] == ("stopped", "stopped")
    assert chat.status["to_rate"] is None
    assert AbuseReport.objects.get().reviewed_at is None
    truth.holds()


def test_the_customer_reaches_another_person_a_little_later(
    engagement: Engagement, chat: Conversation, maja: Customer, dana: Agent, olu: Agent
) -> None:
    abuse.stop(engagement.pk, by=dana.pk, reason="insult", words="", now=at(65))
    say(chat, maja.pk, "I am sorry.", now=at(80))
    request = ask(chat, now=at(90))

    assert request.held_until == at(65 + 900)
    assert rounds.match_waiting(now=at(91)) == []
    promises.keep(now=at(965))
    (waiting,) = supply.waiting(now=at(20))
    assert waiting.asked == {dana.pk: supply.NEVER_AGAIN}
    (offer,) = rounds.match_waiting(now=at(966))
    assert offer.agent_id == olu.pk


def test_a_danger_never_waits(engagement: Engagement, chat: Conversation, maja: Customer, dana: Agent) -> None:
    abuse.stop(engagement.pk, by=dana.pk, reason="insult", words="", now=at(65))
    say(chat, maja.pk, "I want to end my life.", now=at(80))
    grave = packet()
    grave = type(grave)(**{**{name: getattr(grave, name) for name in grave.__struct_fields__}, "reason": "sensitive"})

    request, _ = escalations.begin(chat.pk, packet=grave, now=at(81))

    assert request.held_until is None


def test_a_danger_ends_a_rest_that_has_begun(
    engagement: Engagement, chat: Conversation, maja: Customer, dana: Agent
) -> None:
    abuse.stop(engagement.pk, by=dana.pk, reason="insult", words="", now=at(65))
    say(chat, maja.pk, "I want a person.", now=at(80))
    request = ask(chat, now=at(81))
    say(chat, maja.pk, "I want to end my life.", now=at(90))

    replies.reply(chat.pk, clock=lambda: at(91))

    request.refresh_from_db()
    assert (request.state, request.held_until) == ("waiting", None)


def test_no_message_left_first_shortens_the_rest(
    engagement: Engagement, chat: Conversation, maja: Customer, dana: Agent, olu: Agent
) -> None:
    abuse.stop(engagement.pk, by=dana.pk, reason="insult", words="", now=at(65))
    say(chat, maja.pk, "Where is my refund?", now=at(80))
    promises.leave_message(chat.pk, packet=packet(), now=at(81))

    ask(chat, now=at(90))

    request = Escalation.objects.get(ended_at=None)
    assert (request.state, request.held_until) == ("waiting", at(65 + 900))
    assert rounds.match_waiting(now=at(91)) == []


def test_a_person_reviews_it_once_and_takes_no_pay_back(
    engagement: Engagement, chat: Conversation, maja: Customer, dana: Agent, noor: User
) -> None:
    abuse.stop(engagement.pk, by=dana.pk, reason="spam", words="", now=at(65))
    paid = Posting.objects.count()

    abuse.review(engagement.pk, by=noor, finding="unfounded", reason="Only impatient", now=at(70))

    assert (AbuseReport.objects.get().finding, Posting.objects.count()) == ("unfounded", paid)
    assert Entry.objects.get().action == "abuse.unfounded"
    say(chat, maja.pk, "Hello?", now=at(80))
    assert ask(chat, now=at(90)).held_until is None
    with pytest.raises(Refused, match="reviewed"):
        abuse.review(engagement.pk, by=noor, finding="confirmed", reason="Second thoughts", now=at(71))


def test_an_unfounded_report_lifts_the_rest_of_a_request_that_waits_already(
    engagement: Engagement, chat: Conversation, maja: Customer, dana: Agent, noor: User
) -> None:
    abuse.stop(engagement.pk, by=dana.pk, reason="spam", words="", now=at(65))
    say(chat, maja.pk, "Hello?", now=at(80))
    request = ask(chat, now=at(90))
    assert escalations.rests(request)

    abuse.review(engagement.pk, by=noor, finding="unfounded", reason="Only impatient", now=at(95))

    request.refresh_from_db()
    assert (request.held_until, request.held_why) == (None, "")
    assert [offer.escalation_id for offer in rounds.match_waiting(now=at(96))] == [request.pk]


def test_a_confirmed_report_leaves_the_rest_as_it_is(
    engagement: Engagement, chat: Conversation, maja: Customer, dana: Agent, noor: User
) -> None:
    abuse.stop(engagement.pk, by=dana.pk, reason="spam", words="", now=at(65))
    say(chat, maja.pk, "Hello?", now=at(80))
    request = ask(chat, now=at(90))

    abuse.review(engagement.pk, by=noor, finding="confirmed", reason="Threats", now=at(95))

    request.refresh_from_db()
    assert (request.held_until, request.held_why) == (at(65 + 900), "rest")


def test_nobody_leaves_somebody_elses_chat(engagement: Engagement, olu: Agent) -> None:
    with pytest.raises(Refused):
        abuse.stop(engagement.pk, by=olu.pk, reason="insult", words="", now=at(65))

    assert not AbuseReport.objects.exists()
