"""A customer who does not answer: her chat takes no place of its agent, and is hers again with the next line."""

from datetime import datetime

import pytest

from agents import pace, presence
from agents.models import Agent, Slot
from assistant import replies
from conversations.models import Conversation, Customer, Engagement
from dispatch import absence, customer_absence, desk, dormancy, emergency, rounds, snapshot
from dispatch.models import Escalation
from payouts.models import Posting
from tests import truth
from tests.people import NOON, at, connect, disconnect, say

SAID = 30.0  # seconds after noon at which Dana wrote her last line
DORMANT = SAID + 720
ENDS = DORMANT + 7_200


@pytest.fixture
def answered(engagement: Engagement, chat: Conversation, dana: Agent) -> Engagement:
    """Dana answered, and it is the customer's turn."""
    say(chat, dana.pk, "Your refund is on its way. Is there anything else?", now=at(SAID))
    return engagement


@pytest.fixture
def dormant(answered: Engagement) -> Engagement:
    dormancy.rest_silent(now=at(DORMANT))
    answered.refresh_from_db()
    assert answered.dormant_since == at(DORMANT)
    return answered


def told(chat: Conversation) -> list[str]:
    return [event.data["change"] for event in chat.events.filter(kind="changed").order_by("seq")]


def status_of(chat: Conversation) -> tuple[str, str]:
    chat.refresh_from_db()
    return chat.status["phase"], chat.status["why"]


def slot_of(agent: Agent) -> Slot:
    return Slot.objects.get(pk=agent.pk)


def test_after_twelve_minutes_of_silence_the_place_is_free_and_both_are_told(
    dormant: Engagement, chat: Conversation, dana: Agent
) -> None:
    slot = slot_of(dana)
    shown = snapshot.desk(dana.pk, now=at(DORMANT))
    assert (slot.active, slot.idle_since, dormant.state) == (0, at(DORMANT), "live")
    assert (shown.active, [chat.dormant_since for chat in shown.engagements]) == (0, [at(DORMANT)])
    assert (status_of(chat), told(chat)[-1]) == (("person", "dormant"), "dormant")
    assert chat.status["person"]["name"] == "Dana"
    truth.holds()


def test_a_second_less_is_not_yet_silence(answered: Engagement) -> None:
    dormancy.rest_silent(now=at(DORMANT - 1))

    answered.refresh_from_db()
    assert answered.dormant_since is None


def test_the_agents_turn_is_no_silence_of_the_customers(
    answered: Engagement, chat: Conversation, maja: Customer
) -> None:
    say(chat, maja.pk, "Yes, one more thing.", now=at(SAID + 10))

    dormancy.rest_silent(now=at(DORMANT + 600))

    answered.refresh_from_db()
    assert answered.dormant_since is None


def test_who_has_not_said_a_word_yet_is_awaited_herself(engagement: Engagement) -> None:
    dormancy.rest_silent(now=at(DORMANT + 600))

    engagement.refresh_from_db()
    assert engagement.dormant_since is None


def test_with_her_next_line_it_is_her_agents_again(
    dormant: Engagement, chat: Conversation, maja: Customer, dana: Agent
) -> None:
    say(chat, maja.pk, "Sorry, I was away.", now=at(DORMANT + 60))
    dormancy.wake_spoken(now=at(DORMANT + 61))

    dormant.refresh_from_db()
    assert (dormant.state, dormant.dormant_since, slot_of(dana).active) == ("live", None, 1)
    assert (status_of(chat), told(chat)[-1]) == (("person", "resumed"), "resumed")
    assert replies.answer_waiting(clock=lambda: at(DORMANT + 62)) == 0, "no machine answers where a person is"
    truth.holds()


def test_a_line_that_waited_for_the_lock_bears_an_earlier_time_and_counts(
    dormant: Engagement, chat: Conversation, maja: Customer
) -> None:
    say(chat, maja.pk, "Here I am.", now=at(DORMANT - 0.01))
    dormancy.wake_spoken(now=at(DORMANT + 2))

    dormant.refresh_from_db()
    assert dormant.dormant_since is None


