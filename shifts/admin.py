"""Windows onto shifts: made, published and called off by the rooms; runs of the matching with gap and refusals."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse

from brands.models import Brand
from marketplace.windows import (
    ConfirmForm,
    Question,
    ReasonForm,
    Window,
    WindowInline,
    action,
    ask,
    by_principal,
    label,
)
from payouts.admin.lists import ask_of_list
from shifts import admin_planners as admin_planners
from shifts import admin_terms as admin_terms
from shifts import asking, attendance, planning
from shifts import windows as windows
from shifts.models import Allotment, News, Seat, Shift, Swap, Waiting, Wish

PLANS = ["shifts.change_shift"]


class PublishForm(forms.Form):
    """How long wishes are gathered."""

    window_hours = forms.IntegerField(
        min_value=0,
        max_value=24 * 28,
        initial=48,
        help_text="Hours in which agents wish. 0: seats are claimed at once.",
    )


class ChangeForm(forms.Form):
    """Seats and rate; a published rate never falls."""

    seat_count = forms.IntegerField(min_value=1, max_value=500)
    rate_cents = forms.IntegerField(min_value=0, max_value=planning.HIGHEST_RATE_CENTS, help_text="For an hour.")


class AgainForm(forms.Form):
    """The same block so many weeks later, for each of them; what is there already is left as it is."""

    weeks = forms.IntegerField(min_value=1, max_value=12)


PUBLISH = Question(
    title="Publish this shift",
    words="Agents who are certified for it see it. They plan by it: its time stays, its guarantee never falls.",
    button="Publish",
    done="Agents see the shift now.",
    form=PublishForm,
)
CHANGE = Question(
    title="Change seats and guarantee",
    words="Nobody loses a seat that she holds.",
    button="Change",
    done="The shift is changed.",
    form=ChangeForm,
)
REPEAT = Question(
    title="Repeat this shift in later weeks",
    words="Each becomes a draft at the same time by the brand's clock.",
    button="Repeat",
    done="The drafts are made.",
    form=AgainForm,
)
CALL_OFF = Question(
    title="Call this shift off",
    words="Everybody who holds a seat, wished or waits is told, and nobody is paid for it.",
    button="Call off",
    done="The shift is called off.",
    form=ReasonForm,
    grave=True,
)
RUN = Question(
    title="Answer wishes now",
    words="The matching runs within a minute. Seats that are held stay as they are.",
    button="Ask for a run",
    done="The run is asked for.",
    form=ConfirmForm,
)


def publish(shift_id: UUID, *, window_hours: int, now: datetime, by: str) -> Shift:
    """The room as the form calls it."""
    ends_at = now + timedelta(hours=window_hours) if window_hours else None
    return planning.publish(shift_id, window_ends_at=ends_at, by=by, now=now)


def change(shift_id: UUID, *, by: str, now: datetime, **changes: Any) -> Shift:
    """The room as the form calls it."""
    return planning.change(shift_id, changes, by=by, now=now)


class NewShiftForm(forms.Form):
    """A block to be drafted."""

    brand = forms.ModelChoiceField(Brand.objects.filter(active=True))
    topic = forms.SlugField(max_length=40)
    language = forms.CharField(max_length=8, min_length=2)
    begins_at = forms.DateTimeField(help_text="UTC", widget=forms.DateTimeInput(attrs={"type": "datetime-local"}))
    ends_at = forms.DateTimeField(help_text="UTC", widget=forms.DateTimeInput(attrs={"type": "datetime-local"}))
    seat_count = forms.IntegerField(min_value=1, max_value=500)
    rate_cents = forms.IntegerField(min_value=0, max_value=planning.HIGHEST_RATE_CENTS, help_text="For an hour.")


NEW = Question(
    title="Make a shift",
    words="It is a draft, which only operators see until it is published.",
    button="Make the draft",
    form=NewShiftForm,
)


def draft(*, brand: Brand, by: str, now: datetime, **block: Any) -> str:
    """The room as the form calls it."""
    made = planning.draft(brand.pk, planning.Block(**block), by=by, now=now)
    return f"Drafted: {made}."


def run(*, by: str, now: datetime) -> str:
    asking.ask("asked", by=by, now=now)
    return "The run is asked for, and begins within a minute."


class SeatInline(WindowInline):
    """Who holds or held the seats."""

    model = Seat
    fields = ["number", "agent", "state", "way", "begins_at", "ends_at", "arrived_at", "absent_seconds", "settled_at"]
    readonly_fields = fields


class WishInline(WindowInline):
    """Who wished, and what each was told."""

    model = Wish
    fields = ["agent", "strength", "state", "sentence", "answered_at"]
    readonly_fields = fields


@admin.register(Shift)
class ShiftAdmin(Window):
    """Blocks of time with seats. Made as drafts, published and called off by the rooms."""

    list_display = [
        "begins_at",
        "ends_at",
        "brand",
        "topic",
        "language",
        "taken",
        "rate_cents",
        "currency",
        "state_shown",
    ]
    list_filter = ["state", "brand", "language", "topic"]
    list_select_related = ["brand"]
    date_hierarchy = "begins_at"
    ordering = ["begins_at"]
    inlines = [SeatInline, WishInline]
    actions_list = ["new"]
    actions_detail = ["publish", "change_seats", "repeat", "call_off"]
    acts_when = {
        "publish": ("draft",),
        "change_seats": ("draft", "published"),
        "call_off": ("draft", "published"),
    }

    @label("State", {"draft": "warning", "published": "success", "closed": ""}, ordering="state")
    def state_shown(self, shift: Shift) -> tuple[str, str]:
        return shift.state, shift.get_state_display()

    @admin.display(description="Seats taken")
    def taken(self, shift: Shift) -> str:
        return f"{shift.seats.filter(state__in=Seat.HELD).count()} of {shift.seat_count}"

    @action("Make a shift", permissions=PLANS)
    def new(self, request: HttpRequest) -> HttpResponse:
        return ask_of_list(self, request, NEW, draft)

    @action("Publish", permissions=PLANS)
    def publish(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return ask(self, request, object_id, PUBLISH, by_principal(publish))

    @action("Change seats", permissions=PLANS)
    def change_seats(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return ask(self, request, object_id, CHANGE, by_principal(change))

    @action("Repeat", permissions=PLANS)
    def repeat(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return ask(self, request, object_id, REPEAT, by_principal(planning.repeat))

    @action("Call off", permissions=PLANS)
    def call_off(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return ask(self, request, object_id, CALL_OFF, by_principal(planning.call_off))


@admin.register(Seat)
class SeatAdmin(Window):
    """Who holds which seat, who came, and who did not."""

    list_display = ["begins_at", "ends_at", "agent", "shift", "state_shown", "late", "absent_seconds", "settled_at"]
    list_filter = ["state", "way", "brand"]
    list_select_related = ["agent", "shift"]
    date_hierarchy = "begins_at"
    ordering = ["-begins_at"]

    @label("State", {"confirmed": "info", "present": "success", "missed": "danger"}, ordering="state")
    def state_shown(self, seat: Seat) -> tuple[str, str]:
        return seat.state, seat.get_state_display()

    @admin.display(description="Late", boolean=True)
    def late(self, seat: Seat) -> bool:
        return attendance.is_late(seat)


class AnsweredInline(WindowInline):
    """What this run told whom."""

    model = Wish
    fields = ["agent", "shift", "strength", "state", "reason", "sentence"]
    readonly_fields = fields


@admin.register(Allotment)
class AllotmentAdmin(Window):
    """Runs of the matching: seats granted, wishes refused with their sentences, and how far from the best it may be."""

    list_display = ["asked_at", "kind", "state_shown", "shifts", "seats_free", "granted", "refused", "gap_shown"]
    list_filter = ["state", "kind"]
    inlines = [AnsweredInline]
    actions_list = ["run_now"]

    @label("State", {"running": "info", "done": "success", "failed": "danger"}, ordering="state")
    def state_shown(self, allotment: Allotment) -> tuple[str, str]:
        return allotment.state, allotment.get_state_display()

    @admin.display(description="From the best at most")
    def gap_shown(self, allotment: Allotment) -> str:
        return "" if allotment.gap is None else f"{allotment.gap:.3%}"

    @action("Answer wishes now", permissions=["shifts.change_allotment"])
    def run_now(self, request: HttpRequest) -> HttpResponse:
        return ask_of_list(self, request, RUN, run)


@admin.register(Waiting)
class WaitingAdmin(Window):
    """Who waits for a seat of a full shift."""

    list_display = ["shift", "agent", "state", "joined_at", "rung_at"]
    list_filter = ["state", "brand"]
    list_select_related = ["shift", "agent"]


@admin.register(Swap)
class SwapAdmin(Window):
    """Seats held out to colleagues."""

    list_display = ["offered_at", "seat", "colleague", "wanted", "state", "taken_by", "ended_at"]
    list_filter = ["state", "brand"]
    list_select_related = ["seat__shift", "colleague", "wanted", "taken_by"]


@admin.register(News)
class NewsAdmin(Window):
    """What agents were told about their shifts."""

    list_display = ["made_at", "agent", "kind", "shift", "words", "until", "told_at", "put_away_at"]
    list_filter = ["kind", "brand"]
    list_select_related = ["agent", "shift"]
