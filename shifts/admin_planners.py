"""Who plans for a brand without being staff of the platform: appointed and dismissed, each with a reason."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse

from agents.models import User
from brands.models import Brand
from marketplace.windows import Question, ReasonForm, Window, action, ask, by_principal
from payouts.admin.lists import ask_of_list
from shifts import policy
from shifts.models import Planner

APPOINTS = ["shifts.change_planner"]


class AppointForm(ReasonForm):
    """Who plans for which brand."""

    email = forms.EmailField(help_text="Of somebody with a log-in. Staff with no right of their own may log in here.")
    brand = forms.ModelChoiceField(Brand.objects.filter(active=True))
    may_change = forms.BooleanField(required=False, initial=True, help_text="Else she looks on.")

    def clean_email(self) -> str:
        email = str(self.cleaned_data["email"])
        if not User.objects.filter(email__iexact=email, is_active=True).exists():
            raise forms.ValidationError("Nobody logs in with this address.")
        return email


APPOINT = Question(
    title="Appoint a planner",
    words="She sees the planning board of this brand and of no other, and nothing else of the house.",
    button="Appoint",
    form=AppointForm,
)
DISMISS = Question(
    title="Dismiss this planner",
    words="She plans for this brand no more, from her next request on.",
    button="Dismiss",
    done="She plans for this brand no more.",
    grave=True,
)


def appoint(*, email: str, brand: Brand, may_change: bool, reason: str, by: str, now: datetime) -> str:
    """The room as the form calls it."""
    user = User.objects.get(email__iexact=email)
    return f"Appointed: {policy.appoint(user, brand, may_change=may_change, by=by, reason=reason, now=now)}."


def dismiss(planner_id: UUID, **how: Any) -> None:
    """The room as the form calls it."""
    policy.dismiss(planner_id, **how)


@admin.register(Planner)
class PlannerAdmin(Window):
    """Brands' own planners: each sees the planning board of her brand."""

    list_display = ["brand", "user", "may_change", "made_by", "made_at"]
    list_filter = ["brand", "may_change"]
    list_select_related = ["brand", "user"]
    actions_list = ["appoint"]
    actions_detail = ["dismiss"]

    @action("Appoint a planner", permissions=APPOINTS)
    def appoint(self, request: HttpRequest) -> HttpResponse:
        return ask_of_list(self, request, APPOINT, appoint)

    @action("Dismiss", permissions=APPOINTS)
    def dismiss(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return ask(self, request, object_id, DISMISS, by_principal(dismiss))
