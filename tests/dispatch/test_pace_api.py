"""An agent's pace over HTTP, with a log-in alone: what a push on a phone can do."""

import json
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from agents.models import Agent, Slot
from conversations.models import Engagement
from dispatch import offers
from dispatch.models import Escalation, Offer
from marketplace import clock
from tests.people import offer_to

PACE = "/api/v1/agent/pace"


@pytest.fixture
def danas(dana: Agent) -> Client:
    Slot.objects.filter(pk=dana.pk).update(ring_seconds=60)  # these offers ring by the real clock
    client = Client()
    client.force_login(dana.user)
    return client


def send(client: Client, method: str, path: str, body: Any) -> tuple[int, dict[str, Any]]:
    answer = client.generic(method, path, body if isinstance(body, str) else json.dumps(body), "application/json")
    return answer.status_code, answer.json()


def slot_of(agent: Agent) -> Slot:
    return Slot.objects.get(pk=agent.pk)


def test_her_pace_is_read_and_changed(danas: Client, dana: Agent) -> None:
    wished = {"capacity": 3, "reserve": True, "auto_accept": True, "ring_seconds": 30}
    status, body = send(danas, "PATCH", PACE, wished)

    assert (status, body | wished) == (200, body)
    assert danas.get(PACE).json() == body
    slot = slot_of(dana)
    assert (slot.capacity, slot.reserve, slot.auto_accept, slot.ring_seconds) == (3, True, True, 30)


def test_pause_and_return(danas: Client, dana: Agent) -> None:
    assert send(danas, "PATCH", PACE, {"pause": "technical"})[1]["pause"] == "technical"
    assert not slot_of(dana).willing

    assert send(danas, "PATCH", PACE, {"online": True, "ring_seconds": None})[1]["online"] is True
    assert send(danas, "PATCH", PACE, {"online": False})[1]["online"] is False


@pytest.mark.parametrize(
    "body",
    [
        {"capacity": 6}, {"capacity": 0}, {"capacity": "3"}, {"capacity": 10**30}, {"ring_seconds": 11},
        {"ring_seconds": 61}, {"ring_seconds": 12.5}, {"pause": "missed"}, {"pause": None}, {"reserve": "yes"},
        {"last_one": 1}, {"one_more": True}, {"online": None}, [], "nonsense", {"reserve": True, "capacity": 9},
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_whole(danas: Client, dana: Agent, body: Any) -> None:
    before = Slot.objects.filter(pk=dana.pk).values().get()

    status, answer = send(danas, "PATCH", PACE, body)

    assert 400 <= status < 500
    assert answer["title"] or answer["detail"]
    assert Slot.objects.filter(pk=dana.pk).values().get() == before


def test_an_offer_is_accepted_from_a_push_and_again(danas: Client, request_: Escalation, dana: Agent) -> None:
    offer = offer_to(request_, dana, now=clock.now())

    first = send(danas, "POST", f"/api/v1/agent/offers/{offer.pk}", {"answer": "accept"})
    again = send(danas, "POST", f"/api/v1/agent/offers/{offer.pk}", {"answer": "accept"})

    engagement = Engagement.objects.get()
    assert (
        first == again == (200, {"conversation": str(engagement.conversation_id), "engagement_id": str(engagement.pk)})
    )


def test_an_offer_is_declined_with_its_reason_in_one_act(danas: Client, request_: Escalation, dana: Agent) -> None:
    offer = offer_to(request_, dana, now=clock.now())

    assert send(danas, "POST", f"/api/v1/agent/offers/{offer.pk}", {"answer": "decline", "reason": "pay"})[0] == 200

    offer.refresh_from_db()
    assert (offer.state, offer.reason, slot_of(dana).missed_in_a_row) == ("declined", "pay", 0)


@pytest.mark.parametrize(
    "body",
    [{}, {"answer": "maybe"}, {"answer": "accept", "reason": "pay"}, {"answer": "decline", "reason": "bored"}],
)
def test_an_answer_that_is_none_leaves_the_offer_open(danas: Client, offer: Offer, body: dict[str, str]) -> None:
    assert send(danas, "POST", f"/api/v1/agent/offers/{offer.pk}", body)[0] == 400

    offer.refresh_from_db()
    assert offer.state == "open"


def test_nobody_answers_an_offer_of_somebody_else(danas: Client, request_: Escalation, olu: Agent) -> None:
    others = offer_to(request_, olu, now=clock.now())

    for id_ in (others.pk, uuid4()):
        status, answer = send(danas, "POST", f"/api/v1/agent/offers/{id_}", {"answer": "decline"})
        assert (status, answer["code"]) == (404, "not_found")


def test_one_tap_stops_everything(danas: Client, engagement: Engagement, dana: Agent) -> None:
    status, answer = send(danas, "POST", "/api/v1/agent/stop", {"hand_back": True})

    assert (status, answer["handed_back"], answer["pause"]) == (200, 1, "emergency")
    assert send(danas, "POST", "/api/v1/agent/stop", {})[0] == 400


def test_strangers_and_staff_have_no_pace(client: Client, noor: Any) -> None:
    assert client.get(PACE).status_code in (401, 403)
    client.force_login(noor)
    assert client.get(PACE).json()["code"] == "not_an_agent"


def test_a_reason_after_the_decline_is_taken_too(danas: Client, offer: Offer, dana: Agent) -> None:
    offers.decline(offer.pk, by=dana.pk, now=offer.offered_at)
    path = f"/api/v1/agent/offers/{offer.pk}"

    assert send(danas, "POST", path, {"answer": "decline", "reason": "break"})[0] == 200

    offer.refresh_from_db()
    assert offer.reason == "break"
