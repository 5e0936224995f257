"""What is said over HTTP: history page by page, one line at a time, and nothing to those it is not for."""

import json
from typing import Any
from uuid import UUID, uuid4

import pytest

from agents.models import Agent, User
from brands.models import Brand
from conversations import customers, lifecycle, masking, stream
from conversations.models import Conversation, Customer, Engagement, Event
from dispatch import desk
from tests import truth
from tests.doors import NO_OBJECT, NO_TEXT, Answer, Browser, messages, refusal
from tests.people import NOON, at, say
from tests.real import real

# Of our own; there is a long list of others beside the checkout.
HOSTILE = [
    "", "\0", "'; drop table conversations_event; --", "<script>alert(1)</script>", "{{ 7 * 7 }}", "%s %d %n", "\\x00",
    "\u202eesrever", "a" + "\u0301" * 500, "\ufeff", "\u200b", "👩‍👩‍👧‍👦🏳️‍🌈", "=1+1", "../../etc/passwd", "null", "NaN",
    "1" * 4_000,
]  # fmt: skip


@pytest.fixture
def majas(maja: Customer) -> Browser:
    """Maja's browser."""
    return browser_of(maja)


@pytest.fixture
def danas(dana: Agent) -> Browser:
    """Dana's browser, logged in."""
    return Browser(user=dana.user)


def browser_of(customer: Customer) -> Browser:
    return Browser(token=customers._new_token(customer, now=NOON))


def line(text: Any = "Hello", client_id: Any = None) -> dict[str, Any]:
    return {"client_id": str(client_id or uuid4()), "text": text}


def numbers(answer: Answer) -> list[int]:
    assert answer.status_code == 200, answer.content
    return [event["seq"] for event in answer.json()["events"]]


def fill(chat: Conversation, maja: Customer, many: int) -> None:
    stream.append_many([stream.Line(chat.pk, maja.pk, uuid4(), f"line {n}") for n in range(many)], now=at(1))


def test_history_comes_in_pages_oldest_first_from_the_end(majas: Browser, chat: Conversation, maja: Customer) -> None:
    fill(chat, maja, 60)

    last = majas.get(messages(chat.pk))
    assert (numbers(last), last.json()["earlier"]) == (list(range(11, 61)), True)
    first = majas.get(messages(chat.pk), before=11)
    assert (numbers(first), first.json()["earlier"]) == (list(range(1, 11)), False)
    assert numbers(majas.get(messages(chat.pk), before=5, limit=2)) == [3, 4]
    assert numbers(majas.get(messages(chat.pk), before=1)) == []
    assert numbers(majas.get(messages(chat.pk), before=2**62, limit=1)) == [60]


@pytest.mark.parametrize("name", ["limit", "before"])
@pytest.mark.parametrize("value", ["0", "-1", "many", "1e9", "0x10", "None", "9" * 2_000, str(2**63), "\0", "[]"])
def test_a_page_of_an_absurd_size_or_place_is_refused(
    name: str, value: str, majas: Browser, chat: Conversation
) -> None:
    problem = refusal(majas.get(messages(chat.pk), **{name: value}), 400)

    assert list(problem["fields"]) == [name]


def test_a_page_of_a_thousand_million_is_refused(majas: Browser, chat: Conversation) -> None:
    refusal(majas.get(messages(chat.pk), limit=10**9), 400)
    assert numbers(majas.get(messages(chat.pk), before=10**9)) == []


def test_there_is_no_third_stream(majas: Browser, chat: Conversation) -> None:
    refusal(majas.get(messages(chat.pk), stream="secrets"), 400)


def test_a_line_posted_is_answered_with_its_frame(majas: Browser, chat: Conversation, maja: Customer) -> None:
    sent = line("Where is my refund?")

    answer = majas.post(messages(chat.pk), sent)

    assert answer.status_code == 201
    frame = answer.json()
    assert (frame["type"], frame["seq"], frame["text"], frame["client_id"]) == (
        "message",
        1,
        sent["text"],
        sent["client_id"],
    )
    assert frame["author"]["id"] == str(maja.pk)


def test_a_line_posted_twice_is_one_line(majas: Browser, chat: Conversation) -> None:
    sent = line()
    first = majas.post(messages(chat.pk), sent)
    majas.post(messages(chat.pk), line("Another"))
    again = majas.post(messages(chat.pk), sent)

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert Event.objects.filter(conversation=chat).count() == 2


