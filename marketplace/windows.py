"""The admin is a window, not a workshop: rows are looked at; changes go through domain functions, as actions."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from unfold.admin import ModelAdmin, TabularInline

from marketplace.refusals import Refused


class ReadOnly:
    """Nothing is added, changed or deleted by hand."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class Window(ReadOnly, ModelAdmin):  # type: ignore[misc]  # Unfold ships no types
    """Rows to be looked at, by whoever holds the right to view them."""


class WindowInline(ReadOnly, TabularInline):  # type: ignore[misc]  # Unfold ships no types
    """Rows shown beside the row they belong to."""

    extra = 0
    show_change_link = True


def attempt(request: HttpRequest, act: Callable[[], object], *, done: str) -> bool:
    """Carry out a domain action for an operator and say what came of it, in one sentence."""
    try:
        act()
    except Refused as refused:
        messages.error(request, refused.message)
        return False
    messages.success(request, done)
    return True
