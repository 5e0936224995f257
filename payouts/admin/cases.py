"""Disputes, holds and clawbacks, the most urgent first: decided by a named person, with a written reason."""

from django.contrib import admin

from marketplace.windows import Window
from payouts.models import Clawback, Debt, Dispute, Hold, Recovery


@admin.register(Dispute)
class DisputeAdmin(Window):
    """A line that an agent says is wrong."""

    list_display = ["agent", "state", "words", "answer_by", "decided_by"]
    list_filter = ["state"]
    list_select_related = ["agent"]


@admin.register(Hold)
class HoldAdmin(Window):
    """Money set aside."""

    list_display = ["agent", "state", "amount", "currency", "reason", "answer_by"]
    list_filter = ["state"]
    list_select_related = ["agent"]


@admin.register(Clawback)
class ClawbackAdmin(Window):
    """Money to be taken back."""

    list_display = ["agent", "state", "amount", "currency", "reason", "answer_by"]
    list_filter = ["state"]
    list_select_related = ["agent"]


@admin.register(Debt)
class DebtAdmin(Window):
    """What was taken back beyond the balance, and how much of it is recovered."""

    list_display = ["agent", "currency", "amount", "recovered", "incurred_at"]
    list_select_related = ["agent"]


@admin.register(Recovery)
class RecoveryAdmin(Window):
    """What a week's earnings gave back."""

    list_display = ["agent", "week", "currency", "amount", "earned"]
    list_select_related = ["agent"]