def test_the_agents_own_words_do_not_wake_it_nor_hide_the_customers(
    dormant: Engagement, chat: Conversation, maja: Customer, dana: Agent
) -> None:
    say(chat, dana.pk, "The refund has just been sent.", now=at(DORMANT + 10))
    dormancy.wake_spoken(now=at(DORMANT + 12))
    dormant.refresh_from_db()
    assert dormant.dormant_since is not None

    say(chat, maja.pk, "Thank you!", now=at(DORMANT + 20))
    say(chat, dana.pk, "You are welcome.", now=at(DORMANT + 21))
    dormancy.wake_spoken(now=at(DORMANT + 22))
    dormant.refresh_from_db()
    assert dormant.dormant_since is None


def fill(agent: Agent, now: datetime) -> None:
    Slot.objects.filter(pk=agent.pk).update(active=2, idle_since=None)


@pytest.mark.parametrize(
    "busy",
    [
        fill,
        lambda agent, now: pace.pause(agent.pk, reason="break", now=now),
        lambda agent, now: presence.go_offline(agent.pk, now=now),
    ],
)
def test_where_she_has_no_place_the_customer_waits_in_front_with_her_waiting_time_and_she_is_paid(
    dormant: Engagement, chat: Conversation, maja: Customer, request_: Escalation, dana: Agent, busy: object
) -> None:
    busy(dana, at(DORMANT + 10))  # type: ignore[operator]
    taken = slot_of(dana).active

    say(chat, maja.pk, "Hello again", now=at(DORMANT + 60))
    dormancy.wake_spoken(now=at(DORMANT + 61))

    request_.refresh_from_db()
    dormant.refresh_from_db()
    assert (request_.state, request_.priority, request_.queued_at) == ("waiting", 9, NOON)
    assert (dormant.state, dormant.outcome, slot_of(dana).active) == ("transferred", "dormant", taken)
    assert (status_of(chat), told(chat)[-1]) == (("queue", "dormant"), "waits_again")
    assert Posting.objects.filter(engagement_id=dormant.pk, kind="per_minute").exists()


def test_somebody_else_is_asked_then(
    dormant: Engagement, chat: Conversation, maja: Customer, dana: Agent, olu: Agent
) -> None:
    pace.pause(dana.pk, reason="break", now=at(DORMANT + 10))
    say(chat, maja.pk, "Hello again", now=at(DORMANT + 60))
    dormancy.wake_spoken(now=at(DORMANT + 61))

    (made,) = rounds.match_waiting(now=at(DORMANT + 62))

    assert made.agent_id == olu.pk
    truth.holds()


def test_a_dormant_chat_can_be_closed_and_is_paid_once_as_one_chat(
    dormant: Engagement, dana: Agent, chat: Conversation
) -> None:
    desk.resolve(dormant.pk, by=dana.pk, outcome="solved", now=at(DORMANT + 100))

    dormant.refresh_from_db()
    assert (dormant.state, dormant.dormant_since, slot_of(dana).active) == ("resolved", None, 0)
    assert Posting.objects.filter(engagement_id=dormant.pk, kind="per_chat").count() == 1
    truth.holds()


def test_a_woken_chat_is_paid_once_however_often_it_slept(
    dormant: Engagement, chat: Conversation, maja: Customer, dana: Agent
) -> None:
    say(chat, maja.pk, "Hello again", now=at(DORMANT + 60))
    dormancy.wake_spoken(now=at(DORMANT + 61))
    say(chat, dana.pk, "Hello.", now=at(DORMANT + 70))
    dormancy.rest_silent(now=at(DORMANT + 70 + 720))
    desk.resolve(dormant.pk, by=dana.pk, outcome="solved", now=at(DORMANT + 1000))

    assert Posting.objects.filter(kind="per_chat").count() == 1
    truth.holds()


