"""Corrections in the admin: proposed from a chat's frozen facts by one person, posted or refused by another."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminSelectWidget

from marketplace.refusals import Refused
from marketplace.windows import Question, ReasonForm, WideWindow, Window, action, ask, by_principal, label
from payouts import corrections, receipts
from payouts.admin.run_page import person
from payouts.models import Correction, EarningFact, TipPayment
from payouts.rules import OUTCOMES


class CorrectionForm(ReasonForm):
    """What is right; what is left empty stays as it is."""

    active_seconds = forms.IntegerField(
        required=False, min_value=0, widget=UnfoldAdminIntegerFieldWidget, help_text="The active time that is right."
    )
    outcome = forms.ChoiceField(
        required=False,
        choices=[("", "as it is"), *((outcome, outcome) for outcome in sorted(OUTCOMES))],
        widget=UnfoldAdminSelectWidget,
    )
    extra_cents = forms.IntegerField(
        required=False,
        min_value=0,
        max_value=corrections.MOST_EXTRA_CENTS,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text="Minor units on top, for what no fact says.",
    )
    field_order = ["active_seconds", "outcome", "extra_cents", "reason"]


PROPOSE = Question(
    "Put this chat's pay right",
    "A second person is asked. Once posted, the difference is a new line, and the agent reads your reason.",
    "Propose it",
    "Proposed: a second person decides.",
    CorrectionForm,
)
POST = Question(
    "Post this correction",
    "The difference goes into the open books at once, in the agent's account. The lines before stay.",
    "Post it",
    "Posted.",
    grave=True,
)
REFUSE = Question("Refuse this correction", "Nothing is posted.", "Refuse", "Refused.")


@admin.register(EarningFact)
class EarningFactAdmin(WideWindow):
    """What was known of an engagement, a shift or a referral, and when. From here a chat's pay is put right."""

    list_display = ["created_at", "agent", "topic", "engagement_id", "kind", "revision"]
    list_filter = ["kind"]
    list_select_related = ["agent"]
    search_fields = ["engagement_id", "agent__display_name", "sha256"]
    actions_detail = ["propose"]
    acts_when = {"propose": (EarningFact.Kind.CLOSED,)}

    def state_of(self, found: EarningFact) -> str:
        return found.kind

    @action("Put right", permissions=["payouts.add_correction"])
    def propose(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return ask(self, request, object_id, PROPOSE, by_principal(_proposed))


def _proposed(fact_id: UUID, *, reason: str, extra_cents: int | None, **told: Any) -> Correction:
    changes = {name: told.pop(name) for name in ("active_seconds", "outcome")}
    given = {name: value for name, value in changes.items() if value not in (None, "")}
    engagement_id = EarningFact.objects.values_list("engagement_id", flat=True).get(pk=fact_id)
    assert engagement_id is not None, "only what closed a chat is put right"
    return corrections.propose(engagement_id, changes=given, extra_cents=extra_cents or 0, reason=reason, **told)


@admin.register(Correction)
class CorrectionAdmin(Window):
    """Open ones first. Whoever proposed one cannot decide it."""

    list_display = ["agent", "shown_state", "difference", "reason", "proposer", "decider"]
    list_filter = ["state"]
    list_select_related = ["agent"]
    fields = ["agent", "engagement_id", "difference", "reason", "state", "proposer", "proposed_at", "decider"]
    fields += ["decision", "decided_at"]
    readonly_fields = fields
    actions_detail = ["post_it", "refuse"]
    acts_when = {"post_it": (Correction.State.OPEN,), "refuse": (Correction.State.OPEN,)}

    @label("State", {"open": "warning", "posted": "success"}, ordering="state")
    def shown_state(self, found: Correction) -> tuple[str, str]:
        return found.state, found.get_state_display()

    @admin.display(description="What it changes")
    def difference(self, found: Correction) -> str:
        words = [f"{name} is {value}" for name, value in sorted(found.changes.items())]
        if found.extra_cents:
            words.append(f"{receipts.money(found.extra_cents, found.currency, locale='en')} on top")
        return "; ".join([*words, *_lines(found)])

    @admin.display(description="Proposed by")
    def proposer(self, found: Correction) -> str:
        return person(found.proposed_by)

    @admin.display(description="Decided by")
    def decider(self, found: Correction) -> str:
        return person(found.decided_by) if found.decided_by else "nobody yet"

    @action("Post", permissions=["payouts.change_correction"])
    def post_it(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return ask(self, request, object_id, POST, by_principal(corrections.post))

    @action("Refuse", permissions=["payouts.change_correction"])
    def refuse(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return ask(self, request, object_id, REFUSE, by_principal(corrections.refuse))


def _lines(found: Correction) -> list[str]:
    """What posting an open one would add, line by line, in words."""
    if found.state != Correction.State.OPEN:
        return []
    try:
        lines = corrections.preview(found)
    except Refused as refused:
        return [refused.message]
    return [
        f"{line.kind}: {receipts.words(line.formula, line.inputs, line.amount_cents, line.currency, locale='en')}"
        for line in lines
    ]


@admin.register(TipPayment)
class TipPaymentAdmin(Window):
    """Payments at brands' tills that have tipped a chat."""

    list_display = ["payment", "brand", "engagement_id", "told_at"]
    list_filter = ["brand"]
    list_select_related = ["brand"]
    search_fields = ["payment"]
