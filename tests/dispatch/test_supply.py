"""Who could take one more, who waits, where one stands in the queue, and who leads."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from pytest_django import DjangoAssertNumQueries

from agents import presence
from agents.models import Agent, AgentLanguage, AgentSkill, Slot, User
from brands.models import Brand, Skill
from conversations import customers, lifecycle
from conversations.models import Conversation, Engagement
from dispatch import desk, leadership, modes, offers, queue, rounds, supply
from dispatch.matching import Certificate, Placement
from dispatch.models import Escalation, Leadership, Offer
from realtime.models import ServerLease
from tests import readers
from tests.people import NOON, Hire, ask, at, disconnect, offer_to


def able() -> list[object]:
    return [candidate.agent_id for candidate in supply.candidates(now=at(1)) if candidate.has_room]


def slot(agent: Agent, **fields: object) -> None:
    Slot.objects.filter(pk=agent.pk).update(**fields)


def another_chat(brand: Brand, *, language: str = "en") -> Conversation:
    customer, _ = customers.anonymous(brand, language=language, now=NOON)
    return lifecycle.start(customer, language=language, now=NOON)[0]


def end_lease(agent: Agent) -> None:
    ServerLease.objects.update(expires_at=datetime(2020, 1, 1, tzinfo=UTC))


WHY_NOT: dict[str, Callable[[Agent], object]] = {
    "not willing": lambda dana: slot(dana, willing=False),
    "being asked": lambda dana: slot(dana, held=1),
    "full": lambda dana: slot(dana, active=2),
    "gone": lambda dana: slot(dana, gone_since=NOON),
    "not connected": disconnect,
    "on a server that died": end_lease,
    "without a language": lambda dana: AgentLanguage.objects.filter(agent=dana).delete(),
    "without a topic": lambda dana: AgentSkill.objects.filter(agent=dana).delete(),
    **{
        state: lambda dana, state=state: Agent.objects.filter(pk=dana.pk).update(state=state)  # type: ignore[misc]
        for state in ("applied", "refused", "deactivated")
    },
}


def test_who_is_free_is_read_with_all_that_the_plan_asks(dana: Agent, lumo: Brand) -> None:
    (candidate,) = supply.candidates(now=at(1))

    assert candidate.agent_id == dana.pk
    assert candidate.certificates.skills == {(lumo.pk, "refunds"): Certificate(2)}
    assert candidate.certificates.languages == {"en": Certificate(3)}
    assert (candidate.active, candidate.capacity, candidate.idle_since) == (0, 2, NOON.timestamp())


def test_who_has_a_chat_and_room_for_another_can_take_it(dana: Agent) -> None:
    slot(dana, active=1)

    assert able() == [dana.pk]


@pytest.mark.parametrize("why", WHY_NOT)
def test_nobody_is_asked_who_is(why: str, dana: Agent, olu: Agent, request_: Escalation) -> None:
    slot(olu, willing=False)
    assert able() == [dana.pk]

    WHY_NOT[why](dana)

    assert able() == []
    assert rounds.match_waiting(now=at(1)) == []


def test_an_offer_is_not_made_to_who_changed_her_mind_since_the_plan(request_: Escalation, dana: Agent) -> None:
    placement = Placement(request_.pk, dana.pk, ("topic_certified", "language_fluent", "free"))
    presence.go_offline(dana.pk, now=at(1))

    assert offers.make([placement], epoch=None, now=at(1)) == []
    request_.refresh_from_db()
    assert request_.state == "waiting"


@pytest.mark.parametrize("lost", ["language", "topic", "approval"])
def test_an_offer_is_not_made_to_who_is_no_longer_fit(lost: str, request_: Escalation, dana: Agent, noor: User) -> None:
    placement = Placement(request_.pk, dana.pk, ("topic_certified", "language_fluent", "free"))
    if lost == "language":
        AgentLanguage.objects.filter(agent=dana).delete()
    elif lost == "topic":
        AgentSkill.objects.filter(agent=dana).delete()
    else:
        Agent.objects.filter(pk=dana.pk).update(state="refused")

    assert offers.make([placement], epoch=None, now=at(1)) == []
    assert Slot.objects.get(pk=dana.pk).held == 0


def test_an_offer_without_a_price_is_not_made(chat: Conversation, dana: Agent) -> None:
    Agent.objects.filter(pk=dana.pk).update(tier="night")
    ask(chat)

    assert rounds.match_waiting(now=at(1)) == []
    assert Slot.objects.get(pk=dana.pk).held == 0


def test_who_cannot_be_paid_is_passed_over_for_who_can_and_the_log_says_why(
    request_: Escalation, dana: Agent, olu: Agent, caplog: pytest.LogCaptureFixture
) -> None:
    Agent.objects.filter(pk=dana.pk).update(tier="night")
    Slot.objects.filter(pk=olu.pk).update(reserve=True)  # dana would have been asked
    certified = supply.Certified()

    (offer,) = rounds.match_waiting(now=at(1), certified=certified)
    certified.refresh(now=at(2))
    supply.candidates(certified, now=at(2))

    assert offer.agent_id == olu.pk
    assert [record.getMessage() for record in caplog.records if "pay plan" in record.getMessage()] == [
        f"Nobody of tier night is asked for brand {request_.brand_id}: publish a pay plan."
    ]


def test_who_waits_is_read_with_whom_it_was_offered_to(offer: Offer, dana: Agent, request_: Escalation) -> None:
    assert supply.waiting(now=at(20)) == []
    offers.decline(offer.pk, by=dana.pk, now=at(3))

    (waiting,) = supply.waiting(now=at(20))
    assert (waiting.id, waiting.topic, waiting.language) == (request_.pk, "refunds", "en")
    assert waiting.queued_at == NOON.timestamp()
    assert waiting.asked == {dana.pk: at(3).timestamp()}


def test_who_had_a_chat_and_then_declined_was_last_asked_when_she_declined(
    engagement: Engagement, dana: Agent, request_: Escalation
) -> None:
    desk.transfer(engagement.pk, by=dana.pk, reason="", now=at(60))
    again = offer_to(Escalation.objects.get(pk=request_.pk), dana, now=at(200))
    offers.decline(again.pk, by=dana.pk, now=at(205))

    (waiting,) = supply.waiting(now=at(20))
    assert waiting.asked == {dana.pk: at(205).timestamp()}


def test_who_gave_a_chat_back_was_last_asked_when_it_ended(engagement: Engagement, dana: Agent) -> None:
    desk.transfer(engagement.pk, by=dana.pk, reason="", now=at(60))

    (waiting,) = supply.waiting(now=at(20))
    assert waiting.asked == {dana.pk: at(60).timestamp()}


def test_places_are_counted_by_brand_topic_and_language(chat: Conversation, lumo: Brand) -> None:
    chats = [chat, another_chat(lumo), another_chat(lumo), another_chat(lumo, language="de")]
    for seconds, (each, language) in enumerate(zip(chats, ("en", "en", "en", "de"), strict=True)):
        ask(each, language=language, now=at(seconds))
    Escalation.objects.filter(conversation=chats[2]).update(priority=9)

    places = [queue.place_of(each.pk, now=at(10)) for each in chats]

    assert [place.place for place in places if place] == [2, 3, 1, 1]


def test_who_does_not_wait_has_no_place(chat: Conversation) -> None:
    assert queue.place_of(chat.pk, now=NOON) is None


def test_nobody_can_say_how_long_while_nobody_is_online(request_: Escalation, chat: Conversation) -> None:
    place = queue.place_of(chat.pk, now=at(5))

    assert place is not None
    assert (place.place, place.low_s, place.high_s, place.people_online) == (1, None, None, 0)


def test_the_first_in_line_waits_for_a_ring_or_two(request_: Escalation, chat: Conversation, dana: Agent) -> None:
    place = queue.place_of(chat.pk, now=at(5))

    assert place is not None
    assert (place.low_s, place.high_s, place.people_online) == (0, 120, 1)


def served(lumo: Brand, waits: list[tuple[float, float]], *, topic: str = "refunds") -> None:
    """Requests that waited from and until so many seconds after noon, when a person came."""
    for since, until in waits:
        request = ask(another_chat(lumo), topic=topic, now=at(since))
        Escalation.objects.filter(pk=request.pk).update(state="closed", reached_at=at(until), ended_at=at(until))


def test_the_range_follows_what_her_class_saw_lately(chat: Conversation, lumo: Brand, dana: Agent) -> None:
    served(lumo, [(30 * n, 30 * n + 20) for n in range(10)])  # one every twenty seconds while somebody waits
    Slot.objects.filter(pk=dana.pk).update(active=2)
    ask(chat, now=at(299))
    second = another_chat(lumo)
    ask(second, now=at(300))

    first, next_ = (queue.place_of(each.pk, now=at(300)) for each in (chat, second))

    assert first is not None
    assert next_ is not None
    assert (first.low_s, first.high_s) == (0, 58)
    assert (next_.low_s, next_.high_s) == (6, 99)
    old = queue.place_of(second.pk, now=at(300 + 16 * 60))
    assert old is not None
    assert (old.low_s, old.high_s) == (None, None)  # observed too long ago, and nobody is free


def test_a_class_that_was_seen_little_is_told_by_its_language(chat: Conversation, lumo: Brand, hire: Hire) -> None:
    hire("Dana", topics=("refunds", "fraud"))
    served(lumo, [(60 * n, 60 * n + 60) for n in range(9)], topic="fraud")
    served(lumo, [(0, 5)])
    Slot.objects.update(active=2)
    ask(chat, topic="refunds", now=at(540))

    place = queue.place_of(chat.pk, now=at(540))

    assert place is not None
    # Ten in nine minutes, not one in five seconds; trusted like two, for nobody who serves her own class is free.
    assert (place.low_s, place.high_s) == (2, 274)


def test_who_is_away_stands_before_nobody(chat: Conversation, lumo: Brand, dana: Agent) -> None:
    away = ask(another_chat(lumo), now=NOON)
    Escalation.objects.filter(pk=away.pk).update(customer_gone_since=at(1))
    ask(chat, now=at(2))

    places = {line.conversation_id: line.ahead for line in queue.in_line()}

    assert places == {chat.pk: [0, 0, 0], away.conversation_id: [0, 0, 0]}


def test_who_is_kept_back_stands_before_nobody(chat: Conversation, lumo: Brand, dana: Agent) -> None:
    kept = ask(another_chat(lumo), now=NOON)
    Escalation.objects.filter(pk=kept.pk).update(held_until=at(900), held_why="rest", priority=9)
    ask(chat, now=at(2))

    assert {line.conversation_id: line.ahead for line in queue.in_line()}[chat.pk] == [0, 0, 0]


@pytest.mark.parametrize("everywhere", [False, True])
def test_in_plain_mode_places_are_by_waiting_time_alone(
    chat: Conversation, lumo: Brand, dana: Agent, everywhere: bool
) -> None:
    first, hurried = ask(chat), ask(another_chat(lumo), now=at(5))
    Escalation.objects.filter(pk=hurried.pk).update(priority=3)

    def places() -> list[int | None]:
        found = (queue.place_of(one.conversation_id, now=at(6)) for one in (first, hurried))
        return [place.place if place else None for place in found]

    assert places() == [2, 1]
    brand = None if everywhere else lumo.pk
    mode = modes.switch_on("plain", brand, by="system", reason="A test of it", now=at(6))
    assert places() == [1, 2]
    (offer,) = rounds.match_waiting(now=at(6))
    assert offer.escalation_id == first.pk, "as the round does it"
    modes.switch_off(mode.pk, by="system", reason="Over again", now=at(7))
    assert places() == [2, 1]


def test_who_wishes_no_more_is_no_free_place(dana: Agent, lumo: Brand) -> None:
    slot(dana, active=1, last_one=True)

    assert queue.people(now=NOON)[lumo.pk, "refunds", "en"] == queue.People(online=1, free=0)


def test_who_learns_a_topic_is_here_but_no_free_place_of_it(dana: Agent, lumo: Brand) -> None:
    dana.skills.update(level=1)

    assert queue.people(now=NOON)[lumo.pk, "refunds", "en"] == queue.People(online=1, free=0)


def test_whoever_serves_much_stands_once_in_each_pool(dana: Agent, lumo: Brand, hire: Hire) -> None:
    olu = hire("Olu", topics=("refunds", "fraud"), languages=("en", "de"))
    slot(olu, active=1, held=1)
    slot(dana, active=0)

    seen = queue.people(now=NOON)

    room = Slot.objects.get(pk=dana.pk).places
    assert seen[lumo.pk, "fraud", "de"] == queue.People(online=1, free=0)
    assert seen[lumo.pk, None, "de"] == queue.People(online=1, free=0)
    assert seen[lumo.pk, None, "en"] == queue.People(online=2, free=room)
    assert seen[lumo.pk, None, None] == queue.People(online=2, free=room)


def test_a_lookout_looks_again_once_what_it_saw_has_aged(
    dana: Agent, lumo: Brand, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    lookout = queue.Lookout()
    with django_assert_num_queries(2):
        first = lookout.look(NOON)
    Slot.objects.update(willing=False)

    with django_assert_num_queries(0):
        assert lookout.look(at(1)) == first
    with django_assert_num_queries(1):
        assert lookout.online(lumo.pk, at(2)) == {}
    with django_assert_num_queries(1):
        assert lookout.look(at(4)).people == {}
    with django_assert_num_queries(2):
        lookout.look(at(6))


def test_demand_is_what_waits_in_her_topics_and_languages(
    chat: Conversation, lumo: Brand, dana: Agent, olu: Agent
) -> None:
    ask(chat, topic="refunds")
    ask(another_chat(lumo), topic="refunds")
    ask(another_chat(lumo), topic="fraud")
    ask(another_chat(lumo), topic="refunds", language="de")

    assert queue.demand_for([dana.pk], now=NOON) == {dana.pk: [("refunds", "Refunds", "en", 2)]}


def test_an_unknown_topic_becomes_one_that_the_brand_has_people_for(chat: Conversation, lumo: Brand) -> None:
    assert ask(chat, topic="horoscope").topic == "fraud"
    Skill.objects.create(brand=lumo, key="general", name="Everything else")
    assert ask(another_chat(lumo), topic="horoscope").topic == "general"


def test_one_dispatcher_leads_and_another_takes_over_when_its_time_is_up(db: None) -> None:
    first = leadership.hold("one")

    assert first is not None
    assert leadership.hold("one") == first
    assert leadership.hold("two") is None
    assert leadership.is_led()
    Leadership.objects.update(until=datetime(2020, 1, 1, tzinfo=UTC))
    assert not leadership.is_led()
    assert leadership.hold("two") == first + 1
    assert 0 < leadership.seconds_left() <= 1.5


def test_a_leader_that_stops_in_good_order_leaves_its_place_at_once(db: None) -> None:
    first = leadership.hold("one")
    leadership.let_go("two")
    assert leadership.is_led()

    leadership.let_go("one")

    assert not leadership.is_led()
    assert leadership.hold("two") == (first or 0) + 1


def test_a_leader_that_was_overtaken_places_nothing(request_: Escalation, dana: Agent) -> None:
    old = leadership.hold("one")
    Leadership.objects.update(until=datetime(2020, 1, 1, tzinfo=UTC))
    new = leadership.hold("two")

    assert rounds.match_waiting(now=at(1), epoch=old) == []
    assert len(rounds.match_waiting(now=at(1), epoch=new)) == 1


def test_a_place_is_told_when_it_is_news_or_has_aged(chat: Conversation, lumo: Brand) -> None:
    told = rounds.Places()

    def whispers(second: float) -> list[str]:
        with readers.listening() as ear, readers.committing():
            told.tell(now=at(second))
        return [key for key, _ in ear.whispers]

    ask(chat)
    assert whispers(1) == [f"{chat.pk}/talk"]
    assert whispers(2) == []
    assert whispers(12) == [f"{chat.pk}/talk"]
    Escalation.objects.update(state="abandoned", ended_at=at(13))
    assert whispers(30) == []
