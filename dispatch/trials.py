"""A day tried out: what an operator asked of the simulator, on what, and what came of it."""

import uuid
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q


def nothing() -> dict[str, Any]:
    return {}


class WhatIf(models.Model):
    """One question about one planned day. Its inputs are frozen as it is asked, so that it can be run again."""

    class State(models.TextChoices):
        ASKED = "asked", "Asked"
        RUNNING = "running", "Running"
        DONE = "done", "Done"
        CANCELLED = "cancelled", "Cancelled"  # by an operator
        FAILED = "failed", "Failed"

    OPEN = (State.ASKED, State.RUNNING)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    brand = models.ForeignKey("brands.Brand", models.PROTECT, related_name="+", db_index=False)
    day = models.DateField()
    state = models.CharField(max_length=12, choices=State, default=State.ASKED)
    change = models.JSONField(encoder=DjangoJSONEncoder, help_text="What if: as it was asked.")
    question = models.CharField(max_length=300)
    inputs = models.JSONField(encoder=DjangoJSONEncoder, default=nothing)
    asked_by = models.CharField(max_length=80)
    asked_at = models.DateTimeField()
    began_at = models.DateTimeField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True, help_text="Then another process may take it up.")
    tries = models.PositiveSmallIntegerField(default=0)
    ended_at = models.DateTimeField(null=True, blank=True)
    days_done = models.PositiveSmallIntegerField(default=0, help_text="Days simulated, before and after.")
    days_wanted = models.PositiveSmallIntegerField()
    result = models.JSONField(null=True, blank=True)
    sentence = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["-asked_at"]
        constraints = [
            models.CheckConstraint(
                name="what_if_running_has_a_lease", condition=~Q(state="running") | Q(lease_until__isnull=False)
            ),
            models.CheckConstraint(
                name="what_if_done_has_a_result", condition=~Q(state="done") | Q(result__isnull=False)
            ),
            models.CheckConstraint(name="what_if_progress", condition=Q(days_done__lte=F("days_wanted"))),
        ]
        indexes = [
            models.Index(fields=["brand", "-asked_at"], name="what_if_of_brand"),
            # Read by the heavy queue's sweep.
            models.Index(fields=["asked_at"], name="what_if_due", condition=Q(state__in=["asked", "running"])),
        ]

    def __str__(self) -> str:
        return f"{self.day}: {self.question}"
