"""Accounts, the ledger's postings and the proofs of the whole."""

import uuid

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
