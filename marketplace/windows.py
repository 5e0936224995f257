"""The admin is a window, not a workshop: rows are looked at; changes go through domain functions, as actions.

An action asks first. Its page says what will happen, takes a written reason where a person is concerned, and is
carried out by a POST alone. What the rules refuse is said on the same page, with nothing changed.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from django import forms
from django.contrib import messages
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from unfold import decorators
from unfold.admin import ModelAdmin, TabularInline
from unfold.checks import UnfoldModelAdminChecks
from unfold.paginator import InfinitePaginator
from unfold.widgets import UnfoldAdminTextareaWidget

from marketplace import clock
from marketplace.refusals import Refused

SHORTEST_REASON = 3
LONGEST_REASON = 300
SECRETS = {"password", "signing_secret", "hash", "secret_hash", "session_hash"}
Method = TypeVar("Method", bound=Callable[..., Any])


def action(description: str, *, permissions: Sequence[str]) -> Callable[[Method], Method]:
    """A button on a row's page, for whoever holds all these permissions; its page is refused to everybody else."""
    made: Callable[[Method], Method] = decorators.action(description=description, permissions=permissions)
    return made


def label(description: str, colours: Mapping[str, str], *, ordering: str | None = None) -> Callable[[Method], Method]:
    """A column of coloured words: the method returns the state, which chooses the colour, and the word to be read."""
    colouring: Callable[[Method], Method] = decorators.display(
        description=description, ordering=ordering, label=dict(colours)
    )
    return colouring


class ReadOnly:
    """Nothing is added, changed or deleted by hand."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class Checks(UnfoldModelAdminChecks):  # type: ignore[misc]  # Unfold ships no types
    """Unfold's, without its look-up of each permission's row: a check of the code must not need a database."""

    def _check_unfold_action_permission_methods(self, obj: Any) -> list[Any]:
        return []


class Acting(ModelAdmin):  # type: ignore[misc]  # Unfold ships no types
    """Rows with domain actions; one is offered only in the states that it knows. Nothing is ever deleted."""

    checks_class = Checks
    acts_when: Mapping[str, Collection[str]] = {}  # an action's name: the row's states in which it is offered

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def changeform_view(self, request: HttpRequest, *args: Any, **options: Any) -> Any:
        """What the form allows a room may still refuse, because somebody was faster: then nothing has changed, and the
        page says why."""
        try:
            return super().changeform_view(request, *args, **options)
        except Refused as refused:
            messages.error(request, refused.message)
            return redirect(request.get_full_path())

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Never by a secret: a filter in the address would let whoever sees the rows guess it letter by letter."""
        if not SECRETS.isdisjoint(lookup.split("__")):
            return False
        allowed: bool = super().lookup_allowed(lookup, value, request)
        return allowed

    def get_actions_detail(self, request: HttpRequest, object_id: str) -> list[Any]:
        allowed: list[Any] = super().get_actions_detail(request, object_id)
        if not allowed or not self.acts_when:
            return allowed
        found = self.get_object(request, object_id)
        return [action for action in allowed if found and self._is_offered(action.method.original_function_name, found)]

    def _is_offered(self, name: str, found: Any) -> bool:
        return name not in self.acts_when or self.state_of(found) in self.acts_when[name]

    def state_of(self, found: Any) -> str:
        return str(found.state)


class Window(ReadOnly, Acting):
    """Rows to be looked at, by whoever holds the right to view them."""


class WideWindow(Window):
    """A window onto a table too big to be counted: its pages go on until they are empty."""

    paginator = InfinitePaginator
    show_full_result_count = False


class WindowInline(ReadOnly, TabularInline):  # type: ignore[misc]  # Unfold ships no types
    """Rows shown beside the row they belong to."""

    extra = 0
    show_change_link = True


class ConfirmForm(forms.Form):
    """Nothing to fill in: the page itself is the question."""


class ReasonForm(forms.Form):
    """A written reason, kept in the audit beside the name of whoever gave it."""

    reason = forms.CharField(
        min_length=SHORTEST_REASON,
        max_length=LONGEST_REASON,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text="Kept in the audit with your name.",
    )


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked before an action: `words` say what it does, `done` is said once it is done."""

    title: str
    words: str
    button: str
    done: str = ""
    form: type[forms.Form] = ReasonForm
    grave: bool = False


def ask(
    window: Any,
    request: HttpRequest,
    object_id: str,
    question: Question,
    room: Callable[..., Any],
    *,
    show: Callable[[Any], HttpResponse] | None = None,
) -> HttpResponse:
    """The question's page; its answer goes into the room and leads back to the row.

    The room is given the row's id, `by` (the user), `now` and the form's clean data by name. `show` makes a page of
    what the room returned, for what may be seen only now.
    """
    found = window.get_object(request, object_id)
    if found is None:
        raise Http404("There is no such row.")
    form = question.form(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            result = room(found.pk, by=request.user, now=clock.now(), **form.cleaned_data)
        except Refused as refused:
            form.add_error(None, refused.message)
        else:
            if show:
                return show(result)
            messages.success(request, question.done)
            return redirect(address(window, found))
    return TemplateResponse(request, "admin/question.html", surroundings(window, request, found, question, form=form))


def by_principal(room: Callable[..., Any]) -> Callable[..., Any]:
    """The room as `ask` calls it, for rooms that want the operator's principal rather than the user."""

    def named(row_id: Any, *, by: Any, **given: Any) -> Any:
        return room(row_id, by=f"operator:{by.pk}", **given)

    return named


def surroundings(window: Any, request: HttpRequest, found: Model, question: Question, **more: Any) -> dict[str, Any]:
    """What the admin's frame needs around a page about one row."""
    return {
        **window.admin_site.each_context(request),
        "title": question.title,
        "opts": window.opts,
        "original": found,
        "question": question,
        "back": address(window, found),
        **more,
    }


def address(window: Any, found: Model) -> str:
    """Where this row's page is."""
    name = f"{window.admin_site.name}:{window.opts.app_label}_{window.opts.model_name}_change"
    return reverse(name, args=[found.pk])
