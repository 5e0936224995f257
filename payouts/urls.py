"""What the roof mounts under `/api/v1/`."""

from django.urls import path

from payouts import api, referrals_api
from payouts.runs import api as runs_api
from payouts.wallet import api as wallet_api

urlpatterns = [
    path("agent/earnings", api.EarningsView.as_view(), name="agent-earnings"),
    path("agent/earnings/<uuid:engagement_id>", api.EngagementEarningsView.as_view(), name="agent-engagement-earnings"),
    path("agent/money-cases", api.CasesView.as_view(), name="agent-money-cases"),
    path("agent/money-cases/<uuid:measure_id>/reply", api.ReplyView.as_view(), name="agent-money-reply"),
    path("agent/disputes", api.DisputesView.as_view(), name="agent-disputes"),
    path("agent/invitation", referrals_api.InvitationView.as_view(), name="agent-invitation"),
    path("agent/money", wallet_api.MoneyView.as_view(), name="agent-money"),
    path("agent/money/<slug:currency>/lines", wallet_api.UnpaidLinesView.as_view(), name="agent-money-lines"),
    path("agent/payouts/<uuid:payout_id>/lines", wallet_api.PayoutLinesView.as_view(), name="agent-payout-lines"),
    path("agent/payout-account", wallet_api.AccountView.as_view(), name="agent-payout-account"),
    path("agent/cash-out", wallet_api.CashOutView.as_view(), name="agent-cash-out"),
    path(
        "agent/statements/<slug:currency>/<slug:month>.<slug:kind>",
        wallet_api.StatementView.as_view(),
        name="agent-statement",
    ),
    path("payouts/events/<slug:provider>", runs_api.EventView.as_view(), name="provider-event"),
]
