"""The bank's side: files out and in, movements that nothing explains, money on its way by age, accounts, mandates."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from unfold.widgets import (
    UnfoldAdminFileFieldWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from audit import journal
from marketplace import clock
from marketplace.refusals import Refused
from marketplace.windows import Acting, ConfirmForm, Question, ReasonForm, WideWindow, Window, action, ask, by_principal
from payouts import dac7, wallet
from payouts.admin.lists import ask_of_list, listed
from payouts.admin.run_page import money, person
from payouts.models import BankEntry, CashOutMandate, PayoutDestination, PayoutFile, ProviderEvent
from payouts.providers.contract import NotGenuine
from payouts.runs import cash_out, intake, outlets, reconciling

LARGEST_FILE_BYTES = 20 * 1024 * 1024
BY_FILE = ("sepa_file", "manual_csv")
SUFFIXES = {"sepa_file": "xml", "manual_csv": "csv"}


class Unmatched(admin.SimpleListFilter):
    """The queue first; everything else on request."""

    title = "matching"
    parameter_name = "matching"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("open", "Unmatched"), ("explained", "Explained by a person"), ("matched", "Matched")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Model]) -> QuerySet[Model]:
        if self.value() == "open":
            return queryset.exclude(problem="").filter(explained_by="")
        if self.value() == "explained":
            return queryset.exclude(explained_by="")
        return queryset.filter(problem="") if self.value() == "matched" else queryset


class ExplainForm(ReasonForm):
    """What the movement was."""


class BankFileForm(forms.Form):
    """pain.002, camt.053 or camt.054 of the bank, or the table that was filled in by hand."""

    provider = forms.ChoiceField(
        choices=[("sepa_file", "The bank's answer (pain.002, camt.053, camt.054)"), ("manual_csv", "A table, by hand")],
        widget=UnfoldAdminSelectWidget,
    )
    file = forms.FileField(widget=UnfoldAdminFileFieldWidget)


class YearForm(forms.Form):
    """A calendar year."""

    year = forms.IntegerField(widget=UnfoldAdminIntegerFieldWidget)


EXPLAIN = Question(
    "Explain this movement",
    "It leaves the queue with your words.",
    "Explain",
    "Explained: it left the queue.",
    ExplainForm,
)
TAKE_IN = Question(
    "Take in a file of the bank",
    "Each answer in it moves its payout on, once, however often the file comes.",
    "Take it in",
    form=BankFileForm,
)
DAC7 = Question(
    "DAC7 table of a year",
    "One row for each agent who was credited anything, with full account numbers. That you made it is kept.",
    "Make the table",
    form=YearForm,
)


@admin.register(BankEntry)
class BankEntryAdmin(WideWindow):
    """What moved on our accounts. What fits no payout waits for a person's words."""

    list_display = ["booked_on", "provider", "sum", "problem", "text", "reference", "explanation"]
    list_filter = [Unmatched, "provider"]
    search_fields = ["reference", "key", "text"]
    fields = [
        "booked_on",
        "provider",
        "sum",
        "text",
        "reference",
        "key",
        "attempt",
        "problem",
        "explanation",
        "explainer",
    ]
    readonly_fields = ["sum", "explainer"]
    actions_detail = ["explain"]
    actions_list = ["take_in", "on_its_way"]
    acts_when: Mapping[str, Any] = {"explain": ("unmatched",)}

    def state_of(self, found: BankEntry) -> str:
        return "unmatched" if found.problem and not found.explained_by else "clear"

    @admin.display(description="Amount", ordering="amount")
    def sum(self, entry: BankEntry) -> str:
        return money(entry.amount, entry.currency)

    @admin.display(description="Explained by")
    def explainer(self, entry: BankEntry) -> str:
        return person(entry.explained_by) if entry.explained_by else "nobody yet"

    @action("Explain", permissions=["payouts.change_bankentry"])
    def explain(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return ask(self, request, object_id, EXPLAIN, by_principal(_explained))

    @action("Take in a file of the bank", permissions=["payouts.add_providerevent"])
    def take_in(self, request: HttpRequest) -> HttpResponse:
        return ask_of_list(self, request, TAKE_IN, taken_in)

    @action("On its way, by age", permissions=["payouts.view_bankentry"])
    def on_its_way(self, request: HttpRequest) -> HttpResponse:
        return TemplateResponse(request, "admin/on_its_way.html", _on_its_way(self, request))


def _explained(entry_id: Any, *, by: str, reason: str, now: datetime) -> None:
    reconciling.explain(entry_id, by=by, explanation=reason, now=now)


def taken_in(*, provider: str, file: UploadedFile[bytes], by: str, now: datetime) -> str:
    """The file is taken in, and that this person brought it is kept; what is told of it. Refused in one sentence."""
    outlet = outlets.named(provider)
    if outlet is None:
        raise Refused("This installation does not pay through a bank file.", code="provider")
    if not file.size or file.size > LARGEST_FILE_BYTES:
        raise Refused("A file of the bank has something in it, and at most 20 MiB.", code="size")
    try:
        new = intake.receive(outlet, {}, file.read(), now=now)
    except NotGenuine as refusal:
        raise Refused(
            f"This file was not taken in, and nothing has changed: {refusal}", code="not_genuine"
        ) from refusal
    name = str(file.name)[:100]
    journal.record(
        "bank_file.take_in", actor=by, subject=f"provider:{provider}", now=now, detail={"file": name, "new": new}
    )
    return f"{name} is taken in." if new else f"{name} was known already, and has changed nothing."


def _on_its_way(window: Any, request: HttpRequest) -> dict[str, Any]:
    now = clock.now()
    ageing = reconciling.ageing(now=now)
    most = max((row.amount for row in ageing), default=1)
    return {
        **window.admin_site.each_context(request),
        "title": "On its way, by age",
        "opts": window.opts,
        "back": listed(window),
        "rows": [
            {
                "age": "less than a day" if not row.days_at_least else f"{row.days_at_least} days or more",
                "late": row.days_at_least >= 3,
                "provider": row.provider,
                "payouts": row.payouts,
                "amount": money(row.amount, row.currency),
                "share": 100 * row.amount // most,
            }
            for row in ageing
        ],
        "drift": reconciling.drift(),
        "unmatched": reconciling.unmatched().count(),
    }


@admin.register(PayoutFile)
class PayoutFileAdmin(Window):
    """Payment files, to be carried to the bank."""

    list_display = ["name", "run", "laid_at", "bytes"]
    list_select_related = ["batch__run"]
    fields = ["name", "run", "sha256", "laid_at", "bytes"]
    readonly_fields = ["name", "run", "bytes"]
    actions_detail = ["fetch"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[PayoutFile]:
        found: QuerySet[PayoutFile] = super().get_queryset(request)
        return found.order_by("-laid_at")

    @admin.display(description="File")
    def name(self, laid: PayoutFile) -> str:
        return f"{laid.batch.message_id}.{SUFFIXES.get(laid.batch.provider, 'txt')}"

    @admin.display(description="Run")
    def run(self, laid: PayoutFile) -> str:
        return str(laid.batch.run)

    @admin.display(description="Bytes")
    def bytes(self, laid: PayoutFile) -> int:
        return len(laid.content)

    @action("Fetch the file", permissions=["payouts.change_payoutfile"])
    def fetch(self, request: HttpRequest, object_id: str) -> HttpResponse:
        laid = self.get_object(request, object_id)
        if laid is None:
            raise Http404("There is no such file.")
        by = f"operator:{request.user.pk}"
        journal.record("payout_file.fetch", actor=by, subject=f"batch:{laid.pk}", now=clock.now())
        answer = HttpResponse(bytes(laid.content), content_type="application/octet-stream")
        answer["Content-Disposition"] = f'attachment; filename="{self.name(laid)}"'
        return answer


@admin.register(ProviderEvent)
class ProviderEventAdmin(WideWindow):
    """Messages of providers, each kept as it came and applied once."""

    list_display = ["received_at", "provider", "event_id"]
    list_filter = ["provider"]
    fields = ["provider", "event_id", "received_at"]
    readonly_fields = ["received_at"]


@admin.register(PayoutDestination)
class PayoutDestinationAdmin(WideWindow):
    """Where agents are paid: four characters of each account, never more."""

    list_display = ["agent", "currency", "provider", "account", "zone", "created_at", "usable_from", "in_force"]
    list_filter = ["provider", "currency"]
    list_select_related = ["agent"]
    search_fields = ["agent__display_name", "ending"]
    ordering = ["-created_at"]
    fields = [
        "agent",
        "currency",
        "provider",
        "account",
        "zone",
        "created_at",
        "created_by",
        "usable_from",
        "replaced_at",
    ]
    readonly_fields = ["account", "created_at", "usable_from", "replaced_at"]
    actions_list = ["dac7"]

    @admin.display(description="Account")
    def account(self, destination: PayoutDestination) -> str:
        return wallet.masked(destination)

    @admin.display(description="In force", boolean=True)
    def in_force(self, destination: PayoutDestination) -> bool:
        return destination.replaced_at is None

    @action("DAC7 table of a year", permissions=["payouts.view_payoutdestination", "payouts.view_posting"])
    def dac7(self, request: HttpRequest) -> HttpResponse:
        return ask_of_list(self, request, DAC7, _dac7_file)


def _dac7_file(*, year: int, by: str, now: datetime) -> HttpResponse:
    answer = HttpResponse(dac7.export(year, by=by, now=now), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="dac7-{year}.csv"'
    return answer


class MandateForm(forms.ModelForm[CashOutMandate]):
    """Cash-outs up to these limits need nobody's click; whoever grants them is the one who approved."""

    class Meta:
        model = CashOutMandate
        fields = ["provider", "currency", "each_at_most", "daily_at_most"]
        widgets = {"currency": UnfoldAdminTextInputWidget}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and outlets.named(cleaned["provider"]) is None:
            self.add_error("provider", f"Payouts go through {', '.join(sorted(outlets.known()))} here.")
        if not self.errors and not 0 < cleaned["each_at_most"] <= cleaned["daily_at_most"]:
            self.add_error("daily_at_most", "A limit is positive, and a day's is no less than one cash-out's.")
        return cleaned


REVOKE = Question(
    "Close cash-outs", "The weekly payout goes on.", "Close", "Closed: only the weekly payout is left.", ConfirmForm
)


@admin.register(CashOutMandate)
class CashOutMandateAdmin(Acting):
    """Standing approvals of cash-outs, by a named person."""

    form = MandateForm
    list_display = ["provider", "currency", "each", "daily", "by", "granted_at", "revoked_at"]
    actions_detail = ["revoke"]
    acts_when: Mapping[str, Any] = {"revoke": ("open",)}

    def state_of(self, found: CashOutMandate) -> str:
        return "open" if found.revoked_at is None else "closed"

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description="Each at most")
    def each(self, mandate: CashOutMandate) -> str:
        return money(mandate.each_at_most, mandate.currency)

    @admin.display(description="A day at most")
    def daily(self, mandate: CashOutMandate) -> str:
        return money(mandate.daily_at_most, mandate.currency)

    @admin.display(description="Granted by")
    def by(self, mandate: CashOutMandate) -> str:
        return person(mandate.granted_by)

    def save_model(self, request: HttpRequest, obj: CashOutMandate, form: Any, change: bool) -> None:
        made = cash_out.grant(
            obj.provider,
            obj.currency,
            each_at_most=obj.each_at_most,
            daily_at_most=obj.daily_at_most,
            by=f"operator:{request.user.pk}",
            now=clock.now(),
        )
        obj.__dict__.update(made.__dict__)

    @action("Close cash-outs", permissions=["payouts.add_cashoutmandate"])
    def revoke(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return ask(self, request, object_id, REVOKE, by_principal(cash_out.revoke))
