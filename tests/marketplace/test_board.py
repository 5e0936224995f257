"""The live board: every figure against a scene, and who may see it."""

from datetime import timedelta

import pytest

from agents import presence
from agents.models import Agent, Slot
from brands.models import Brand, Skill
from conversations.models import Conversation, Engagement
from dispatch import absence, desk, offers
from dispatch.models import Escalation, Offer
from marketplace import board
from payouts.models import Posting
from realtime import protocol
from tests.boards import another_chat, look, served
from tests.people import NOON, Hire, ask, at, disconnect, offer_to

QUERIES = 25
LAST = board.QUARTERS - 1


def states(seen: protocol.Board) -> dict[str, str]:
    return {agent.name: agent.state for agent in seen.agents}


# --- an empty house ---


def test_an_empty_house_is_shown_as_empty(db: None) -> None:
    seen = look()

    assert (seen.waiting, seen.waiting_total, seen.agents, seen.languages, seen.accrued) == ([], 0, [], [], [])
    assert (seen.engaged, seen.places, seen.states) == (0, 0, {})
    assert seen.service_level == [None] * board.QUARTERS
    assert (seen.service_now, seen.service_hour, seen.service_all) == (None, None, None)
    assert seen.offers == protocol.BoardOffers(
        offered=0,
        accepted=0,
        declined=0,
        expired=0,
        withdrawn=0,
        open=0,
        reasons={},
        median_answer_s=None,
        p95_answer_s=None,
    )
    assert seen.assistant == protocol.BoardAssistant(conversations=0, handed_off=0, reasons={})
    assert seen.at == at(60)


# --- who waits ---


def test_waiting_is_counted_by_language_and_topic_with_the_oldest_first(lumo: Brand) -> None:
    ask(another_chat(lumo), topic="refunds", language="en", now=at(20))
    ask(another_chat(lumo), topic="refunds", language="en", now=at(10))
    ask(another_chat(lumo), topic="fraud", language="de", now=at(5))

    seen = look()

    assert [(row.language, row.topic_name, row.waiting, row.oldest_since) for row in seen.waiting] == [
        ("de", "Fraud", 1, at(5)),
        ("en", "Refunds", 2, at(10)),
    ]
    assert seen.waiting_total == 3


def test_who_is_being_offered_still_waits_and_who_is_served_does_not(offer: Offer, dana: Agent) -> None:
    assert look().waiting_total == 1

    desk.accept(offer.pk, by=dana.pk, now=at(5))

    assert look().waiting_total == 0


def test_each_brand_has_its_own_name_for_a_topic(lumo: Brand, chat: Conversation) -> None:
    fernhof = Brand.objects.create(name="Fernhof", slug="fernhof", created_at=NOON)
    Skill.objects.create(brand=fernhof, key="refunds", name="Money back")
    ask(chat)
    ask(another_chat(fernhof), now=at(1))

    assert [(row.brand, row.topic_name) for row in look().waiting] == [
        ("Lumo Mobile", "Refunds"),
        ("Fernhof", "Money back"),
    ]


def test_groups_beyond_the_bound_are_counted(monkeypatch: pytest.MonkeyPatch, lumo: Brand) -> None:
    monkeypatch.setattr(board, "ROWS", 1)
    ask(another_chat(lumo), topic="refunds", now=at(1))
    ask(another_chat(lumo), topic="fraud", now=at(2))

    seen = look()

    assert [row.topic for row in seen.waiting] == ["refunds"]
    assert seen.waiting_total == 2


# --- who serves ---


def test_an_agent_goes_from_free_to_ringing_to_room_to_full(request_: Escalation, dana: Agent, lumo: Brand) -> None:
    assert states(look()) == {"Dana": "free"}

    offer = offer_to(request_, dana, now=at(2))
    assert states(look()) == {"Dana": "ringing"}
    assert look().agents[0].since == at(2)

    desk.accept(offer.pk, by=dana.pk, now=at(5))
    assert states(look()) == {"Dana": "room"}
    assert look().agents[0].since == at(5)

    second = offer_to(ask(another_chat(lumo)), dana, now=at(6))
    desk.accept(second.pk, by=dana.pk, now=at(8))
    assert states(look()) == {"Dana": "full"}


