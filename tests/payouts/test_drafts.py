"""Pay plans are written by one person, shown on last week's chats, and published by another."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from agents.models import Agent, User
from brands.models import Brand
from marketplace.refusals import Refused
from payouts import drafts, earnings, previews
from payouts.models import PayPlan, PlanDraft
from tests.payouts.conftest import NOON, RULES, FactsMaker

HIGHER: list[dict[str, Any]] = [{**RULES[0], "rate_cents": 300}, RULES[1]]
FORM = {
    "tier": "standard",
    "currency": "EUR",
    "per_chat_rate_cents": "310",
    "per_chat_outcomes": ["resolved", "left"],
    "per_minute_rate_cents": "25",
}


def browser(name: str) -> Client:
    person = User.objects.create_user(f"{name}@beckon.example", is_staff=True)
    person.user_permissions.set(Permission.objects.filter(content_type__app_label="payouts"))
    client = Client()
    client.force_login(person)
    return client


@pytest.fixture
def noor(db: None) -> Client:
    return browser("noor")


@pytest.fixture
def draft(lindenpay: Brand) -> PlanDraft:
    made = PlanDraft(brand=lindenpay, tier="standard", currency="EUR", rules=HIGHER, valid_from=NOON)
    return drafts.save(made, by="operator:noor", now=NOON)


def test_a_draft_is_written_by_one_operator_and_published_by_another(
    noor: Client, plan: PayPlan, lindenpay: Brand
) -> None:
    answer = noor.post(reverse("admin:payouts_plandraft_add"), {**FORM, "brand": lindenpay.pk, "tip": "on"})
    assert answer.status_code == 302, answer.context["errors"]
    draft = PlanDraft.objects.get()
    publishes = reverse("admin:payouts_plandraft_publish", args=[draft.pk])

    own = noor.post(publishes)
    other = browser("mirek").post(publishes)

    assert "A second person publishes" in own.content.decode()
    assert other.status_code == 302
    published = PayPlan.objects.get(version=2)
    assert published.prepared_by != published.published_by
    assert published.rules == [
        {"kind": "per_chat", "rate_cents": 310, "outcomes": ["resolved", "left"]},
        {"kind": "per_minute", "rate_cents": 25},
        {"kind": "tip"},
    ]
    draft.refresh_from_db()
    assert (draft.state, draft.plan) == ("published", published)


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"per_chat_rate_cents": "", "per_minute_rate_cents": ""}, "__all__", "at least one rule"),
        ({"per_chat_rate_cents": "", "per_minute_rate_cents": "", "tip": "on"}, "__all__", "pays for a chat"),
        ({"per_chat_outcomes": []}, "per_chat_outcomes", "names outcomes"),
        ({"per_chat_rate_cents": "-1"}, "per_chat_rate_cents", "whole rate_cents from 1"),
        ({"per_chat_rate_cents": "1000000000000000"}, "per_chat_rate_cents", "to 1000000"),
        ({"surge_highest_percent": "501"}, "surge_highest_percent", "from 1 to 500"),
        ({"quality_bonus_rate_cents": "50"}, "quality_bonus_least_score", "from 1 to 5"),
        ({"quality_bonus_rate_cents": "50", "quality_bonus_least_score": "6"}, "quality_bonus_least_score", "1 to 5"),
        ({"points_units": "many"}, "points_units", "whole number"),
        ({"currency": "euro"}, "currency", "at most 3 characters"),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence_at_its_field_and_nothing_is_kept(
    changes: dict[str, Any], field: str, sentence: str, noor: Client, lindenpay: Brand
) -> None:
    answer = noor.post(reverse("admin:payouts_plandraft_add"), {**FORM, "brand": lindenpay.pk, **changes})

    assert answer.status_code == 200
    (said,) = answer.context["adminform"].form.errors[field]
    assert sentence in said
    assert not PlanDraft.objects.exists()


def test_a_draft_opens_with_what_was_written_and_can_be_changed(noor: Client, draft: PlanDraft) -> None:
    page = reverse("admin:payouts_plandraft_change", args=[draft.pk])

    assert 'value="300"' in noor.get(page).content.decode()
    answer = noor.post(page, {**FORM, "brand": draft.brand_id})

    assert answer.status_code == 302
    draft.refresh_from_db()
    assert draft.rules[0]["rate_cents"] == 310
    assert draft.prepared_by != "operator:noor"


def test_a_preview_says_what_last_weeks_chats_would_have_paid(
    draft: PlanDraft, facts: FactsMaker, jonas: Agent
) -> None:
    for days, changes in [(1, {}), (6, {}), (2, {"agent_id": jonas.pk, "outcome": "lost"}), (8, {})]:
        earnings.record(facts(**changes), topic="Refund", now=NOON - timedelta(days=days))

    shown = previews.preview(draft, now=NOON)

    assert (shown.chats, shown.paid_cents, shown.would_pay_cents) == (3, 565 + 565 + 275, 575 + 575 + 275)
    assert shown.words() == (
        "Last week's 3 chats would have paid 14.25 EUR: 0.20 EUR more than they did (1.4 %)."
        " 1 agent would have earned more and 0 less."
    )
    assert (sum(was for _, was, _ in shown.parts), sum(will for _, _, will in shown.parts)) == (1405, 1425)


def test_a_draft_stands_beside_the_plan_in_force(draft: PlanDraft, plan: PayPlan) -> None:
    draft.rules = [plan.rules[0], {"kind": "per_minute", "rate_cents": 26}, {"kind": "tip"}]

    told = {change.kind: change for change in previews.changes(draft, now=NOON)}

    assert [kind for kind, change in told.items() if change.changed] == ["per_minute", "tip"]
    assert (told["per_minute"].before, told["per_minute"].after) == (
        "0.22 EUR for each active minute",
        "0.26 EUR for each active minute",
    )
    assert told["tip"].before == ""


def test_a_preview_says_who_would_have_earned_less(draft: PlanDraft, facts: FactsMaker) -> None:
    draft.rules = [RULES[1]]
    earnings.record(facts(), topic="Refund", now=NOON - timedelta(days=1))

    assert previews.preview(draft, now=NOON).words() == (
        "Last week's 1 chats would have paid 2.75 EUR: 2.90 EUR less than they did (51.3 %)."
        " 0 agents would have earned more and 1 less, at most 2.90 EUR less."
    )


def test_a_draft_is_published_once_and_not_changed_after(draft: PlanDraft, plan: PayPlan) -> None:
    first = drafts.publish(draft.pk, by="operator:mirek", now=NOON)

    assert drafts.publish(draft.pk, by="operator:mirek", now=NOON) == first
    draft.refresh_from_db()
    with pytest.raises(Refused, match="was decided"):
        drafts.save(draft, by="operator:noor", now=NOON)
    with pytest.raises(Refused, match="decided already"):
        drafts.drop(draft.pk, by="operator:noor", reason="Too low.", now=NOON)
    assert PayPlan.objects.count() == 2


def test_a_dropped_draft_is_not_published(draft: PlanDraft) -> None:
    drafts.drop(draft.pk, by="operator:mirek", reason="Too low.", now=NOON)
    shown = browser("noor").get(reverse("admin:payouts_plandraft_change", args=[draft.pk])).content.decode()
    assert "for the chat" in shown  # its rules in words
    assert "rate_cents" not in shown

    with pytest.raises(Refused, match="was dropped"):
        drafts.publish(draft.pk, by="operator:mirek", now=NOON)
    assert not PayPlan.objects.exists()
