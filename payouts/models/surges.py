"""What a brand may spend on bonuses while it is busy: never more, whoever reserves at the same moment."""

from django.db import models
from django.db.models import F, Q


class SurgeBudget(models.Model):
    """How much a brand gives for bonuses in all, minor units of its currency: spent, or reserved by offers under way.

    Its two sums are those of its reservations. An operator raises the limit; it is never below what is promised.
    """

    brand = models.OneToOneField("brands.Brand", models.PROTECT, primary_key=True, related_name="surge_budget")
    limit_minor = models.BigIntegerField()
    reserved_minor = models.BigIntegerField(default=0)
    spent_minor = models.BigIntegerField(default=0)
    set_by = models.CharField(max_length=64, help_text="The operator who set the limit last.")
    set_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="surge_within_its_budget",
                condition=Q(
                    reserved_minor__gte=0, spent_minor__gte=0, limit_minor__gte=F("reserved_minor") + F("spent_minor")
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.brand}: {self.spent_minor + self.reserved_minor} of {self.limit_minor}"


class SurgeReservation(models.Model):
    """The bonus that one offer shows: `reserved -> spent`, with its chat's pay, or `released`. Decided once."""

    class State(models.TextChoices):
        RESERVED = "reserved", "Reserved"
        SPENT = "spent", "Spent"
        RELEASED = "released", "Released"

    offer_id = models.UUIDField(primary_key=True)
    budget = models.ForeignKey(SurgeBudget, models.PROTECT, related_name="reservations")
    amount_minor = models.BigIntegerField()
    paid_minor = models.BigIntegerField(default=0)
    state = models.CharField(max_length=8, choices=State, default=State.RESERVED)
    reserved_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="surge_paid_is_what_was_reserved",
                condition=Q(state="spent", paid_minor__gt=0, paid_minor__lte=F("amount_minor"), ended_at__isnull=False)
                | Q(state="released", paid_minor=0, amount_minor__gt=0, ended_at__isnull=False)
                | Q(state="reserved", paid_minor=0, amount_minor__gt=0, ended_at__isnull=True),
            ),
        ]
        indexes = [
            # Read by the sweep of reservations whose offer is over.
            models.Index(fields=["reserved_at"], name="surge_reserved", condition=Q(state="reserved")),
        ]

    def __str__(self) -> str:
        return f"{self.amount_minor}: {self.state}"
