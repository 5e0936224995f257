"""What people decide about money: disputes of a line, holds, clawbacks, and what is owed back and recovered.

Each decision against an agent has a named person, a written reason and a clock for the answer, or it is not a row.
"""

import uuid
from datetime import timedelta

from django.db import models
from django.db.models import F, Q

ANSWER_WITHIN = timedelta(days=14)
ALARM_AFTER = timedelta(days=10)
RECOVERED_AT_MOST_PERCENT = 20
PERSON = r"^operator:.+"  # a principal that is a person of the staff
WRITTEN = r"[^[:space:]].*[^[:space:]].*[^[:space:]]"  # three characters at least that are no space


def decided(prefix: str) -> list[models.BaseConstraint]:
    """An open row has no decision; any other was decided by a named person, with a written reason, at an instant."""
    return [
        models.CheckConstraint(
            name=f"{prefix}_decided_by_a_person",
            condition=Q(state="open", decided_by="", decision="", decided_at__isnull=True)
            | (~Q(state="open") & Q(decided_by__regex=PERSON, decision__regex=WRITTEN, decided_at__isnull=False)),
        ),
        models.CheckConstraint(
            name=f"{prefix}_has_a_clock",
            condition=Q(answer_by__lte=F("opened_at") + ANSWER_WITHIN, answer_by__gt=F("opened_at")),
        ),
    ]


class Case(models.Model):
    """Opened at an instant, to be decided by a named person before `answer_by`."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    agent = models.ForeignKey("agents.Agent", models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    answer_by = models.DateTimeField()
    alarmed_at = models.DateTimeField(null=True, editable=False)
    decided_by = models.CharField(max_length=64, default="", blank=True, help_text="A person: operator:<id>.")
    decision = models.CharField(max_length=1000, default="", blank=True, help_text="Why, as the agent reads it.")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True


class Dispute(Case):
    """An agent says that a line is wrong: `open -> granted, refused`. A granted one is repaired by a line."""

    class State(models.TextChoices):
        OPEN = "open", "Open"
        GRANTED = "granted", "Granted"
        REFUSED = "refused", "Refused"

    state = models.CharField(max_length=12, choices=State, default=State.OPEN)
    posting_id = models.UUIDField(help_text="The disputed line; a trigger sees that it is the agent's own.")
    words = models.CharField(max_length=1000, help_text="The agent's.")
    repair_source = models.CharField(max_length=120, default="", blank=True)

    class Meta:
        ordering = ["answer_by"]
        indexes = [
            # Read by an agent's earnings page: the disputes of the lines shown.
            models.Index(fields=["posting_id"], name="dispute_of_a_line"),
        ]
        constraints = [
            *decided("dispute"),
            models.UniqueConstraint(fields=["posting_id"], condition=Q(state="open"), name="dispute_open_once"),
            models.CheckConstraint(name="dispute_says_why", condition=Q(words__regex=WRITTEN)),
            models.CheckConstraint(
                name="dispute_granted_is_repaired",
                condition=(Q(state="granted") & ~Q(repair_source="")) | (~Q(state="granted") & Q(repair_source="")),
            ),
        ]

    def __str__(self) -> str:
        return f"Dispute of {self.opened_at:%Y-%m-%d}"


class Measure(Case):
    """Taken against an agent's money by a named person, who says why; the agent may answer until the clock runs out."""

    currency = models.CharField(max_length=3)
    amount = models.BigIntegerField(help_text="Minor units, more than nothing.")
    opened_by = models.CharField(max_length=64, help_text="A person: operator:<id>.")
    reason = models.CharField(max_length=1000, help_text="As the agent reads it.")
    reply = models.CharField(max_length=1000, default="", blank=True, help_text="The agent's.")
    replied_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True


