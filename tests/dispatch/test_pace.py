"""An agent's pace in the ride: who is rung, for how long, how her last one ends, and what one tap stops."""

from collections.abc import Callable, Iterator

import pytest

from agents import pace, paid_hours, presence
from agents.events import AgentPaused
from agents.models import Agent, Slot
from conversations import lifecycle
from conversations.models import Conversation, Customer, Engagement
from dispatch import automatic, cards, desk, emergency, offers, rounds, snapshot, supply
from dispatch.events import ChatOpened, OfferMade, OfferOver
from dispatch.models import Escalation, Offer
from marketplace import events
from marketplace.reactions import REACTIONS
from marketplace.refusals import Refused
from payouts.models import Posting
from tests import truth
from tests.people import NOON, ask, at, disconnect, offer_to
from tests.readers import committing

Heard = list[object]


@pytest.fixture
def heard() -> Iterator[Heard]:
    """Everything announced for push and sound in a block that is `committing`."""
    found: Heard = []
    events.connect(dict.fromkeys(TOLD, (found.append,)))
    yield found
    events.connect(REACTIONS)


TOLD = (OfferMade, OfferOver, ChatOpened, AgentPaused)


def slot_of(agent: Agent) -> Slot:
    return Slot.objects.get(pk=agent.pk)


def another_request(offer_or_request: Escalation, *, now: object = NOON) -> Escalation:
    customer = Customer.objects.create(brand_id=offer_or_request.brand_id, created_at=NOON)
    chat, _ = lifecycle.start(customer, language="en", now=NOON)
    return ask(chat)


def test_who_is_full_and_wishes_one_more_gets_it_once(
    engagement: Engagement, request_: Escalation, dana: Agent
) -> None:
    presence.set_capacity(dana.pk, 1)
    second, third = another_request(request_), another_request(request_)
    assert rounds.match_waiting(now=at(10)) == []

    pace.one_more(dana.pk, on=True)
    (made,) = rounds.match_waiting(now=at(11))
    desk.accept(made.pk, by=dana.pk, now=at(12))

    assert (slot_of(dana).active, slot_of(dana).one_more, slot_of(dana).places) == (2, False, 1)
    assert rounds.match_waiting(now=at(13)) == [], "the wish is spent"
    with pytest.raises(Refused, match="one more than you chose"):
        pace.one_more(dana.pk, on=True)
    assert Escalation.objects.filter(pk__in=[second.pk, third.pk], state="waiting").count() == 1
    truth.holds()


def test_the_wish_for_one_more_stands_while_it_is_declined(
    engagement: Engagement, request_: Escalation, dana: Agent
) -> None:
    presence.set_capacity(dana.pk, 1)
    another_request(request_)
    pace.one_more(dana.pk, on=True)
    (made,) = rounds.match_waiting(now=at(11))

    offers.decline(made.pk, by=dana.pk, now=at(12))

    assert (slot_of(dana).one_more, slot_of(dana).held) == (True, 0)


def test_with_the_chat_she_has_as_her_last_one_she_is_rung_no_more_and_offline_after_it(
    engagement: Engagement, request_: Escalation, dana: Agent
) -> None:
    pace.last_one(dana.pk, on=True)
    another_request(request_)

    assert rounds.match_waiting(now=at(10)) == []
    assert slot_of(dana).willing, "she counts as online until it is over"
    desk.resolve(engagement.pk, by=dana.pk, outcome="solved", now=at(20))
    slot = slot_of(dana)
    assert (slot.willing, slot.last_one, slot.pause_reason, slot.online_since) == (False, False, "", None)
    truth.holds()


def test_without_a_chat_the_next_one_is_her_last(offer: Offer, request_: Escalation, dana: Agent) -> None:
    offers.decline(offer.pk, by=dana.pk, now=at(1))
    pace.last_one(dana.pk, on=True)
    second = another_request(request_)
    desk.accept(offer_to(second, dana, now=at(2)).pk, by=dana.pk, now=at(3))

    assert offers.make([], epoch=None, now=at(4)) == []
    assert (slot_of(dana).willing, slot_of(dana).places, slot_of(dana).active) == (True, 1, 1)
    desk.transfer(Engagement.objects.get().pk, by=dana.pk, reason="", now=at(5))
    assert not slot_of(dana).willing
    truth.holds()


