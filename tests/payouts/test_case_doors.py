"""Disputes, holds and clawbacks at their doors: the agents' REST and the finance people's admin."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.urls import reverse

from agents.models import Agent
from payouts import disputes, earnings, measures
from payouts.models import Account, Hold, Posting
from tests.payouts.conftest import NOON, FactsMaker
from tests.payouts.test_cases import WHY, owed
from tests.payouts.test_drafts import browser


@pytest.fixture
def chat(facts: FactsMaker) -> UUID:
    """Ilse's chat, paid 290 for itself and 275 for its 750 active seconds."""
    closed = facts()
    earnings.record(closed, topic="Refund", now=NOON)
    return closed.engagement_id


@pytest.fixture
def ilses_browser(ilse: Agent) -> Client:
    client = Client()
    client.force_login(ilse.user)
    return client


def post(client: Client, address: str, **body: Any) -> Any:
    return client.post(f"/api/v1/agent/{address}", body, content_type="application/json")


def test_an_agent_disputes_a_line_from_the_earnings_page_and_reads_the_answer_there(
    chat: UUID, ilses_browser: Client
) -> None:
    page = f"/api/v1/agent/earnings/{chat}"
    (line,) = [line for line in ilses_browser.get(page).json()["lines"] if line["kind"] == "per_minute"]

    answer = post(ilses_browser, "disputes", line=line["id"], words="I wrote until 12:15.")

    assert (answer.status_code, answer.json()["state"]) == (201, "open")
    disputes.refuse(UUID(answer.json()["id"]), **WHY)
    (shown,) = [line for line in ilses_browser.get(page).json()["lines"] if line["kind"] == "per_minute"]
    assert (shown["dispute"], shown["decision"]) == ("refused", WHY["reason"])


@pytest.mark.parametrize("body", [{}, {"line": "x", "words": "Why?"}, {"line": str(uuid4())}, {"words": "Why?"}])
def test_a_dispute_of_nothing_is_one_clear_error(body: dict[str, Any], ilses_browser: Client) -> None:
    assert post(ilses_browser, "disputes", **body).status_code == 400


def test_anothers_line_is_not_there_to_be_disputed(chat: UUID, jonas: Agent) -> None:
    client = Client()
    client.force_login(jonas.user)
    line = Posting.objects.earliest("seq")

    assert post(client, "disputes", line=str(line.pk), words="Mine, surely.").status_code == 404
    assert post(Client(), "disputes", line=str(line.pk), words="Mine, surely.").status_code == 403


def test_an_agent_reads_and_answers_what_is_held(chat: UUID, ilse: Agent, ilses_browser: Client) -> None:
    held = measures.hold(ilse.pk, "EUR", amount=300, **WHY)

    answer = post(ilses_browser, f"money-cases/{held.pk}/reply", words="I can explain.")

    assert answer.status_code == 204
    cases = ilses_browser.get("/api/v1/agent/money-cases").json()
    (shown,) = cases["holds"]
    assert (shown["amount_cents"], shown["reason"], shown["reply"]) == (300, WHY["reason"], "I can explain.")
    assert (cases["disputes"], cases["clawbacks"], cases["owed"]) == ([], [], {})


def test_finance_decides_in_the_admin_with_a_written_reason(chat: UUID, ilse: Agent) -> None:
    finance = browser("finance")
    account = Account.objects.get(sequenced=True)
    hold = reverse("admin:payouts_account_hold", args=[account.pk])
    assert finance.post(hold, {"amount": "300", "reason": ""}).status_code == 200
    assert not Hold.objects.exists()

    assert finance.post(hold, {"amount": "300", "reason": "Two people on one log-in."}).status_code == 302

    held = Hold.objects.get()
    release = reverse("admin:payouts_hold_release", args=[held.pk])
    assert "Two people" in finance.get(reverse("admin:payouts_hold_changelist")).content.decode()
    assert finance.post(release, {"reason": "It was a mistake."}).status_code == 302
    held.refresh_from_db()
    assert (held.state, held.decided_by.startswith("operator:")) == ("released", True)


def test_finance_grants_a_dispute_in_the_admin(chat: UUID, ilse: Agent) -> None:
    dispute = disputes.begin(ilse.pk, Posting.objects.get(kind="per_minute").pk, words="Too little.", now=NOON)
    grant = reverse("admin:payouts_dispute_grant", args=[dispute.pk])
    finance = browser("finance")
    both = finance.post(grant, {"reason": "It was more.", "active_seconds": "900", "amount_cents": "5"})
    assert "Give the amount that is missing" in both.content.decode()

    assert finance.post(grant, {"reason": "It was more.", "active_seconds": "900"}).status_code == 302

    assert owed(ilse) == 620
