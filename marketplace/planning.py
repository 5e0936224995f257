"""The operators' planning board: the shell; its numbers come over REST, brand by brand."""

from django.contrib.admin.views.decorators import staff_member_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie

from marketplace import board
from shifts import policy


@never_cache
@staff_member_required
@ensure_csrf_cookie
def page(request: HttpRequest) -> HttpResponse:
    """Staff who plan for a brand, all or one; others are turned away."""
    if not policy.plans_anything(request.user):
        raise PermissionDenied
    shown = {
        "rooms": board.rooms(request),
        "watches": request.user.watches_the_board,  # type: ignore[union-attr]  # staff only
        "name": request.user.get_short_name(),  # type: ignore[union-attr]  # staff only
    }
    return render(request, "planning.html", shown)
