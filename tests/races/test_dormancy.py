"""A chat falls dormant, or wakes, at the very moment of something else: whoever is first, it ends whole."""

from collections.abc import Callable
from threading import Barrier
from typing import Any

import pytest

from agents import pace
from agents.models import Agent, Slot
from assistant import replies
from brands.models import Brand
from conversations import lifecycle
from conversations.models import Conversation, Customer, Engagement
from dispatch import absence, desk, dormancy, emergency, offers, rounds
from dispatch.models import Escalation, Offer
from marketplace.refusals import Refused
from payouts.models import Posting
from tests import truth
from tests.people import ask, at, disconnect, offer_to, say
from tests.races.test_races import at_once

pytestmark = pytest.mark.usefixtures("fresh_database")
SAID = 30
DUE = SAID + 720


@pytest.fixture
def answered(engagement: Engagement, chat: Conversation, dana: Agent) -> Engagement:
    """It has been Maja's turn for twelve minutes."""
    say(chat, dana.pk, "Is there anything else?", now=at(SAID))
    return engagement


@pytest.fixture
def dormant(answered: Engagement) -> Engagement:
    assert dormancy.rest(answered.pk, now=at(DUE))
    return answered


def slot_of(agent: Agent) -> Slot:
    return Slot.objects.get(pk=agent.pk)


@pytest.mark.parametrize("round_", range(6))
def test_a_line_at_the_moment_of_falling_dormant_is_read_by_her_agent(
    answered: Engagement, chat: Conversation, maja: Customer, dana: Agent, round_: int
) -> None:
    rested, *_ = at_once(
        lambda: dormancy.rest(answered.pk, now=at(DUE)),
        lambda: say(chat, maja.pk, "One more thing", now=at(DUE)),
        lambda: dormancy.rest(answered.pk, now=at(DUE)),
    )
    dormancy.wake_spoken(now=at(DUE + 2))

    answered.refresh_from_db()
    assert isinstance(rested, bool)
    assert (answered.state, answered.dormant_since, slot_of(dana).active) == ("live", None, 1)
    truth.holds()


def ends(dana: Agent, chat: Engagement) -> dict[str, tuple[Callable[[], Any], str, str]]:
    """What may end a chat -> the act, the engagement's state after it, the request's."""
    now = at(DUE)
    return {
        "resolve": (
            lambda: desk.resolve(chat.pk, by=dana.pk, outcome="solved", now=now),
            "resolved",
            "closed",
        ),
        "transfer": (
            lambda: desk.transfer(chat.pk, by=dana.pk, reason="", now=now),
            "transferred",
            "waiting",
        ),
        "leave": (lambda: desk.leave(chat.conversation_id, now=now), "left", "left"),
    }


@pytest.mark.parametrize("round_", range(3))
@pytest.mark.parametrize("end", ["resolve", "transfer", "leave"])
def test_falling_dormant_against_an_end_frees_the_place_once_and_pays_once(
    answered: Engagement, request_: Escalation, dana: Agent, end: str, round_: int
) -> None:
    act, state, request = ends(dana, answered)[end]

    results = at_once(lambda: dormancy.rest(answered.pk, now=at(DUE)), act)

    answered.refresh_from_db()
    request_.refresh_from_db()
    assert not [result for result in results if isinstance(result, Exception)]
    assert (answered.state, request_.state, slot_of(dana).active) == (state, request, 0)
    assert Posting.objects.filter(engagement_id=answered.pk, kind="per_minute").count() == 1
    truth.holds()


@pytest.mark.parametrize("round_", range(3))
@pytest.mark.parametrize("end", ["resolve", "transfer", "leave"])
def test_waking_against_an_end_leaves_one_of_them(
    dormant: Engagement, chat: Conversation, maja: Customer, dana: Agent, end: str, round_: int
) -> None:
    say(chat, maja.pk, "Hello again", now=at(DUE))
    act, state, _ = ends(dana, dormant)[end]

    results = at_once(
        lambda: dormancy.wake(dormant.pk, now=at(DUE)), act, lambda: dormancy.wake(dormant.pk, now=at(DUE))
    )

    dormant.refresh_from_db()
    assert not [result for result in results if isinstance(result, Exception)]
    assert (dormant.state, slot_of(dana).active) == (state, 0)
    truth.holds()


@pytest.mark.parametrize("rings", [True, False] * 3)
def test_two_that_want_the_same_last_place_do_not_both_get_it(
    dormant: Engagement, chat: Conversation, maja: Customer, dana: Agent, lumo: Brand, rings: bool
) -> None:
    """A dormant chat wakes while another has the place: as an offer that is being accepted, or about to be made."""
    Slot.objects.filter(pk=dana.pk).update(capacity=1)
    other = Customer.objects.create(brand=lumo, created_at=at(0))
    second, _ = lifecycle.start(other, language="en", now=at(DUE))
    request = ask(second, now=at(DUE))
    say(chat, maja.pk, "Hello again", now=at(DUE))
    offer = offer_to(request, dana, now=at(DUE)) if rings else None

    at_once(
        lambda: dormancy.wake(dormant.pk, now=at(DUE)),
        lambda: desk.accept(offer.pk, by=dana.pk, now=at(DUE)) if offer else rounds.match_waiting(now=at(DUE)),
    )

    slot = slot_of(dana)
    assert slot.active + slot.held <= slot.places == 1
    truth.holds()