def against(prefix: str) -> list[models.BaseConstraint]:
    return [
        *decided(prefix),
        models.CheckConstraint(name=f"{prefix}_of_something", condition=Q(amount__gt=0)),
        models.CheckConstraint(
            name=f"{prefix}_by_a_person_with_a_reason", condition=Q(opened_by__regex=PERSON, reason__regex=WRITTEN)
        ),
        models.CheckConstraint(
            name=f"{prefix}_replied_in_words",
            condition=Q(reply="", replied_at__isnull=True) | (Q(replied_at__isnull=False) & ~Q(reply="")),
        ),
    ]


def heard(prefix: str) -> models.BaseConstraint:
    """Nothing is taken before the agent has answered, or the clock has run out."""
    return models.CheckConstraint(
        name=f"{prefix}_after_the_agent_was_heard",
        condition=~Q(state="taken") | Q(replied_at__isnull=False) | Q(decided_at__gte=F("answer_by")),
    )


class Hold(Measure):
    """Money set aside, out of what is paid next: `open -> released, taken`."""

    class State(models.TextChoices):
        OPEN = "open", "Held"
        RELEASED = "released", "Released"
        TAKEN = "taken", "Taken back"

    state = models.CharField(max_length=12, choices=State, default=State.OPEN)

    class Meta:
        ordering = ["answer_by"]
        constraints = [*against("hold"), heard("hold")]

    def __str__(self) -> str:
        return f"Hold of {self.opened_at:%Y-%m-%d}"


class Clawback(Measure):
    """Money to be taken back: `open -> taken, dropped`. Taken once the agent has answered, or the clock has run out."""

    class State(models.TextChoices):
        OPEN = "open", "Announced"
        TAKEN = "taken", "Taken back"
        DROPPED = "dropped", "Dropped"

    state = models.CharField(max_length=12, choices=State, default=State.OPEN)

    class Meta:
        ordering = ["answer_by"]
        constraints = [
            *against("clawback"),
            heard("clawback"),
        ]

    def __str__(self) -> str:
        return f"Clawback of {self.opened_at:%Y-%m-%d}"


class Debt(models.Model):
    """What was taken back beyond the balance: owed by the agent, recovered a little at a time, without interest."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    agent = models.ForeignKey("agents.Agent", models.PROTECT, related_name="+")
    currency = models.CharField(max_length=3)
    amount = models.BigIntegerField()
    recovered = models.BigIntegerField(default=0)
    source = models.CharField(max_length=120, unique=True, help_text="The posting that it covered.")
    incurred_at = models.DateTimeField()

    class Meta:
        ordering = ["incurred_at"]
        constraints = [
            models.CheckConstraint(
                name="debt_recovered_within", condition=Q(amount__gt=0, recovered__gte=0, recovered__lte=F("amount"))
            ),
        ]
        indexes = [
            # Read by recovery: what is still owed, the oldest first.
            models.Index(
                fields=["agent", "currency", "incurred_at"], name="debt_open", condition=Q(recovered__lt=F("amount"))
            ),
        ]

    def __str__(self) -> str:
        return self.source


class Recovery(models.Model):
    """What a week's earnings gave back of a debt: a fifth at most, once a week. Never changed, never deleted."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    agent = models.ForeignKey("agents.Agent", models.PROTECT, related_name="+")
    currency = models.CharField(max_length=3)
    week = models.DateField(help_text="The Monday on which the week began, in UTC.")
    earned = models.BigIntegerField()
    amount = models.BigIntegerField()
    recovered_at = models.DateTimeField()

    class Meta:
        ordering = ["-week"]
        constraints = [
            models.UniqueConstraint(fields=["agent", "currency", "week"], name="recovery_once_a_week"),
            models.CheckConstraint(
                name="recovery_is_capped",
                condition=Q(amount__gt=0, earned__gte=F("amount") * (100 // RECOVERED_AT_MOST_PERCENT)),
            ),
            models.CheckConstraint(name="recovery_begins_on_monday", condition=Q(week__iso_week_day=1)),
        ]

    def __str__(self) -> str:
        return f"{self.week}: {self.amount}"
