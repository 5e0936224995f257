"""Who plans a brand's shifts without being staff of the platform."""

import uuid

from django.conf import settings
from django.db import models


class Planner(models.Model):
    """A brand's own planner: this log-in sees and, where it may, changes the plan of this brand and of no other."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    brand = models.ForeignKey("brands.Brand", models.CASCADE, related_name="planners", db_index=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="plans_for")
    may_change = models.BooleanField(default=True, help_text="Else she looks on.")
    made_by = models.CharField(max_length=80)
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["brand", "user"]
        constraints = [models.UniqueConstraint(fields=["brand", "user"], name="planner_once_per_brand")]

    def __str__(self) -> str:
        return f"{self.user} for {self.brand}"