@pytest.fixture
def rings_beside(engagement: Engagement, request_: Escalation, dana: Agent) -> Offer:
    """Dana is in her chat with Maja, another request rings, and this is to be her last one."""
    made = offer_to(another_request(request_), dana, now=at(10))
    pace.last_one(dana.pk, on=True)
    return made


ENDS_OF_A_RING: dict[str, Callable[[Offer], object]] = {
    "declined": lambda made: offers.decline(made.pk, by=made.agent_id, now=at(15)),
    "not answered": lambda made: offers.expire_due(now=made.expires_at),
    "withdrawn": lambda made: offers.take_from(made.escalation_id, by="operator:noor", reason="Wrong", now=at(15)),
}


@pytest.mark.parametrize("end", ENDS_OF_A_RING)
@pytest.mark.parametrize("chat_ends_first", [True, False])
def test_what_rings_beside_her_last_chat_is_the_end_of_it(
    rings_beside: Offer, engagement: Engagement, dana: Agent, end: str, chat_ends_first: bool
) -> None:
    Slot.objects.filter(pk=dana.pk).update(missed_in_a_row=1)
    steps: list[Callable[[], object]] = [lambda: desk.resolve(engagement.pk, by=dana.pk, outcome="solved", now=at(12))]
    steps.insert(1 if chat_ends_first else 0, lambda: ENDS_OF_A_RING[end](rings_beside))
    for step in steps:
        assert slot_of(dana).willing
        step()

    slot = slot_of(dana)
    assert (slot.willing, slot.last_one, slot.last_begun, slot.pause_reason) == (False, False, False, "")
    assert slot.missed_in_a_row == (0 if end == "declined" else 1), "she had said that she takes no more"
    assert Escalation.objects.get(pk=rings_beside.escalation_id).state == "waiting", "it goes to somebody else"
    assert rounds.match_waiting(now=at(300)) == []
    truth.holds()


@pytest.mark.parametrize("chat_ends_first", [True, False])
def test_what_rings_beside_her_last_chat_may_be_taken_and_nothing_comes_after(
    rings_beside: Offer, engagement: Engagement, request_: Escalation, dana: Agent, chat_ends_first: bool
) -> None:
    another_request(request_)
    if chat_ends_first:
        desk.resolve(engagement.pk, by=dana.pk, outcome="solved", now=at(12))
    second = desk.accept(rings_beside.pk, by=dana.pk, now=at(13))
    if not chat_ends_first:
        desk.resolve(engagement.pk, by=dana.pk, outcome="solved", now=at(14))

    assert (slot_of(dana).willing, slot_of(dana).active) == (True, 1)
    assert rounds.match_waiting(now=at(60)) == []
    desk.resolve(second.pk, by=dana.pk, outcome="solved", now=at(70))
    assert not slot_of(dana).willing
    truth.holds()


def test_who_says_last_one_while_the_first_rings_and_leaves_it_still_gets_her_last(
    offer: Offer, request_: Escalation, dana: Agent
) -> None:
    pace.last_one(dana.pk, on=True)

    offers.expire_due(now=offer.expires_at)

    slot = slot_of(dana)
    assert (slot.willing, slot.last_one, slot.missed_in_a_row) == (True, True, 1)


def test_who_takes_her_wish_back_while_another_rings_goes_on(
    rings_beside: Offer, engagement: Engagement, dana: Agent
) -> None:
    pace.last_one(dana.pk, on=False)
    desk.resolve(engagement.pk, by=dana.pk, outcome="solved", now=at(12))
    offers.decline(rings_beside.pk, by=dana.pk, now=at(13))

    assert (slot_of(dana).willing, slot_of(dana).last_begun) == (True, False)


def test_a_reserve_is_rung_only_where_nobody_else_is_free(
    request_: Escalation, chat: Conversation, dana: Agent, olu: Agent
) -> None:
    Slot.objects.filter(pk=olu.pk).update(idle_since=at(-600))
    pace.reserve(olu.pk, on=True)
    (first,) = rounds.match_waiting(now=at(1))
    assert first.agent_id == dana.pk, "though Olu is idle for longer"

    second = another_request(request_)
    (made,) = rounds.match_waiting(now=at(2))

    assert (made.escalation_id, made.agent_id) == (second.pk, olu.pk)


