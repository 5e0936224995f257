"""Disputes, holds and clawbacks, the most urgent first: decided by a named person, with a written reason."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from unfold.widgets import UnfoldAdminIntegerFieldWidget

from marketplace import clock
from marketplace.windows import Question, ReasonForm, Window, action, ask, by_principal, label
from payouts import disputes, measures, receipts
from payouts.admin.books import AccountAdmin
from payouts.models import Account, Clawback, Debt, Dispute, Hold, Recovery

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
    ordering = ["decided_at", "answer_by"]

    @label("State", COLOURS, ordering="state")
    def shown_state(self, case: Any) -> tuple[str, str]:
        return case.state, case.get_state_display()

    @admin.display(description="Clock", ordering="answer_by")
    def time_left(self, case: Any) -> str:
        if case.state != "open":
            return "decided"
        days = (case.answer_by - clock.now()).days
        return f"{days} days left" if days >= 0 else f"{-days} days late"

    @admin.display(description="Amount")
    def sum(self, case: Any) -> str:
        return receipts.money(case.amount, case.currency, locale="en")


@admin.register(Dispute)
class DisputeAdmin(CaseAdmin):
    """A line that an agent says is wrong."""

    list_display = ["agent", "shown_state", "time_left", "words", "decided_by"]
    actions_detail = ["grant", "refuse"]
    acts_when: Mapping[str, Any] = {"grant": ("open",), "refuse": ("open",)}

    @action("Grant", permissions=["payouts.change_dispute"])
    def grant(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return ask(self, request, object_id, GRANT, by_principal(disputes.grant))

    @action("Refuse", permissions=["payouts.change_dispute"])
    def refuse(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return ask(self, request, object_id, REFUSE, by_principal(disputes.refuse))


@admin.register(Hold)
class HoldAdmin(CaseAdmin):
    """Money set aside."""

    list_display = ["agent", "shown_state", "time_left", "sum", "reason", "reply"]
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
