"""A chat's pay is put right by two people: one proposes, another posts it or refuses it."""

from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from agents.models import Agent
from marketplace.refusals import Refused
from payouts import corrections, earnings, ledger
from payouts.models import Correction, EarningFact, Posting
from tests.payouts.conftest import NOON, FactsMaker
from tests.payouts.test_drafts import browser

NOOR, OMAR = "operator:noor", "operator:omar"
WHY = "The timer stopped early."


@pytest.fixture
def chat(facts: FactsMaker) -> UUID:
    """Ilse's chat, closed and paid: 565 cents."""
    closed = facts()
    earnings.record(closed, topic="Refund", now=NOON)
    return closed.engagement_id


def propose(chat: UUID, **told: Any) -> Correction:
    asked: dict[str, Any] = {"changes": {"active_seconds": 900}, "by": NOOR, "reason": WHY, **told}
    return corrections.propose(chat, now=NOON, **asked)


def owed(agent: Agent) -> int:
    return ledger.balance(agent.pk)[0].amount


def test_what_a_second_person_posts_is_the_difference_in_a_new_line(chat: UUID, ilse: Agent) -> None:
    made = propose(chat, extra_cents=100)
    assert [(line.kind, line.amount_cents) for line in corrections.preview(made)] == [("per_minute", 55)]
    assert owed(ilse) == 565

    posted = corrections.post(made.pk, by=OMAR, reason="Seen in the log.", now=NOON)

    assert [(line.kind, line.amount) for line in posted] == [("per_minute", 55), ("goodwill", 100)]
    assert posted[1].receipt == {"reason": WHY, "by": NOOR, "approved_by": OMAR}
    assert owed(ilse) == 720
    assert ledger.audit(NOON).balanced


def test_who_proposed_it_neither_posts_nor_refuses_it(chat: UUID, ilse: Agent) -> None:
    made = propose(chat)

    for decide in (corrections.post, corrections.refuse):
        with pytest.raises(Refused, match="second person"):
            decide(made.pk, by=NOOR, reason="Mine.", now=NOON)
    with pytest.raises(IntegrityError, match="by_two_people"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "update payouts_correction set state = 'posted', decided_by = proposed_by, decision = 'Mine.',"
            " decided_at = now()"
        )
    assert owed(ilse) == 565


def test_a_refused_correction_posts_nothing_and_is_decided_once(chat: UUID, ilse: Agent) -> None:
    made = propose(chat)
    corrections.refuse(made.pk, by=OMAR, reason="The log says otherwise.", now=NOON)

    with pytest.raises(Refused, match="decided already"):
        corrections.post(made.pk, by=OMAR, reason="After all.", now=NOON)
    with pytest.raises(IntegrityError, match="stays as it is"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("update payouts_correction set reason = 'Another one.'")
    assert owed(ilse) == 565


def test_one_correction_of_a_chat_is_open_at_a_time(chat: UUID) -> None:
    propose(chat)

    with pytest.raises(Refused, match="waits to be decided"):
        propose(chat, changes={"active_seconds": 800})


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"changes": {}}, "changes facts, or adds"),
        ({"changes": {"active_seconds": 750}}, "nothing to correct"),
        ({"changes": {"active_seconds": 9999}}, "whole engagement"),
        ({"changes": {"agent_id": 1}}, "What can be put right"),
        ({"changes": {}, "extra_cents": 100_001}, "from 1 to 100000"),
        ({"changes": {}, "extra_cents": -1}, "from 1 to 100000"),
    ],
)
def test_a_correction_of_nothing_or_of_too_much_is_refused(chat: UUID, told: dict[str, Any], said: str) -> None:
    with pytest.raises(Refused, match=said):
        propose(chat, **told)
    assert not Correction.objects.exists()
    assert Posting.objects.count() == 2


def test_in_the_admin_one_proposes_from_the_frozen_facts_and_another_posts(chat: UUID, ilse: Agent) -> None:
    noor, omar = browser("noor"), browser("omar")
    fact = EarningFact.objects.get(kind="closed")
    propose_it = reverse("admin:payouts_earningfact_propose", args=[fact.pk])
    asked = {"active_seconds": "900", "outcome": "", "extra_cents": "", "reason": WHY}
    assert "changes facts, or adds" in noor.post(propose_it, asked | {"active_seconds": ""}).content.decode()
    assert noor.post(propose_it, asked).status_code == 302

    made = Correction.objects.get()
    shown = omar.get(reverse("admin:payouts_correction_change", args=[made.pk])).content.decode()
    assert "Corrected from 2.75 EUR to 3.30 EUR = 0.55 EUR" in shown
    post_it = reverse("admin:payouts_correction_post_it", args=[made.pk])
    assert "A second person decides" in noor.post(post_it, {"reason": "Mine."}).content.decode()
    assert owed(ilse) == 565

    assert omar.post(post_it, {"reason": "Seen in the log."}).status_code == 302
    assert owed(ilse) == 620
    assert omar.get(reverse("admin:payouts_correction_changelist")).status_code == 200
