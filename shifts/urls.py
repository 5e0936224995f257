"""What the roof mounts under `/api/v1/`."""

from django.urls import path

from shifts import api, planning_api

urlpatterns = [
    path("agent/shifts", api.Shifts.as_view(), name="agent-shifts"),
    path("agent/next-shift", api.NextShift.as_view(), name="agent-next-shift"),
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
    path("operator/planning", planning_api.Plans.as_view(), name="operator-planning"),
    path("operator/planning/day", planning_api.Day.as_view(), name="operator-planning-day"),
    path("operator/planning/goal", planning_api.Goal.as_view(), name="operator-planning-goal"),
    path("operator/planning/fill", planning_api.Fill.as_view(), name="operator-planning-fill"),
    path("operator/planning/runs", planning_api.Runs.as_view(), name="operator-planning-runs"),
    path("operator/planning/shifts", planning_api.Shifts.as_view(), name="operator-planning-shifts"),
    path("operator/planning/shifts/<uuid:shift>", planning_api.Shift.as_view(), name="operator-planning-shift"),
    path(
        "operator/planning/shifts/<uuid:shift>/publish",
        planning_api.Publish.as_view(),
        name="operator-planning-publish",
    ),
    path(
        "operator/planning/shifts/<uuid:shift>/call-off",
        planning_api.CallOff.as_view(),
        name="operator-planning-call-off",
    ),
]