def test_an_offer_rings_as_long_as_its_agent_chose_and_says_so(request_: Escalation, dana: Agent) -> None:
    pace.ring_for(dana.pk, seconds=45)

    made = offer_to(request_, dana)

    assert (made.expires_at, cards.card_of(made).seconds) == (at(45), 45)
    assert offers.expire_due(now=at(44.9)) == 0


# --- offers that open by themselves ---


@pytest.fixture
def in_shift(dana: Agent) -> Agent:
    """Dana is paid for being there, and chose that chats open by themselves."""
    paid_hours.grant(dana.pk, at(-600), at(600))
    pace.auto_accept(dana.pk, on=True)
    return dana


def test_in_a_paid_shift_a_chat_opens_by_itself_where_she_chose_so(
    request_: Escalation, in_shift: Agent, heard: Heard
) -> None:
    with committing():
        (made,) = rounds.match_waiting(now=at(1))

    engagement = Engagement.objects.get(agent=in_shift)
    assert (engagement.offer_id, engagement.accepted_at) == (made.pk, at(1))
    assert [type(event) for event in heard] == [OfferOver, ChatOpened], "a chime, and no ring"
    truth.holds()


@pytest.mark.parametrize(("chosen", "second"), [(True, 601), (True, -601), (False, 0)])
def test_outside_of_it_or_without_her_choice_every_offer_rings(
    request_: Escalation, in_shift: Agent, chosen: bool, second: int, heard: Heard
) -> None:
    pace.auto_accept(in_shift.pk, on=chosen)
    with committing():
        (made,) = rounds.match_waiting(now=at(second))

    assert not Engagement.objects.exists()
    assert snapshot.desk(in_shift.pk, now=at(second)).offer is not None
    assert heard == [OfferMade(offer_id=made.pk, agent_id=in_shift.pk, rings_until=made.expires_at)]


def test_what_a_dispatcher_left_behind_is_opened_by_the_sweep_and_never_shown_as_ringing(
    request_: Escalation, in_shift: Agent
) -> None:
    made = offer_to(request_, in_shift)
    assert snapshot.desk(in_shift.pk, now=at(1)).offer is None

    assert automatic.open_left(now=at(1)) == 1

    assert Engagement.objects.get().offer_id == made.pk
    assert automatic.open_left(now=at(2)) == 0


@pytest.mark.parametrize(
    "change",
    [
        lambda dana: pace.pause(dana.pk, reason="break", now=at(1)),
        lambda dana: presence.go_offline(dana.pk, now=at(1)),
        lambda dana: pace.auto_accept(dana.pk, on=False),
        lambda dana: Slot.objects.filter(pk=dana.pk).update(gone_since=at(1)),
        lambda dana: Slot.objects.filter(pk=dana.pk).update(last_one=True, last_begun=True),
    ],
    ids=["paused", "offline", "rather rung", "vanished", "her last ones"],
)
def test_no_chat_opens_for_who_wants_none_since_it_was_placed(
    request_: Escalation, in_shift: Agent, change: Callable[[Agent], object]
) -> None:
    made = offer_to(request_, in_shift)
    change(in_shift)

    assert automatic.open_left(now=at(2)) == 0

    made.refresh_from_db()
    request_.refresh_from_db()
    assert not Engagement.objects.exists()
    assert (made.state, request_.state, request_.queued_at) == ("withdrawn", "waiting", NOON)
    assert (slot_of(in_shift).held, slot_of(in_shift).active, slot_of(in_shift).missed_in_a_row) == (0, 0, 0)
    truth.holds()


def test_one_that_could_not_be_opened_is_no_missed_offer(request_: Escalation, in_shift: Agent) -> None:
    Slot.objects.filter(pk=in_shift.pk).update(missed_in_a_row=1)
    offer_to(request_, in_shift)

    assert offers.expire_due(now=at(12)) == 1

    assert (slot_of(in_shift).missed_in_a_row, slot_of(in_shift).willing) == (1, True)


# --- one tap that stops everything ---


