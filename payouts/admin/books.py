"""Windows onto the books: accounts, postings, facts, proofs and periods."""

from datetime import UTC, date, datetime, time

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from unfold.widgets import UnfoldAdminTextInputWidget

from audit import journal
from marketplace.windows import Question, WideWindow, Window, action
from payouts import periods, receipts
from payouts.admin.lists import ask_of_list
from payouts.admin.run_page import person
from payouts.models import (
    Account,
    ArchivedPosting,
    Archiving,
    ClosingBalance,
    LedgerAudit,
    Night,
    Period,
    Posting,
)


class CloseForm(forms.Form):
    """Up to which day, without it."""

    until = forms.DateField(
        widget=UnfoldAdminTextInputWidget(attrs={"placeholder": "2026-11-01"}),
        help_text="The first day that stays open, in UTC.",
    )


CLOSE = Question(
    "Close the books",
    "No posting is ever dated before this day again, by anybody. What each account stands at is kept.",
    "Close",
    form=CloseForm,
    grave=True,
)


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

    list_display = ["shown", "postings", "sums", "closed_at", "closer"]
    actions_list = ["close"]

    @admin.display(description="During", ordering="during")
    def shown(self, period: Period) -> str:
        return str(period)

    @admin.display(description="Sums")
    def sums(self, period: Period) -> str:
        return _sums(period)

    @admin.display(description="Closed by")
    def closer(self, period: Period) -> str:
        return person(period.closed_by)

    @action("Close the books", permissions=["payouts.add_period"])
    def close(self, request: HttpRequest) -> HttpResponse:
        return ask_of_list(self, request, CLOSE, _closed)


def _closed(*, until: date, by: str, now: datetime) -> str:
    period = periods.close(until=datetime.combine(until, time(), UTC), by=by, now=now)
    journal.record("period.close", actor=by, subject=f"period:{period.pk}", now=now)
    return f"Closed: {period}, {period.postings} postings, {_sums(period)}."


def _sums(period: Period) -> str:
    told = (receipts.money(int(total), currency, locale="en") for currency, total in period.totals.items())
    return ", ".join(told) or "no money"


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


@admin.register(Night)
class NightAdmin(Window):
    """The root over each day's postings, as statements show it."""

    list_display = ["day", "postings", "sha256", "made_at"]
    search_fields = ["sha256"]
    fields = ["day", "postings", "tree", "previous", "sha256", "made_at"]


@admin.register(LedgerAudit)
class LedgerAuditAdmin(Window):
    """Each proof of the ledger, the nightly ones and those asked for."""

    list_display = ["created_at", "balanced", "postings", "totals", "faults"]
    list_filter = ["balanced"]