@pytest.mark.parametrize("round_", range(6))
def test_her_wish_for_one_more_is_spent_once(engagement: Engagement, dana: Agent, lumo: Brand, round_: int) -> None:
    Slot.objects.filter(pk=dana.pk).update(capacity=1)
    for _ in range(2):
        customer = Customer.objects.create(brand=lumo, created_at=at(0))
        ask(lifecycle.start(customer, language="en", now=at(6))[0], now=at(6))
    pace.one_more(dana.pk, on=True)

    def takes() -> None:
        for made in rounds.match_waiting(now=at(7)):
            desk.accept(made.pk, by=dana.pk, now=at(8))

    at_once(takes, takes, takes)
    takes()  # two planners that hold each a half of one placement leave it to the next round

    slot = slot_of(dana)
    assert (slot.active, slot.held, slot.places, slot.one_more) == (2, 0, 1, False)
    truth.holds()


@pytest.mark.parametrize("round_", range(6))
def test_the_emergency_tap_against_an_accept_leaves_nothing_ringing_and_no_mark(
    offer: Offer, request_: Escalation, dana: Agent, round_: int
) -> None:
    accepted, handed_back = at_once(
        lambda: desk.accept(offer.pk, by=dana.pk, now=at(5)),
        lambda: emergency.stop(dana.pk, hand_back=True, now=at(5)),
    )
    emergency.stop(dana.pk, hand_back=True, now=at(6))

    slot = slot_of(dana)
    request_.refresh_from_db()
    assert isinstance(accepted, Engagement | Refused)
    assert isinstance(handed_back, int)
    assert (slot.willing, slot.held, slot.active, slot.missed_in_a_row) == (False, 0, 0, 0)
    assert request_.state == "waiting"
    truth.holds()


@pytest.mark.parametrize("round_", range(4))
def test_who_vanishes_while_her_customer_writes_again_leaves_her_to_a_person(
    dormant: Engagement, chat: Conversation, maja: Customer, request_: Escalation, dana: Agent, round_: int
) -> None:
    """The agent is lost at the moment in which her silent customer is back."""
    disconnect(dana)
    absence.noticed(dana.pk, now=at(DUE + 1))

    at_once(
        lambda: absence.sweep(now=at(DUE + 61)),
        lambda: say(chat, maja.pk, "Hello again", now=at(DUE + 61)),
        lambda: dormancy.wake_spoken(now=at(DUE + 61)),
    )
    dormancy.wake_spoken(now=at(DUE + 63))
    replies.answer_waiting(clock=lambda: at(DUE + 64))

    waiting = Escalation.objects.get(state="waiting")
    assert waiting.priority == 9
    assert slot_of(dana).active == 0
    truth.holds()


def test_without_the_locks_falling_dormant_does_collide(
    answered: Engagement, monkeypatch: pytest.MonkeyPatch, dana: Agent
) -> None:
    """The proof that the race is real: the same step twice at once, with the locks taken out, frees the place twice."""
    looked = Barrier(2)
    locked = desk.locked

    def unlocked(engagement_id: Any, *, by: Any = None) -> Any:
        request = Escalation.objects.get(pk=answered.escalation_id)
        slot = Slot.objects.select_related("agent").get(pk=dana.pk)
        chat = Conversation.objects.select_related("brand").get(pk=answered.conversation_id)
        found = Engagement.objects.select_related("agent", "pay_plan").get(pk=engagement_id)
        looked.wait()
        return desk.Held(request, slot, chat, found)

    monkeypatch.setattr(desk, "locked", unlocked)
    results = at_once(*[lambda: dormancy.rest(answered.pk, now=at(DUE))] * 2)
    monkeypatch.setattr(desk, "locked", locked)

    assert results != [True, False], "with the locks one of them finds it done"
    assert results != [False, True]


def test_an_offer_that_rings_when_the_last_chat_ends_keeps_her_online(
    engagement: Engagement, dana: Agent, lumo: Brand
) -> None:
    customer = Customer.objects.create(brand=lumo, created_at=at(0))
    rings = offer_to(ask(lifecycle.start(customer, language="en", now=at(6))[0], now=at(6)), dana, now=at(7))
    pace.last_one(dana.pk, on=True)

    at_once(
        lambda: desk.resolve(engagement.pk, by=dana.pk, outcome="solved", now=at(8)),
        lambda: offers.decline(rings.pk, by=dana.pk, now=at(8)),
    )

    slot = slot_of(dana)
    assert (slot.active, slot.held) == (0, 0)
    truth.holds()
