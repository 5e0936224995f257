"""Every model has its window, nothing is edited raw, and who may not look sees nothing."""

from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from agents.models import Agent, User
from conversations.models import Engagement
from marketplace.windows import Acting
from payouts.models import PayPlan
from tests.admin.conftest import Admin, enter
from tests.people import Hire

OURS = ("agents", "audit", "brands", "conversations", "dispatch", "payouts", "realtime", "shifts")
MODELS = [model for app in OURS for model in apps.get_app_config(app).get_models()]
EDITED = {"brand", "skill", "article", "plandraft"}  # by forms that leave an audit row or publish a version


def listed(model: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


def page(row: Any) -> str:
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_every_model_has_a_window_whose_list_and_rows_can_be_looked_at(
    model: Any, desk: Client, engagement: Engagement
) -> None:
    assert isinstance(admin.site.get_model_admin(model), Acting)

    assert desk.get(listed(model)).status_code == 200
    row = model.objects.first()
    if row is not None:
        assert desk.get(page(row)).status_code == 200


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_nothing_is_edited_raw_and_nothing_is_deleted(model: Any, desk: Client, engagement: Engagement) -> None:
    row = model.objects.first()
    gone = f"admin:{model._meta.app_label}_{model._meta.model_name}_delete"
    if row is None:
        return

    assert desk.post(reverse(gone, args=[row.pk]), {"post": "yes"}).status_code == 403
    assert model.objects.filter(pk=row.pk).exists()
    if model._meta.model_name not in EDITED:
        assert desk.post(page(row), {"state": "approved"}).status_code in (403, 405)


def test_who_is_not_staff_is_sent_to_the_log_in(dana: Agent) -> None:
    for client in (Client(), enter(dana.user)):
        answer = client.get(listed(Agent))
        assert answer.status_code == 302
        assert "/login" in answer.headers["Location"]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_staff_without_a_right_sees_no_rows(model: Any, colleague: Admin) -> None:
    assert colleague().get(listed(model)).status_code == 403


def test_the_front_page_of_staff_without_rights_shows_no_figure_and_no_link(colleague: Admin) -> None:
    shown = colleague().get(reverse("admin:index")).content.decode()

    assert "no rights here yet" in shown
    assert listed(Agent) not in shown
    assert "now-figure" not in shown


def test_the_front_page_shows_what_happens_now(desk: Client, engagement: Engagement, hire: Hire) -> None:
    Agent.objects.filter(pk=hire("Uma").pk).update(state="applied")

    shown = desk.get(reverse("admin:index")).content.decode()

    for words in ("Waiting for a person", "With a person", "Agents online", "Applications", "Earned by agents"):
        assert words in shown
    assert "/board" in shown


def test_no_list_asks_a_query_per_row(
    desk: Client, hire: Hire, engagement: Engagement, django_assert_max_num_queries: Any
) -> None:
    for name in ("Ada", "Bo", "Cy", "Di", "Ed", "Flo", "Gil", "Hao", "Ike", "Jo", "Kim", "Lea", "Mo", "Nia", "Oz"):
        hire(name, languages=("en", "de"), topics=("refunds", "fraud"))

    for model in MODELS:
        with django_assert_max_num_queries(14):
            desk.get(listed(model))


def test_a_search_for_nonsense_finds_nothing_and_breaks_nothing(desk: Client, engagement: Engagement) -> None:
    for model in MODELS:
        if admin.site.get_model_admin(model).search_fields:
            for words in ("' or 1=1 --", "not-a-uuid", "%", "é" * 300):
                assert desk.get(listed(model), {"q": words}).status_code in (200, 302)


def test_the_admin_is_not_framed_and_loads_nothing_from_elsewhere(desk: Client) -> None:
    answer = desk.get(reverse("admin:index"))

    assert answer.headers["X-Frame-Options"] == "DENY"
    assert 'src="http' not in answer.content.decode()
    assert "/admin/" in settings.CONTENT_SECURITY_POLICY["EXCLUDE_URL_PREFIXES"]


def test_publishing_a_pay_plan_is_the_one_way_to_change_it(desk: Client, engagement: Engagement) -> None:
    plan = PayPlan.objects.get()

    assert desk.post(page(plan), {"rules": "[]"}).status_code == 403
    plan.refresh_from_db()
    assert plan.rules


def test_a_page_that_is_not_there_says_so(desk: Client, noor: User) -> None:
    for model in MODELS:
        assert desk.get(f"{listed(model)}nonsense/change/").status_code in (302, 404)
