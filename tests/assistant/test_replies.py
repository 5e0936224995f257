"""The assistant in a conversation: each line answered once, or handed over."""

import pytest

from assistant import providers, replies
from brands.models import Article, Brand
from conversations.models import Conversation, Customer, Event
from dispatch import escalations
from tests.people import NOON, at, say


@pytest.fixture
def article(lumo: Brand) -> Article:
    return Article.objects.create(
        brand=lumo,
        slug="refund-times",
        title="How long a refund takes",
        topic="refunds",
        asks=["How long does a refund take?", "When do I get my money back?"],
        body="A refund takes up to five bank days after the shop has sent it.",
        updated_at=NOON,
    )


def said(chat: Conversation) -> list[str]:
    rows = Event.objects.filter(conversation=chat, kind="answer").order_by("seq")
    return [row.text for row in rows]


def test_a_conversation_begins_with_the_assistant_saying_that_it_is_an_ai(maja: Customer) -> None:
    chat = replies.welcome(maja, language="en", now=NOON)

    assert "AI" in said(chat)[0]
    assert replies.welcome(maja, language="en", now=at(1)).pk == chat.pk
    assert len(said(chat)) == 1


def test_a_question_is_answered_once_from_an_article(chat: Conversation, maja: Customer, article: Article) -> None:
    say(chat, maja.pk, "How long does a refund take?")

    replies.answer_waiting(clock=lambda: at(1))
    replies.answer_waiting(clock=lambda: at(2))

    (answer,) = Event.objects.filter(conversation=chat, kind="answer")
    assert "five bank days" in answer.text
    assert answer.data["sources"] == [{"slug": "refund-times", "title": article.title}]


def test_the_packet_names_articles_by_their_titles(chat: Conversation, maja: Customer, article: Article) -> None:
    say(chat, maja.pk, "How long does a refund take?")
    replies.answer_waiting(clock=lambda: at(1))

    replies.ask_person(chat.pk, language=None, topic=None, email="maja@mail.example", now=at(2))

    request = escalations.live(chat.pk)
    assert request is not None
    assert (request.packet["tried"], request.topic) == ([article.title], "refunds")
    maja.refresh_from_db()
    assert maja.email == "maja@mail.example"


def test_a_request_for_a_person_in_words_is_heard(chat: Conversation, maja: Customer) -> None:
    say(chat, maja.pk, "Can I talk to a human please?")

    replies.answer_waiting(clock=lambda: at(1))

    request = escalations.live(chat.pk)
    assert request is not None
    assert request.reason == "asked"


def test_an_unsure_assistant_hands_over(chat: Conversation, maja: Customer, article: Article) -> None:
    say(chat, maja.pk, "Does the moon landing count as a delivery to another country?")

    replies.answer_waiting(clock=lambda: at(1))

    assert escalations.live(chat.pk) is not None
    assert len(said(chat)) == 1


def test_a_failing_assistant_hands_over_and_keeps_nobody_else_waiting(
    chat: Conversation, maja: Customer, lumo: Brand, article: Article, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Customer.objects.create(brand=lumo, created_at=NOON)
    theirs = replies.welcome(other, language="en", now=NOON)
    say(chat, maja.pk, "broken")
    say(theirs, other.pk, "How long does a refund take?")
    whole = providers.safe_reply

    def breaks(turn: providers.Turn) -> providers.Reply:
        if turn.lines[-1][1] == "broken":
            raise RuntimeError("planted")
        return whole(turn)

    monkeypatch.setattr(providers, "safe_reply", breaks)
    replies.answer_waiting(clock=lambda: at(1))

    request = escalations.live(chat.pk)
    assert request is not None
    assert request.reason == "failure"
    assert "five bank days" in said(theirs)[-1]


def test_an_answer_that_comes_after_the_hand_over_is_dropped(
    chat: Conversation, maja: Customer, article: Article, monkeypatch: pytest.MonkeyPatch
) -> None:
    say(chat, maja.pk, "How long does a refund take?")
    whole = providers.safe_reply

    def slow(turn: providers.Turn) -> providers.Reply:
        replies.ask_person(chat.pk, language=None, topic=None, email=None, now=at(1))
        return whole(turn)

    monkeypatch.setattr(providers, "safe_reply", slow)
    replies.reply(chat.pk, clock=lambda: at(2))

    assert not any("five bank days" in text for text in said(chat))


def test_what_is_said_after_long_thinking_was_said_then(
    chat: Conversation, maja: Customer, article: Article, monkeypatch: pytest.MonkeyPatch
) -> None:
    say(chat, maja.pk, "How long does a refund take?")
    whole, seconds = providers.safe_reply, [1]

    def slow(turn: providers.Turn) -> providers.Reply:
        seconds.append(9)
        return whole(turn)

    monkeypatch.setattr(providers, "safe_reply", slow)
    replies.answer_waiting(clock=lambda: at(seconds[-1]))

    assert Event.objects.get(conversation=chat, kind="answer").at == at(9)


def test_what_another_thread_replies_to_is_left_to_it(chat: Conversation, maja: Customer, article: Article) -> None:
    say(chat, maja.pk, "How long does a refund take?")

    with replies._in_hand.taken(chat.pk) as first, replies._in_hand.taken(chat.pk) as second:
        assert (first, second) == (True, False)
        assert replies.answer_waiting(clock=lambda: at(1)) == 0
    assert said(chat) == []

    assert replies.answer_waiting(clock=lambda: at(2)) == 1
    assert len(said(chat)) == 1
