"""Actions that concern no single row: asked, carried out by a POST alone, and led back to the list."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse

from marketplace import clock
from marketplace.refusals import Refused
from marketplace.windows import Question


def listed(window: Any) -> str:
    """Where this window's list is."""
    return reverse(f"{window.admin_site.name}:{window.opts.app_label}_{window.opts.model_name}_changelist")


def ask_of_list(window: Any, request: HttpRequest, question: Question, room: Callable[..., Any]) -> HttpResponse:
    """As `windows.ask`: the room is given `by` (a principal), `now` and the form's clean data.

    A response that the room returns, such as a file, is the answer; else the list is shown with what was done.
    """
    posted = request.method == "POST"
    form = question.form(request.POST, request.FILES) if posted else question.form()
    if form.is_valid():
        try:
            result = room(by=f"operator:{request.user.pk}", now=clock.now(), **form.cleaned_data)
        except Refused as refused:
            form.add_error(None, refused.message)
        else:
            if isinstance(result, HttpResponse):
                return result
            messages.success(request, result if isinstance(result, str) else question.done)
            return redirect(listed(window))
    around = {
        **window.admin_site.each_context(request),
        "title": question.title,
        "opts": window.opts,
        "question": question,
        "back": listed(window),
        "form": form,
    }
    return TemplateResponse(request, "admin/question.html", around)
