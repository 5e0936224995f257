"""A customer who does not wait: a message that is answered later, a call-back at a time she chose."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from django.db.utils import IntegrityError

from agents.models import Agent, AgentLanguage, AgentSkill, Slot
from assistant import replies
from brands import hours
from brands.models import Brand
from conversations import frames, lifecycle
from conversations.models import Conversation, Customer, Event
from dispatch import appointments, customer_absence, desk, escalations, idle, offers, promises, rounds
from dispatch.models import Escalation, Offer
from marketplace import wishes
from marketplace.refusals import Refused
from realtime import protocol
from tests import truth
from tests.people import NOON, Hire, ask, at, connect, disconnect, packet, say

HALF_PAST_ONE = NOON + timedelta(minutes=90)
HOUR = 3600.0


def changes(chat: Conversation) -> list[str]:
    rows = Event.objects.filter(conversation=chat, kind="changed").order_by("seq")
    return [row.data["change"] for row in rows]


def status(chat: Conversation) -> protocol.Status:
    chat.refresh_from_db()
    return frames.status_of(chat.status)


def only(chat: Conversation) -> Escalation:
    return Escalation.objects.get(conversation=chat)


@pytest.fixture
def message(chat: Conversation, maja: Customer) -> Escalation:
    """Maja left a message at noon, with nobody online."""
    say(chat, maja.pk, "My refund of 43 euro has not arrived.")
    replies.leave_message(chat.pk, language="en", topic="refunds", email=None, now=NOON)
    return only(chat)


@pytest.fixture
def callback(chat: Conversation, dana: Agent) -> Escalation:
    """Maja asked at noon to be called back at half past one."""
    promises.call_back(chat.pk, at=HALF_PAST_ONE, packet=packet(), now=NOON)
    return only(chat)


# --- times ---

BERLIN = {"mon": ["08:00", "18:00"], "tue": ["08:00", "18:00"], "sat": ["10:00", "00:00"]}


def test_opening_hours_keep_their_clock_times_over_a_change_of_the_clock() -> None:
    brand = Brand(timezone="Europe/Berlin", opening_hours={"sat": ["08:00", "20:00"], "sun": ["08:00", "20:00"]})
    spans = hours.open_spans(brand, datetime(2027, 3, 27, 0, 0, tzinfo=UTC), days=2)

    assert [(opens.hour, closes.hour) for opens, closes in spans] == [(7, 19), (6, 18)]


def test_spans_begin_now_where_it_is_open_and_run_to_midnight() -> None:
    brand = Brand(timezone="Europe/Berlin", opening_hours=BERLIN)
    saturday = datetime(2026, 11, 28, 14, 0, tzinfo=UTC)

    spans = hours.open_spans(brand, saturday, days=3)

    assert spans[0] == (saturday, datetime(2026, 11, 28, 23, 0, tzinfo=UTC))
    assert spans[1] == (datetime(2026, 11, 30, 7, 0, tzinfo=UTC), datetime(2026, 11, 30, 17, 0, tzinfo=UTC))


def test_times_lie_within_opening_hours_and_not_too_soon() -> None:
    spans = [(at(0), at(1.2 * HOUR)), (at(20 * HOUR), at(21 * HOUR))]

    times = appointments.free_times(spans, now=at(60), promised={}, places=1)

    assert times == [at(HOUR), at(20 * HOUR), at(20.5 * HOUR)]  # at closing time nobody is there any more


def test_a_midnight_between_two_open_days_is_one_time() -> None:
    spans = [(at(0), at(12 * HOUR)), (at(12 * HOUR), at(36 * HOUR))]

    times = appointments.free_times(spans, now=at(11 * HOUR), promised={}, places=1)

    assert times[:3] == [at(11.5 * HOUR), at(12 * HOUR), at(12.5 * HOUR)]


def test_no_more_is_promised_than_there_are_people_to_keep_it() -> None:
    spans = [(at(0), at(2 * HOUR))]

    assert at(HOUR) not in appointments.free_times(spans, now=NOON, promised={at(HOUR): 2}, places=2)
    assert at(HOUR) in appointments.free_times(spans, now=NOON, promised={at(HOUR): 1}, places=2)
    assert appointments.free_times(spans, now=NOON, promised={}, places=0) == []


def test_an_answer_is_promised_within_opening_hours() -> None:
    evening = [(at(0), at(HOUR)), (at(20 * HOUR), at(30 * HOUR))]

    assert appointments.answered_by(evening, NOON) == at(23 * HOUR)
    assert appointments.answered_by([(NOON, at(100 * HOUR))], at(1)) == at(4 * HOUR)
    assert appointments.answered_by([], at(60)) == at(4.5 * HOUR)  # never open: a deadline all the same


def test_what_there_is_beside_waiting(lumo: Brand, dana: Agent) -> None:
    ways = appointments.ways(lumo, topic="refunds", language="en", now=NOON)
    nobody = appointments.ways(lumo, topic="refunds", language="de", now=NOON)

    assert (ways.people_online, ways.open_now, ways.opens_at) == (1, True, None)
    assert ways.call_back[0] == at(0.5 * HOUR)
    assert (nobody.people_online, nobody.call_back) == (0, [])
    assert nobody.message_by == at(4 * HOUR)


@pytest.mark.parametrize("ended", [AgentSkill, AgentLanguage])
def test_nothing_is_promised_for_whose_certificate_has_ended(lumo: Brand, dana: Agent, ended: Any) -> None:
    ended.objects.filter(agent=dana).update(valid_until=at(10))

    before = appointments.ways(lumo, topic="refunds", language="en", now=at(9))
    after = appointments.ways(lumo, topic="refunds", language="en", now=at(10))

    assert (before.people_online, bool(before.call_back)) == (1, True)
    assert (after.people_online, after.call_back) == (0, [])
    assert appointments.times(lumo, topic=None, language="en", now=at(10)) == []


def test_out_of_hours_it_says_when_it_opens(lumo: Brand, dana: Agent) -> None:
    lumo.opening_hours, lumo.timezone = {"wed": ["08:00", "10:00"]}, "UTC"
    lumo.save()

    ways = appointments.ways(lumo, topic=None, language="en", now=NOON)

    wednesday = datetime(2026, 11, 25, 8, 0, tzinfo=UTC)
    assert (ways.open_now, ways.opens_at) == (False, wednesday)
    assert ways.call_back[0] == wednesday
    assert ways.message_by > wednesday


# --- a message ---


def test_a_message_leaves_the_line_and_has_a_deadline_that_she_reads(message: Escalation, chat: Conversation) -> None:
    assert (message.state, message.kind, message.due_at) == ("left_message", "message", at(4 * HOUR))
    told = status(chat)
    assert (told.phase, told.why, told.due) == ("assistant", "message", at(4 * HOUR))
    assert changes(chat) == ["message_left"]
    truth.holds()


def test_a_message_needs_words(chat: Conversation) -> None:
    with pytest.raises(Refused, match="Write your message"):
        replies.leave_message(chat.pk, language="en", topic=None, email=None, now=NOON)

    assert not Escalation.objects.exists()


def test_the_assistant_does_not_answer_it_as_well(message: Escalation, chat: Conversation) -> None:
    assert replies.answer_waiting(clock=lambda: at(3)) == 0


def test_the_words_of_a_message_are_said_once_and_left_to_a_person(chat: Conversation, maja: Customer) -> None:
    frame = protocol.LeaveMessage(
        ref="1", conversation=chat.pk, client_id=uuid4(), text="Order 8841.", language="en", topic=None, email=None
    )
    for seconds in (0, 5):
        wishes.leave_message(maja.pk, frame, at(seconds))

    assert [row.text for row in Event.objects.filter(conversation=chat, kind="message")] == ["Order 8841."]
    assert replies.answer_waiting(clock=lambda: at(6)) == 0
    assert only(chat).state == "left_message"
    truth.holds()


def test_a_message_without_an_id_is_refused(chat: Conversation, maja: Customer) -> None:
    frame = protocol.LeaveMessage(
        ref="1", conversation=chat.pk, client_id=None, text="Order 8841.", language=None, topic=None, email=None
    )
    with pytest.raises(Refused, match="id"):
        wishes.leave_message(maja.pk, frame, NOON)

    assert not Escalation.objects.exists()


def test_leaving_it_twice_is_once(message: Escalation, chat: Conversation) -> None:
    replies.leave_message(chat.pk, language="en", topic="refunds", email=None, now=at(5))

    assert changes(chat) == ["message_left"]


def test_a_message_takes_her_out_of_the_line(offer: Offer, chat: Conversation, maja: Customer, dana: Agent) -> None:
    say(chat, maja.pk, "Please look at it when you can.", now=at(2))
    replies.leave_message(chat.pk, language="en", topic="refunds", email=None, now=at(3))

    offer.refresh_from_db()
    assert (offer.state, only(chat).state, Slot.objects.get(pk=dana.pk).held) == ("withdrawn", "left_message", 0)
    truth.holds()


def test_it_reaches_whoever_comes_online_and_is_answered_in_the_same_thread(
    message: Escalation, chat: Conversation, maja: Customer, hire: Hire
) -> None:
    promises.keep(now=at(60))
    assert only(chat).state == "left_message"  # nobody is there
    dana = hire("Dana")

    promises.keep(now=at(3000))
    (offer,) = rounds.match_waiting(now=at(3001))
    engagement = desk.accept(offer.pk, by=dana.pk, now=at(3005))
    say(chat, dana.pk, "It is on its way.", now=at(3030))
    desk.resolve(engagement.pk, by=dana.pk, outcome="solved", now=at(3100))

    assert changes(chat) == ["message_left", "due", "joined", "resolved"]
    assert offer.card["waits_since"] == at(3000)
    assert only(chat).state == "closed"
    truth.holds()


def test_messages_do_not_come_before_those_who_wait(message: Escalation, lumo: Brand, dana: Agent) -> None:
    Slot.objects.filter(pk=dana.pk).update(capacity=1)
    other = Customer.objects.create(brand=lumo, created_at=NOON)
    ask(lifecycle.start(other, language="en", now=NOON)[0], now=at(50))

    promises.keep(now=at(60))

    message.refresh_from_db()
    assert message.state == "left_message"


def test_she_may_be_away_while_it_is_answered(
    message: Escalation, chat: Conversation, maja: Customer, hire: Hire
) -> None:
    connect(maja)
    hire("Dana")
    promises.keep(now=at(60))
    customer_absence.sweep(now=at(61))
    disconnect(maja)

    for seconds in (70, 800, 4000):
        customer_absence.sweep(now=at(seconds))

    assert only(chat).state == "waiting"


def test_a_broken_promise_is_told_with_a_new_one(message: Escalation, chat: Conversation) -> None:
    promises.keep(now=at(4 * HOUR - 600))  # near its time it is rung for, though nobody is there
    promises.keep(now=at(4 * HOUR))
    promises.keep(now=at(4 * HOUR + 2))

    assert changes(chat) == ["message_left", "due", "late"]
    assert status(chat).due == only(chat).due_at == at(5 * HOUR)
    truth.holds()


def test_no_message_is_closed_for_silence(message: Escalation, chat: Conversation) -> None:
    assert idle.close_silent(now=NOON + timedelta(days=3)) == 0


# --- a call-back ---


def test_a_call_back_is_parked_until_shortly_before_its_time(callback: Escalation, chat: Conversation) -> None:
    assert (callback.state, callback.due_at, status(chat).due) == ("callback_due", HALF_PAST_ONE, HALF_PAST_ONE)
    assert rounds.match_waiting(now=at(60)) == []
    promises.keep(now=at(79 * 60))
    assert only(chat).state == "callback_due"

    promises.keep(now=at(80 * 60))

    (offer,) = rounds.match_waiting(now=at(80 * 60 + 1))
    assert (offer.escalation_id, only(chat).priority) == (callback.pk, promises.CALLBACK_PRIORITY)
    assert status(chat).phase == "queue"
    truth.holds()


@pytest.mark.parametrize("wrong", [at(60), at(1801), at(30 * 24 * HOUR), NOON - timedelta(hours=1)])
def test_only_a_time_that_was_offered_can_be_chosen(chat: Conversation, dana: Agent, wrong: datetime) -> None:
    with pytest.raises(Refused, match="not free"):
        promises.call_back(chat.pk, at=wrong, packet=packet(), now=NOON)

    assert not Escalation.objects.exists()


def test_another_time_may_be_chosen_later(callback: Escalation, chat: Conversation) -> None:
    promises.call_back(chat.pk, at=at(2 * HOUR), packet=packet(), now=at(60))

    assert only(chat).due_at == at(2 * HOUR)
    truth.holds()


def test_a_call_back_may_be_called_off(callback: Escalation, chat: Conversation) -> None:
    desk.leave_queue(chat.pk, now=at(60))

    assert (only(chat).state, status(chat).phase, status(chat).due) == ("returned_to_assistant", "assistant", None)
    assert changes(chat)[-1] == "cancelled"
    truth.holds()


def test_whoever_asks_now_stands_in_line_at_once(callback: Escalation, chat: Conversation) -> None:
    replies.ask_person(chat.pk, language="en", topic=None, email=None, now=at(60))

    request = only(chat)
    assert (request.state, request.kind, request.due_at, request.queued_at) == ("waiting", "chat", None, NOON)
    assert status(chat).phase == "queue"
    truth.holds()


def test_what_the_assistant_hands_over_leaves_the_promise(callback: Escalation, chat: Conversation) -> None:
    _, begun = escalations.begin(chat.pk, packet=packet(), now=at(1))
    assert (begun, only(chat).state) == (False, "waiting")  # she asked

    promises.call_back(chat.pk, at=HALF_PAST_ONE, packet=packet(), now=at(2))
    unsure = protocol.Packet(**{**lifecycle.stored_packet(packet()), "reason": "unsure"})
    _, begun = escalations.begin(chat.pk, packet=unsure, now=at(3))
    assert (begun, only(chat).state) == (False, "callback_due")


def test_ending_the_chat_ends_what_was_promised(callback: Escalation, chat: Conversation) -> None:
    desk.leave(chat.pk, now=at(60))

    assert only(chat).state == "abandoned"
    truth.holds()


def test_nothing_is_promised_to_whom_a_person_talks_to(engagement: object, chat: Conversation) -> None:
    with pytest.raises(Refused, match="joined already"):
        promises.call_back(chat.pk, at=HALF_PAST_ONE, packet=packet(), now=at(10))


def test_a_declined_call_back_is_offered_again(callback: Escalation, chat: Conversation, dana: Agent) -> None:
    promises.keep(now=at(81 * 60))
    (offer,) = rounds.match_waiting(now=at(81 * 60 + 1))
    offers.decline(offer.pk, by=dana.pk, now=at(81 * 60 + 3))

    promises.keep(now=HALF_PAST_ONE)

    assert changes(chat) == ["callback_chosen", "due", "late"]
    assert (only(chat).state, only(chat).due_at) == ("waiting", HALF_PAST_ONE + timedelta(hours=1))
    truth.holds()


def test_the_database_keeps_no_promise_without_a_deadline(callback: Escalation) -> None:
    with pytest.raises(IntegrityError, match="parked_escalation"), transaction.atomic():
        Escalation.objects.update(due_at=None)


def test_the_database_keeps_one_request_a_chat_promised_ones_included(callback: Escalation, chat: Conversation) -> None:
    with pytest.raises(IntegrityError, match="one_live_escalation"), transaction.atomic():
        Escalation.objects.create(id=uuid4(), brand_id=chat.brand_id, conversation=chat, queued_at=NOON)
