"""A customer's connection breaks: what her agent sees, when the agent is free, and how the customer goes on."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agents.models import Agent, Slot
from assistant import replies
from conversations import lifecycle
from conversations.models import Conversation, Customer, Engagement
from dispatch import absence, customer_absence, desk, idle, offers, rounds, snapshot, supply
from dispatch.models import Escalation, Offer
from payouts.models import Posting
from realtime import protocol
from tests import truth
from tests.people import NOON, ask, at, connect, disconnect, offer_to, say

GONE = 100.0


@pytest.fixture
def here(maja: Customer) -> Customer:
    """Maja's panel is open."""
    connect(maja)
    return maja


@pytest.fixture
def gone(here: Customer, engagement: Engagement) -> Engagement:
    """In the middle of her chat with Dana, Maja's connection broke, and her server noticed."""
    vanish(here, GONE)
    return engagement


def vanish(customer: Customer, second: float) -> None:
    disconnect(customer)
    customer_absence.noticed_all([customer.pk], now=at(second))


def come_back(customer: Customer, second: float) -> None:
    connect(customer)
    customer_absence.returned_all([customer.pk], now=at(second))
    truth.holds()


def sweep(second: float) -> None:
    """Twice: a second one right after it changes nothing."""
    customer_absence.sweep(now=at(second))
    once = told()
    customer_absence.sweep(now=at(second))
    assert told() == once
    truth.holds()


def told() -> list[object]:
    rows = Escalation.objects.order_by("queued_at", "pk").values_list("state", "customer_here", "customer_gone_since")
    return [
        *rows,
        *Engagement.objects.values_list("state", "customer_away_since"),
        *Slot.objects.values_list("version"),
    ]


def phase(chat: Conversation) -> tuple[str, str]:
    chat.refresh_from_db()
    return chat.status["phase"], chat.status["why"]


def shown(agent: Agent) -> list[protocol.Engaged]:
    return snapshot.desk(agent.pk, now=at(GONE)).engagements


def test_before_ten_seconds_her_agent_sees_nothing(gone: Engagement, dana: Agent) -> None:
    version = Slot.objects.get(pk=dana.pk).version

    sweep(GONE + 9.9)

    assert [chat.customer_away_since for chat in shown(dana)] == [None]
    assert Slot.objects.get(pk=dana.pk).version == version


def test_at_ten_seconds_her_agent_sees_it_and_a_return_undoes_it(gone: Engagement, here: Customer, dana: Agent) -> None:
    version = Slot.objects.get(pk=dana.pk).version
    sweep(GONE + 10)
    assert [chat.customer_away_since for chat in shown(dana)] == [at(GONE)]

    come_back(here, GONE + 20)

    assert [chat.customer_away_since for chat in shown(dana)] == [None]
    assert Slot.objects.get(pk=dana.pk).version == version + 2, "each brings a new picture of the desk"
    sweep(GONE + 300)
    assert Engagement.objects.get().state == "live"


def test_what_nobody_noticed_is_found_by_the_sweep(here: Customer, engagement: Engagement, dana: Agent) -> None:
    disconnect(here)
    sweep(GONE)
    sweep(GONE + 10)
    assert [chat.customer_away_since for chat in shown(dana)] == [at(GONE)]

    connect(here)
    sweep(GONE + 12)

    assert [chat.customer_away_since for chat in shown(dana)] == [None]


def test_who_never_had_a_socket_is_never_gone(engagement: Engagement) -> None:
    sweep(GONE)
    sweep(GONE + 10_000)

    assert Engagement.objects.get().state == "live"
    assert Escalation.objects.get().customer_gone_since is None


def test_who_closes_one_of_two_windows_is_not_gone(here: Customer, engagement: Engagement) -> None:
    customer_absence.noticed_all([here.pk], now=at(GONE))

    assert Escalation.objects.get().customer_gone_since is None


def test_who_writes_by_another_door_is_there(gone: Engagement, chat: Conversation, maja: Customer) -> None:
    say(chat, maja.pk, "My browser lets no socket through.", now=at(GONE + 100))

    sweep(GONE + 180)
    assert Engagement.objects.get().state == "live"

    sweep(GONE + 281)
    assert Engagement.objects.get().state == "left"


def test_after_three_minutes_the_agent_is_paid_and_free(
    gone: Engagement, chat: Conversation, maja: Customer, dana: Agent
) -> None:
    say(chat, maja.pk, "Hello?", now=at(90))
    sweep(GONE + 179.9)
    assert Slot.objects.get(pk=dana.pk).active == 1

    sweep(GONE + 180)

    gone.refresh_from_db()
    assert (gone.state, gone.outcome, Escalation.objects.get().state) == ("left", "gone", "customer_gone")
    assert Slot.objects.get(pk=dana.pk).active == 0
    assert Posting.objects.filter(engagement_id=gone.pk, kind="per_chat").count() == 1
    assert phase(chat) == ("assistant", "gone")
    assert chat.state == "open"


def test_who_is_back_soon_is_first_in_line_for_the_same_agent(
    gone: Engagement, here: Customer, chat: Conversation, dana: Agent, olu: Agent, lumo: object
) -> None:
    sweep(GONE + 180)
    Slot.objects.filter(pk=dana.pk).update(idle_since=at(GONE + 500))  # by the ordinary order Olu would be asked
    other = Customer.objects.create(brand=here.brand, created_at=NOON)
    ask(lifecycle.start(other, language="en", now=NOON)[0], now=at(GONE))

    come_back(here, GONE + 600)

    again = Escalation.objects.get(conversation=chat, state="waiting")
    assert (again.priority, again.queued_at, again.reason) == (9, at(GONE + 600), "returned")
    assert phase(chat) == ("queue", "returned")
    made = {offer.escalation_id: offer for offer in rounds.match_waiting(now=at(GONE + 601))}
    assert made[again.pk].agent_id == dana.pk
    assert made[again.pk].card["why"][0] == "you were in this chat before"
    truth.holds()


