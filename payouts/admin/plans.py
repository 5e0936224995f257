"""Pay plans in the admin: written as drafts, previewed on last week's chats, published by a second person."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.html import format_html_join
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanWidget,
)

from marketplace import clock
from marketplace.windows import Acting, ConfirmForm, Question, Window, action, ask, by_principal, label
from payouts import drafts, pools, previews, rules
from payouts.admin.run_page import money, person, signed
from payouts.kinds import kind_words
from payouts.models import PayPlan, PlanDraft, UnitPool, UnitsDue
from payouts.receipts import rule_words

PUBLISH = Question(
    title="Publish this plan",
    words="It is frozen, and in force from its start: offers made from then on show it, and what they show is paid.",
    button="Publish",
    done="Published.",
    form=ConfirmForm,
)
DROP = Question(
    title="Drop this draft",
    words="It stays as it is and is never published.",
    button="Drop",
    done="Dropped.",
)
PUBLISHES = ["payouts.add_payplan"]
MINOR = "In minor units: 240 is 2.40 EUR."
WORDS: Mapping[str, tuple[str, str]] = {  # what a number of a rule is called, and what is said under it
    "rate_cents": ("Amount", MINOR),
    "highest_percent": ("Highest share, in %", "Of what the chat pays; or else a highest sum."),
    "highest_cents": ("Highest sum", MINOR),
    "least_score": ("From a score of", "Out of 5."),
    "after_chats": ("After so many chats", "Of the agent who was brought."),
    "units": ("Units", "For each chat."),
}


def _name(kind: str, field: str) -> str:
    return f"{kind}_{field}"


def _form_fields(kind: str) -> dict[str, forms.Field]:
    """What is asked about a rule of this kind. Bounds are said by the rules themselves, in their own sentence."""
    asked: dict[str, forms.Field] = {
        _name(kind, field): forms.IntegerField(
            required=False, widget=UnfoldAdminIntegerFieldWidget, label=WORDS[field][0], help_text=WORDS[field][1]
        )
        for field in rules.NUMBERS[kind]
    }
    if kind in rules.BY_OUTCOME:
        asked[_name(kind, "outcomes")] = forms.MultipleChoiceField(
            choices=[(outcome, outcome) for outcome in rules.SEEN_THROUGH],
            initial=list(rules.SEEN_THROUGH),
            label="Paid where the chat was",
            required=False,
            widget=UnfoldAdminCheckboxSelectMultipleWidget,
        )
    return asked


class DraftForm(forms.ModelForm[PlanDraft]):
    """One field for each number of each rule; a rule whose fields are empty is not in the plan."""

    tip = forms.BooleanField(required=False, widget=UnfoldBooleanWidget, help_text="Customers may tip.")
    valid_from = forms.DateTimeField(
        required=False, widget=UnfoldAdminTextInputWidget, help_text="UTC. Left empty: from its publication on."
    )

    class Meta:
        model = PlanDraft
        fields = ["brand", "tier", "currency", "valid_from"]

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for kind in rules.NUMBERS:
            self.fields |= _form_fields(kind)
        self._fill(self.instance.rules or [])

    def _fill(self, written: Iterable[Mapping[str, Any]]) -> None:
        for rule in written:
            for field, value in rule.items():
                self.initial["tip" if rule["kind"] == "tip" else _name(rule["kind"], field)] = value

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        self.instance.rules = self.rules(cleaned)
        for problem in rules.problems(self.instance.rules) if not self.errors else ():
            kind = "" if problem.place is None else self.instance.rules[problem.place]["kind"]
            field = _name(kind, problem.field)
            self.add_error(field if field in self.fields else None, problem.sentence)
        return cleaned

    def rules(self, asked: Mapping[str, Any]) -> list[dict[str, Any]]:
        written: list[dict[str, Any]] = []
        for kind, numbers in rules.NUMBERS.items():
            given = {field: asked.get(_name(kind, field)) for field in numbers}
            if kind == "tip" and asked.get("tip"):
                written.append({"kind": kind})
            elif any(value is not None for value in given.values()):
                if kind in rules.EITHER:
                    given = {field: value for field, value in given.items() if value is not None}
                outcomes = {"outcomes": asked.get(_name(kind, "outcomes"))} if kind in rules.BY_OUTCOME else {}
                written.append({"kind": kind, **given, **outcomes})
        return written


@admin.register(PlanDraft)
class PlanDraftAdmin(Acting):
    """Open drafts are changed here; published and dropped ones are looked at."""

    form = DraftForm
    list_display = ["brand", "tier", "currency", "shown_state", "preparer", "prepared_at"]
    list_filter = ["state", "brand", "tier"]
    list_select_related = ["brand"]
    readonly_fields = ["preview", "preparer", "what_it_pays"]
    actions_detail = ["publish", "drop"]
    acts_when = {"publish": (PlanDraft.State.OPEN,), "drop": (PlanDraft.State.OPEN,)}

    @label("State", {"open": "warning", "published": "success"}, ordering="state")
    def shown_state(self, draft: PlanDraft) -> tuple[str, str]:
        return draft.state, draft.get_state_display()

    @admin.display(description="Written by")
    def preparer(self, draft: PlanDraft) -> str:
        return person(draft.prepared_by)

    @admin.display(description="What it pays")
    def what_it_pays(self, draft: PlanDraft) -> str:
        return _in_words(draft)

    @admin.display(description="On last week's chats")
    def preview(self, draft: PlanDraft) -> str:
        if draft._state.adding:
            return "Save the draft to see what last week's chats would have paid."
        return render_to_string("admin/plan_preview.html", _preview(draft))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        decided = obj is not None and obj.state != PlanDraft.State.OPEN
        return not decided and request.user.has_perm("payouts.change_plandraft")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        first = (None, {"fields": ["brand", "tier", "currency", "valid_from", "preview"]})
        if obj is not None and not self.has_change_permission(request, obj):
            return [first, (None, {"fields": ["what_it_pays", "state", "preparer", "prepared_at", "plan"]})]
        return [first, *((kind_words(kind), {"fields": _fields(kind)}) for kind in rules.NUMBERS)]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **options: Any) -> Any:
        options["fields"] = ["brand", "tier", "currency", "valid_from"]
        return super().get_form(request, obj, change, **options)

    def save_model(self, request: HttpRequest, obj: PlanDraft, form: Any, change: bool) -> None:
        drafts.save(obj, by=f"operator:{request.user.pk}", now=clock.now())

    @action("Publish", permissions=PUBLISHES)
    def publish(self, request: HttpRequest, object_id: str) -> HttpResponse:
        draft = self.get_object(request, object_id)
        told = f"{PUBLISH.words} {previews.preview(draft, now=clock.now()).words()}" if draft else PUBLISH.words
        return ask(self, request, object_id, replace(PUBLISH, words=told), by_principal(drafts.publish))

    @action("Drop", permissions=["payouts.change_plandraft"])
    def drop(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return ask(self, request, object_id, DROP, by_principal(drafts.drop))


def _preview(draft: PlanDraft) -> dict[str, Any]:
    """What the draft changes, in words, and what last week's chats would have paid under it."""
    now = clock.now()
    told = previews.preview(draft, now=now)
    parts = [
        {
            "kind": kind_words(kind),
            "before": money(was, told.currency),
            "after": money(will, told.currency),
            "change": signed(will - was, told.currency),
        }
        for kind, was, will in told.parts
    ]
    return {
        "told": told,
        "words": told.words(),
        "parts": parts,
        "would_pay": money(told.would_pay_cents, told.currency),
        "paid": money(told.paid_cents, told.currency),
        "change": signed(told.would_pay_cents - told.paid_cents, told.currency),
        "rules": [(kind_words(change.kind), change) for change in previews.changes(draft, now=now)],
    }


