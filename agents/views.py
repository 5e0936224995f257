"""The page that the agents' dashboard lives in."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import ensure_csrf_cookie


@ensure_csrf_cookie
def dashboard(request: HttpRequest, screen: str = "") -> HttpResponse:
    """The shell; who is logged in and which screen it is, the page finds out itself."""
    return render(request, "agent.html")
