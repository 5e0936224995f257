"""What the roof mounts under `/api/v1/`."""

from django.urls import path

from payouts import api
from payouts.runs import api as runs_api

urlpatterns = [
    path("agent/earnings", api.EarningsView.as_view(), name="agent-earnings"),
    path("agent/earnings/<uuid:engagement_id>", api.EngagementEarningsView.as_view(), name="agent-engagement-earnings"),
    path("payouts/events/<slug:provider>", runs_api.EventView.as_view(), name="provider-event"),
]