def _in_words(plan: PayPlan | PlanDraft) -> str:
    """Each rule as agents read it."""
    written = rules.parse_rules(plan.rules)
    told = ((kind_words(rule.kind), rule_words(rule, plan.currency, locale="en")) for rule in written)
    return format_html_join("", "<p><b>{}</b>: {}</p>", told)


def _fields(kind: str) -> list[str]:
    if kind == "tip":
        return ["tip"]
    numbers = [_name(kind, field) for field in rules.NUMBERS[kind]]
    return [*numbers, _name(kind, "outcomes")] if kind in rules.BY_OUTCOME else numbers


@admin.register(PayPlan)
class PayPlanAdmin(Window):
    """All versions, frozen. The next one is written as a draft."""

    list_display = ["brand", "tier", "currency", "version", "in_force", "preparer", "publisher", "published_at"]
    list_filter = ["brand", "tier", "currency"]
    list_select_related = ["brand"]
    ordering = ["brand__name", "tier", "currency", "-version"]
    fields = [
        "brand",
        "tier",
        "currency",
        "version",
        "in_force",
        "what_it_pays",
        "preparer",
        "publisher",
        "published_at",
    ]
    readonly_fields = fields

    @admin.display(description="In force", ordering="valid")
    def in_force(self, plan: PayPlan) -> str:
        until = f" to {plan.valid.upper:%-d %b %Y, %H:%M} UTC" if plan.valid.upper else " UTC on"
        return f"{plan.valid.lower:%-d %b %Y, %H:%M}{until}"

    @admin.display(description="What it pays")
    def what_it_pays(self, plan: PayPlan) -> str:
        return _in_words(plan)

    @admin.display(description="Written by")
    def preparer(self, plan: PayPlan) -> str:
        return person(plan.prepared_by)

    @admin.display(description="Published by")
    def publisher(self, plan: PayPlan) -> str:
        return person(plan.published_by)