def test_one_tap_stops_offers_at_once_and_the_open_one_is_no_missed_one(
    offer: Offer, request_: Escalation, dana: Agent, olu: Agent
) -> None:
    Slot.objects.filter(pk=dana.pk).update(missed_in_a_row=1)

    assert emergency.stop(dana.pk, hand_back=False, now=at(3)) == 0

    offer.refresh_from_db()
    slot = slot_of(dana)
    assert (offer.state, slot.willing, slot.pause_reason) == ("withdrawn", False, "emergency")
    assert (slot.held, slot.missed_in_a_row) == (0, 1)
    (made,) = rounds.match_waiting(now=at(4))
    assert made.agent_id == olu.pk
    presence.go_online(dana.pk, now=at(9))
    assert slot_of(dana).idle_since == at(9 - 3), "and her place among the idle is kept"


def test_her_chats_stay_unless_she_gives_them_back_and_then_they_wait_in_front_and_are_paid(
    engagement: Engagement, request_: Escalation, chat: Conversation, dana: Agent
) -> None:
    emergency.stop(dana.pk, hand_back=False, now=at(60))
    assert slot_of(dana).active == 1

    assert emergency.stop(dana.pk, hand_back=True, now=at(65)) == 1
    assert emergency.stop(dana.pk, hand_back=True, now=at(66)) == 0, "a repeat changes nothing"

    request_.refresh_from_db()
    engagement.refresh_from_db()
    chat.refresh_from_db()
    assert (request_.state, request_.priority, request_.queued_at) == ("waiting", 9, NOON)
    assert (engagement.state, slot_of(dana).active, chat.status["phase"]) == ("transferred", 0, "queue")
    assert Posting.objects.filter(engagement_id=engagement.pk, kind="per_minute").exists()
    truth.holds()


def test_who_is_offline_may_stop_everything_too(engagement: Engagement, dana: Agent) -> None:
    presence.go_offline(dana.pk, now=at(20))

    assert emergency.stop(dana.pk, hand_back=True, now=at(30)) == 1
    assert slot_of(dana).pause_reason == "emergency"


# --- what is told for push and sound ---


def test_a_pause_that_she_did_not_ask_for_is_announced(
    offer: Offer, request_: Escalation, dana: Agent, heard: Heard
) -> None:
    Slot.objects.filter(pk=dana.pk).update(missed_in_a_row=1)
    with committing():
        offers.expire_due(now=at(12))

    assert AgentPaused(agent_id=dana.pk, reason="missed", at=at(12)) in heard
    assert OfferOver(offer_id=offer.pk, agent_id=dana.pk) in heard


def test_no_wish_changes_where_she_stands_among_those_who_are_asked(dana: Agent, olu: Agent) -> None:
    """What the planner is told of her is the same before and after, but for the wish itself."""
    (before,) = [each for each in supply.candidates(now=at(1)) if each.agent_id == dana.pk]

    pace.pause(dana.pk, reason="break", now=at(0))
    presence.go_online(dana.pk, now=at(0))
    pace.reserve(dana.pk, on=True)
    pace.reserve(dana.pk, on=False)
    pace.last_one(dana.pk, on=True)
    pace.last_one(dana.pk, on=False)
    pace.ring_for(dana.pk, seconds=60)
    pace.auto_accept(dana.pk, on=True)
    emergency.stop(dana.pk, hand_back=True, now=at(0))
    presence.go_online(dana.pk, now=at(0))

    (after,) = [each for each in supply.candidates(now=at(1)) if each.agent_id == dana.pk]
    assert after == before


def test_the_desk_shows_her_pace(engagement: Engagement, dana: Agent) -> None:
    pace.reserve(dana.pk, on=True)
    pace.last_one(dana.pk, on=True)
    paid_hours.grant(dana.pk, at(0), at(60))

    shown = snapshot.desk(dana.pk, now=at(30)).pace

    assert (shown.places, shown.capacity_most, shown.reserve, shown.last_one, shown.one_more) == (
        1,
        5,
        True,
        True,
        False,
    )
    assert (shown.ring_seconds, shown.ring_usual, shown.ring_longest) == (None, 12, 60)
    assert (shown.in_paid_shift, snapshot.desk(dana.pk, now=at(60)).pace.in_paid_shift) == (True, False)
    disconnect(dana)
