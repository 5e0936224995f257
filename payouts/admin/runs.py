"""Payout runs: looked at with their totals, submitted by one person, approved by another, one held, the rest sent."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from marketplace import clock
from marketplace.refusals import Refused
from marketplace.windows import ConfirmForm, Question, ReasonForm, WideWindow, Window, action, ask, by_principal, label
from payouts import wallet
from payouts.admin import run_page
from payouts.admin.lists import ask_of_list
from payouts.admin.run_page import ENDING, grouped, money, person
from payouts.models import Payout, PayoutAttempt, PayoutBatch, PayoutRun
from payouts.runs import approving, outlets, schedule

MOVES = ["payouts.change_payoutrun"]
COLOURS = {
    "proved": "info",
    "submitted": "warning",
    "approved": "info",
    "releasing": "info",
    "closed": "success",
    "settled": "success",
    "sent": "info",
    "rejected": "danger",
    "returned": "danger",
    "failed": "danger",
    "unknown": "warning",
}

REFUSE = Question(
    "Refuse this run",
    "Nothing is paid, and every amount is back in its balance at once.",
    "Refuse",
    "Refused: nothing is paid.",
    grave=True,
)


class PrepareForm(forms.Form):
    """What is paid, through whom, up to which day."""

    provider = forms.ChoiceField(
        choices=lambda: [(name, name) for name in sorted(outlets.known())], widget=UnfoldAdminSelectWidget
    )
    currency = forms.RegexField(r"^[A-Z]{3}$", initial="EUR", widget=UnfoldAdminTextInputWidget)
    until = forms.DateField(
        widget=UnfoldAdminTextInputWidget(attrs={"placeholder": "2026-11-23"}),
        help_text="The first day that is not paid yet.",
    )
    zone = forms.ChoiceField(
        required=False,
        widget=UnfoldAdminSelectWidget,
        choices=lambda: [("", "All"), *((zone, zone) for zone in schedule.zones())],
        help_text="Only accounts of this pay zone; the day begins at its midnight, else at that of UTC.",
    )
    minimum = forms.IntegerField(
        min_value=1, max_value=10**9, initial=1, widget=UnfoldAdminIntegerFieldWidget,
        help_text="Minor units; who is owed less waits for the next run.",
    )  # fmt: skip


PREPARE = Question(
    "Prepare a run",
    "Beside the weekly ones. It is computed and proved within a minute; then you submit it, and another approves.",
    "Prepare",
    form=PrepareForm,
)


class ApproveForm(forms.Form):
    """Over this digest and no other."""

    digest = forms.CharField(widget=forms.HiddenInput)
    ending = forms.CharField(
        label="Last four signs of the digest",
        min_length=ENDING,
        max_length=ENDING,
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text="As they stand on the sheet of whoever submitted the run.",
    )


class HoldForm(ReasonForm):
    """Why, in words that the agent reads, and until when there is an answer."""

    answer_within_days = forms.IntegerField(
        min_value=1, max_value=approving.LONGEST_REPLY.days, initial=3, widget=UnfoldAdminTextInputWidget
    )


HOLD = Question(
    "Hold this payout",
    "It stays behind, the rest of the run goes. The agent reads your reason and the day of the answer.",
    "Hold",
    "Held: the rest of the run goes on.",
    HoldForm,
    grave=True,
)
LIFT = Question("Let this payout go", "It goes with the next sending.", "Let it go", "On its way again.", ConfirmForm)
GIVE_BACK = Question(
    "Give this payout back",
    "It is not sent; its amount is back in the agent's balance at once.",
    "Give it back",
    "Back in the balance.",
    grave=True,
)


@admin.register(PayoutRun)
class PayoutRunAdmin(Window):
    """Every run, the latest first."""

    list_display = ["shown", "shown_state", "provider", "zone", "payouts_count", "to_pay", "prepared_at"]
    list_filter = ["state", "kind", "provider", "currency"]
    search_fields = ["digest", "due_key"]
    ordering = ["-prepared_at"]
    actions_list = ["prepare"]
    actions_detail = ["submit", "approve", "refuse"]
    acts_when: Mapping[str, Any] = {"submit": ("proved",), "approve": ("submitted",), "refuse": ("submitted",)}

    @admin.display(description="Run", ordering="cutoff")
    def shown(self, run: PayoutRun) -> str:
        return str(run)

    @label("State", COLOURS, ordering="state")
    def shown_state(self, run: PayoutRun) -> tuple[str, str]:
        return run.state, "Does not hold" if run.faults else run.get_state_display()

    @admin.display(description="Payouts")
    def payouts_count(self, run: PayoutRun) -> int:
        return int(run.totals.get("payouts", 0))

    @admin.display(description="To pay")
    def to_pay(self, run: PayoutRun) -> str:
        return money(int(run.totals.get("amount", 0)), run.currency)

    @action("Prepare a run", permissions=["payouts.add_payoutrun"])
    def prepare(self, request: HttpRequest) -> HttpResponse:
        return ask_of_list(self, request, PREPARE, _prepared)

    @action("Submit", permissions=MOVES)
    def submit(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return ask(
            self, request, object_id, _submission(self._asked(request, object_id)), by_principal(approving.submit)
        )

    @action("Approve", permissions=MOVES)
    def approve(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return ask(self, request, object_id, _approval(self._asked(request, object_id)), by_principal(_approved))

    @action("Refuse", permissions=MOVES)
    def refuse(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return ask(self, request, object_id, REFUSE, by_principal(approving.refuse))

    def _asked(self, request: HttpRequest, object_id: str) -> PayoutRun:
        run: PayoutRun | None = self.get_object(request, object_id)
        if run is None:
            raise Http404("There is no such run.")
        return run

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The review stands where a form would: nothing here can be edited."""
        run = self.get_object(request, object_id)
        if request.method not in ("GET", "HEAD") or not self.has_view_permission(request, run):
            raise PermissionDenied
        if run is None:
            raise Http404("There is no such run.")
        actions = self._get_actions_navigation(
            self.actions_detail, self.get_actions_detail(request, object_id), object_id
        )
        context = {
            **self.admin_site.each_context(request),
            **run_page.context(run, principal=f"operator:{request.user.pk}"),
            "title": str(run),
            "opts": self.opts,
            "original": run,
            "actions_detail": actions,
        }
        return TemplateResponse(request, "admin/payout_run.html", context)


