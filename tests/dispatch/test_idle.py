"""Conversations that fell silent."""

from conversations.models import Conversation, Customer
from dispatch import idle
from dispatch.models import Escalation
from tests.people import at, say

DAY = 86_400


def test_a_conversation_closes_after_a_day_of_silence(chat: Conversation, maja: Customer) -> None:
    say(chat, maja.pk, "Thank you", now=at(0))

    assert idle.close_silent(now=at(DAY - 1)) == 0
    assert idle.close_silent(now=at(DAY + 1)) == 1
    chat.refresh_from_db()
    assert (chat.state, chat.status["phase"], chat.status["why"]) == ("closed", "ended", "idle")
    assert idle.close_silent(now=at(DAY + 2)) == 0


def test_nobody_who_waits_for_a_person_is_closed(request_: Escalation) -> None:
    assert idle.close_silent(now=at(3 * DAY)) == 0


def test_a_line_opens_it_again(chat: Conversation, maja: Customer) -> None:
    idle.close_silent(now=at(2 * DAY))

    say(chat, maja.pk, "One more thing", now=at(3 * DAY))

    chat.refresh_from_db()
    assert (chat.state, chat.status["phase"]) == ("open", "assistant")
