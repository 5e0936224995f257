"""What one person wants put right about a chat's pay, until a second one has it posted or refuses it."""

import uuid

from django.db import models
from django.db.models import F, Q

from payouts.models.disputes import PERSON, WRITTEN


class Correction(models.Model):
    """`open -> posted, refused`. What is right is said as the chat's facts, as a sum on top, or as both.

    Never decided by whoever proposed it. Posting it is one transaction with the decision.
    """

    class State(models.TextChoices):
        OPEN = "open", "Proposed"
        POSTED = "posted", "Posted"
        REFUSED = "refused", "Refused"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    engagement_id = models.UUIDField()
    agent = models.ForeignKey("agents.Agent", models.PROTECT, related_name="+")
    currency = models.CharField(max_length=3)
    changes = models.JSONField(default=dict, help_text="The facts as they should have been.")
    extra_cents = models.BigIntegerField(default=0, help_text="Minor units on top, beside what the facts pay.")
    reason = models.CharField(max_length=300, help_text="As the agent reads it.")
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    proposed_by = models.CharField(max_length=64, help_text="A person: operator:<id>.")
    proposed_at = models.DateTimeField()
    decided_by = models.CharField(max_length=64, default="", blank=True, help_text="Another person.")
    decision = models.CharField(max_length=300, default="", blank=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["decided_at", "proposed_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["engagement_id"], condition=Q(state="open"), name="correction_one_open_of_a_chat"
            ),
            models.CheckConstraint(
                name="correction_by_two_people",
                condition=Q(state="open", decided_by="", decided_at__isnull=True)
                | (
                    ~Q(state="open")
                    & Q(decided_by__regex=PERSON, decision__regex=WRITTEN, decided_at__isnull=False)
                    & ~Q(decided_by=F("proposed_by"))
                ),
            ),
            models.CheckConstraint(
                name="correction_by_a_person_with_a_reason",
                condition=Q(proposed_by__regex=PERSON, reason__regex=WRITTEN, extra_cents__gte=0),
            ),
            models.CheckConstraint(name="correction_of_something", condition=~Q(changes={}) | Q(extra_cents__gt=0)),
        ]

    def __str__(self) -> str:
        return f"Correction of {self.engagement_id}"