def test_an_agent_without_a_link_stands_first_with_the_time_she_is_gone(
    engagement: Engagement, dana: Agent, olu: Agent
) -> None:
    disconnect(dana)
    absence.noticed(dana.pk, now=at(30))

    seen = look()

    assert [(agent.name, agent.state, agent.since) for agent in seen.agents] == [
        ("Dana", "no_link", at(30)),
        ("Olu", "free", NOON),
    ]


def test_an_agent_whose_loss_nobody_has_noticed_has_no_time_of_it(dana: Agent) -> None:
    disconnect(dana)

    assert (look().agents[0].state, look().agents[0].since) == ("no_link", None)


def test_who_went_offline_finishes_her_chats_and_takes_no_more_places(engagement: Engagement, dana: Agent) -> None:
    presence.go_offline(dana.pk, now=at(30))

    seen = look()

    assert states(seen) == {"Dana": "finishing"}
    assert (seen.engaged, seen.places) == (1, 1)
    assert seen.languages[0].people == 0


def test_two_missed_offers_show_as_a_pause_while_she_is_here(dana: Agent, request_: Escalation) -> None:
    for seconds in (0, 100):
        offer_to(request_, dana, now=at(seconds))
        offers.expire_due(now=at(seconds + 60))

    assert states(look(200)) == {"Dana": "paused"}

    disconnect(dana)

    assert states(look(200)) == {}


def test_who_is_offline_or_not_approved_is_not_shown(dana: Agent, olu: Agent) -> None:
    presence.go_offline(dana.pk, now=at(1))
    Agent.objects.filter(pk=olu.pk).update(state="deactivated")

    assert look().agents == []


def test_places_and_languages_are_counted_for_each_language_an_agent_speaks(
    engagement: Engagement, dana: Agent, hire: Hire
) -> None:
    hire("Lena", languages=("de", "en"))

    seen = look()

    assert (seen.engaged, seen.places) == (1, 4)
    assert [(row.language, row.people, row.engaged, row.places, row.free) for row in seen.languages] == [
        ("en", 2, 1, 4, 3),
        ("de", 1, 0, 2, 2),
    ]


def test_a_place_that_rings_is_neither_in_use_nor_free(offer: Offer) -> None:
    (row,) = look().languages

    assert (row.engaged, row.places, row.free) == (0, 2, 1)


def test_a_capacity_lowered_below_the_chats_under_way_counts_them_all(engagement: Engagement, dana: Agent) -> None:
    Slot.objects.filter(pk=dana.pk).update(active=3, capacity=1)

    seen = look()

    assert (seen.engaged, seen.places, states(seen)) == (3, 3, {"Dana": "full"})


def test_agents_beyond_the_bound_are_counted_by_state(monkeypatch: pytest.MonkeyPatch, dana: Agent, olu: Agent) -> None:
    monkeypatch.setattr(board, "AGENTS", 1)

    seen = look()

    assert [agent.name for agent in seen.agents] == ["Dana"]
    assert seen.states == {"free": 2}


# --- offers ---


def test_offers_of_the_last_hour_are_counted_by_how_they_ended(
    request_: Escalation, dana: Agent, olu: Agent, hire: Hire
) -> None:
    offers.decline(offer_to(request_, dana, now=at(0)).pk, by=dana.pk, now=at(3))
    offers.give_reason(Offer.objects.get().pk, by=dana.pk, reason="busy")
    offer_to(request_, olu, now=at(4))
    offers.expire_due(now=at(40))
    third = offer_to(request_, hire("Lena"), now=at(41))
    desk.accept(third.pk, by=third.agent_id, now=at(45.5))

    seen = look().offers

    assert (seen.offered, seen.accepted, seen.declined, seen.expired) == (3, 1, 1, 1)
    assert (seen.withdrawn, seen.open, seen.reasons) == (0, 0, {"busy": 1})
    assert (seen.median_answer_s, seen.p95_answer_s) == (4.5, 4.5)


def test_an_open_and_a_withdrawn_offer_are_told_apart(offer: Offer, chat: Conversation) -> None:
    assert look().offers.open == 1

    desk.leave_queue(chat.pk, now=at(3))

    assert (look().offers.open, look().offers.withdrawn) == (0, 1)


