"""A chat is rated once, by its customer, when it has ended."""

import pytest

from agents.models import Agent
from brands.models import Brand
from conversations import ratings
from conversations.models import Conversation, Customer, Engagement, Event
from dispatch import desk
from marketplace.refusals import Refused
from payouts.models import EarningFact
from tests import truth
from tests.people import at, say


def rate(engagement: Engagement, by: Customer, score: int = 5) -> None:
    ratings.rate(engagement.pk, customer_id=by.pk, score=score, solved=True, words="", now=at(100))


def test_a_rating_is_given_once_and_a_repeat_is_the_same_rating(
    engagement: Engagement, chat: Conversation, maja: Customer, dana: Agent
) -> None:
    desk.resolve(engagement.pk, by=dana.pk, outcome="solved", now=at(9))
    rate(engagement, maja)
    rate(engagement, maja)

    assert not EarningFact.objects.filter(kind="reopened").exists()
    with pytest.raises(Refused, match="rated this chat already"):
        rate(engagement, maja, score=1)
    assert Event.objects.filter(conversation=chat, data__change="rated").count() == 1
    truth.holds()


def test_nobody_rates_early_or_for_somebody_else(engagement: Engagement, maja: Customer, lumo: Brand) -> None:
    with pytest.raises(Refused, match="when it has ended"):
        rate(engagement, maja)
    with pytest.raises(Refused, match="no such chat"):
        rate(engagement, Customer.objects.create(brand=lumo, created_at=at(0)))


def test_an_older_chat_can_be_rated_after_the_talk_went_on(
    engagement: Engagement, chat: Conversation, maja: Customer, dana: Agent
) -> None:
    desk.resolve(engagement.pk, by=dana.pk, outcome="solved", now=at(9))
    say(chat, maja.pk, "One more thing", now=at(10))

    rate(engagement, maja)

    # The money knows that she had to come back before she gave her score.
    assert {fact.kind for fact in EarningFact.objects.all()} == {"closed", "reopened", "rated"}

    chat.refresh_from_db()
    assert chat.status["phase"] == "assistant"
    truth.holds()