def test_the_same_id_with_other_words_is_refused(majas: Browser, chat: Conversation) -> None:
    id_ = uuid4()
    majas.post(messages(chat.pk), line("One", id_))

    problem = refusal(majas.post(messages(chat.pk), line("Two", id_)), 409)

    assert problem["code"] == "clash"
    assert Event.objects.get(conversation=chat).text == "One"


def test_a_card_number_is_gone_before_it_is_answered_or_stored(majas: Browser, chat: Conversation) -> None:
    sent = line("It is 4111 1111 1111 1111.")

    answer = majas.post(messages(chat.pk), sent)

    assert answer.json()["text"] == f"It is {masking.MASK}."
    assert majas.post(messages(chat.pk), sent).json() == answer.json()
    assert not Event.objects.filter(text__contains="4111").exists()


def test_white_space_is_kept_as_it_was_written(majas: Browser, chat: Conversation) -> None:
    text = "  one\n\n\ttwo  "

    assert majas.post(messages(chat.pk), line(text)).json()["text"] == text


def test_the_longest_line_fits_and_one_more_character_does_not(majas: Browser, chat: Conversation) -> None:
    assert majas.post(messages(chat.pk), line("ж" * 4_000)).status_code == 201
    refusal(majas.post(messages(chat.pk), line("ж" * 4_001)), 400)


@pytest.mark.parametrize("text", ["", "a\0b", "\ud800", "a\udfffb"])
def test_a_line_of_nothing_or_of_what_is_no_text_is_refused(text: str, majas: Browser, chat: Conversation) -> None:
    refusal(majas.post(messages(chat.pk), line(text)), 400)
    assert not Event.objects.exists()


@pytest.mark.parametrize("value", NO_TEXT)
@pytest.mark.parametrize("field", ["client_id", "text"])
def test_a_field_of_the_wrong_kind_is_refused(field: str, value: Any, majas: Browser, chat: Conversation) -> None:
    problem = refusal(majas.post(messages(chat.pk), {**line(), field: value}), 400)

    assert list(problem["fields"]) == [field]
    assert not Event.objects.exists()


@pytest.mark.parametrize("field", ["client_id", "text"])
def test_a_field_that_is_missing_is_named(field: str, majas: Browser, chat: Conversation) -> None:
    problem = refusal(
        majas.post(messages(chat.pk), {name: value for name, value in line().items() if name != field}), 400
    )

    assert list(problem["fields"]) == [field]


@pytest.mark.parametrize("raw", NO_OBJECT, ids=range(len(NO_OBJECT)))
def test_what_is_no_json_object_is_refused(raw: str, majas: Browser, chat: Conversation) -> None:
    refusal(majas.post(messages(chat.pk), raw=raw), 400)
    assert not Event.objects.exists()


def test_bytes_that_are_no_text_and_other_types_are_refused(majas: Browser, chat: Conversation) -> None:
    refusal(majas.post(messages(chat.pk), raw=b"\xff\xfe{}"), 400)
    answer = majas.client.post(messages(chat.pk), "<xml/>", content_type="application/xml", headers=majas.headers)
    refusal(answer, 415)
    answer = majas.client.post(messages(chat.pk), {"text": "a"}, headers=majas.headers)  # a form
    refusal(answer, 415)


def test_hostile_strings_are_kept_letter_by_letter_or_refused(lumo: Brand) -> None:
    kept_or_refused(lumo, HOSTILE)


def test_a_long_list_of_hostile_strings_is_kept_or_refused_too(lumo: Brand) -> None:
    kept_or_refused(lumo, json.loads(real("naughty-strings", "blns.json").read_text(encoding="utf-8")))


def kept_or_refused(lumo: Brand, texts: list[str]) -> None:
    for start in range(0, len(texts), 100):  # nobody writes five hundred lines in a minute
        visitor = Customer.objects.create(brand=lumo, created_at=NOON)
        chat, _ = lifecycle.start(visitor, language="en", now=NOON)
        browser = browser_of(visitor)
        for text in texts[start : start + 100]:
            answer = browser.post(messages(chat.pk), line(text))
            if text and "\0" not in text:
                assert answer.status_code == 201, text
                assert answer.json()["text"] == masking.mask(text)
            else:
                refusal(answer, 400)
    truth.holds()


