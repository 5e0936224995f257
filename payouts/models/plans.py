"""Pay plans, and the frozen facts they are applied to."""

import uuid

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import Q

from payouts.models.ledger import CURRENCY_CODE


class PayPlan(models.Model):
    """Dated, versioned rules that turn the facts of an engagement into lines. Published once, then frozen.

    The one change left is to end an open `valid` when the next version takes over.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    brand = models.ForeignKey("brands.Brand", models.PROTECT, related_name="pay_plans")
    tier = models.CharField(max_length=16)
    currency = models.CharField(max_length=3)
    version = models.PositiveIntegerField()
    valid = DateTimeRangeField(help_text="When offers are made under this version.")
    rules = models.JSONField()
    published_at = models.DateTimeField()
    published_by = models.CharField(max_length=64, help_text="A principal.")

    class Meta:
        ordering = ["brand", "tier", "currency", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["brand", "tier", "currency", "version"], name="pay_plan_version"),
            ExclusionConstraint(
                name="pay_plan_one_at_a_time",
                expressions=[
                    ("brand", RangeOperators.EQUAL),
                    ("tier", RangeOperators.EQUAL),
                    ("currency", RangeOperators.EQUAL),
                    ("valid", RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(name="pay_plan_currency_is_a_code", condition=Q(currency__regex=CURRENCY_CODE)),
            models.CheckConstraint(
                name="pay_plan_begins_at_an_instant",
                condition=Q(
                    valid__isempty=False, valid__lower_inf=False, valid__lower_inc=True, valid__upper_inc=False
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.brand}, {self.tier}, {self.currency}, version {self.version}"


class EarningFact(models.Model):
    """What was known when an engagement closed, as canonical JSON with its SHA-256. Never changed, never deleted."""

    class Kind(models.TextChoices):
        CLOSED = "closed", "Engagement closed"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    engagement_id = models.UUIDField()
    kind = models.CharField(max_length=16, choices=Kind)
    revision = models.PositiveIntegerField(default=1)
    agent = models.ForeignKey("agents.Agent", models.PROTECT, related_name="earning_facts", db_index=False)
    plan = models.ForeignKey(PayPlan, models.PROTECT, related_name="earning_facts", db_index=False)
    topic = models.CharField(max_length=160, help_text="What the page calls it; no part of what is rated.")
    canonical = models.TextField()
    sha256 = models.CharField(max_length=64)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(fields=["engagement_id", "kind", "revision"], name="earning_fact_once"),
        ]
        indexes = [
            # Read by payouts.earnings: an agent's latest engagements.
            models.Index(fields=["agent", "-created_at"], name="earning_fact_by_agent"),
        ]

    def __str__(self) -> str:
        return f"{self.engagement_id}, {self.kind}, revision {self.revision}"