class CeilingForm(forms.Form):
    """How many units the pool may ever give out."""

    ceiling = forms.IntegerField(min_value=0, max_value=10**15, widget=UnfoldAdminIntegerFieldWidget)


CEILING = Question(
    title="Set the pool's ceiling",
    words="Units due beyond it wait, the oldest first, and are given out once it is raised.",
    button="Set it",
    done="The pool has a new ceiling.",
    form=CeilingForm,
)


class PoolForm(forms.ModelForm[UnitPool]):
    """A brand's first ceiling for points (PTS) or equity units (EQU)."""

    class Meta:
        model = UnitPool
        fields = ["brand", "currency", "ceiling"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and cleaned["currency"] not in rules.UNITS.values():
            self.add_error("currency", "A pool is of points (PTS) or equity units (EQU).")
        return cleaned


@admin.register(UnitPool)
class UnitPoolAdmin(Acting):
    """Points and equity units: how many a brand may ever give out, and how many it has."""

    form = PoolForm
    list_display = ["brand", "currency", "issued", "ceiling", "set_by", "set_at"]
    list_select_related = ["brand"]
    actions_detail = ["set_ceiling"]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: UnitPool, form: Any, change: bool) -> None:
        made = pools.set_ceiling(
            obj.brand_id, obj.currency, ceiling=obj.ceiling, by=f"operator:{request.user.pk}", now=clock.now()
        )
        obj.__dict__.update(made.__dict__)

    @action("Set the ceiling", permissions=["payouts.add_unitpool"])
    def set_ceiling(self, request: HttpRequest, object_id: str) -> HttpResponse:
        def room(pk: Any, *, by: str, ceiling: int, now: Any) -> None:
            pool = UnitPool.objects.get(pk=pk)
            pools.set_ceiling(pool.brand_id, pool.currency, ceiling=ceiling, by=by, now=now)

        return ask(self, request, object_id, CEILING, by_principal(room))


@admin.register(UnitsDue)
class UnitsDueAdmin(Window):
    """Units earned by chats: given out, or waiting for their pool."""

    list_display = ["source", "agent", "currency", "units", "due_at", "issued_at"]
    list_filter = ["currency", "brand"]
    list_select_related = ["agent"]
