"""The ride: asked, offered, accepted, ended, each way it can go."""

from uuid import uuid4

import pytest

from agents.models import Agent, Slot
from conversations import lifecycle
from conversations.models import Conversation, Customer, Engagement, Event
from dispatch import cards, desk, offers, rounds
from dispatch.models import Escalation, Offer
from marketplace.refusals import Refused
from payouts.models import Posting
from tests import truth
from tests.people import NOON, Hire, ask, at, offer_to, say


def status_of(chat: Conversation) -> str:
    chat.refresh_from_db()
    return str(chat.status["phase"])


def slot_of(agent: Agent) -> Slot:
    return Slot.objects.get(pk=agent.pk)


def test_a_waiting_request_is_offered_to_whoever_can_take_it(request_: Escalation, dana: Agent) -> None:
    (made,) = rounds.match_waiting(now=at(1))

    assert (made.agent_id, made.state) == (dana.pk, "open")
    request_.refresh_from_db()
    assert request_.state == "offered"
    assert slot_of(dana).held == 1


def test_the_offer_shows_the_least_it_pays_and_why_this_agent(offer: Offer) -> None:
    card = cards.card_of(offer)

    assert (card.minimum_minor, card.currency) == (290, "EUR")
    assert card.why == ["certified in Refunds", "fluent in English", "you are free"]
    assert card.context == "The refund has not arrived."


@pytest.mark.parametrize("column", ["brand", "pay_plan"])
def test_an_offer_of_no_brand_or_plan_is_noticed_though_no_foreign_key_refuses_it(offer: Offer, column: str) -> None:
    assert truth.faults() == {}

    Offer.objects.filter(pk=offer.pk).update(**{f"{column}_id": uuid4()})

    assert truth.faults() == {"an offer is of its request's brand, and so is its pay plan": 1}


def test_nobody_is_asked_who_does_not_speak_the_language(chat: Conversation, hire: Hire) -> None:
    hire("Piet", languages=("nl",))
    ask(chat, language="en")

    assert rounds.match_waiting(now=at(1)) == []


def test_nobody_is_asked_without_the_topic(chat: Conversation, hire: Hire) -> None:
    hire("Femke", topics=("fraud",))
    ask(chat, topic="refunds")

    assert rounds.match_waiting(now=at(1)) == []


def test_accepting_makes_her_the_owner_and_tells_the_customer(
    engagement: Engagement, chat: Conversation, dana: Agent
) -> None:
    assert (engagement.agent_id, engagement.state) == (dana.pk, "live")
    assert status_of(chat) == "person"
    assert (slot_of(dana).held, slot_of(dana).active) == (0, 1)
    assert Event.objects.filter(conversation=chat, kind="changed").last().data["change"] == "joined"  # type: ignore[union-attr]


def test_accepting_twice_is_the_same_engagement(engagement: Engagement, offer: Offer, dana: Agent) -> None:
    assert desk.accept(offer.pk, by=dana.pk, now=at(6)).pk == engagement.pk
    assert slot_of(dana).active == 1


def test_an_offer_cannot_be_accepted_once_its_time_is_up(offer: Offer, dana: Agent, request_: Escalation) -> None:
    with pytest.raises(Refused, match="no longer open"):
        desk.accept(offer.pk, by=dana.pk, now=at(12))

    request_.refresh_from_db()
    assert request_.state == "offered"
    assert slot_of(dana).active == 0


def test_nobody_accepts_somebody_elses_offer(offer: Offer, olu: Agent) -> None:
    with pytest.raises(Refused, match="no such offer"):
        desk.accept(offer.pk, by=olu.pk, now=at(1))

    assert Engagement.objects.count() == 0


def test_a_declined_request_waits_again_with_its_waiting_time(offer: Offer, dana: Agent, request_: Escalation) -> None:
    offers.decline(offer.pk, by=dana.pk, now=at(3))
    offers.give_reason(offer.pk, by=dana.pk, reason="break")

    request_.refresh_from_db()
    assert (request_.state, request_.queued_at) == ("waiting", NOON)
    assert (slot_of(dana).held, slot_of(dana).willing) == (0, True)


def test_a_decline_changes_nothing_about_who_is_asked_next(offer: Offer, dana: Agent, olu: Agent, lumo: object) -> None:
    Slot.objects.filter(pk=olu.pk).update(idle_since=at(1))
    offers.decline(offer.pk, by=dana.pk, now=at(3))
    customer = Customer.objects.create(brand_id=offer.brand_id, created_at=NOON)
    other, _ = lifecycle.start(customer, language="en", now=at(4))
    second = ask(other, now=at(4))

    made = {made.escalation_id: made.agent_id for made in rounds.match_waiting(now=at(5))}

    assert made[second.pk] == dana.pk or made[offer.escalation_id] == olu.pk
    assert made == {offer.escalation_id: olu.pk, second.pk: dana.pk}


def test_two_missed_offers_pause_the_agent(offer: Offer, dana: Agent, request_: Escalation) -> None:
    assert offers.expire_due(now=at(12)) == 1
    request_.refresh_from_db()
    offer_to(request_, dana, now=at(30))

    assert slot_of(dana).willing
    assert offers.expire_due(now=at(42)) == 1
    assert (slot_of(dana).willing, slot_of(dana).pause_reason) == (False, "missed")


