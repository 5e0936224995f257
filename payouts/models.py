"""The money: accounts, the ledger's postings, frozen facts and pay plans.

What may never happen is refused by the database itself; see the end of the first migration.
Amounts are integers in the currency's minor unit.
"""

import uuid

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q

CURRENCY_CODE = r"^[A-Z]{3}$"


class Account(models.Model):
    """One side of a movement. Its name ends in its currency: `agent:<id>:payable:EUR`, `expense:per_chat:EUR`.

    A sequenced account numbers its postings without a gap and carries their running balance. Those two columns
    follow the postings by trigger and can be set in no other way. All other accounts are contra sides, never locked.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=80)
    currency = models.CharField(max_length=3)
    agent = models.ForeignKey("agents.Agent", models.PROTECT, null=True, related_name="accounts")
    sequenced = models.BooleanField(default=False)
    last_seq = models.BigIntegerField(default=0)
    balance = models.BigIntegerField(default=0)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["name"], name="account_name_once"),
            # The target of the postings' two composite foreign keys: currencies cannot mix.
            models.UniqueConstraint(fields=["id", "currency"], name="account_currency"),
            models.CheckConstraint(name="account_currency_is_a_code", condition=Q(currency__regex=CURRENCY_CODE)),
            models.CheckConstraint(name="account_name_ends_in_currency", condition=Q(name__endswith=F("currency"))),
            models.CheckConstraint(
                name="account_sequenced_belongs_to_an_agent", condition=Q(sequenced=False) | Q(agent__isnull=False)
            ),
            models.CheckConstraint(
                name="account_unsequenced_keeps_no_balance", condition=Q(sequenced=True) | Q(last_seq=0, balance=0)
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Posting(models.Model):
    """One row of the ledger: `amount` into `account` (sequenced), out of `contra`. Never changed, never deleted."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # Composite foreign keys over (id, currency) stand in the database in place of Django's own two.
    account = models.ForeignKey(Account, models.PROTECT, related_name="postings", db_index=False, db_constraint=False)
    contra = models.ForeignKey(
        Account, models.PROTECT, related_name="contra_postings", db_index=False, db_constraint=False
    )
    currency = models.CharField(max_length=3)
    amount = models.BigIntegerField(help_text="Minor units; positive is owed to the account.")
    seq = models.BigIntegerField(help_text="Number in the account's own history, from 1, without a gap.")
    balance_after = models.BigIntegerField()
    source = models.CharField(max_length=120, help_text="The fact that is paid; it pays once.")
    kind = models.CharField(max_length=32)
    receipt = models.JSONField(help_text="inputs, formula, plan, plan_version, fact_sha256")
    engagement_id = models.UUIDField(db_index=True)
    brand = models.ForeignKey("brands.Brand", models.PROTECT, related_name="+", db_index=False)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["account", "seq"]
        constraints = [
            models.UniqueConstraint(fields=["source"], name="posting_source_once"),
            models.UniqueConstraint(fields=["account", "seq"], name="posting_seq_once"),
            models.CheckConstraint(name="posting_moves_something", condition=~Q(amount=0)),
            models.CheckConstraint(name="posting_has_two_sides", condition=~Q(account=F("contra"))),
            models.CheckConstraint(name="posting_seq_from_one", condition=Q(seq__gte=1)),
        ]
        indexes = [
            # Read by payouts.earnings: what an agent earned between two instants.
            models.Index(fields=["account", "created_at"], name="posting_by_time"),
        ]

    def __str__(self) -> str:
        return self.source


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


class LedgerAudit(models.Model):
    """The result of one proof of the whole ledger. Never changed, never deleted."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    created_at = models.DateTimeField(db_index=True)
    postings = models.BigIntegerField()
    facts = models.BigIntegerField()
    totals = models.JSONField(help_text="Sum of all postings, minor units by currency.")
    faults = models.JSONField(help_text="Number of rows that break each invariant; empty when all hold.")
    balanced = models.BooleanField()

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                name="audit_says_what_it_found",
                condition=Q(balanced=True, faults={}) | (Q(balanced=False) & ~Q(faults={})),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.created_at:%Y-%m-%d %H:%M}: {'balanced' if self.balanced else 'NOT balanced'}"
