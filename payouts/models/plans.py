"""Pay plans, and the frozen facts they are applied to."""

import uuid

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q

from payouts.models.ledger import CURRENCY_CODE, Account


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
    prepared_by = models.CharField(max_length=64, help_text="The principal who wrote it: never the one above.")

    class Meta:
        ordering = ["brand", "tier", "currency", "-version"]
        constraints = [
            models.CheckConstraint(name="pay_plan_by_two", condition=~Q(published_by=F("prepared_by"))),
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


class PlanDraft(models.Model):
    """Rules being written, until a second person publishes them as the next version: `open -> published, dropped`."""

    class State(models.TextChoices):
        OPEN = "open", "Open"
        PUBLISHED = "published", "Published"
        DROPPED = "dropped", "Dropped"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    brand = models.ForeignKey("brands.Brand", models.PROTECT, related_name="plan_drafts")
    tier = models.CharField(max_length=16, default="standard")
    currency = models.CharField(max_length=3)
    rules = models.JSONField()
    valid_from = models.DateTimeField(null=True, blank=True, help_text="UTC. Left empty: from its publication on.")
    state = models.CharField(max_length=12, choices=State, default=State.OPEN)
    prepared_by = models.CharField(max_length=64, help_text="The principal who changed it last.")
    prepared_at = models.DateTimeField()
    plan = models.OneToOneField(PayPlan, models.PROTECT, null=True, related_name="draft")

    class Meta:
        ordering = ["-prepared_at"]
        constraints = [
            models.CheckConstraint(
                name="plan_draft_published_is_a_plan",
                condition=Q(state="published", plan__isnull=False) | (~Q(state="published") & Q(plan__isnull=True)),
            ),
            models.CheckConstraint(name="plan_draft_currency_is_a_code", condition=Q(currency__regex=CURRENCY_CODE)),
        ]

    def __str__(self) -> str:
        return f"{self.brand}, {self.tier}, {self.currency}, draft"


class EarningFact(models.Model):
    """What was known of an engagement, a shift or a referral at an instant, as canonical JSON with its SHA-256.

    Never changed, never deleted. What becomes known later is a fact of its own.
    """

    class Kind(models.TextChoices):
        CLOSED = "closed", "Engagement closed"
        RATED = "rated", "Rated by the customer"
        REOPENED = "reopened", "Reopened by the customer"
        TIPPED = "tipped", "Tipped by the customer"
        CORRECTED = "corrected", "Corrected by a person"
        SHIFT = "shift", "Shift over"
        REFERRED = "referred", "Referral earned"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    engagement_id = models.UUIDField(null=True)
    subject_id = models.UUIDField(null=True, help_text="The shift or the referred agent, where it is no engagement.")
    kind = models.CharField(max_length=16, choices=Kind)
    revision = models.PositiveIntegerField(default=1)
    agent = models.ForeignKey("agents.Agent", models.PROTECT, related_name="earning_facts", db_index=False)
    plan = models.ForeignKey(PayPlan, models.PROTECT, null=True, related_name="earning_facts", db_index=False)
    topic = models.CharField(max_length=160, help_text="What the page calls it; no part of what is rated.")
    canonical = models.TextField()
    sha256 = models.CharField(max_length=64)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(fields=["engagement_id", "kind", "revision"], name="earning_fact_once"),
            models.UniqueConstraint(fields=["subject_id", "kind", "revision"], name="earning_fact_of_subject_once"),
            models.CheckConstraint(
                name="earning_fact_is_of_one_thing",
                condition=Q(kind__in=["shift", "referred"], engagement_id__isnull=True, subject_id__isnull=False)
                | (
                    ~Q(kind__in=["shift", "referred"])
                    & Q(engagement_id__isnull=False, subject_id__isnull=True, plan__isnull=False)
                ),
            ),
        ]
        indexes = [
            # Read by payouts.earnings: an agent's latest engagements.
            models.Index(fields=["agent", "-created_at"], name="earning_fact_by_agent"),
            # Read by previews: what a plan paid last week.
            models.Index(fields=["plan", "-created_at"], name="earning_fact_by_plan"),
        ]

    def __str__(self) -> str:
        return f"{self.engagement_id or self.subject_id}, {self.kind}, revision {self.revision}"


class UnitPool(models.Model):
    """How many points or equity units a brand may ever give out. `issued` follows the postings by trigger alone."""

    account = models.OneToOneField(Account, models.PROTECT, primary_key=True, related_name="pool")
    brand = models.ForeignKey("brands.Brand", models.PROTECT, related_name="pools")
    currency = models.CharField(max_length=3)
    ceiling = models.BigIntegerField()
    issued = models.BigIntegerField(default=0)
    set_by = models.CharField(max_length=64, help_text="The operator who set the ceiling last.")
    set_at = models.DateTimeField()

    class Meta:
        ordering = ["brand", "currency"]
        constraints = [
            models.UniqueConstraint(fields=["brand", "currency"], name="unit_pool_of_a_brand"),
            models.CheckConstraint(
                name="unit_pool_within_its_ceiling", condition=Q(issued__gte=0, issued__lte=F("ceiling"))
            ),
            models.CheckConstraint(name="unit_pool_is_of_units", condition=Q(currency__in=["PTS", "EQU"])),
        ]

    def __str__(self) -> str:
        return f"{self.brand}, {self.currency}: {self.issued} of {self.ceiling}"


class UnitsDue(models.Model):
    """Units earned by an engagement, given out of the brand's pool by a sweep: at once, or when the pool is raised."""

    source = models.CharField(max_length=120, primary_key=True)
    fact = models.ForeignKey(EarningFact, models.PROTECT, related_name="units_due")
    brand = models.ForeignKey("brands.Brand", models.PROTECT, related_name="+", db_index=False)
    agent = models.ForeignKey("agents.Agent", models.PROTECT, related_name="units_due")
    currency = models.CharField(max_length=3)
    units = models.BigIntegerField()
    receipt = models.JSONField()
    due_at = models.DateTimeField()
    issued_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["due_at"]
        constraints = [
            models.CheckConstraint(name="units_due_are_some", condition=Q(units__gt=0, currency__in=["PTS", "EQU"])),
        ]
        indexes = [
            # Read by the sweep: what is still to be given out, the oldest first.
            models.Index(fields=["due_at"], name="units_due_open", condition=Q(issued_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return self.source