def test_offers_of_more_than_an_hour_ago_are_not_counted(offer: Offer) -> None:
    assert look(3599).offers.offered == 1
    assert look(3600).offers.offered == 0


def test_answer_times_are_quantiles_of_the_accepted(lumo: Brand, dana: Agent) -> None:
    for number, seconds in enumerate((2, 4, 9)):
        start = number * 100
        offer = offer_to(ask(another_chat(lumo), now=at(start)), dana, now=at(start))
        engagement = desk.accept(offer.pk, by=dana.pk, now=at(start + seconds))
        desk.resolve(engagement.pk, by=dana.pk, outcome="solved", now=at(start + 60))

    seen = look(400).offers

    assert (seen.median_answer_s, seen.p95_answer_s) == (4, 9)


# --- service level ---


def test_service_level_is_the_share_reached_within_twenty_seconds(lumo: Brand, dana: Agent) -> None:
    served(lumo, dana, asked=0, reached=20)
    served(lumo, dana, asked=100, reached=121)

    seen = look(300)

    assert seen.service_level == [None] * LAST + [0.5]
    assert (seen.service_now, seen.service_hour, seen.service_all) == (0.5, 0.5, 0.5)


def test_each_quarter_hour_has_its_own_share_and_old_ones_leave(lumo: Brand, dana: Agent) -> None:
    served(lumo, dana, asked=0, reached=10)
    served(lumo, dana, asked=3000, reached=3100)

    seen = look(3600)
    assert (seen.service_level[LAST], seen.service_level[LAST - 3]) == (0.0, 1.0)
    assert (seen.service_now, seen.service_hour) == (0.0, 0.5)

    late = look(10 + 4 * 3600)
    assert (late.service_now, late.service_hour, late.service_all) == (None, None, 0.0)


def test_who_waits_too_long_counts_before_anybody_has_reached_her(request_: Escalation) -> None:
    assert look(20).service_now is None
    assert look(21).service_now == 0.0


def test_who_gave_up_counts_only_if_she_waited_too_long(lumo: Brand) -> None:
    for seconds in (5, 25):
        conversation = another_chat(lumo)
        ask(conversation)
        desk.leave_queue(conversation.pk, now=at(seconds))
        assert look(60).service_now == (None if seconds == 5 else 0.0)


def test_a_transfer_does_not_make_a_fast_answer_slow(engagement: Engagement, dana: Agent, olu: Agent) -> None:
    desk.transfer(engagement.pk, by=dana.pk, reason="needs German", now=at(300))
    again = offer_to(Escalation.objects.get(), olu, now=at(301))
    desk.accept(again.pk, by=olu.pk, now=at(305))

    assert look(310).service_now == 1.0


# --- the assistant and the money ---


def test_the_assistants_day_counts_conversations_and_hand_offs_by_reason(chat: Conversation, lumo: Brand) -> None:
    another_chat(lumo)
    ask(chat)

    assert look().assistant == protocol.BoardAssistant(conversations=2, handed_off=1, reasons={"asked": 1})


def test_a_second_request_in_one_conversation_is_one_hand_off(chat: Conversation, request_: Escalation) -> None:
    desk.leave_queue(chat.pk, now=at(5))
    ask(chat, now=at(10))

    seen = look().assistant
    assert (seen.handed_off, seen.reasons) == (1, {"asked": 1})


def test_yesterday_is_over_at_midnight(engagement: Engagement, dana: Agent) -> None:
    desk.resolve(engagement.pk, by=dana.pk, outcome="solved", now=at(65))
    assert look(70).assistant.conversations == 1
    assert look(70).accrued

    tomorrow = board.look(now=NOON + timedelta(hours=12))

    assert (tomorrow.assistant.conversations, tomorrow.accrued) == (0, [])


def test_money_is_what_the_postings_of_today_say_by_brand(engagement: Engagement, dana: Agent, lumo: Brand) -> None:
    desk.resolve(engagement.pk, by=dana.pk, outcome="solved", now=at(65))
    earned = sum(Posting.objects.values_list("amount", flat=True))

    assert earned >= 290
    assert look(70).accrued == [protocol.BoardMoney(brand="Lumo Mobile", minor=earned, currency="EUR")]