def _prepared(*, by: str, now: Any, **asked: Any) -> str:
    run = schedule.open_by_hand(asked.pop("provider"), asked.pop("currency"), by=by, now=now, **asked)
    return f"{run}: it will be computed and proved within a minute."


def _submission(run: PayoutRun) -> Question:
    words = f"A second person approves it. {_told(run)}"
    return Question("Submit this run", words, "Submit", "Submitted: a second person approves it.", ConfirmForm)


def _told(run: PayoutRun) -> str:
    """What leaves, and what does not."""
    return " ".join(filter(None, (f"{run_page.leaving_words(run)}.", run_page.staying_words(run))))


def _approval(run: PayoutRun) -> Question:
    """The question for this very run: what is approved is what stands on its page."""
    by = f"Prepared by {person(run.prepared_by)}, submitted by {person(run.submitted_by)}: you are neither."
    form = type("ThisRun", (ApproveForm,), {"digest": forms.CharField(widget=forms.HiddenInput, initial=run.digest)})
    words = f"{_told(run)} {by} Digest {grouped(run.digest)}"
    return Question("Approve this run", words, "Approve", "Approved: its payouts leave now.", form)


def _approved(run_id: Any, *, by: str, digest: str, ending: str, now: Any) -> PayoutRun:
    if ending.strip().lower() != digest[-ENDING:]:
        raise Refused("These are not the last four signs of this run's digest.", code="digest")
    return approving.approve(run_id, by=by, digest=digest, now=now)


