"""What an agent's screens are given: her own state, whole."""

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from agents import presence, slots
from agents.models import Agent, Slot
from brands.models import Brand
from conversations import customers, lifecycle
from conversations.models import Conversation, Customer, Engagement
from dispatch import desk, offers, snapshot
from dispatch.models import Escalation, Offer
from realtime import protocol
from tests.people import NOON, ask, at, offer_to, say


def look(agent: Agent, seconds: float) -> protocol.Desk:
    return snapshot.desk(agent.pk, now=at(seconds))


def test_an_agent_who_is_offline_sees_who_she_is_and_nothing_to_do(dana: Agent) -> None:
    presence.go_offline(dana.pk, now=at(1))

    seen = look(dana, 2)

    assert (seen.agent_id, seen.name, seen.state, seen.at) == (dana.pk, "Dana", "approved", at(2))
    assert (seen.willing, seen.online_since, seen.capacity, seen.active) == (False, None, 2, 0)
    assert (seen.offer, seen.offer_end, seen.engagements, seen.demand) == (None, None, [], [])
    assert (seen.earned_today_minor, seen.chats_today, seen.currency) == (0, 0, "EUR")


def test_an_agent_who_is_online_sees_since_when_and_what_waits_for_her(dana: Agent, request_: Escalation) -> None:
    seen = look(dana, 2)

    assert (seen.willing, seen.online_since) == (True, NOON)
    assert seen.demand == [protocol.Demand(topic="refunds", topic_name="Refunds", language="en", waiting=1)]


def test_an_offer_shows_all_that_she_decides_by(offer: Offer, dana: Agent) -> None:
    seen = look(dana, 3)

    assert seen.offer is not None
    words = [line.words for line in seen.offer.pay]
    assert all(words)
    assert seen.offer == protocol.OfferCard(
        offer_id=offer.pk,
        brand="Lumo Mobile",
        topic="refunds",
        topic_name="Refunds",
        language="en",
        context="The refund has not arrived.",
        waits_since=NOON,
        offered_at=NOON,
        expires_at=at(12),
        seconds=12,
        currency="EUR",
        minimum_minor=290,
        surge_minor=0,
        pay=[
            protocol.PayLine(kind="per_chat", words=words[0], amount_minor=290),
            protocol.PayLine(kind="per_minute", words=words[1], amount_minor=22),
        ],
        why=["certified in Refunds", "fluent in English", "you are free"],
    )


def test_an_offer_whose_time_is_up_is_not_shown_even_before_the_sweep(offer: Offer, dana: Agent) -> None:
    assert look(dana, 12).offer is None


@pytest.mark.parametrize("how", ["declined", "expired", "withdrawn"])
def test_how_the_latest_offer_ended_is_news_for_two_minutes(
    how: str, offer: Offer, dana: Agent, chat: Conversation
) -> None:
    if how == "declined":
        offers.decline(offer.pk, by=dana.pk, now=at(12))
    elif how == "expired":
        offers.expire_due(now=at(12))
    else:
        desk.leave_queue(chat.pk, now=at(12))

    assert look(dana, 132).offer_end == protocol.OfferEnd(offer_id=offer.pk, state=how, at=at(12))  # type: ignore[arg-type]
    assert look(dana, 133).offer_end is None


def test_an_accepted_offer_is_no_ended_one(engagement: Engagement, dana: Agent) -> None:
    assert look(dana, 6).offer_end is None


def test_a_chat_under_way_is_shown_with_its_customer_and_its_pay(
    engagement: Engagement, dana: Agent, chat: Conversation, maja: Customer
) -> None:
    Customer.objects.filter(pk=maja.pk).update(name="Maja")

    seen = look(dana, 6)

    (engaged,) = seen.engagements
    assert (engaged.engagement_id, engaged.conversation) == (engagement.pk, chat.pk)
    assert (engaged.brand, engaged.customer_name) == ("Lumo Mobile", "Maja")
    assert (engaged.topic, engaged.topic_name, engaged.language) == ("refunds", "Refunds", "en")
    assert (engaged.accepted_at, engaged.currency) == (at(5), "EUR")
    assert [(line.kind, line.amount_minor) for line in engaged.pay] == [("per_chat", 290), ("per_minute", 22)]
    assert seen.active == 1


def test_what_was_earned_and_done_today_counts_from_midnight(
    engagement: Engagement, dana: Agent, chat: Conversation
) -> None:
    say(chat, dana.pk, "Hello Maja.", now=at(60))
    desk.resolve(engagement.pk, by=dana.pk, outcome="solved", now=at(125))

    seen = look(dana, 126)

    assert (seen.earned_today_minor, seen.chats_today, seen.currency, seen.engagements) == (334, 1, "EUR", [])
    tomorrow = look(dana, 12 * 3600)
    assert (tomorrow.earned_today_minor, tomorrow.chats_today) == (0, 0)


def test_a_pause_says_why(dana: Agent) -> None:
    presence.go_offline(dana.pk, now=at(1), reason="missed")

    assert look(dana, 2).pause_reason == "missed"


def test_somebody_without_topics_is_shown_a_currency_all_the_same(dana: Agent, lumo: Brand) -> None:
    dana.skills.all().delete()

    assert look(dana, 2).currency == "EUR"


def test_every_act_that_the_screen_shows_raises_the_version(
    request_: Escalation, dana: Agent, chat: Conversation, maja: Customer
) -> None:
    versions = [snapshot.versions([dana.pk])[dana.pk]]

    def seen() -> None:
        versions.append(look(dana, 0).version)

    offer = offer_to(request_, dana)
    seen()
    offers.decline(offer.pk, by=dana.pk, now=at(1))
    seen()
    engagement = desk.accept(offer_to(Escalation.objects.get(), dana, now=at(2)).pk, by=dana.pk, now=at(3))
    seen()
    desk.transfer(engagement.pk, by=dana.pk, reason="", now=at(4))
    seen()
    presence.set_capacity(dana.pk, 3)
    seen()
    presence.go_offline(dana.pk, now=at(5))
    seen()
    presence.go_online(dana.pk, now=at(6))
    seen()

    assert versions == sorted(set(versions))


def test_a_snapshot_costs_few_queries_however_many_chats(engagement: Engagement, dana: Agent, lumo: Brand) -> None:
    Slot.objects.filter(pk=dana.pk).update(capacity=5)
    for second in range(3):
        customer, _ = customers.anonymous(lumo, language="en", now=NOON)
        talk, _ = lifecycle.start(customer, language="en", now=NOON)
        desk.accept(offer_to(ask(talk), dana, now=at(second)).pk, by=dana.pk, now=at(second))

    with CaptureQueriesContext(connection) as asked:
        assert len(look(dana, 10).engagements) == 4
    assert len(asked) == 6  # slot, earned, latest offer, chats, demand, what stands beside


def test_accepting_asks_nothing_twice(offer: Offer, dana: Agent) -> None:
    with CaptureQueriesContext(connection) as asked:
        desk.accept(offer.pk, by=dana.pk, now=at(5))

    statements = [query["sql"] for query in asked]
    assert len(statements) <= 16
    assert len([one for one in statements if one.startswith("SELECT") and 'FROM "agents_slot"' in one]) == 1


def test_places_are_known_anew_once_a_wish_has_changed_them(dana: Agent) -> None:
    with transaction.atomic():
        slot = slots.locked(dana.pk)
        slot.one_more = True
        slots.changed(slot, "one_more")

        assert slot.places == 3
