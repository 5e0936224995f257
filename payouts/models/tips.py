"""Which payment of which till has tipped which chat."""

import uuid

from django.db import models


class TipPayment(models.Model):
    """A payment at a brand's till, told by its server: of one chat, once. Never changed, never deleted."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    brand = models.ForeignKey("brands.Brand", models.PROTECT, related_name="+")
    payment = models.CharField(max_length=128, help_text="What the brand's till calls it.")
    engagement_id = models.UUIDField()
    told_at = models.DateTimeField()

    class Meta:
        ordering = ["-told_at"]
        constraints = [models.UniqueConstraint(fields=["brand", "payment"], name="tip_payment_once")]

    def __str__(self) -> str:
        return self.payment