def _held(payout_id: Any, *, answer_within_days: int, now: Any, **given: Any) -> Payout:
    return approving.hold(payout_id, reply_by=now + timedelta(days=answer_within_days), now=now, **given)


@admin.register(Payout)
class PayoutAdmin(WideWindow):
    """One agent's money in one run."""

    list_display = ["agent", "run", "shown_state", "sum", "lines", "held_reason", "changed_at"]
    list_filter = ["state", "currency"]
    list_select_related = ["account__agent", "run"]
    search_fields = ["account__agent__display_name", "attempts__key"]
    ordering = ["-created_at"]
    fields = [
        "agent",
        "run",
        "sum",
        "state",
        "account_shown",
        "lines",
        "who_holds",
        "reason",
        "created_at",
        "changed_at",
    ]
    readonly_fields = fields
    actions_detail = ["hold", "lift", "give_back"]
    acts_when: Mapping[str, Any] = {"hold": ("open",), "lift": ("held",), "give_back": ("open", "held")}

    def state_of(self, found: Payout) -> str:
        if found.state not in (Payout.State.DUE, Payout.State.APPROVED):
            return "gone"
        return "held" if found.held_by else "open"

    @admin.display(description="Agent")
    def agent(self, payout: Payout) -> str:
        return payout.account.agent.display_name if payout.account.agent else ""

    @label("State", {**COLOURS, "held": "warning"}, ordering="state")
    def shown_state(self, payout: Payout) -> tuple[str, str]:
        return ("held", "Held") if payout.held_by else (payout.state, payout.get_state_display())

    @admin.display(description="Amount", ordering="amount")
    def sum(self, payout: Payout) -> str:
        return money(payout.amount, payout.currency)

    @admin.display(description="Lines")
    def lines(self, payout: Payout) -> str:
        return f"{payout.lo} to {payout.hi} of the agent's account"

    @admin.display(description="Paid to")
    def account_shown(self, payout: Payout) -> str:
        return f"{wallet.masked(payout.destination)}, through {payout.run.provider}"

    @admin.display(description="Held by")
    def who_holds(self, payout: Payout) -> str:
        if not payout.held_by:
            return "nobody"
        return f"{person(payout.held_by)}, answer by {payout.reply_by:%-d %B %Y, %H:%M} UTC"

    @admin.display(description="Why")
    def reason(self, payout: Payout) -> str:
        return payout.held_reason or "-"

    @action("Hold", permissions=["payouts.change_payout"])
    def hold(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return ask(self, request, object_id, HOLD, by_principal(_held))

    @action("Let it go", permissions=["payouts.change_payout"])
    def lift(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return ask(self, request, object_id, LIFT, by_principal(approving.lift))

    @action("Give it back", permissions=["payouts.change_payout"])
    def give_back(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return ask(self, request, object_id, GIVE_BACK, by_principal(approving.give_back))


@admin.register(PayoutBatch)
class PayoutBatchAdmin(Window):
    """What left together."""

    list_display = ["message_id", "run", "provider", "execution_date", "sent_at"]
    list_filter = ["provider"]
    list_select_related = ["run"]
    search_fields = ["message_id"]


@admin.register(PayoutAttempt)
class PayoutAttemptAdmin(WideWindow):
    """Each try at a payout, and what the provider said of it."""

    list_display = ["key", "shown_state", "number", "waits", "reference", "reason", "sent_at", "told_at"]
    list_filter = ["state"]
    list_select_related = ["payout"]
    search_fields = ["key", "reference"]
    ordering = ["-prepared_at"]

    @label("State", COLOURS, ordering="state")
    def shown_state(self, attempt: PayoutAttempt) -> tuple[str, str]:
        return attempt.state, attempt.get_state_display()

    @admin.display(description="Waits")
    def waits(self, attempt: PayoutAttempt) -> str:
        if attempt.sent_at is None or attempt.told_at is not None:
            return ""
        return f"{int((clock.now() - attempt.sent_at).total_seconds() // 60)} min"
