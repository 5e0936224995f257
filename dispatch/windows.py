"""Windows onto how the matching is done: modes, what agents earn for their time, bonuses while it is busy."""

import json
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminTextareaWidget

from dispatch import explanations, fairness, modes, raises, surge
from dispatch.explanations import language_name
from dispatch.models import Decision, Mode, Round, ScoreWeights, Standing, Surge, SurgePolicy, SurgeRaise
from marketplace import clock
from marketplace.windows import Acting, Question, WideWindow, Window, action, ask, by_principal, label
from payouts import receipts, surges
from payouts.models import SurgeBudget

SWITCH_OFF = Question(
    title="Switch this mode off",
    words="The next round matches by the score again, within a second.",
    button="Switch it off",
    done="Switched off.",
)


UNDO_RAISE = Question(
    title="Undo this raise",
    words="The bonus is at once what the wait calls for. Offers already made keep what they were made with.",
    button="Undo it",
    done="Undone.",
)


class ModeForm(forms.ModelForm[Mode]):
    """What is switched on, for whom, and why."""

    class Meta:
        model = Mode
        fields = ["kind", "brand", "reason"]
        help_texts = {"brand": "Left empty: every brand.", "reason": "Kept in the audit with your name."}

    def clean_reason(self) -> str:
        reason = str(self.cleaned_data["reason"])
        if len(reason) < modes.SHORTEST_REASON:
            raise forms.ValidationError(modes.WHY)
        return reason

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        again = Mode.objects.filter(kind=given.get("kind", ""), brand=given.get("brand"), ended_at=None)
        if not self.errors and again.exists():
            raise forms.ValidationError("This is switched on already.")
        return given