def test_the_agent_who_knew_her_is_asked_first_and_only_once(
    gone: Engagement, here: Customer, dana: Agent, olu: Agent
) -> None:
    sweep(GONE + 180)
    come_back(here, GONE + 200)
    (first,) = rounds.match_waiting(now=at(GONE + 201))
    offers.decline(first.pk, by=dana.pk, now=at(GONE + 202))

    (second,) = rounds.match_waiting(now=at(GONE + 203))
    assert (first.agent_id, second.agent_id) == (dana.pk, olu.pk)


def test_a_return_that_nobody_noticed_brings_her_to_a_person_too(gone: Engagement, here: Customer) -> None:
    sweep(GONE + 180)
    connect(here)

    sweep(GONE + 190)

    assert Escalation.objects.filter(state="waiting", reason="returned").count() == 1


def test_a_return_that_nobody_noticed_yet_stops_every_step(
    gone: Engagement, here: Customer, request_: Escalation
) -> None:
    """Her socket's row is there, her server has not said so, and the sweep has read the rows before."""
    connect(here)

    customer_absence._step(request_.pk, timedelta(seconds=180), now=at(GONE + 180))

    gone.refresh_from_db()
    assert (gone.state, gone.customer_away_since) == ("live", None)


@pytest.mark.parametrize(("seconds", "locks"), [(5, False), (11, True), (60, False), (181, True)])
def test_the_sweep_holds_nobody_up_for_what_cannot_be_due(gone: Engagement, seconds: float, locks: bool) -> None:
    """Of a customer who is gone her agent is told at 10 s; until she is free at 180 s there is nothing to lock for."""
    if seconds > 11:
        sweep(GONE + 11)

    with CaptureQueriesContext(connection) as asked:
        customer_absence.sweep(now=at(GONE + seconds))

    assert any("FOR NO KEY UPDATE" in query["sql"] for query in asked) == locks


def test_who_looks_in_much_later_rings_nobody_and_who_writes_then_goes_on(
    gone: Engagement, here: Customer, chat: Conversation, dana: Agent
) -> None:
    sweep(GONE + 180)
    come_back(here, GONE + 2_000)
    sweep(GONE + 2_001)
    assert phase(chat) == ("assistant", "gone")

    say(chat, here.pk, "I am here again.", now=at(GONE + 2_010))
    replies.answer_waiting(clock=lambda: at(GONE + 2_011))

    assert phase(chat) == ("queue", "returned")
    assert Escalation.objects.get(state="waiting").first_agent_id == dana.pk
    assert replies.answer_waiting(clock=lambda: at(GONE + 2_012)) == 0
    truth.holds()


@pytest.mark.parametrize(("days", "phases"), [(6.9, ("queue", "returned")), (7.1, ("queue", "unsure"))])
def test_a_line_within_seven_days_goes_on_with_a_person(
    gone: Engagement, here: Customer, chat: Conversation, days: float, phases: tuple[str, str]
) -> None:
    sweep(GONE + 180)
    idle.close_silent(now=at(GONE + timedelta(days=1.5).total_seconds()))
    assert phase(chat) == ("ended", "idle")
    then = GONE + timedelta(days=days).total_seconds()

    say(chat, here.pk, "Is it done now?", now=at(then))
    replies.answer_waiting(clock=lambda: at(then + 1))

    assert phase(chat) == phases


def test_who_ended_the_chat_herself_is_not_brought_back(
    here: Customer, engagement: Engagement, chat: Conversation
) -> None:
    desk.leave(chat.pk, now=at(GONE))
    vanish(here, GONE + 1)
    sweep(GONE + 300)

    come_back(here, GONE + 301)

    assert not Escalation.objects.filter(state__in=Escalation.LIVE).exists()


# --- while she waits ---


def test_nobody_is_rung_for_who_is_not_there_and_she_keeps_her_turn(
    here: Customer, request_: Escalation, dana: Agent
) -> None:
    vanish(here, 10)
    assert (supply.waiting(now=at(20)), rounds.match_waiting(now=at(20))) == ([], [])

    come_back(here, 30)

    (made,) = rounds.match_waiting(now=at(31))
    request_.refresh_from_db()
    assert (made.escalation_id, request_.queued_at) == (request_.pk, NOON)


def test_who_is_gone_for_ten_minutes_waits_no_more_and_is_told_when_she_is_back(
    here: Customer, request_: Escalation, chat: Conversation, dana: Agent
) -> None:
    offer = offer_to(request_, dana, now=at(1))
    vanish(here, 5)
    sweep(604.9)
    assert Escalation.objects.get().state == "offered"

    sweep(605)

    request_.refresh_from_db()
    assert (request_.state, Offer.objects.get(pk=offer.pk).state) == ("abandoned", "withdrawn")
    come_back(here, 610)
    assert phase(chat) == ("assistant", "unreached")
    assert ask(chat, now=at(620)).state == "waiting", "one tap asks again"
    truth.holds()


def test_both_gone_ends_clean(
    gone: Engagement, here: Customer, request_: Escalation, chat: Conversation, dana: Agent
) -> None:
    """Her agent is lost after a minute; she is waited for as one who waits."""
    disconnect(dana)
    absence.noticed(dana.pk, now=at(GONE))
    absence.sweep(now=at(GONE + 60))
    request_.refresh_from_db()
    assert (request_.state, request_.customer_gone_since) == ("waiting", at(GONE))

    sweep(GONE + 600)

    request_.refresh_from_db()
    assert request_.state == "abandoned"
    assert phase(chat) == ("assistant", "unreached")
