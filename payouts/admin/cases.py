"""Disputes, holds and clawbacks, the most urgent first: decided by a named person, with a written reason."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from unfold.widgets import UnfoldAdminIntegerFieldWidget

from marketplace import clock
from marketplace.windows import Question, ReasonForm, Window, action, ask, by_principal, label
from payouts import disputes, measures, receipts
from payouts.admin.books import AccountAdmin
from payouts.admin.run_page import person
from payouts.kinds import kind_words
from payouts.models import Account, Clawback, Debt, Dispute, Hold, Movement, Posting, Recovery

COLOURS = {"open": "warning", "granted": "success", "released": "success", "dropped": "success", "taken": "danger"}
READS = "The agent reads your reason, with your name in the record."


class RepairForm(ReasonForm):
    """What puts the line right: the chat's true active time, or an amount on top."""

    active_seconds = forms.IntegerField(
        required=False,
        min_value=0,
        max_value=86_400,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text="The chat is rated again with it, and the difference is posted.",
    )
    amount_cents = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=10**7,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text="Or so many minor units on top.",
    )


class AmountForm(ReasonForm):
    """How much, in minor units of the account's currency."""

    amount = forms.IntegerField(min_value=1, max_value=10**9, widget=UnfoldAdminIntegerFieldWidget)


GRANT = Question(
    "Grant this dispute", f"A new line puts it right; the old one stays. {READS}", "Grant", "Granted.", RepairForm
)
REFUSE = Question("Refuse this dispute", READS, "Refuse", "Refused.", grave=True)
RELEASE = Question("Release this hold", f"The agent is owed it again at once. {READS}", "Release", "Released.")
HEARD = "Once the agent has answered, or the clock has run out."
TAKE = Question("Take it back", f"{HEARD} {READS}", "Take", "Taken.", grave=True)
DROP = Question("Drop this clawback", f"Nothing is taken. {READS}", "Drop", "Dropped.")
ASIDE = "Set aside until a person decides, within 14 days."
HOLD = Question("Hold money", f"{ASIDE} {READS}", "Hold", "Held.", AmountForm, grave=True)
CLAW = Question(
    "Announce a clawback",
    f"Nothing moves until the agent has answered or 14 days have gone. {READS}",
    "Announce",
    "Announced.",
    AmountForm,
    grave=True,
)


class CaseAdmin(Window):
    """Open ones first, by their clocks."""

    list_filter = ["state"]
    list_select_related = ["agent"]
    ordering = [F("decided_at").desc(nulls_first=True), "answer_by"]

    @label("State", COLOURS, ordering="state")
    def shown_state(self, case: Any) -> tuple[str, str]:
        return case.state, case.get_state_display()

    @admin.display(description="Clock", ordering="answer_by")
    def time_left(self, case: Any) -> str:
        if case.state != "open":
            return "decided"
        days = (case.answer_by - clock.now()).days
        return f"{days} days left" if days >= 0 else f"{-days} days late"

    @admin.display(description="Decided by")
    def decider(self, case: Any) -> str:
        return person(case.decided_by) if case.decided_by else "nobody yet"

    @admin.display(description="Opened by")
    def opener(self, case: Any) -> str:
        return person(case.opened_by)

    @admin.display(description="Amount")
    def sum(self, case: Any) -> str:
        return receipts.money(case.amount, case.currency, locale="en")


