"""Every address of the product."""

from django.contrib import admin
from django.templatetags.static import static
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView

from agents import api as agents_api
from dispatch import api as dispatch_api
from dispatch import pace_api, surge_api, what_if_api
from dispatch import views as dispatch_pages
from marketplace import api, board, planning
from payouts import views as pay
from shifts import api as shifts_api

api_v1: list[URLPattern | URLResolver] = [
    path("csrf", api.csrf),
    path("widget/session", api.WidgetSession.as_view(), name="widget-session"),
    path("ways", api.Ways.as_view(), name="ways"),
    path("conversations/<uuid:conversation>/wish", api.Wish.as_view(), name="wish"),
    path("ticket", api.Ticket.as_view(), name="ticket"),
    path("agent/me", agents_api.Me.as_view(), name="agent-me"),
    path("agent/options", agents_api.Options.as_view(), name="agent-options"),
    path("agent/handover", dispatch_api.Handover.as_view(), name="agent-handover"),
    path("agent/pace", pace_api.Pace.as_view(), name="agent-pace"),
    path("agent/stop", pace_api.Stop.as_view(), name="agent-stop"),
    path("agent/offers/<uuid:offer>", pace_api.Answer.as_view(), name="agent-offer"),
    path("agent/chats", dispatch_api.Chats.as_view(), name="agent-chats"),
    path("agent/decisions", dispatch_api.Decisions.as_view(), name="agent-decisions"),
    path("agent/wanted", dispatch_api.WantedNow.as_view(), name="agent-wanted"),
    path("operator/what-ifs", what_if_api.WhatIfs.as_view(), name="operator-what-ifs"),
    path("operator/what-ifs/<uuid:what_if>", what_if_api.OneWhatIf.as_view(), name="operator-what-if"),
    path("operator/waiting", dispatch_api.StillWaiting.as_view(), name="operator-waiting"),
    path("operator/raises", surge_api.Raises.as_view(), name="operator-raises"),
    path("operator/raises/<uuid:raised>/undo", surge_api.Undo.as_view(), name="operator-raise-undo"),
    path("operator/modes", dispatch_api.Modes.as_view(), name="operator-modes"),
    path("", include("conversations.urls")),
    path("", include("payouts.urls")),
    path("", include("shifts.urls")),
]

urlpatterns = [
    path("", RedirectView.as_view(url="/agent/")),
    path("favicon.ico", RedirectView.as_view(url=static("beckon.svg"))),
    path("healthz", api.healthz),
    path("readyz", api.readyz),
    path("api/v1/", include(api_v1)),
    path("api/schema", api.schema, name="schema"),
    path("_allauth/", include("allauth.headless.urls")),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("board", board.page, name="board"),
    path("board/planning", planning.page, name="planning"),
    path("agent/", include("agents.urls")),
    path("pay/<slug:slug>", pay.versions, name="pay"),
    path("shifts/<str:token>.ics", shifts_api.calendar, name="shift-feed"),
    path("pay/<slug:slug>/bonuses", dispatch_pages.bonuses, name="bonuses"),
    path("weights", dispatch_pages.weights, name="weights"),
    path("", include("brands.urls")),
]
