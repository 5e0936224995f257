"""Windows onto demand: what came, what is expected and how right that was; and what operators say about it."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse

from brands.models import Brand
from marketplace import clock
from marketplace.windows import (
    Acting,
    Question,
    ReasonForm,
    WideWindow,
    Window,
    action,
    ask,
    by_principal,
    label,
)
from payouts.admin.lists import ask_of_list
from shifts import saying
from shifts.models import Arrivals, Expectation, Outlook, SpecialDay, Staffing

PLANS = ["shifts.change_shift"]


class DayForm(forms.Form):
    """Days unlike others."""

    brand = forms.ModelChoiceField(Brand.objects.filter(active=True))
    name = forms.CharField(max_length=60, help_text="The same name each time: then earlier ones are learned from.")
    kind = forms.ChoiceField(choices=SpecialDay.Kind.choices)
    first = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}))
    last = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}))
    multiplier = forms.FloatField(
        min_value=0, max_value=20, required=False, help_text="Times an ordinary day. Empty: learned."
    )
    topic = forms.SlugField(max_length=40, required=False, help_text="Empty: all.")
    language = forms.CharField(max_length=8, required=False, help_text="Empty: all.")


class ExpectForm(forms.Form):
    """How busy a class will be that has no past."""

    brand = forms.ModelChoiceField(Brand.objects.filter(active=True))
    topic = forms.SlugField(max_length=40)
    language = forms.CharField(max_length=8, min_length=2)
    requests_a_day = forms.FloatField(min_value=0, max_value=1_000_000)
    shaped_after_topic = forms.SlugField(max_length=40, required=False, help_text="Empty: after all the brand's.")
    shaped_after_language = forms.CharField(max_length=8, required=False)


SAY = Question(
    title="Name days unlike others",
    words="The next forecast knows them. A closed day expects nobody; a campaign or a holiday is learned or stated.",
    button="Name them",
    done="The next forecast knows these days.",
    form=DayForm,
)
END = Question(
    title="These days are like others after all",
    words="They count no more from the next forecast on. The row stays.",
    button="End them",
    done="They count no more.",
    form=ReasonForm,
)
EXPECT = Question(
    title="Expect a class without a past",
    words="Its own days outweigh this within a month.",
    button="Expect it",
    done="The next forecast knows it.",
    form=ExpectForm,
)


def say(*, brand: Brand, by: str, now: datetime, **said: Any) -> str:
    """The room as the form calls it."""
    return f"Named: {saying.say_special(brand.pk, by=by, now=now, **said)}."


def expect(*, brand: Brand, topic: str, language: str, by: str, now: datetime, **said: Any) -> str:
    """The room as the form calls it."""
    return f"Expected: {saying.expect(brand.pk, topic, language, by=by, now=now, **said)}."


@admin.register(Arrivals)
class ArrivalsAdmin(WideWindow):
    """Requests for a person by class and half hour, rolled up from what happened."""

    list_display = ["begins_at", "brand", "topic", "language", "came", "reached", "in_time", "abandoned", "handling"]
    list_filter = ["brand", "language", "topic"]
    list_select_related = ["brand"]
    date_hierarchy = "begins_at"

    @admin.display(description="Handling, s")
    def handling(self, arrivals: Arrivals) -> str:
        return f"{arrivals.handled_seconds / arrivals.chats:.0f}" if arrivals.chats else ""


@admin.register(Outlook)
class OutlookAdmin(WideWindow):
    """What is expected of each class and day, by which method, and how right it was."""

    list_display = ["day", "brand", "topic", "language", "expected", "band", "happened", "missed_share", "method"]
    list_filter = ["brand", "language", "topic", "method", "back_tested"]
    list_select_related = ["brand"]
    date_hierarchy = "day"

    @admin.display(description="Expected")
    def expected(self, outlook: Outlook) -> str:
        return f"{sum(outlook.said):.0f}"

    @admin.display(description="Busiest half hour")
    def band(self, outlook: Outlook) -> str:
        most = max(range(len(outlook.middle)), key=outlook.middle.__getitem__, default=None)
        return "" if most is None else f"{outlook.low[most]:.0f} to {outlook.high[most]:.0f}"

    @admin.display(description="Came")
    def happened(self, outlook: Outlook) -> str:
        return "" if outlook.came is None else f"{sum(outlook.came):.0f}"

    @admin.display(description="Missed by")
    def missed_share(self, outlook: Outlook) -> str:
        came = sum(outlook.came or [])
        return f"{outlook.missed / came:.1%}" if came and outlook.missed is not None else ""


class StaffingForm(forms.ModelForm[Staffing]):
    """The service level, and what may be made of it."""

    reason = forms.CharField(min_length=3, max_length=300, help_text="Kept in the audit with your name.")

    class Meta:
        model = Staffing
        fields = ["brand", *saying.STAFFING]


@admin.register(Staffing)
class StaffingAdmin(Acting):
    """What each brand asks of its people, and whether shifts are made of it by themselves."""

    form = StaffingForm
    list_display = ["brand", "share", "target_seconds", "automatic", "rate_cents", "week_budget_cents", "set_at"]
    list_select_related = ["brand"]
    fields = ["brand", *saying.STAFFING, "found_by_simulation", "reason"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ["brand", "found_by_simulation"] if obj else ["found_by_simulation"]

    @admin.display(description="Found by simulation")
    def found_by_simulation(self, asked: Staffing) -> str:
        if asked.simulated_at is None:
            return "Not yet: the busiest day ahead is simulated within the hour once there is a forecast."
        return (
            f"{asked.simulated:.2f} times Erlang's places: {asked.simulated_level:.1%} are answered in time with it, "
            f"{asked.erlang_level:.1%} without. {asked.simulated_at:%d %B %Y}."
        )

    def save_model(self, request: HttpRequest, obj: Staffing, form: Any, change: bool) -> None:
        told = {name: getattr(obj, name) for name in saying.STAFFING}
        by, why = f"operator:{request.user.pk}", form.cleaned_data["reason"]
        saying.set_staffing(obj.brand_id, by=by, reason=why, now=clock.now(), **told)


@admin.register(SpecialDay)
class SpecialDayAdmin(Window):
    """Closed days, holidays and campaigns."""

    list_display = ["first", "last", "brand", "name", "kind", "multiplier", "topic", "language", "state_shown"]
    list_filter = ["brand", "kind"]
    list_select_related = ["brand"]
    actions_list = ["say"]
    actions_detail = ["end"]
    acts_when = {"end": ("counts",)}

    def state_of(self, found: SpecialDay) -> str:
        return "ended" if found.ended_at else "counts"

    @label("State", {"counts": "success", "ended": ""})
    def state_shown(self, said: SpecialDay) -> tuple[str, str]:
        return self.state_of(said), "Ended" if said.ended_at else "Counts"

    @action("Name days", permissions=PLANS)
    def say(self, request: HttpRequest) -> HttpResponse:
        return ask_of_list(self, request, SAY, say)

    @action("End", permissions=PLANS)
    def end(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return ask(self, request, object_id, END, by_principal(saying.end_special))


@admin.register(Expectation)
class ExpectationAdmin(Window):
    """How busy classes without a past will be."""

    list_display = ["brand", "topic", "language", "requests_a_day", "shaped_after_topic", "said_at"]
    list_filter = ["brand"]
    list_select_related = ["brand"]
    actions_list = ["expect"]

    @action("Expect a class", permissions=PLANS)
    def expect(self, request: HttpRequest) -> HttpResponse:
        return ask_of_list(self, request, EXPECT, expect)