@pytest.mark.parametrize("end", ["transfer", "leave"])
def test_it_can_be_passed_on_and_left(
    dormant: Engagement, chat: Conversation, dana: Agent, end: str, request_: Escalation
) -> None:
    if end == "transfer":
        desk.transfer(dormant.pk, by=dana.pk, reason="I have to go", now=at(DORMANT + 5))
    else:
        desk.leave(chat.pk, now=at(DORMANT + 5))

    request_.refresh_from_db()
    assert (request_.state, slot_of(dana).active) == ("waiting" if end == "transfer" else "left", 0)
    truth.holds()


def test_after_two_hours_it_is_over_paid_and_nobody_is_rung(
    dormant: Engagement, chat: Conversation, request_: Escalation, dana: Agent, olu: Agent
) -> None:
    dormancy.rest_silent(now=at(ENDS - 1))
    assert Engagement.objects.get(pk=dormant.pk).state == "live"

    dormancy.rest_silent(now=at(ENDS))

    request_.refresh_from_db()
    dormant.refresh_from_db()
    assert (request_.state, dormant.state, dormant.outcome) == ("dormant", "left", "dormant")
    assert status_of(chat) == ("assistant", "dormant")
    assert rounds.match_waiting(now=at(ENDS + 1)) == []
    assert Posting.objects.filter(engagement_id=dormant.pk, kind="per_chat").count() == 1
    truth.holds()


def test_her_line_after_that_brings_her_to_a_person_and_first_to_the_one_she_knows(
    dormant: Engagement, chat: Conversation, maja: Customer, dana: Agent, olu: Agent
) -> None:
    dormancy.rest_silent(now=at(ENDS))
    say(chat, maja.pk, "It still has not arrived.", now=at(ENDS + 60))
    replies.answer_waiting(clock=lambda: at(ENDS + 61))

    (made,) = rounds.match_waiting(now=at(ENDS + 62))

    assert made.agent_id == dana.pk
    again = Escalation.objects.get(state="offered")
    assert (again.priority, again.packet["reason_words"]) == (9, "Wrote again after a long silence")
    truth.holds()


def test_an_agent_who_vanishes_leaves_her_dormant_chats_without_a_ring(
    dormant: Engagement, chat: Conversation, request_: Escalation, dana: Agent, olu: Agent
) -> None:
    disconnect(dana)
    absence.noticed(dana.pk, now=at(DORMANT + 100))
    absence.sweep(now=at(DORMANT + 110))
    assert status_of(chat) == ("person", "dormant"), "nobody waits for her: nothing is told"

    absence.sweep(now=at(DORMANT + 160))

    request_.refresh_from_db()
    assert (request_.state, Engagement.objects.get(pk=dormant.pk).state) == ("dormant", "left")
    assert rounds.match_waiting(now=at(DORMANT + 161)) == []
    truth.holds()


def test_giving_everything_back_rings_nobody_for_a_silent_customer(
    dormant: Engagement, request_: Escalation, dana: Agent
) -> None:
    assert emergency.stop(dana.pk, hand_back=True, now=at(DORMANT + 5)) == 1

    request_.refresh_from_db()
    assert request_.state == "dormant"
    truth.holds()


def test_a_silent_customer_whose_connection_goes_too_is_gone(
    dormant: Engagement, maja: Customer, dana: Agent, request_: Escalation
) -> None:
    connect(maja)
    disconnect(maja)
    customer_absence.noticed_all([maja.pk], now=at(DORMANT + 100))
    customer_absence.sweep(now=at(DORMANT + 300))

    request_.refresh_from_db()
    assert (request_.state, slot_of(dana).active) == ("customer_gone", 0)
    truth.holds()


def test_with_her_last_chat_asleep_she_is_offline(answered: Engagement, dana: Agent) -> None:
    pace.last_one(dana.pk, on=True)

    dormancy.rest_silent(now=at(DORMANT))

    assert (slot_of(dana).willing, slot_of(dana).active) == (False, 0)
    truth.holds()
