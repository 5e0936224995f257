"""What the roof mounts under `/api/v1/`."""

from django.urls import path

from payouts import api
from payouts.runs import api as runs_api

urlpatterns = [
    path("agent/earnings", api.EarningsView.as_view(), name="agent-earnings"),
    path("agent/earnings/<uuid:engagement_id>", api.EngagementEarningsView.as_view(), name="agent-engagement-earnings"),
    path("agent/money-cases", api.CasesView.as_view(), name="agent-money-cases"),
    path("agent/money-cases/<uuid:measure_id>/reply", api.ReplyView.as_view(), name="agent-money-reply"),
    path("agent/disputes", api.DisputesView.as_view(), name="agent-disputes"),
    path("payouts/events/<slug:provider>", runs_api.EventView.as_view(), name="provider-event"),
]
