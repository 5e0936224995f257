"""What a customer, an agent and an operator reach over HTTP: ways beside waiting, wishes, and to whom a chat may go."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from agents.models import Agent
from brands.models import Brand
from conversations import customers, lifecycle
from conversations.models import Conversation, Customer, Engagement
from dispatch.models import Escalation
from marketplace import clock


@pytest.fixture
def maja_here(lumo: Brand) -> tuple[Conversation, Callable[..., Any], Callable[..., Any]]:
    """Maja's conversation, and what she gets and posts with her token; now, since doors read the clock."""
    now = clock.now()
    customer, token = customers.anonymous(lumo, language="en", now=now)
    chat, _ = lifecycle.start(customer, language="en", now=now)
    client, key = Client(), {"HTTP_AUTHORIZATION": f"Bearer {token}"}

    def get(path: str) -> Any:
        return client.get(path, **key)  # type: ignore[arg-type]

    def post(body: dict[str, Any], conversation: object = chat.pk) -> Any:
        path = f"/api/v1/conversations/{conversation}/wish"
        return client.post(path, body, content_type="application/json", **key)  # type: ignore[arg-type]

    return chat, get, post


def test_ways_name_times_that_can_be_wished(maja_here: Any, dana: Agent) -> None:
    chat, get, post = maja_here
    ways = get("/api/v1/ways?language=en&topic=refunds").json()

    answer = post({"way": "call_back", "at": ways["call_back"][0], "language": "en", "topic": "refunds"})

    assert answer.status_code == 200
    assert answer.json()["status"]["why"] == "callback"
    assert Escalation.objects.get(conversation=chat).state == "callback_due"
    assert post({"way": "assistant"}).json()["status"]["why"] == "cancelled"


def test_a_message_by_http_is_parked_and_a_person_can_still_be_asked_for(maja_here: Any) -> None:
    chat, _, post = maja_here
    body = {"way": "message", "client_id": str(uuid4()), "text": "Order 8841.", "language": "en"}

    assert post(body).json()["status"]["why"] == "message"
    assert post(body).status_code == 200
    assert post({"way": "person", "language": "en"}).json()["status"]["phase"] == "queue"
    assert Escalation.objects.get(conversation=chat).state == "waiting"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"way": "pigeon"},
        {"way": "call_back"},
        {"way": "call_back", "at": "yesterday"},
        {"way": "call_back", "at": "1999-01-01T10:00:00Z"},
        {"way": "message", "text": "no id"},
        {"way": "message", "client_id": str(uuid4()), "text": "x" * 4001},
        {"way": "message", "client_id": str(uuid4()), "text": 7},
        {"way": "person", "email": "nobody"},
        {"way": "person", "language": "e\x00"},
        {"way": "assistant"},
    ],
)
def test_a_wish_that_is_none_changes_nothing(maja_here: Any, dana: Agent, body: dict[str, Any]) -> None:
    _, _, post = maja_here

    assert 400 <= post(body).status_code < 500
    assert not Escalation.objects.exists()


def test_nobody_wishes_in_somebody_elses_chat(maja_here: Any, maja: Customer) -> None:
    _, _, post = maja_here
    theirs, _ = lifecycle.start(maja, language="en", now=clock.now())

    assert post({"way": "person"}, theirs.pk).status_code in (403, 404)
    assert not Escalation.objects.exists()


def test_an_agent_reads_to_whom_her_chat_may_go_and_nobody_elses(
    engagement: Engagement, dana: Agent, olu: Agent
) -> None:
    path = f"/api/v1/agent/handover?engagement_id={engagement.pk}"
    hers, his = Client(), Client()
    hers.force_login(dana.user, backend="django.contrib.auth.backends.ModelBackend")
    his.force_login(olu.user, backend="django.contrib.auth.backends.ModelBackend")

    assert [one["name"] for one in hers.get(path).json()["colleagues"]] == ["Olu"]
    assert his.get(path).status_code in (400, 403, 404, 409)
    assert Client().get(path).status_code in (401, 403)
    assert hers.get("/api/v1/agent/handover?engagement_id=nonsense").status_code == 400
