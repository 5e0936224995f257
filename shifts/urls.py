"""What the roof mounts under `/api/v1/`."""

from django.urls import path

from shifts import api

urlpatterns = [
    path("agent/shifts", api.Shifts.as_view(), name="agent-shifts"),
    path("agent/shifts/<uuid:shift>/claim", api.Claim.as_view(), name="agent-shift-claim"),
    path("agent/shifts/<uuid:shift>/waiting", api.WaitingList.as_view(), name="agent-shift-waiting"),
    path("agent/seats/<uuid:seat>/give-back", api.GiveBack.as_view(), name="agent-seat-give-back"),
    path("agent/seats/<uuid:seat>/swap", api.SwapOffer.as_view(), name="agent-seat-swap"),
    path("agent/seats/<uuid:seat>/colleagues", api.Colleagues.as_view(), name="agent-seat-colleagues"),
    path("agent/shift-fairness", api.Fairness.as_view(), name="agent-shift-fairness"),
    path("agent/shift-news/<uuid:news_id>", api.NewsRead.as_view(), name="agent-shift-news"),
    path("agent/swaps/<uuid:swap>", api.SwapAnswer.as_view(), name="agent-swap"),
    path("agent/shift-terms", api.ShiftTerms.as_view(), name="agent-shift-terms"),
    path("agent/shift-guarantee", api.Guarantee.as_view(), name="agent-shift-guarantee"),
    path("agent/shift-feed", api.Feed.as_view(), name="agent-shift-feed"),
]
