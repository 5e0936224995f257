"""Windows onto what agents asked colleagues and left for, and the take-over. Registered by `dispatch.admin`."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse

from conversations.models import Engagement
from dispatch import abuse, takeovers
from dispatch.models import AbuseReport, Escalation, Question
from marketplace.windows import Question as Asked
from marketplace.windows import ReasonForm, WideWindow, action, ask, label

INTERVENES = ["dispatch.change_escalation"]
TAKE_OVER = Asked(
    title="Take this chat over",
    words="It becomes yours, and you go on with it at /agent/chats. Whoever has it now is told and paid for the time in"
    " it. The customer reads that you have joined.",
    button="Take it over",
    done="The chat is yours. It waits for you at /agent/chats.",
    grave=True,
)


class FindingForm(ReasonForm):
    """What a person found."""

    finding = forms.ChoiceField(
        choices=[("confirmed", "The report is right"), ("unfounded", "There was no abuse")], widget=forms.RadioSelect
    )


REVIEW = Asked(
    title="Review this report",
    words="The agent keeps her pay either way. A report without ground lifts the customer's rest, and they may meet"
    " again.",
    button="Keep this finding",
    done="Your finding is kept.",
    form=FindingForm,
)


def take_over(escalation_id: UUID, **given: Any) -> Engagement:
    """The room as a request's window calls it."""
    conversation = Escalation.objects.values_list("conversation_id", flat=True).get(pk=escalation_id)
    return takeovers.take_over(conversation, **given)


@admin.register(AbuseReport)
class AbuseReportAdmin(WideWindow):
    """A chat that an agent left because of how she was treated: paid, and looked at by a person."""

    list_display = ["agent", "reason", "finding_shown", "brand", "at", "rest_until", "reviewed_by"]
    list_filter = ["finding", "reason", "brand"]
    list_select_related = ["agent", "brand", "reviewed_by"]
    search_fields = ["engagement__id__exact", "customer__id__exact"]
    ordering = ["-at"]
    fields = [
        "engagement", "brand", "customer", "agent", "reason", "words", "at", "rest_until", "finding", "reviewed_by",
        "reviewed_at",
    ]  # fmt: skip
    actions_detail = ["review"]
    acts_when = {"review": ("open",)}

    def state_of(self, found: Any) -> str:
        return str(found.finding or "open")

    @label("Finding", {"open": "warning", "confirmed": "danger", "unfounded": ""}, ordering="finding")
    def finding_shown(self, report: AbuseReport) -> tuple[str, str]:
        return self.state_of(report), report.finding or "to be reviewed"

    @action("Review", permissions=["dispatch.change_abusereport"])
    def review(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return ask(self, request, object_id, REVIEW, abuse.review)


@admin.register(Question)
class QuestionAdmin(WideWindow):
    """Questions among colleagues, without their words: those stand in the chat's notes."""

    list_display = ["asked_by", "topic", "language", "brand", "asked_at", "answered_by", "closed_at"]
    list_filter = ["brand", "language"]
    list_select_related = ["asked_by", "answered_by", "brand"]
    ordering = ["-asked_at"]
    fields = ["id", "brand", "conversation", "asked_by", "topic", "language", "asked_at", "answered_by", "closed_at"]
