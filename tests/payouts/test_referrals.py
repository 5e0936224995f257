"""Who brings an agent is paid once, when that agent has seen enough chats through."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from agents import signup
from agents.models import Agent
from brands.models import Brand
from payouts import earnings, ledger, plans, referrals
from payouts.models import EarningFact, PayPlan
from tests.doors import API, Browser
from tests.payouts.conftest import NOON, RULES, FactsMaker


@pytest.fixture
def plan(lindenpay: Brand) -> PayPlan:
    """25 EUR for whoever brought an agent, after two chats."""
    month_ago = NOON - timedelta(days=30)
    told: dict[str, Any] = {"tier": "standard", "currency": "EUR", "by": "operator:noor"}
    rules = [*RULES, {"kind": "referral", "rate_cents": 2_500, "after_chats": 2}]
    return plans.publish(lindenpay.pk, rules=rules, valid_from=month_ago, now=month_ago, **told)


@pytest.fixture
def brought(ilse: Agent, jonas: Agent) -> Agent:
    """Jonas, whom Ilse brought."""
    Agent.objects.filter(pk=jonas.pk).update(invited_by=ilse)
    return jonas


def help_one(facts: FactsMaker, agent: Agent, outcome: str = "resolved") -> None:
    earnings.record(facts(agent_id=agent.pk, engagement_id=uuid4(), outcome=outcome), topic="Refund", now=NOON)


def test_the_second_chat_seen_through_pays_whoever_brought_her_once(
    facts: FactsMaker, brought: Agent, ilse: Agent
) -> None:
    help_one(facts, brought)
    help_one(facts, brought, outcome="transferred")
    assert referrals.pay_due(now=NOON) == 0

    help_one(facts, brought)
    assert referrals.pay_due(now=NOON) == 1
    help_one(facts, brought)
    assert referrals.pay_due(now=NOON) == 0

    assert ledger.balance(ilse.pk)[0].amount == 2_500
    assert EarningFact.objects.get(kind="referred").subject_id == brought.pk
    assert ledger.audit(NOON).balanced


def test_who_came_by_herself_pays_nobody(facts: FactsMaker, jonas: Agent) -> None:
    for _ in range(3):
        help_one(facts, jonas)

    assert referrals.pay_due(now=NOON) == 0


def test_an_agent_sees_her_invitation_and_whom_it_brought(facts: FactsMaker, brought: Agent, ilse: Agent) -> None:
    for _ in range(2):
        help_one(facts, brought)
    referrals.pay_due(now=NOON)

    shown = Browser(user=ilse.user).get(f"{API}/agent/invitation").json()

    assert shown["code"] == str(ilse.pk)
    assert shown["address"].endswith(f"/agent/join?invited_by={ilse.pk}")
    assert [(one["name"], one["paid"]) for one in shown["invited"]] == [("Jonas", True)]


def test_an_invitation_is_kept_with_the_application_and_leads_to_an_agent_who_works(ilse: Agent) -> None:
    form = signup.SignupForm({"kind": "student", "display_name": "Uma", "invited_by": str(uuid4())})
    assert "leads to nobody" in form.errors["invited_by"][0]
    form = signup.SignupForm({"kind": "student", "display_name": "Uma", "invited_by": "a friend"})
    assert "leads to nobody" in form.errors["invited_by"][0]

    Agent.objects.filter(pk=ilse.pk).update(state="approved", decided_by=ilse.user, decided_at=NOON)
    form = signup.SignupForm({"kind": "student", "display_name": "Uma", "invited_by": str(ilse.pk)})
    assert form.is_valid()
    assert form.cleaned_data["invited_by"] == ilse.pk
