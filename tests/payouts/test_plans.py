"""One plan is in force at a time; what was shown on offers is never changed behind them."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from agents.models import User
from brands.models import Brand
from marketplace.refusals import Refused
from payouts import earnings, plans, rating
from payouts.models import PayPlan
from tests.payouts.conftest import NOON, RULES, FactsMaker

DAY = timedelta(days=1)
LOWER = [{"kind": "per_minute", "rate_cents": 20}]


def publish(brand: Brand, **changes: Any) -> PayPlan:
    asked: dict[str, Any] = {
        "tier": "standard",
        "currency": "EUR",
        "rules": LOWER,
        "valid_from": NOON,
        "by": "operator:noor",
        "now": NOON,
    }
    return plans.publish(brand.pk, **{**asked, **changes})


def test_the_next_version_takes_over_where_the_last_one_ends(plan: PayPlan, lindenpay: Brand) -> None:
    following = publish(lindenpay, valid_from=NOON + DAY)

    just_before = NOON + DAY - timedelta(microseconds=1)
    assert plans.in_force(lindenpay.pk, tier="standard", at=just_before) == plan
    assert plans.in_force(lindenpay.pk, tier="standard", at=NOON + DAY) == following
    assert (plan.version, following.version) == (1, 2)


def test_a_published_plan_is_rated_as_it_was_written(plan: PayPlan) -> None:
    assert plans.as_plan(plan) == rating.Plan(plan.pk, 1, "EUR", rating.parse_rules(RULES))


def test_each_tier_has_a_plan_of_its_own(plan: PayPlan, lindenpay: Brand) -> None:
    expert = publish(lindenpay, tier="expert")

    assert expert.version == 1
    assert plans.in_force(lindenpay.pk, tier="expert", at=NOON) == expert
    assert plans.in_force(lindenpay.pk, tier="standard", at=NOON) == plan


def test_an_offer_is_paid_in_the_brands_currency(plan: PayPlan, lindenpay: Brand) -> None:
    publish(lindenpay, currency="SEK")

    assert plans.in_force(lindenpay.pk, tier="standard", at=NOON) == plan


@pytest.mark.parametrize(("tier", "at"), [("expert", NOON), ("standard", NOON - 60 * DAY)])
def test_without_a_plan_there_is_no_offer(tier: str, at: Any, plan: PayPlan, lindenpay: Brand) -> None:
    with pytest.raises(plans.NoPlanInForce, match=tier):
        plans.in_force(lindenpay.pk, tier=tier, at=at)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"valid_from": NOON - timedelta(seconds=1)}, "cannot begin in the past"),
        ({"valid_from": NOON - 30 * DAY, "now": NOON - 30 * DAY}, "begins after the one before it"),
        ({"rules": []}, "at least one rule"),
        ({"tier": "expert", "currency": "eur"}, "was not accepted"),
    ],
)
def test_a_version_that_would_break_a_promise_is_refused(
    changes: dict[str, Any], sentence: str, plan: PayPlan, lindenpay: Brand
) -> None:
    with pytest.raises(Refused, match=sentence):
        publish(lindenpay, **changes)

    assert list(PayPlan.objects.values_list("version", "valid")) == [(1, plan.valid)]


@pytest.fixture
def noors_browser(db: None) -> Client:
    noor = User.objects.create_user("noor@beckon.example", is_staff=True)
    noor.user_permissions.set(Permission.objects.filter(content_type__app_label="payouts"))
    client = Client()
    client.force_login(noor)
    return client


@pytest.mark.parametrize("model", ["account", "posting", "earningfact", "ledgeraudit", "payplan"])
def test_the_windows_open_and_nothing_in_them_can_be_edited(
    model: str, noors_browser: Client, facts: FactsMaker
) -> None:
    earnings.record(facts(), topic="Refund", now=NOON)

    page = noors_browser.get(reverse(f"admin:payouts_{model}_changelist"))

    assert page.status_code == 200
    if model == "posting":
        assert "12 min 30 s active x 0.22 EUR/min = 2.75 EUR" in page.content.decode()
    if model == "account":
        assert "5.65 EUR" in page.content.decode()
    assert noors_browser.get(reverse(f"admin:payouts_{model}_add")).status_code == 403


def test_a_published_plan_is_shown_and_not_edited(noors_browser: Client, plan: PayPlan, lindenpay: Brand) -> None:
    page = reverse("admin:payouts_payplan_change", args=[plan.pk])

    shown = noors_browser.get(page)
    assert shown.status_code == 200
    assert "for each active minute" in shown.content.decode()  # in words, as the agents read it
    assert "rate_cents" not in shown.content.decode()
    assert noors_browser.post(page, {"tier": "expert"}).status_code == 403
    assert noors_browser.get(reverse("admin:payouts_payplan_add")).status_code == 403


def test_nobody_publishes_what_they_have_written(plan: PayPlan, lindenpay: Brand) -> None:
    with pytest.raises(Refused, match="A second person publishes"):
        publish(lindenpay, prepared_by="operator:noor", valid_from=NOON + DAY)

    assert PayPlan.objects.count() == 1


def test_whoever_asks_reads_every_version_in_words(plan: PayPlan, lindenpay: Brand) -> None:
    publish(lindenpay, valid_from=NOON + 365 * DAY, rules=[*RULES, {"kind": "tip"}])

    page = Client().get("/pay/lindenpay", headers={"accept-language": "de"}).content.decode()

    assert "version 1 (in force)" in page
    assert "version 2 (to come)" in page
    assert '<ul lang="de">' in page
    assert "0,22 EUR für jede aktive Minute" in page
    assert "Trinkgelder: alle für dich, zusätzlich" in page
    assert Client().get("/pay/nobody").status_code == 404
