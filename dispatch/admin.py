"""Windows onto the ride: the queue, its offers, who leads the matching, and each conversation from end to end."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from conversations import disclosure
from conversations.models import Conversation, Engagement
from dispatch import (
    admin_handovers,
    admin_what_ifs,
    desk,
    escalations,
    offers,
    still_waiting,
    takeovers,
    timeline,
    windows,
)
from dispatch.explanations import language_name
from dispatch.models import Escalation, Leadership, Offer
from marketplace import clock
from marketplace.windows import (
    Question,
    WideWindow,
    Window,
    WindowInline,
    action,
    address,
    ask,
    by_principal,
    label,
    surroundings,
)
from payouts import receipts
from payouts.models import Posting

assert windows  # registers its own
assert admin_what_ifs

ESCALATION_COLOURS = {"waiting": "warning", "offered": "info", "engaged": "success"}
OFFER_COLOURS = {"open": "info", "accepted": "success", "declined": "", "expired": "warning", "withdrawn": ""}
INTERVENES = ["dispatch.change_escalation"]
TO_FRONT = Question(
    title="Put this request to the front",
    words="It is offered before everybody else who waits. How long it has waited stays as it is.",
    button="Put it to the front",
    done="It is served next.",
)
WITHDRAW = Question(
    title="Withdraw the open offer",
    words="It stops ringing with no mark against the agent, and is offered to somebody else.",
    button="Withdraw the offer",
    done="The offer is withdrawn; the request waits again.",
)
TAKE_BACK = Question(
    title="Take this chat back",
    words="The agent leaves the chat and is paid for the time in it. The customer waits at the front of the queue.",
    button="Take it back",
    done="The chat is in the queue again, at its front.",
    grave=True,
)
READ = Question(
    title="Read what was said",
    words="You see the texts, the packet, the notes and who the customer is. Your name and your reason stay in the"
    " audit.",
    button="Read",
)


class Offers(WindowInline):
    """Whom it was held out to."""

    model = Offer
    fields = ["agent", "state", "offered_at", "ended_at", "reason"]

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("agent").order_by("offered_at")


@admin.register(Escalation)
class EscalationAdmin(WideWindow):
    """A request for a person. Its packet quotes the customer: it is read on the conversation's page, with a reason."""

    list_display = ["topic", "state_shown", "brand", "language", "reason", "priority", "queued_at", "ended_at"]
    list_filter = ["state", "brand", "language", "reason"]
    list_select_related = ["brand"]
    search_fields = ["id__exact", "conversation__id__exact"]
    ordering = ["-queued_at"]
    fields = [
        "id", "brand", "conversation", "state", "why_it_waits", "reason", "topic", "language", "priority", "kind",
        "queued_at", "waits_since", "due_at", "tier", "tier_until", "held_until", "held_why", "reached_at", "ended_at",
    ]  # fmt: skip
    readonly_fields = ["why_it_waits"]
    inlines = [Offers]
    actions_detail = ["to_front", "withdraw_offer", "take_over", "take_back"]
    acts_when = {
        "to_front": (Escalation.State.WAITING, Escalation.State.OFFERED),
        "withdraw_offer": (Escalation.State.OFFERED,),
        "take_over": Escalation.UNDER_WAY,
        "take_back": (Escalation.State.ENGAGED,),
    }

    @label("State", ESCALATION_COLOURS, ordering="state")
    def state_shown(self, escalation: Escalation) -> tuple[str, str]:
        return escalation.state, escalation.get_state_display()

    @admin.display(description="Why it still waits")
    def why_it_waits(self, escalation: Escalation) -> str:
        return still_waiting.why(escalation.pk, now=clock.now()) or "-"

    @action("Put to the front", permissions=INTERVENES)
    def to_front(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return ask(self, request, object_id, TO_FRONT, by_principal(escalations.to_front))

    @action("Withdraw the offer", permissions=INTERVENES)
    def withdraw_offer(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return ask(self, request, object_id, WITHDRAW, by_principal(offers.take_from))

    @action("Take the chat over", permissions=INTERVENES)
    def take_over(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return ask(self, request, object_id, admin_handovers.TAKE_OVER, admin_handovers.take_over)

    @action("Take the chat back", permissions=INTERVENES)
    def take_back(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return ask(self, request, object_id, TAKE_BACK, by_principal(desk.take_back))


@admin.register(Offer)
class OfferAdmin(WideWindow):
    """An offer changes state by being answered, never by being edited."""

    list_display = ["agent", "state_shown", "brand", "topic", "price", "offered_at", "answer_time", "reason"]
    list_filter = ["state", "brand", "reason"]
    list_select_related = ["agent", "brand", "escalation"]
    search_fields = ["id__exact", "escalation__id__exact"]
    ordering = ["-offered_at"]
    fields = [
        "id", "brand", "escalation", "agent", "state", "price", "why", "pay_plan", "offered_at", "expires_at",
        "ended_at", "reason",
    ]  # fmt: skip
    readonly_fields = ["price", "why"]

    @label("State", OFFER_COLOURS, ordering="state")
    def state_shown(self, offer: Offer) -> tuple[str, str]:
        return offer.state, offer.get_state_display()

    @admin.display(description="Topic")
    def topic(self, offer: Offer) -> str:
        return offer.escalation.topic

    @admin.display(description="At least")
    def price(self, offer: Offer) -> str:
        if "minimum_minor" not in offer.card:
            return "-"
        return receipts.money(offer.card["minimum_minor"], offer.card["currency"], locale="en")

    @admin.display(description="Why this agent")
    def why(self, offer: Offer) -> str:
        return ", ".join(str(reason) for reason in offer.card.get("why", []))

    @admin.display(description="Answered after")
    def answer_time(self, offer: Offer) -> str:
        return f"{(offer.ended_at - offer.offered_at).total_seconds():.1f} s" if offer.ended_at else "-"


@admin.register(Leadership)
class LeadershipAdmin(Window):
    """Which dispatcher plans now."""

    list_display = ["shard", "holder", "epoch", "until"]


@admin.register(Conversation)
class ConversationAdmin(WideWindow):
    """One thread, from end to end. What happened is seen at once; what was said, with a reason."""

    list_display = ["customer", "state_shown", "brand", "topic", "language", "opened_at", "closed_at"]
    list_filter = ["state", "brand", "language", "topic"]
    list_select_related = ["customer", "brand"]
    search_fields = ["id__exact", "customer__id__exact"]
    ordering = ["-opened_at"]
    actions_detail = ["read", "take_over"]
    acts_when = {"read": (Conversation.State.OPEN, Conversation.State.CLOSED), "take_over": (Conversation.State.OPEN,)}

    @label("State", {"open": "info", "closed": ""}, ordering="state")
    def state_shown(self, conversation: Conversation) -> tuple[str, str]:
        return conversation.state, conversation.get_state_display()

    @action("Read what was said", permissions=["conversations.view_conversation", "conversations.view_event"])
    def read(self, request: HttpRequest, object_id: str) -> HttpResponse:
        def show(opened: disclosure.Opened) -> HttpResponse:
            found = self.get_object(request, object_id)
            around = surroundings(self, request, found, READ, opened=opened, packets=_packets(opened))
            return TemplateResponse(request, "admin/conversation_texts.html", around)

        return ask(self, request, object_id, READ, by_principal(disclosure.read), show=show)

    @action("Take over", permissions=INTERVENES)
    def take_over(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return ask(self, request, object_id, admin_handovers.TAKE_OVER, takeovers.take_over)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The timeline stands where a form would: nothing here can be edited."""
        found = self.get_object(request, object_id)
        if request.method not in ("GET", "HEAD") or not self.has_view_permission(request, found):
            raise PermissionDenied
        if found is None:
            raise Http404("There is no such conversation.")
        actions = self._get_actions_navigation(
            self.actions_detail, self.get_actions_detail(request, object_id), object_id
        )
        context = {
            **self.admin_site.each_context(request),
            **_story(found),
            "title": f"{found.customer}, {found.brand}",
            "opts": self.opts,
            "original": found,
            "actions_detail": actions,
            "paid": _paid(found) if request.user.has_perm("payouts.view_posting") else [],
            "requests": _requests(self, found) if request.user.has_perm("dispatch.view_escalation") else [],
        }
        return TemplateResponse(request, "admin/conversation.html", context)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("customer", "brand")


def _story(conversation: Conversation) -> dict[str, Any]:
    moments = timeline.of(conversation)
    lasted = (conversation.closed_at or clock.now()) - conversation.opened_at
    return {
        "moments": moments,
        "lasted": receipts.duration(max(0, round(lasted.total_seconds())), locale="en"),
        "language": language_name(conversation.language) if conversation.language else "",
        "engagements": list(timeline.engagements_of(conversation)),
        "cut": len(moments) >= timeline.MOST_EVENTS,
    }


def _paid(conversation: Conversation) -> list[str]:
    """What its engagements earned, by currency."""
    engagements = Engagement.objects.filter(conversation=conversation).values("pk")
    sums = Posting.objects.filter(engagement_id__in=engagements).values_list("currency").annotate(Sum("amount"))
    return [receipts.money(amount, currency, locale="en") for currency, amount in sums.order_by("currency")]


def _requests(window: ConversationAdmin, conversation: Conversation) -> list[dict[str, str]]:
    """Its requests for a person, with where each can be acted on."""
    page = window.admin_site.get_model_admin(Escalation)
    rows = Escalation.objects.filter(conversation=conversation).order_by("queued_at")
    return [{"name": str(row), "link": address(page, row)} for row in rows]


def _packets(opened: disclosure.Opened) -> list[dict[str, Any]]:
    return [row.data["packet"] for row in opened.lines if "packet" in row.data]