def test_who_calls_faster_than_a_person_is_asked_to_wait(majas: Browser, chat: Conversation) -> None:
    answers = [majas.get(messages(chat.pk), limit=1) for _ in range(121)]

    assert [answer.status_code for answer in answers[:120]] == [200] * 120
    assert refusal(answers[120], 429)["code"] == "throttled"
    assert int(answers[120]["Retry-After"]) <= 60


@pytest.mark.parametrize("verb", ["get", "post"])
def test_another_customers_talk_does_not_exist(verb: str, chat: Conversation, lumo: Brand) -> None:
    strangers = browser_of(Customer.objects.create(brand=lumo, created_at=NOON))
    for conversation in (chat.pk, uuid4(), UUID(int=0)):
        answer = (
            strangers.get(messages(conversation)) if verb == "get" else strangers.post(messages(conversation), line())
        )
        assert refusal(answer, 404)["detail"] == "There is no such conversation."
    assert not Event.objects.exists()


def test_the_desk_stream_is_not_for_customers(majas: Browser, chat: Conversation, engagement: Engagement) -> None:
    refusal(majas.get(messages(chat.pk), stream="desk"), 404)


def test_the_owner_reads_and_writes_both_before_and_not_after(
    danas: Browser, chat: Conversation, engagement: Engagement, dana: Agent
) -> None:
    assert danas.post(messages(chat.pk), line("I am Dana.")).status_code == 201
    assert len(numbers(danas.get(messages(chat.pk), stream="desk"))) == 1

    desk.resolve(engagement.pk, by=dana.pk, outcome="solved", now=at(60))

    refusal(danas.get(messages(chat.pk)), 404)
    refusal(danas.post(messages(chat.pk), line()), 404)


def test_another_agent_and_an_operator_read_nothing(
    chat: Conversation, engagement: Engagement, olu: Agent, noor: User
) -> None:
    refusal(Browser(user=olu.user).get(messages(chat.pk)), 404)
    refusal(Browser(user=noor).get(messages(chat.pk)), 403)
    refusal(Browser(user=noor).post(messages(chat.pk), line()), 403)


def test_nobody_in_particular_reads_nothing(chat: Conversation) -> None:
    answer = Browser().get(messages(chat.pk))

    refusal(answer, 401)
    assert answer["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("token", ["nonsense", "x" * 5_000, "ñ", "' or 1=1 --"])
def test_a_token_that_names_nobody_is_refused(token: str, chat: Conversation) -> None:
    refusal(Browser(token=token).get(messages(chat.pk)), 401)


def test_an_ended_conversation_takes_no_line_of_its_agent(majas: Browser, chat: Conversation, maja: Customer) -> None:
    desk.leave(chat.pk, now=at(1))

    assert majas.post(messages(chat.pk), line("Hello again")).status_code == 201  # reopens
    chat.refresh_from_db()
    assert chat.state == "open"


def test_an_address_that_is_none_is_not_found(majas: Browser) -> None:
    assert majas.get("/api/v1/conversations/nonsense/messages").status_code == 404
    assert majas.get("/api/v1/conversations/../messages").status_code == 404


def test_other_verbs_are_refused(majas: Browser, chat: Conversation) -> None:
    answer = majas.patch(messages(chat.pk), line())

    refusal(answer, 405)
    assert "GET" in answer["Allow"]


def test_an_agent_writes_only_with_the_page_of_ours(chat: Conversation, engagement: Engagement, dana: Agent) -> None:
    """A log-in's cookie alone writes nothing: the form of another site has no token."""
    browser = Browser(user=dana.user, csrf=True)

    refusal(browser.post(messages(chat.pk), line()), 403)
    browser.get("/api/v1/csrf")
    token = browser.client.cookies["csrftoken"].value
    assert browser.post(messages(chat.pk), line(), **{"X-CSRFToken": token}).status_code == 201
    foreign = {"X-CSRFToken": token, "Origin": "https://evil.example", "Referer": "https://evil.example/"}
    refusal(browser.post(messages(chat.pk), line(), **foreign), 403)
    assert Event.objects.filter(kind="message").count() == 1


def test_reading_is_scoped_to_the_conversation_asked_for(majas: Browser, chat: Conversation, lumo: Brand) -> None:
    other = Customer.objects.create(brand=lumo, created_at=NOON)
    theirs, _ = lifecycle.start(other, language="en", now=NOON)
    say(theirs, other.pk, "private")

    assert numbers(majas.get(messages(chat.pk))) == []