def test_an_offer_still_in_time_does_not_expire(offer: Offer) -> None:
    assert offers.expire_due(now=at(11.9)) == 0


def test_resolving_frees_the_slot_and_pays_once(engagement: Engagement, chat: Conversation, dana: Agent) -> None:
    say(chat, dana.pk, "Hello Maja.", now=at(60))
    desk.resolve(engagement.pk, by=dana.pk, outcome="solved", now=at(125))
    desk.resolve(engagement.pk, by=dana.pk, outcome="solved", now=at(126))

    assert slot_of(dana).active == 0
    assert status_of(chat) == "ended"
    assert chat.status["to_rate"] == str(engagement.pk)
    paid = dict(Posting.objects.values_list("kind", "amount"))
    assert paid == {"per_chat": 290, "per_minute": 44}  # 55 s and 65 s written within two minutes: 120 s at 22 a minute


def test_a_transferred_chat_goes_to_somebody_else(
    engagement: Engagement, chat: Conversation, dana: Agent, olu: Agent
) -> None:
    desk.transfer(engagement.pk, by=dana.pk, reason="needs a bank expert", now=at(60))

    assert status_of(chat) == "queue"
    (made,) = rounds.match_waiting(now=at(61))
    assert made.agent_id == olu.pk
    with pytest.raises(Refused, match="not part of this conversation"):
        say(chat, dana.pk, "One more thing", now=at(62))


def test_leaving_the_queue_withdraws_the_offer(
    offer: Offer, chat: Conversation, dana: Agent, request_: Escalation
) -> None:
    desk.leave_queue(chat.pk, now=at(2))

    offer.refresh_from_db()
    request_.refresh_from_db()
    assert (offer.state, request_.state) == ("withdrawn", "returned_to_assistant")
    assert slot_of(dana).held == 0
    assert status_of(chat) == "assistant"
    with pytest.raises(Refused, match="no longer open"):
        desk.accept(offer.pk, by=dana.pk, now=at(3))


def test_a_customer_who_leaves_a_person_pays_that_person(
    engagement: Engagement, chat: Conversation, dana: Agent
) -> None:
    desk.leave(chat.pk, now=at(65))
    desk.leave(chat.pk, now=at(66))

    engagement.refresh_from_db()
    assert engagement.state == "left"
    assert Posting.objects.filter(engagement_id=engagement.pk, kind="per_chat").count() == 1
    assert slot_of(dana).active == 0


def test_a_customer_who_leaves_the_queue_rings_nobody(offer: Offer, chat: Conversation, request_: Escalation) -> None:
    desk.leave(chat.pk, now=at(2))

    request_.refresh_from_db()
    offer.refresh_from_db()
    assert (request_.state, offer.state) == ("abandoned", "withdrawn")
    chat.refresh_from_db()
    assert chat.state == "closed"


def test_a_line_within_seven_days_reopens_the_conversation(
    engagement: Engagement, chat: Conversation, dana: Agent, maja: Customer
) -> None:
    desk.resolve(engagement.pk, by=dana.pk, outcome="solved", now=at(60))

    say(chat, maja.pk, "It came back", now=at(6 * 86_400))

    assert status_of(chat) == "assistant"
    assert (chat.state, chat.closed_at) == ("open", None)
    assert chat.asked_seq == chat.talk_seq


def test_a_line_after_seven_days_is_refused(
    engagement: Engagement, chat: Conversation, dana: Agent, maja: Customer
) -> None:
    desk.resolve(engagement.pk, by=dana.pk, outcome="solved", now=at(60))

    with pytest.raises(Refused, match="has ended"):
        say(chat, maja.pk, "Hello?", now=at(8 * 86_400))


def test_declining_beside_a_chat_does_not_make_her_idle(
    engagement: Engagement, dana: Agent, lumo: object, maja: Customer
) -> None:
    """Else a decline would move her ahead of others who are as busy as she is."""
    second, _ = lifecycle.start(Customer.objects.create(brand=maja.brand, created_at=NOON), language="en", now=at(6))
    held_out = offer_to(ask(second, now=at(6)), dana, now=at(7))

    offers.decline(held_out.pk, by=dana.pk, now=at(8))

    assert (slot_of(dana).active, slot_of(dana).idle_since) == (1, None)


def test_the_reason_of_a_transfer_is_left_for_whoever_comes_next(
    engagement: Engagement, chat: Conversation, dana: Agent
) -> None:
    desk.transfer(engagement.pk, by=dana.pk, reason="Trace number asked for.", now=at(60))

    note = Event.objects.get(conversation=chat, stream="desk", kind="note")
    assert (note.text, note.author_name) == ("Trace number asked for.", "Dana")


def test_who_passed_a_chat_on_is_not_rung_for_it_in_the_same_breath(engagement: Engagement, dana: Agent) -> None:
    desk.transfer(engagement.pk, by=dana.pk, reason="", now=at(300))

    assert rounds.match_waiting(now=at(301)) == []
    assert len(rounds.match_waiting(now=at(311))) == 1  # nobody else is there


def test_who_missed_an_offer_is_not_rung_for_it_in_the_same_breath(offer: Offer, dana: Agent) -> None:
    offers.expire_due(now=at(12))

    assert rounds.match_waiting(now=at(13)) == []
    assert len(rounds.match_waiting(now=at(23))) == 1
