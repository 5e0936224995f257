"""An agent's connection breaks: what happens at 0, 10, 30 and 60 seconds, and what a return undoes."""

from datetime import timedelta

from agents import presence
from agents.models import Agent, Slot
from conversations import lifecycle
from conversations.models import Conversation, Customer, Engagement
from dispatch import absence, desk, offers, rounds, supply
from dispatch.models import Escalation, Offer
from payouts.models import Posting
from realtime.models import ServerLease
from tests import truth
from tests.people import NOON, ask, at, connect, disconnect, offer_to

GONE = 100.0  # seconds after noon at which Dana's connection breaks


def sweep(seconds: float) -> None:
    """What the sweep does so many seconds after the connection broke; a second one right after it changes nothing."""
    absence.sweep(now=at(GONE + seconds))
    once = told()
    absence.sweep(now=at(GONE + seconds))
    assert told() == once
    truth.holds()


def told() -> list[object]:
    rows = Engagement.objects.order_by("pk").values_list("state", "away_since", "conversation__status")
    slots = Slot.objects.order_by("pk").values_list("willing", "pause_reason", "gone_since", "version")
    return [*rows, *slots]


def come_back(agent: Agent, seconds: float) -> None:
    connect(agent)
    absence.returned(agent.pk, now=at(GONE + seconds))
    truth.holds()


def phase(chat: Conversation) -> tuple[str, str]:
    chat.refresh_from_db()
    return chat.status["phase"], chat.status["why"]


def test_at_once_an_open_offer_goes_to_somebody_else(
    offer: Offer, request_: Escalation, dana: Agent, olu: Agent
) -> None:
    disconnect(dana)
    absence.noticed(dana.pk, now=at(3))

    offer.refresh_from_db()
    assert offer.state == "withdrawn"
    (next_,) = rounds.match_waiting(now=at(4))
    assert (next_.agent_id, next_.escalation_id) == (olu.pk, request_.pk)


def test_an_offer_stays_with_who_is_back_before_it_is_withdrawn(offer: Offer, dana: Agent) -> None:
    offers.withdraw_from(dana.pk, only_if=absence._is_gone, now=at(3))

    offer.refresh_from_db()
    assert offer.state == "open"


def test_at_once_no_new_offer_is_made_and_a_return_undoes_it(dana: Agent) -> None:
    disconnect(dana)
    absence.noticed(dana.pk, now=at(3))
    connect(dana)
    assert supply.candidates(now=at(1)) == []

    absence.returned(dana.pk, now=at(4))

    assert [candidate.agent_id for candidate in supply.candidates(now=at(1))] == [dana.pk]


def test_a_withdrawn_offer_is_no_missed_one(offer: Offer, dana: Agent) -> None:
    disconnect(dana)
    absence.noticed(dana.pk, now=at(3))

    assert Slot.objects.get(pk=dana.pk).missed_in_a_row == 0


def test_who_has_another_connection_is_not_gone(engagement: Engagement, dana: Agent) -> None:
    absence.noticed(dana.pk, now=at(GONE))

    assert Slot.objects.get(pk=dana.pk).gone_since is None


def test_a_killed_server_is_noticed_by_the_sweep(engagement: Engagement, dana: Agent) -> None:
    ServerLease.objects.update(expires_at=at(-9_999_999))

    sweep(0)

    assert Slot.objects.get(pk=dana.pk).gone_since == at(GONE)


def test_before_ten_seconds_the_customer_hears_nothing(gone: Engagement, chat: Conversation, dana: Agent) -> None:
    sweep(9.9)

    assert phase(chat) == ("person", "joined")


def test_at_ten_seconds_the_customer_is_told_and_a_return_undoes_it(
    gone: Engagement, chat: Conversation, dana: Agent
) -> None:
    sweep(10)
    assert phase(chat) == ("away", "lost")
    assert chat.status["person"]["name"] == "Dana"

    come_back(dana, 20)

    assert phase(chat) == ("person", "back")
    sweep(70)
    gone.refresh_from_db()
    assert gone.state == "live"


def test_a_return_that_nobody_noticed_is_found_by_the_sweep(gone: Engagement, chat: Conversation, dana: Agent) -> None:
    sweep(10)
    connect(dana)

    sweep(20)

    assert phase(chat) == ("person", "back")


def test_a_sweep_that_is_late_tells_nobody_who_is_back_that_she_is_away(
    gone: Engagement, chat: Conversation, dana: Agent
) -> None:
    """The sweep read that Dana is gone; she returns before it acts."""
    come_back(dana, 40)

    absence._step(dana.pk, timedelta(seconds=40), now=at(GONE + 40))

    assert phase(chat) == ("person", "joined")
    assert Slot.objects.get(pk=dana.pk).willing


def test_a_sweep_that_is_late_takes_no_chat_from_who_is_back(gone: Engagement, dana: Agent) -> None:
    come_back(dana, 59)

    absence._step(dana.pk, timedelta(seconds=60), now=at(GONE + 60))

    gone.refresh_from_db()
    assert gone.state == "live"


def test_a_sweep_that_is_late_takes_no_chat_from_who_came_back_and_vanished_again(
    gone: Engagement, dana: Agent
) -> None:
    come_back(dana, 59)
    disconnect(dana)
    absence.noticed(dana.pk, now=at(GONE + 59.5))

    absence._step(dana.pk, timedelta(seconds=60), now=at(GONE + 60))

    gone.refresh_from_db()
    slot = Slot.objects.get(pk=dana.pk)
    assert (gone.state, gone.away_since, slot.willing) == ("live", None, True)