@admin.register(Dispute)
class DisputeAdmin(CaseAdmin):
    """A line that an agent says is wrong."""

    list_display = ["agent", "shown_state", "time_left", "line", "words", "decider"]
    fields = [
        "agent",
        "line",
        "words",
        "state",
        "opened_at",
        "answer_by",
        "decider",
        "decision",
        "decided_at",
        "repair",
    ]
    readonly_fields = fields
    actions_detail = ["grant", "refuse"]
    acts_when: Mapping[str, Any] = {"grant": ("open",), "refuse": ("open",)}

    @admin.display(description="Line")
    def line(self, dispute: Dispute) -> str:
        return _line_words(dispute.posting_id)

    @admin.display(description="Repaired by")
    def repair(self, dispute: Dispute) -> str:
        found = Posting.objects.filter(source=dispute.repair_source).first() if dispute.repair_source else None
        return _words(found) if found else dispute.repair_source or "-"

    @action("Grant", permissions=["payouts.change_dispute"])
    def grant(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return ask(self, request, object_id, GRANT, by_principal(disputes.grant))

    @action("Refuse", permissions=["payouts.change_dispute"])
    def refuse(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return ask(self, request, object_id, REFUSE, by_principal(disputes.refuse))


def _line_words(posting_id: UUID) -> str:
    """The disputed line, wherever it lies."""
    found = list(Posting.objects.raw("select * from payouts_everyposting where id = %s", [posting_id]))
    return _words(found[0]) if found else str(posting_id)


def _words(line: Movement) -> str:
    return f"{kind_words(line.kind)}, {line.created_at:%-d %b %Y}: {receipts.of(line, locale='en')}"


MEASURE_FIELDS = [
    "agent",
    "sum",
    "state",
    "reason",
    "opener",
    "opened_at",
    "answer_by",
    "reply",
    "decider",
    "decision",
]


@admin.register(Hold)
class HoldAdmin(CaseAdmin):
    """Money set aside."""

    list_display = ["agent", "shown_state", "time_left", "sum", "reason", "reply"]
    fields = MEASURE_FIELDS
    readonly_fields = MEASURE_FIELDS
    actions_detail = ["release", "take"]
    acts_when: Mapping[str, Any] = {"release": ("open",), "take": ("open",)}

    @action("Release", permissions=["payouts.change_hold"])
    def release(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return ask(self, request, object_id, RELEASE, by_principal(measures.release))

    @action("Take it back", permissions=["payouts.change_hold"])
    def take(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return ask(self, request, object_id, TAKE, by_principal(measures.take_held))


@admin.register(Clawback)
class ClawbackAdmin(CaseAdmin):
    """Money to be taken back."""

    list_display = ["agent", "shown_state", "time_left", "sum", "reason", "reply"]
    fields = MEASURE_FIELDS
    readonly_fields = MEASURE_FIELDS
    actions_detail = ["take", "drop"]
    acts_when: Mapping[str, Any] = {"take": ("open",), "drop": ("open",)}

    @action("Take it back", permissions=["payouts.change_clawback"])
    def take(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return ask(self, request, object_id, TAKE, by_principal(measures.take))

    @action("Drop", permissions=["payouts.change_clawback"])
    def drop(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return ask(self, request, object_id, DROP, by_principal(measures.drop))


@admin.register(Debt)
class DebtAdmin(Window):
    """What was taken back beyond the balance, and how much of it is recovered."""

    list_display = ["agent", "currency", "amount", "recovered", "incurred_at"]
    list_select_related = ["agent"]


@admin.register(Recovery)
class RecoveryAdmin(Window):
    """What a week's earnings gave back."""

    list_display = ["agent", "week", "currency", "amount", "earned"]
    list_select_related = ["agent"]


@admin.register(Account)
class PayableAdmin(AccountAdmin):
    """Every account; on an agent's, money can be held or a clawback announced."""

    actions_detail = ["hold", "claw_back"]
    acts_when: Mapping[str, Any] = {"hold": ("payable",), "claw_back": ("payable",)}

    def state_of(self, found: Account) -> str:
        return "payable" if found.sequenced and ":payable:" in found.name else "contra"

    @action("Hold money", permissions=["payouts.add_hold"])
    def hold(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return ask(self, request, object_id, HOLD, by_principal(_of_account(measures.hold)))

    @action("Announce a clawback", permissions=["payouts.add_clawback"])
    def claw_back(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return ask(self, request, object_id, CLAW, by_principal(_of_account(measures.announce_clawback)))


def _of_account(room: Any) -> Any:
    """The room, told agent and currency, as `ask` calls it: by the account's id."""

    def named(account_id: Any, **given: Any) -> Any:
        account = Account.objects.get(pk=account_id)
        return room(account.agent_id, account.currency, **given)

    return named
