"""The admin's front page, and windows onto what belongs to no app of ours: sockets, addresses and roles."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import allauth.account.admin
import django.contrib.auth.admin  # noqa: F401  # both register first, so that ours may take their place
from allauth.account.models import EmailAddress
from django.contrib import admin
from django.contrib.auth.models import Group, Permission
from django.db.models import Min, QuerySet, Sum
from django.http import HttpRequest
from django.urls import reverse
from django.utils.timesince import timesince

from agents.models import Agent, Slot
from audit import journal
from conversations.models import Engagement
from dispatch.models import Escalation
from marketplace import clock
from marketplace.appearance import APPLIED, IN_LINE
from marketplace.windows import Acting, WideWindow, Window
from payouts import receipts
from payouts.earnings import EARNED
from payouts.models import Posting
from realtime.models import Connection, ServerLease, Ticket

assert allauth.account.admin


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of the front page, with the list that it counts."""

    name: str
    value: str
    words: str
    link: str


def figures(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Unfold's hook: a few live figures, each for whoever may see what it counts."""
    now = clock.now()
    sources = (
        ("dispatch.view_escalation", _waiting),
        ("conversations.view_engagement", _in_chats),
        ("agents.view_slot", _online),
        ("agents.view_agent", _applications),
        ("payouts.view_posting", _earned),
    )
    shown = [figure(now) for right, figure in sources if request.user.has_perm(right)]
    return {**context, "figures": shown, "title": "Now"}


def applied(request: HttpRequest) -> str:
    """How many applications wait, for the sidebar; nothing where none does."""
    waiting = (
        Agent.objects.filter(state=Agent.State.APPLIED).count() if request.user.has_perm("agents.view_agent") else 0
    )
    return str(waiting) if waiting else ""


def _waiting(now: datetime) -> Figure:
    rows = Escalation.objects.filter(state__in=[Escalation.State.WAITING, Escalation.State.OFFERED])
    oldest: datetime | None = rows.aggregate(oldest=Min("queued_at"))["oldest"]
    words = f"the first for {timesince(oldest, now)}" if oldest else "nobody waits"
    return Figure("Waiting for a person", str(rows.count()), words, _list("dispatch_escalation", IN_LINE))


def _in_chats(now: datetime) -> Figure:
    live = Engagement.objects.filter(ended_at=None).count()
    return Figure("With a person", str(live), "chats under way", _list("conversations_engagement", "state__exact=live"))


def _online(now: datetime) -> Figure:
    willing = Slot.objects.filter(willing=True, agent__state=Agent.State.APPROVED)
    places = willing.aggregate(places=Sum("places"), taken=Sum("active"))
    words = f"{places['taken'] or 0} of {places['places'] or 0} places taken"
    return Figure("Agents online", str(willing.count()), words, _list("agents_slot", "willing__exact=1"))


def _applications(now: datetime) -> Figure:
    waiting = Agent.objects.filter(state=Agent.State.APPLIED)
    oldest: datetime | None = waiting.aggregate(oldest=Min("created_at"))["oldest"]
    words = f"the oldest for {timesince(oldest, now)}" if oldest else "none waits for an answer"
    return Figure("Applications", str(waiting.count()), words, _list("agents_agent", APPLIED))


def _earned(now: datetime) -> Figure:
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    earned = Posting.objects.filter(created_at__gte=today, kind__in=EARNED)
    sums = earned.order_by("currency").values_list("currency")
    amounts = [receipts.money(amount, currency, locale="en") for currency, amount in sums.annotate(Sum("amount"))]
    return Figure("Earned by agents", ", ".join(amounts) or "0", "today, UTC", _list("payouts_posting"))


def _list(name: str, query: str = "") -> str:
    return reverse(f"admin:{name}_changelist") + (f"?{query}" if query else "")


@admin.register(ServerLease)
class ServerLeaseAdmin(Window):
    """Server processes that may hold sockets."""

    list_display = ["id", "started_at", "expires_at"]
    ordering = ["-expires_at"]


@admin.register(Connection)
class ConnectionAdmin(WideWindow):
    """Open sockets, as long as their server's lease lives."""

    list_display = ["principal", "server", "connected_at"]
    list_select_related = ["server"]
    search_fields = ["principal"]
    ordering = ["-connected_at"]


@admin.register(Ticket)
class TicketAdmin(WideWindow):
    """Rights to open one socket. The secrets are stored nowhere, their hashes shown to nobody."""

    list_display = ["principal", "origin", "expires_at"]
    search_fields = ["principal"]
    ordering = ["-expires_at"]
    fields = ["principal", "origin", "expires_at"]


admin.site.unregister(EmailAddress)
admin.site.unregister(Group)


@admin.register(EmailAddress)
class EmailAddressAdmin(Window):
    """Addresses and whether their owners confirmed them."""

    list_display = ["email", "user", "verified", "primary"]
    list_filter = ["verified"]
    list_select_related = ["user"]
    search_fields = ["email"]
    fields = ["user", "email", "verified", "primary"]


@admin.register(Group)
class RoleAdmin(Acting):
    """A named set of rights. Only administrators write roles, so that no role grants more than its author has."""

    list_display = ["name"]
    search_fields = ["name"]
    filter_horizontal = ["permissions"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(getattr(request.user, "is_superuser", False))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(getattr(request.user, "is_superuser", False))

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **options: Any) -> Any:
        if db_field.name == "permissions":
            rights: QuerySet[Permission] = Permission.objects.select_related("content_type")
            options["queryset"] = rights
        return super().formfield_for_manytomany(db_field, request, **options)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        rights = sorted(form.instance.permissions.values_list("codename", flat=True))
        journal.record(
            "role.edited" if change else "role.added",
            actor=f"operator:{request.user.pk}",
            subject=f"role:{form.instance.pk}",
            detail={"name": form.instance.name, "rights": rights},
            now=clock.now(),
        )
