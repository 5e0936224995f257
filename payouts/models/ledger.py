"""Accounts, the ledger's postings and the proofs of the whole."""

import uuid

from django.contrib.postgres.fields import DateTimeRangeField
from django.db import models
from django.db.models import F, Q

CURRENCY_CODE = r"^[A-Z]{3}$"


class Account(models.Model):
    """One side of a movement. Its name ends in its currency: `agent:<id>:payable:EUR`, `expense:per_chat:EUR`.

    A sequenced account numbers its postings without a gap, carries their running balance and is never overdrawn.
    Those two columns follow the postings by trigger and can be set in no other way. An agent has two of them a
    currency at most: `payable` for money, `units` for points and equity. All others are contra sides, never locked:
    an agent's `held` and `recoverable`, `expense:<kind>`, `tips:clearing`, `in_transit:<provider>`, `bank:<provider>`.
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
            models.CheckConstraint(name="account_never_overdrawn", condition=Q(balance__gte=0)),
        ]

    def __str__(self) -> str:
        return self.name


class Movement(models.Model):
    """One row of the ledger: `amount` into `account`, out of `contra`. The contra side is never sequenced.

    An agent's payable account has its number and running balance in each of its rows; a movement between two contra
    sides, as from a provider's transit to its bank, has neither.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # Composite foreign keys over (id, currency) stand in the database in place of Django's own two.
    account = models.ForeignKey(Account, models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    contra = models.ForeignKey(Account, models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    currency = models.CharField(max_length=3)
    amount = models.BigIntegerField(help_text="Minor units; positive is owed to the account.")
    seq = models.BigIntegerField(null=True, help_text="Number in the account's own history, from 1, without a gap.")
    balance_after = models.BigIntegerField(null=True)
    source = models.CharField(max_length=120, help_text="The fact that is paid; it pays once.")
    kind = models.CharField(max_length=32)
    receipt = models.JSONField(help_text="inputs, formula, plan, plan_version, fact_sha256")
    engagement_id = models.UUIDField(null=True)
    brand = models.ForeignKey("brands.Brand", models.PROTECT, null=True, related_name="+", db_index=False)
    created_at = models.DateTimeField()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.source


class Posting(Movement):
    """A movement in the open books. Never changed; it leaves only for the archive of a closed period, as it is."""

    class Meta:
        ordering = ["account", "seq"]
        constraints = [
            models.UniqueConstraint(fields=["source"], name="posting_source_once"),
            models.UniqueConstraint(fields=["account", "seq"], name="posting_seq_once"),
            models.CheckConstraint(name="posting_moves_something", condition=~Q(amount=0)),
            models.CheckConstraint(name="posting_has_two_sides", condition=~Q(account=F("contra"))),
            models.CheckConstraint(name="posting_seq_from_one", condition=Q(seq__gte=1)),
            models.CheckConstraint(
                name="posting_number_with_balance",
                condition=Q(seq__isnull=True, balance_after__isnull=True)
                | Q(seq__isnull=False, balance_after__isnull=False),
            ),
        ]
        indexes = [
            # Read by payouts.earnings: what an agent earned between two instants.
            models.Index(fields=["account", "created_at"], name="posting_by_time"),
            # Read by the pages of one chat, and by corrections.
            models.Index(
                fields=["engagement_id"], name="posting_by_engagement", condition=Q(engagement_id__isnull=False)
            ),
        ]


class ArchivedPosting(Movement):
    """A movement of a closed period, moved out of the open books unchanged. Never changed, never deleted."""

    class Meta:
        ordering = ["account", "seq"]
        constraints = [
            models.UniqueConstraint(fields=["source"], name="archived_source_once"),
            models.UniqueConstraint(fields=["account", "seq"], name="archived_seq_once"),
        ]
        indexes = [
            # Read by corrections and disputes about a chat of long ago.
            models.Index(
                fields=["engagement_id"], name="archived_by_engagement", condition=Q(engagement_id__isnull=False)
            ),
        ]


class Period(models.Model):
    """Closed books: no posting is ever dated before their end again. Never changed, never deleted.

    Periods follow each other without a gap. One is closed an hour after its end at the earliest, when no transaction
    that began in it is under way.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    during = DateTimeRangeField()
    postings = models.BigIntegerField()
    totals = models.JSONField(help_text="Sum of the period's postings, minor units by currency.")
    closed_at = models.DateTimeField()
    closed_by = models.CharField(max_length=64, help_text="A principal.")

    class Meta:
        ordering = ["-closed_at"]
        constraints = [
            models.CheckConstraint(
                name="period_has_two_ends",
                condition=Q(
                    during__isempty=False,
                    during__lower_inf=False,
                    during__upper_inf=False,
                    during__lower_inc=True,
                    during__upper_inc=False,
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.during.lower:%Y-%m-%d} to {self.during.upper:%Y-%m-%d}"


class ClosingBalance(models.Model):
    """What an account stood at when a period ended, from its first posting on. Never changed, never deleted."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    period = models.ForeignKey(Period, models.PROTECT, related_name="balances", db_index=False)
    account = models.ForeignKey(Account, models.PROTECT, related_name="+", db_index=False)
    last_seq = models.BigIntegerField(null=True, help_text="Of the account's last posting; none for a contra side.")
    balance = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "period"], name="closing_balance_once"),
        ]

    def __str__(self) -> str:
        return f"{self.account_id}: {self.balance}"


class Archiving(models.Model):
    """A period's postings went to the archive: as many, of the same sums. Never changed, never deleted."""

    period = models.OneToOneField(Period, models.PROTECT, primary_key=True, related_name="archiving")
    postings = models.BigIntegerField()
    totals = models.JSONField()
    archived_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.period)


class Night(models.Model):
    """The root over one day's postings, made the night after and chained to the day before. Never changed."""

    day = models.DateField(primary_key=True, help_text="Of UTC.")
    postings = models.BigIntegerField()
    leaves = models.BinaryField(help_text="A SHA-256 for each account that moved, by the accounts' names.")
    tree = models.CharField(max_length=64, help_text="The root over the leaves.")
    previous = models.CharField(max_length=64, help_text="The night before.")
    sha256 = models.CharField(max_length=64, help_text="Of day, postings, tree and the night before.")
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["-day"]
        constraints = [
            models.UniqueConstraint(fields=["previous"], name="night_follows_one"),
            models.CheckConstraint(name="night_counts_from_nothing", condition=Q(postings__gte=0)),
        ]

    def __str__(self) -> str:
        return f"{self.day:%Y-%m-%d} {self.sha256[:12]}"


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
