"""Payout runs: who is paid how much out of which stretch of the ledger, where to, and what the provider said.

Which state may follow which, and what may never change again, is refused by triggers; see the migration of the runs.
"""

import uuid
from decimal import Decimal
from zoneinfo import ZoneInfo

from babel.numbers import get_currency_precision
from django.db import models
from django.db.models import F, Q

from payouts.models.ledger import CURRENCY_CODE, Account


class PayoutDestination(models.Model):
    """Where one agent wants one currency paid. A change makes a new row, usable after its cooling-off."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    agent = models.ForeignKey("agents.Agent", models.PROTECT, related_name="destinations")
    currency = models.CharField(max_length=3)
    provider = models.CharField(max_length=20)
    zone = models.CharField(max_length=40, help_text="The pay zone: whose Monday begins the week that is paid.")
    sealed = models.BinaryField(help_text="Holder and account, encrypted; which key, stands in it.")
    fingerprint = models.CharField(max_length=64, db_index=True, help_text="Keyed hash: the same account twice shows.")
    ending = models.CharField(max_length=4, help_text="The last characters, for people to recognise it by.")
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=64, help_text="A principal.")
    usable_from = models.DateTimeField()
    replaced_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["agent", "currency", "-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["agent", "currency"], condition=Q(replaced_at=None), name="destination_one_in_force"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider}, ending in {self.ending}"


class CashOutMandate(models.Model):
    """A named person's standing approval of cash-outs up to a limit. It ends by being revoked."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    provider = models.CharField(max_length=20)
    currency = models.CharField(max_length=3)
    each_at_most = models.BigIntegerField(help_text="Minor units in one cash-out.")
    daily_at_most = models.BigIntegerField(help_text="Minor units of one agent within 24 hours.")
    granted_by = models.CharField(max_length=64, help_text="A principal.")
    granted_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-granted_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "currency"], condition=Q(revoked_at=None), name="mandate_one_in_force"
            ),
            models.CheckConstraint(
                name="mandate_has_limits", condition=Q(each_at_most__gt=0, daily_at_most__gte=F("each_at_most"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider}, {self.currency}, up to {self.each_at_most}"


class PayoutRun(models.Model):
    """Everything owed up to a cut-off, to be paid through one provider in one currency."""

    class Kind(models.TextChoices):
        WEEKLY = "weekly", "Weekly"
        INSTANT = "instant", "Cash-out"
        MANUAL = "manual", "By hand"

    class State(models.TextChoices):
        DRAFT = "draft", "Draft"  # being computed, a chunk of accounts at a time
        COMPUTED = "computed", "Computed"  # every range is claimed
        PROVED = "proved", "Proved"  # summed again, sampled, totals agree
        SUBMITTED = "submitted", "Waiting for approval"
        APPROVED = "approved", "Approved"  # by a second person, over this digest
        RELEASING = "releasing", "Being paid"
        CLOSED = "closed", "Closed"  # every payout settled or given back

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    due_key = models.CharField(max_length=120, help_text="What makes it this run: asked for twice, it is made once.")
    kind = models.CharField(max_length=8, choices=Kind)
    provider = models.CharField(max_length=20)
    currency = models.CharField(max_length=3)
    zone = models.CharField(max_length=40, blank=True, help_text="Only destinations of this pay zone; empty: all.")
    agent = models.ForeignKey("agents.Agent", models.PROTECT, null=True, related_name="+", help_text="Only this one.")
    cutoff = models.DateTimeField(help_text="Postings before this instant.")
    minimum = models.BigIntegerField(default=1, help_text="Minor units; less waits for the next run.")
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    prepared_by = models.CharField(max_length=64, help_text="A principal.")
    prepared_at = models.DateTimeField()
    totals = models.JSONField(default=dict, help_text="Control totals.")
    faults = models.JSONField(default=dict, help_text="What a proof found wrong; empty when it holds.")
    digest = models.CharField(max_length=64, blank=True, help_text="SHA-256 over every payout.")
    submitted_by = models.CharField(max_length=64, blank=True)
    submitted_at = models.DateTimeField(null=True)
    approved_by = models.CharField(max_length=64, blank=True)
    approved_at = models.DateTimeField(null=True)
    approved_digest = models.CharField(max_length=64, blank=True)
    refused_by = models.CharField(max_length=64, blank=True)
    refused_reason = models.CharField(max_length=300, blank=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-prepared_at"]
        constraints = [
            models.UniqueConstraint(fields=["due_key"], name="run_once"),
            models.CheckConstraint(name="run_currency_is_a_code", condition=Q(currency__regex=CURRENCY_CODE)),
            models.CheckConstraint(name="run_minimum_is_positive", condition=Q(minimum__gte=1)),
            models.CheckConstraint(name="run_is_prepared_by_somebody", condition=~Q(prepared_by="")),
            # Invariant 10.
            models.CheckConstraint(
                name="run_approved_by_a_second_person",
                condition=Q(approved_by="") | ~(Q(approved_by=F("prepared_by")) | Q(approved_by=F("submitted_by"))),
            ),
            models.CheckConstraint(
                name="run_approved_over_its_digest",
                condition=Q(state__in=["draft", "computed", "proved", "submitted"], approved_by="")
                | (~Q(approved_by="") & ~Q(digest="") & Q(approved_at__isnull=False, approved_digest=F("digest")))
                | (Q(state="closed", approved_by="") & ~Q(refused_by=""))
                | Q(state="closed", approved_by="", submitted_by=""),  # It pays nobody: see the trigger.
            ),
            models.CheckConstraint(
                name="run_refusal_has_a_person_and_a_reason",
                condition=Q(refused_by="", refused_reason="") | (~Q(refused_by="") & ~Q(refused_reason="")),
            ),
            models.CheckConstraint(
                name="run_proved_has_a_digest",
                condition=Q(state__in=["draft", "computed"]) | (~Q(digest="") & Q(faults={})),
            ),
        ]
        indexes = [
            # Read by payouts.runs.clockwork: what is under way.
            models.Index(fields=["state"], name="run_under_way", condition=~Q(state="closed")),
        ]

    def __str__(self) -> str:
        zone = self.zone or "UTC"
        until = self.cutoff.astimezone(ZoneInfo(zone))
        return f"{self.get_kind_display()} {self.currency} up to {until:%Y-%m-%d %H:%M} {zone}"


class Payout(models.Model):
    """One agent's money in one run: postings `lo` to `hi` of the account, and the balance after `hi`.

    Claimed when the run is prepared: from then on nothing else takes it. Drained at the latest at the run's release:
    a posting takes it out of the account. Of an account's payouts only the last can be waiting for that.
    """

    class State(models.TextChoices):
        DUE = "due", "Due"
        APPROVED = "approved", "Approved"
        SENT = "sent", "On its way"
        SETTLED = "settled", "Paid"
        REJECTED = "rejected", "Refused by the bank"
        RETURNED = "returned", "Sent back"
        REVERSED = "reversed", "Back in the balance"  # by a posting; the next range pays it

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # These three are looked up for all the rows of a statement at once, by the trigger that judges them; none of them
    # is ever deleted.
    run = models.ForeignKey(PayoutRun, models.PROTECT, related_name="payouts", db_index=False, db_constraint=False)
    account = models.ForeignKey(Account, models.PROTECT, related_name="payouts", db_index=False, db_constraint=False)
    currency = models.CharField(max_length=3)
    lo = models.BigIntegerField()
    hi = models.BigIntegerField()
    amount = models.BigIntegerField(help_text="The account's balance after posting `hi`.")
    drained_seq = models.BigIntegerField(null=True, help_text="The posting that took the amount out of the account.")
    destination = models.ForeignKey(
        PayoutDestination, models.PROTECT, related_name="payouts", db_index=False, db_constraint=False
    )
    state = models.CharField(max_length=8, choices=State, default=State.DUE)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    held_by = models.CharField(max_length=64, blank=True, help_text="A principal, of a person.")
    held_reason = models.CharField(max_length=300, blank=True)
    reply_by = models.DateTimeField(null=True, help_text="Until when the agent has an answer.")

    class Meta:
        ordering = ["run", "account"]
        constraints = [
            # Invariant 7, with the trigger that lets each range begin where the last one ended.
            models.UniqueConstraint(fields=["account", "lo"], name="payout_lo_once"),
            models.UniqueConstraint(fields=["account", "hi"], name="payout_hi_once"),
            models.UniqueConstraint(fields=["run", "account"], name="payout_once_in_a_run"),
            models.CheckConstraint(
                name="payout_range_is_one",
                condition=Q(lo__gte=1, hi__gte=F("lo")) & (Q(drained_seq=None) | Q(drained_seq__gt=F("hi"))),
            ),
            # What is claimed: read with every balance.
            models.UniqueConstraint(
                fields=["account"], condition=Q(drained_seq=None), name="payout_claims_one_at_a_time"
            ),
            models.CheckConstraint(
                name="payout_drained_before_it_leaves",
                condition=Q(drained_seq__isnull=False) | Q(state__in=["due", "approved"]),
            ),
            models.CheckConstraint(name="payout_is_positive", condition=Q(amount__gt=0)),  # Invariant 9.
            # Invariant 11.
            models.CheckConstraint(
                name="payout_hold_has_a_person_a_reason_and_a_clock",
                condition=Q(held_by="", held_reason="", reply_by=None)
                | (~Q(held_by="") & ~Q(held_reason="") & Q(reply_by__isnull=False)),
            ),
            models.CheckConstraint(
                name="payout_held_stays", condition=Q(held_by="") | Q(state__in=["due", "approved", "reversed"])
            ),
        ]
        indexes = [
            # Read by payouts.runs.sending: what is to go out.
            models.Index(fields=["run", "state"], name="payout_open", condition=~Q(state__in=["settled", "reversed"])),
        ]

    def __str__(self) -> str:
        exact = Decimal(self.amount).scaleb(-get_currency_precision(self.currency))
        return f"{exact} {self.currency}, {self.get_state_display()}"


class PayoutBatch(models.Model):
    """Attempts that leave together. `sent_at` is set, and committed, before the provider hears of them."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    run = models.ForeignKey(PayoutRun, models.PROTECT, related_name="batches")
    provider = models.CharField(max_length=20)
    message_id = models.CharField(max_length=35, unique=True)
    execution_date = models.DateField()
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["created_at"]
        verbose_name_plural = "payout batches"

    def __str__(self) -> str:
        return self.message_id


class PayoutAttempt(models.Model):
    """One try at one payout. Its row is committed before the provider hears of it."""

    class State(models.TextChoices):
        PREPARED = "prepared", "Prepared"  # the provider has certainly not heard of it
        SENT = "sent", "Sent"  # the provider may have
        UNKNOWN = "unknown", "No answer"  # to be looked up, never sent again
        ACCEPTED = "accepted", "Taken in charge"
        SETTLED = "settled", "Paid"
        RETURNED = "returned", "Sent back"
        FAILED = "failed", "Refused"
        ABSENT = "absent", "Never arrived"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    payout = models.ForeignKey(Payout, models.PROTECT, related_name="attempts", db_index=False)
    batch = models.ForeignKey(PayoutBatch, models.PROTECT, related_name="attempts")
    number = models.PositiveSmallIntegerField()
    key = models.CharField(max_length=35, unique=True, help_text="What the provider knows it by.")
    state = models.CharField(max_length=8, choices=State, default=State.PREPARED)
    reference = models.CharField(max_length=80, blank=True, help_text="The provider's own.")
    reason = models.CharField(max_length=35, blank=True, help_text="The provider's code.")
    prepared_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    asked_at = models.DateTimeField(null=True, help_text="When it was last looked up.")
    told_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["payout", "number"]
        constraints = [
            models.UniqueConstraint(fields=["payout", "number"], name="attempt_number_once"),
            # Only what has failed, or never arrived, may be tried again.
            models.UniqueConstraint(
                fields=["payout"], condition=~Q(state__in=["failed", "absent"]), name="attempt_one_at_a_time"
            ),
        ]
        indexes = [
            # Read by payouts.runs.sending: whose answer is missing.
            models.Index(fields=["sent_at"], name="attempt_unanswered", condition=Q(state__in=["sent", "unknown"])),
        ]

    def __str__(self) -> str:
        return f"{self.key}, {self.get_state_display()}"


class PayoutFile(models.Model):
    """A payment file as it was laid for the bank. Never changed, never deleted."""

    batch = models.OneToOneField(PayoutBatch, models.PROTECT, primary_key=True, related_name="file")
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    laid_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.batch_id)


class ProviderEvent(models.Model):
    """A message from a provider, proved to be its own, kept as it came, applied once."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    provider = models.CharField(max_length=20)
    event_id = models.CharField(max_length=128)
    raw = models.BinaryField()
    received_at = models.DateTimeField()

    class Meta:
        ordering = ["-received_at"]
        constraints = [models.UniqueConstraint(fields=["provider", "event_id"], name="provider_event_once")]

    def __str__(self) -> str:
        return f"{self.provider} {self.event_id[:12]}"


class BankEntry(models.Model):
    """One movement that a provider told of. What fits no attempt waits here for a person."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    provider = models.CharField(max_length=20)
    reference = models.CharField(max_length=120)
    key = models.CharField(max_length=80, blank=True)
    amount = models.BigIntegerField(help_text="Minor units; negative left our account.")
    currency = models.CharField(max_length=3)
    booked_on = models.DateField()
    text = models.CharField(max_length=140, blank=True)
    attempt = models.ForeignKey(PayoutAttempt, models.PROTECT, null=True, related_name="entries")
    problem = models.CharField(max_length=120, blank=True, help_text="Why nothing here explains it.")
    explained_by = models.CharField(max_length=64, blank=True)
    explanation = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["-booked_on", "reference"]
        verbose_name_plural = "bank entries"
        constraints = [
            models.UniqueConstraint(fields=["provider", "reference"], name="bank_entry_once"),
            models.CheckConstraint(
                name="bank_entry_explained_by_a_person_in_words",
                condition=Q(explained_by="", explanation="") | (~Q(explained_by="") & ~Q(explanation="")),
            ),
        ]
        indexes = [
            # Read by payouts.runs.reconciling: the queue of what nobody has explained.
            models.Index(
                fields=["booked_on"], name="bank_entry_unmatched", condition=~Q(problem="") & Q(explained_by="")
            ),
        ]

    def __str__(self) -> str:
        return self.reference
