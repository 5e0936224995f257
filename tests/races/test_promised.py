"""Promises, take-overs and partings that meet at the same moment: one of them wins, and everything adds up."""

from datetime import timedelta

import pytest

from agents.models import Agent, User
from brands.models import Brand
from conversations import customers, lifecycle
from conversations.models import Conversation, Engagement
from dispatch import abuse, desk, escalations, promises, questions, takeovers
from dispatch.models import Escalation, Offer, Question
from marketplace.refusals import Refused
from payouts.models import Posting
from tests import truth
from tests.people import NOON, Hire, at, packet
from tests.races.test_races import at_once

pytestmark = pytest.mark.usefixtures("fresh_database")
HALF_PAST_ONE = NOON + timedelta(minutes=90)


def test_the_last_call_back_of_a_half_hour_is_promised_once(lumo: Brand, dana: Agent) -> None:
    chats = []
    for _ in range(6):
        customer, _token = customers.anonymous(lumo, language="en", now=NOON)
        chats.append(lifecycle.start(customer, language="en", now=NOON)[0])

    results = at_once(
        *[lambda chat=chat: promises.call_back(chat.pk, at=HALF_PAST_ONE, packet=packet(), now=NOON) for chat in chats]
    )

    assert sum(isinstance(result, Refused) for result in results) == 5
    assert Escalation.objects.filter(state="callback_due").count() == 1
    truth.holds()


@pytest.mark.parametrize("round_", range(3))
def test_a_sweep_against_calling_off_against_asking_now(chat: Conversation, dana: Agent, round_: int) -> None:
    promises.call_back(chat.pk, at=HALF_PAST_ONE, packet=packet(), now=NOON)
    near = HALF_PAST_ONE - timedelta(minutes=10)

    results = at_once(
        lambda: promises.keep(now=near),
        lambda: desk.leave_queue(chat.pk, now=near),
        lambda: escalations.begin(chat.pk, packet=packet(), now=near),
        lambda: promises.keep(now=near),
    )

    assert [result for result in results if isinstance(result, Exception) and not isinstance(result, Refused)] == []
    assert Escalation.objects.filter(ended_at=None).count() <= 1
    truth.holds()


@pytest.mark.parametrize("round_", range(3))
def test_a_take_over_against_an_accept_makes_one_owner(
    offer: Offer, chat: Conversation, dana: Agent, noor: User, round_: int
) -> None:
    accepted, taken = at_once(
        lambda: desk.accept(offer.pk, by=dana.pk, now=at(5)),
        lambda: takeovers.take_over(chat.pk, by=noor, reason="Known customer", now=at(5)),
    )

    assert isinstance(taken, Engagement)
    assert isinstance(accepted, Engagement | Refused)
    assert Engagement.objects.get(ended_at=None).pk == taken.pk
    truth.holds()


@pytest.mark.parametrize("round_", range(3))
def test_a_take_over_against_resolving_against_leaving(
    engagement: Engagement, chat: Conversation, dana: Agent, noor: User, round_: int
) -> None:
    results = at_once(
        lambda: takeovers.take_over(chat.pk, by=noor, reason="Complaint", now=at(65)),
        lambda: desk.resolve(engagement.pk, by=dana.pk, outcome="solved", now=at(65)),
        lambda: desk.leave(chat.pk, now=at(65)),
    )

    assert [result for result in results if isinstance(result, Exception) and not isinstance(result, Refused)] == []
    truth.holds()


@pytest.mark.parametrize("round_", range(3))
def test_leaving_for_abuse_against_resolving_is_paid_once(engagement: Engagement, dana: Agent, round_: int) -> None:
    at_once(
        lambda: abuse.stop(engagement.pk, by=dana.pk, reason="insult", words="", now=at(65)),
        lambda: abuse.stop(engagement.pk, by=dana.pk, reason="insult", words="", now=at(65)),
        lambda: desk.resolve(engagement.pk, by=dana.pk, outcome="solved", now=at(65)),
    )

    assert Posting.objects.filter(kind="per_chat").count() == 1
    truth.holds()


def test_a_question_has_one_answer(engagement: Engagement, chat: Conversation, dana: Agent, hire: Hire) -> None:
    colleagues = [hire(name) for name in ("Ada", "Bo", "Cy", "Di")]
    asked = questions.ask(chat.pk, by=dana.pk, text="Where is it?", now=at(20))

    results = at_once(
        *[lambda one=one: questions.answer(asked, by=one.pk, text="Here.", now=at(30)) for one in colleagues]
    )

    assert sorted(type(result).__name__ for result in results) == ["NoneType", "Refused", "Refused", "Refused"]
    assert Question.objects.get().answered_by_id in {one.pk for one in colleagues}
    truth.holds()