@admin.register(Mode)
class ModeAdmin(Acting):
    """The kill switch and fair mode: each time one was on. Adding a row switches it on, its button off."""

    form = ModeForm
    list_display = ["shown_kind", "brand_or_all", "began_at", "reason", "ended_at", "end_reason"]
    list_filter = ["kind", "brand"]
    list_select_related = ["brand"]
    actions_detail = ["switch_off"]
    acts_when = {"switch_off": ("on",)}

    def state_of(self, found: Mode) -> str:
        return "off" if found.ended_at else "on"

    @label("Mode", {"on": "warning", "off": ""}, ordering="kind")
    def shown_kind(self, mode: Mode) -> tuple[str, str]:
        return self.state_of(mode), mode.get_kind_display()

    @admin.display(description="For")
    def brand_or_all(self, mode: Mode) -> str:
        return str(mode.brand or "every brand")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        given = ["kind", "brand", "reason"]
        return given if obj is None else [*given, "began_at", "began_by", "ended_at", "ended_by", "end_reason"]

    def save_model(self, request: HttpRequest, obj: Mode, form: Any, change: bool) -> None:
        by = f"operator:{request.user.pk}"
        made = modes.switch_on(obj.kind, obj.brand_id, by=by, reason=obj.reason, now=clock.now())
        obj.pk = made.pk

    @action("Switch it off", permissions=["dispatch.change_mode"])
    def switch_off(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return ask(self, request, object_id, SWITCH_OFF, by_principal(modes.switch_off))


class PolicyForm(forms.ModelForm[SurgePolicy]):
    """A brand's bonus: from which wait, in which steps, how much at most, and out of how much in all."""

    limit_minor = forms.IntegerField(
        min_value=0, max_value=surges.HIGHEST_LIMIT, label="Budget", widget=UnfoldAdminIntegerFieldWidget,
        help_text="Minor units in all, what is spent and promised included.",
    )  # fmt: skip
    reason = forms.CharField(
        min_length=3, max_length=300, widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text="Kept in the audit with your name.",
    )  # fmt: skip

    class Meta:
        model = SurgePolicy
        fields = ["brand", "active", "from_s", "each_s", "step_minor", "highest_minor"]

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.budget = SurgeBudget.objects.filter(pk=self.instance.pk).first() if self.instance.pk else None
        if self.budget:
            self.initial["limit_minor"] = self.budget.limit_minor

    def clean_limit_minor(self) -> int:
        limit: int = self.cleaned_data["limit_minor"]
        if self.budget and limit < self.budget.reserved_minor + self.budget.spent_minor:
            raise forms.ValidationError("More than that is spent or promised already.")
        return limit


@admin.register(SurgePolicy)
class SurgePolicyAdmin(Acting):
    """When a brand pays on top while it is busy, and what is left for it. It needs a pay plan with the rule surge."""

    form = PolicyForm
    list_display = ["brand", "active", "from_s", "each_s", "step", "most", "left", "set_at"]
    list_select_related = ["brand"]
    fields = ["brand", "active", "from_s", "each_s", "step_minor", "highest_minor", "limit_minor", "reason"]

    @admin.display(description="Step")
    def step(self, policy: SurgePolicy) -> str:
        return receipts.money(policy.step_minor, policy.brand.currency, locale="en")

    @admin.display(description="At most")
    def most(self, policy: SurgePolicy) -> str:
        return receipts.money(policy.highest_minor, policy.brand.currency, locale="en")

    @admin.display(description="Left of the budget")
    def left(self, policy: SurgePolicy) -> str:
        found = surges.left([policy.pk]).get(policy.pk, 0)
        return receipts.money(found, policy.brand.currency, locale="en")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ["brand"] if obj else []

    def save_model(self, request: HttpRequest, obj: SurgePolicy, form: Any, change: bool) -> None:
        told = {name: getattr(obj, name) for name in surge.FIELDS}
        by, why, now = f"operator:{request.user.pk}", form.cleaned_data["reason"], clock.now()
        surges.set_limit(obj.brand_id, limit_minor=form.cleaned_data["limit_minor"], by=by, reason=why, now=now)
        surge.set_policy(obj.brand_id, by=by, reason=why, now=now, **told)


@admin.register(Surge)
class SurgeAdmin(WideWindow):
    """Every bonus there was: how high, how long, and what the queue looked like when it began."""

    list_display = [
        "brand", "topic", "language", "bonus", "began_at", "ended_at", "waiting", "free", "served", "predicted_p90_s",
    ]  # fmt: skip
    list_filter = ["brand", "language"]
    list_select_related = ["brand"]

    @admin.display(description="Bonus", ordering="bonus_minor")
    def bonus(self, row: Surge) -> str:
        return receipts.money(row.bonus_minor, row.brand.currency, locale="en")


@admin.register(SurgeRaise)
class SurgeRaiseAdmin(WideWindow):
    """Bonuses that operators raised on the live board: how far, until when, by whom and why."""

    list_display = ["brand", "topic", "language", "bonus", "began_at", "began_by", "reason", "until", "ended_at"]
    list_filter = ["brand", "language"]
    list_select_related = ["brand"]
    actions_detail = ["undo"]
    acts_when = {"undo": ("on",)}

    def state_of(self, found: SurgeRaise) -> str:
        return "off" if found.ended_at else "on"

    @admin.display(description="At least", ordering="bonus_minor")
    def bonus(self, row: SurgeRaise) -> str:
        return receipts.money(row.bonus_minor, row.brand.currency, locale="en")

    @action("Undo", permissions=["dispatch.change_surgepolicy"])
    def undo(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return ask(self, request, object_id, UNDO_RAISE, by_principal(raises.undo))


@admin.register(Standing)
class StandingAdmin(Window):
    """What an hour of one slot paid of late, agent by agent, with the spread by language and tier above."""

    change_list_template = "admin/fairness.html"
    list_display = ["agent", "tier", "shown_hourly", "hours", "shown_deficit", "starved", "measured_at"]
    list_filter = ["tier", "currency", "starved"]
    list_select_related = ["agent"]
    search_fields = ["agent__display_name"]

    @admin.display(description="For an hour of one slot")
    def shown_hourly(self, standing: Standing) -> str:
        return receipts.money(fairness.hourly(standing), standing.currency, locale="en")

    @admin.display(description="Slot-hours")
    def hours(self, standing: Standing) -> str:
        return f"{standing.slot_seconds / 3600:.1f}"

    @admin.display(description="Below her group", ordering="deficit")
    def shown_deficit(self, standing: Standing) -> str:
        return f"{100 * standing.deficit:+.0f} %"

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        spreads = [_shown(spread) for spread in fairness.spreads()]
        context = {"spreads": spreads, "days": fairness.WINDOW.days, **(extra_context or {})}
        shown: HttpResponse = super().changelist_view(request, context)
        return shown


@admin.register(Decision)
class DecisionAdmin(Window):
    """Why an offer went to this agent, and who would have been next. Half a year is kept."""

    list_display = ["at", "agent", "topic", "language", "sentence", "ring", "weights"]
    list_filter = ["ring", "weights"]
    search_fields = ["id__exact", "escalation__exact", "agent__exact", "offer__exact"]
    fields = ["id", "at", "round", "escalation", "agent", "offer", "ring", "weights", "sentence", "points"]

    @admin.display(description="Topic")
    def topic(self, decision: Decision) -> str:
        return str(decision.facts.get("topic", ""))

    @admin.display(description="Language")
    def language(self, decision: Decision) -> str:
        return language_name(str(decision.facts.get("language", "")))

    @admin.display(description="Why")
    def sentence(self, decision: Decision) -> str:
        return explanations.sentence(decision.facts, str(decision.agent))

    @admin.display(description="Points, and those of who would have been next")
    def points(self, decision: Decision) -> str:
        return json.dumps([decision.facts["chosen"], *decision.facts["next"]], indent=2)


@admin.register(Round)
class RoundAdmin(Window):
    """What each round was planned from, so that it can be planned again. Half a year is kept."""

    list_display = ["at", "method", "weights", "epoch"]
    list_filter = ["method", "weights"]
    search_fields = ["id__exact"]


@admin.register(ScoreWeights)
class ScoreWeightsAdmin(Window):
    """Every published version of what matching weighs. `manage.py publish_weights` makes the next one."""

    list_display = ["version", "begins_at", "published_by", "why"]


def _shown(spread: fairness.Spread) -> dict[str, Any]:
    money = {
        name: receipts.money(getattr(spread, name), spread.currency, locale="en")
        for name in ("mean", "low", "median", "high")
    }
    return {"spread": spread, "language": language_name(spread.language), **money}
