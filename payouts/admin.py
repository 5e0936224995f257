"""Windows onto the money. Nothing here is edited; a pay plan changes by publishing its next version."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.db import transaction
from django.http import HttpRequest
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminTextInputWidget,
)

from marketplace import clock
from marketplace.refusals import Refused
from marketplace.windows import WideWindow, Window
from payouts import plans, receipts
from payouts.models import (
    Account,
    ArchivedPosting,
    Archiving,
    ClosingBalance,
    EarningFact,
    LedgerAudit,
    PayPlan,
    Period,
    Posting,
)
from payouts.rating import HIGHEST_RATE_CENTS, SEEN_THROUGH


@admin.register(Account)
class AccountAdmin(Window):
    """Balances follow the postings; contra sides show none."""

    list_display = ["name", "agent", "owed", "last_seq"]
    list_filter = ["sequenced", "currency"]
    list_select_related = ["agent"]
    search_fields = ["name", "agent__display_name"]

    @admin.display(description="Owed", ordering="balance")
    def owed(self, account: Account) -> str:
        return receipts.money(account.balance, account.currency, locale="en") if account.sequenced else "-"


@admin.register(Posting)
class PostingAdmin(WideWindow):
    """One row of the ledger with the words of its receipt."""

    list_display = ["created_at", "account", "seq", "kind", "line", "source"]
    list_filter = ["kind", "currency", "brand"]
    list_select_related = ["account"]
    search_fields = ["source", "account__name", "engagement_id"]
    ordering = ["-created_at"]

    @admin.display(description="Line")
    def line(self, posting: Posting) -> str:
        return receipts.of(posting, locale="en")


@admin.register(ArchivedPosting)
class ArchivedPostingAdmin(PostingAdmin):
    """One row of the books of long ago."""


@admin.register(Period)
class PeriodAdmin(Window):
    """Closed books: nothing is dated before their end again."""

    list_display = ["during", "postings", "totals", "closed_at", "closed_by"]


@admin.register(Archiving)
class ArchivingAdmin(Window):
    """What went to the archive, and its sums."""

    list_display = ["period", "postings", "totals", "archived_at"]
    list_select_related = ["period"]


@admin.register(ClosingBalance)
class ClosingBalanceAdmin(WideWindow):
    """What each account stood at when a period ended."""

    list_display = ["period", "account", "last_seq", "balance"]
    list_select_related = ["period", "account"]
    search_fields = ["account__name"]


@admin.register(EarningFact)
class EarningFactAdmin(WideWindow):
    """What was known when the engagement closed."""

    list_display = ["created_at", "agent", "topic", "engagement_id", "kind", "revision"]
    list_select_related = ["agent"]
    search_fields = ["engagement_id", "agent__display_name", "sha256"]


@admin.register(LedgerAudit)
class LedgerAuditAdmin(Window):
    """Each proof of the ledger, the nightly ones and those asked for."""

    list_display = ["created_at", "balanced", "postings", "totals", "faults"]
    list_filter = ["balanced"]


class PublishForm(forms.ModelForm[PayPlan]):
    """The next version of a plan. Whatever the rules refuse is said beside the form, before anything is published."""

    valid_from = forms.DateTimeField(
        required=False, widget=UnfoldAdminTextInputWidget, help_text="UTC. Left empty: from now on."
    )
    per_chat_cents = forms.IntegerField(
        required=False, min_value=1, max_value=HIGHEST_RATE_CENTS, widget=UnfoldAdminIntegerFieldWidget
    )
    per_chat_outcomes = forms.MultipleChoiceField(
        choices=[(outcome, outcome) for outcome in SEEN_THROUGH],
        initial=list(SEEN_THROUGH),
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text="How a chat may end for the rate per chat to be paid.",
    )
    per_minute_cents = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=HIGHEST_RATE_CENTS,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text="For each minute of active time.",
    )

    class Meta:
        model = PayPlan
        fields = ["brand", "tier", "currency"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        self.asked_at = clock.now()
        try:
            with transaction.atomic():
                self.publish(by="system", now=self.asked_at)
                transaction.set_rollback(True)  # A rehearsal: the real one follows when the form is saved.
        except Refused as refusal:
            raise forms.ValidationError(refusal.message, code=refusal.code) from refusal
        return cleaned

    def publish(self, *, by: str, now: datetime) -> PayPlan:
        asked = self.cleaned_data
        return plans.publish(
            asked["brand"].pk,
            tier=asked["tier"],
            currency=asked["currency"],
            rules=self.rules(),
            valid_from=asked["valid_from"] or now,
            by=by,
            now=now,
        )

    def rules(self) -> list[dict[str, Any]]:
        asked, rules = self.cleaned_data, []
        if asked["per_chat_cents"]:
            chosen = asked["per_chat_outcomes"]
            rules.append({"kind": "per_chat", "rate_cents": asked["per_chat_cents"], "outcomes": chosen})
        if asked["per_minute_cents"]:
            rules.append({"kind": "per_minute", "rate_cents": asked["per_minute_cents"]})
        return rules


@admin.register(PayPlan)
class PayPlanAdmin(Window):
    """All versions, frozen. Adding one publishes it."""

    list_display = ["brand", "tier", "currency", "version", "valid", "published_at", "published_by"]
    list_filter = ["brand", "tier", "currency"]
    list_select_related = ["brand"]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("payouts.add_payplan")

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **options: Any) -> Any:
        if obj is None:
            return super().get_form(request, obj, change, form=PublishForm, **options)
        return super().get_form(request, obj, change, **options)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            names = [
                "brand",
                "tier",
                "currency",
                "valid_from",
                "per_chat_cents",
                "per_chat_outcomes",
                "per_minute_cents",
            ]
            return [(None, {"fields": names})]
        return super().get_fieldsets(request, obj)

    def save_model(self, request: HttpRequest, obj: PayPlan, form: Any, change: bool) -> None:
        published = form.publish(by=f"operator:{request.user.pk}", now=form.asked_at)
        obj.__dict__.update(published.__dict__)
