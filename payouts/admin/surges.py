"""Windows onto the bonuses of busy hours: what brands may spend on them, and what each offer reserved."""

from django.contrib import admin

from marketplace.windows import Window
from payouts.models import SurgeBudget, SurgeReservation


@admin.register(SurgeBudget)
class SurgeBudgetAdmin(Window):
    """The limit is set with the brand's bonus policy; its two sums follow the reservations."""

    list_display = ["brand", "limit_minor", "reserved_minor", "spent_minor", "set_by", "set_at"]
    list_select_related = ["brand"]
    search_fields = ["brand__name"]


@admin.register(SurgeReservation)
class SurgeReservationAdmin(Window):
    """What an offer showed: spent with its chat's pay, or given back to the budget."""

    list_display = ["offer_id", "budget", "amount_minor", "paid_minor", "state", "reserved_at", "ended_at"]
    list_filter = ["state"]
    list_select_related = ["budget__brand"]
    search_fields = ["offer_id__exact"]