def test_a_return_that_nobody_noticed_yet_stops_every_step(gone: Engagement, chat: Conversation, dana: Agent) -> None:
    """Her socket's row is there, her server has not said so."""
    connect(dana)

    absence._step(dana.pk, timedelta(seconds=60), now=at(GONE + 60))
    absence._step(dana.pk, timedelta(seconds=10), now=at(GONE + 60))

    gone.refresh_from_db()
    assert (gone.state, Slot.objects.get(pk=dana.pk).willing, phase(chat)) == ("live", True, ("person", "joined"))


def test_before_thirty_seconds_she_is_still_willing(gone: Engagement, dana: Agent) -> None:
    sweep(29.9)
    come_back(dana, 29.95)

    assert Slot.objects.get(pk=dana.pk).willing


def test_at_thirty_seconds_she_is_offline_visibly_and_comes_back_with_one_tap(
    gone: Engagement, dana: Agent, chat: Conversation
) -> None:
    sweep(30)
    slot = Slot.objects.get(pk=dana.pk)
    assert (slot.willing, slot.pause_reason) == (False, "gone")

    come_back(dana, 40)
    presence.go_online(dana.pk, now=at(GONE + 41))

    slot.refresh_from_db()
    assert (slot.willing, slot.pause_reason, slot.gone_since) == (True, "", None)
    assert phase(chat) == ("person", "back")


def test_at_sixty_seconds_the_chat_goes_to_the_front_of_the_queue_with_its_waiting_time(
    gone: Engagement, request_: Escalation, chat: Conversation, dana: Agent, olu: Agent, maja: Customer
) -> None:
    older = Customer.objects.create(brand=maja.brand, created_at=NOON)
    patient = ask(lifecycle.start(older, language="en", now=at(-600))[0], now=at(-600))
    sweep(59.9)
    assert Engagement.objects.get().state == "live"

    sweep(60)

    gone.refresh_from_db()
    request_.refresh_from_db()
    assert (gone.state, request_.state, request_.queued_at) == ("lost", "waiting", NOON)
    assert phase(chat) == ("queue", "lost")
    (made,) = rounds.match_waiting(now=at(GONE + 61))
    assert (made.agent_id, made.escalation_id) == (olu.pk, request_.pk)
    patient.refresh_from_db()
    assert patient.state == "waiting"


def test_who_was_lost_is_not_paid_for_the_chat_and_has_her_place_free(gone: Engagement, dana: Agent) -> None:
    sweep(60)

    assert not Posting.objects.filter(engagement_id=gone.pk, kind="per_chat").exists()
    slot = Slot.objects.get(pk=dana.pk)
    assert (slot.active, slot.held) == (0, 0)


def test_who_is_gone_for_good_is_no_longer_watched(gone: Engagement, dana: Agent) -> None:
    for seconds in (10, 30, 60, 62):
        sweep(seconds)

    assert not Slot.objects.filter(gone_since__isnull=False).exists()


def test_who_is_offline_and_without_chats_is_not_watched(dana: Agent) -> None:
    presence.go_offline(dana.pk, now=at(1))
    disconnect(dana)

    absence.noticed(dana.pk, now=at(2))
    sweep(0)

    assert Slot.objects.get(pk=dana.pk).gone_since is None


def test_a_missed_sweep_does_all_that_is_due_at_once(gone: Engagement, chat: Conversation, dana: Agent) -> None:
    sweep(500)

    assert phase(chat) == ("queue", "lost")
    assert not Slot.objects.get(pk=dana.pk).willing


def test_a_chat_that_the_customer_left_meanwhile_is_not_lost_again(
    gone: Engagement, chat: Conversation, dana: Agent
) -> None:
    desk.leave(chat.pk, now=at(GONE + 30))

    assert desk.lose(gone.pk, now=at(GONE + 60)) is False
    sweep(60)
    gone.refresh_from_db()
    assert gone.state == "left"


def test_expiring_twice_is_harmless(offer: Offer, dana: Agent) -> None:
    assert (offers.expire_due(now=at(12)), offers.expire_due(now=at(12))) == (1, 0)

    assert Slot.objects.get(pk=dana.pk).missed_in_a_row == 1
    truth.holds()


def test_two_misses_in_a_row_pause_and_an_answer_between_them_does_not(
    offer: Offer, request_: Escalation, dana: Agent
) -> None:
    def miss(second: float) -> None:
        offer_to(request_again(request_), dana, now=at(second))
        offers.expire_due(now=at(second + 12))

    offers.expire_due(now=at(12))
    answered = offer_to(request_again(request_), dana, now=at(20))
    offers.decline(answered.pk, by=dana.pk, now=at(21))
    miss(30)
    assert Slot.objects.get(pk=dana.pk).willing

    miss(50)

    slot = Slot.objects.get(pk=dana.pk)
    assert (slot.willing, slot.pause_reason) == (False, "missed")
    presence.go_online(dana.pk, now=at(70))
    slot.refresh_from_db()
    assert (slot.willing, slot.pause_reason, slot.missed_in_a_row) == (True, "", 0)
    assert dana.state == "approved"


def test_a_chat_between_two_misses_forgives_the_first(offer: Offer, request_: Escalation, dana: Agent) -> None:
    offers.expire_due(now=at(12))
    engagement = desk.accept(offer_to(request_again(request_), dana, now=at(20)).pk, by=dana.pk, now=at(21))
    desk.transfer(engagement.pk, by=dana.pk, reason="", now=at(30))
    offer_to(request_again(request_), dana, now=at(100))
    offers.expire_due(now=at(112))

    assert Slot.objects.get(pk=dana.pk).willing


def request_again(request: Escalation) -> Escalation:
    return Escalation.objects.get(pk=request.pk)
