"""What steers the matching from outside: modes and bonuses that people set, and what agents are measured to earn.

Models, of `dispatch.models`.
"""

import uuid

from django.db import models
from django.db.models import F, Q


class SurgePolicy(models.Model):
    """When a brand pays a bonus while it is busy, and how much; minor units of its currency. `surging` says how."""

    brand = models.OneToOneField("brands.Brand", models.CASCADE, primary_key=True, related_name="surge_policy")
    active = models.BooleanField(default=True)
    from_s = models.PositiveIntegerField(default=60, help_text="Predicted wait (p90) from which a bonus is paid.")
    each_s = models.PositiveIntegerField(default=30, help_text="One step more for each so many seconds beyond.")
    step_minor = models.PositiveIntegerField(default=10, help_text="One step: 10 is 0.10.")
    highest_minor = models.PositiveIntegerField(default=200, help_text="The most for one chat.")
    set_by = models.CharField(max_length=64)
    set_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "surge policies"
        constraints = [
            models.CheckConstraint(
                name="a_surge_policy_makes_sense",
                condition=Q(
                    from_s__gte=10, each_s__gte=5, step_minor__gte=1, highest_minor__gte=F("step_minor"),
                    highest_minor__lte=100_000,
                ),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.brand}: up to {self.highest_minor}"


class Surge(models.Model):
    """One height of a class's bonus, from its beginning until it changed: the history, with what it was made from."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    brand = models.ForeignKey("brands.Brand", models.PROTECT, related_name="+")
    topic = models.CharField(max_length=40)
    language = models.CharField(max_length=8)
    bonus_minor = models.PositiveIntegerField()
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    waiting = models.PositiveIntegerField(help_text="When it began.")
    free = models.PositiveIntegerField()
    served = models.PositiveIntegerField(help_text="In the quarter of an hour before.")
    predicted_p90_s = models.PositiveIntegerField(null=True, help_text="Null: nobody was being served.")

    class Meta:
        ordering = ["-began_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "topic", "language"], condition=Q(ended_at__isnull=True), name="one_bonus_of_a_class"
            ),
            models.CheckConstraint(name="a_surge_is_some_bonus", condition=Q(bonus_minor__gt=0)),
            models.CheckConstraint(
                name="a_surge_ends_after_it_begins", condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("began_at"))
            ),
        ]
        indexes = [models.Index(fields=["brand", "-began_at"], name="surge_history")]  # read by the public page

    def __str__(self) -> str:
        return f"{self.topic}, {self.language}: {self.bonus_minor}"


class SurgeRaise(models.Model):
    """A bonus that an operator raised for a class: no lower until its time is over, or somebody undoes it. The row
    in force is the one without an end: at most one of a class."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    brand = models.ForeignKey("brands.Brand", models.PROTECT, related_name="+")
    topic = models.CharField(max_length=40)
    language = models.CharField(max_length=8)
    bonus_minor = models.PositiveIntegerField()
    began_at = models.DateTimeField()
    began_by = models.CharField(max_length=64, help_text="A principal.")
    reason = models.CharField(max_length=300)
    until = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.CharField(max_length=64, blank=True, help_text="A principal; system: its time was over.")

    class Meta:
        ordering = ["-began_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "topic", "language"], condition=Q(ended_at__isnull=True), name="one_raise_of_a_class"
            ),
            models.CheckConstraint(
                name="a_raise_is_some_bonus_for_some_time", condition=Q(bonus_minor__gt=0, until__gt=F("began_at"))
            ),
            models.CheckConstraint(
                name="a_raise_has_who_and_why",
                condition=~Q(began_by="")
                & ~Q(reason="")
                & (Q(ended_at__isnull=True, ended_by="") | (Q(ended_at__gte=F("began_at")) & ~Q(ended_by=""))),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.topic}, {self.language}: at least {self.bonus_minor}"


class Standing(models.Model):
    """An agent's earnings per available slot-hour of late, beside those of her group: what the planner is told of it.

    A roll-up, written anew each minute. `starved` counts as long as she was asked nothing since `measured_at`.
    """

    agent = models.OneToOneField("agents.Agent", models.CASCADE, primary_key=True, related_name="standing")
    tier = models.CharField(max_length=16)
    currency = models.CharField(max_length=3)
    earned_minor = models.BigIntegerField()
    slot_seconds = models.BigIntegerField()
    deficit = models.FloatField(help_text="From -1 to 1: above 0 she earned less than her group for her time.")
    starved = models.BooleanField(default=False, help_text="Passed over for long while others were asked.")
    measured_at = models.DateTimeField()

    class Meta:
        ordering = ["-deficit"]
        constraints = [
            models.CheckConstraint(name="a_deficit_is_a_share", condition=Q(deficit__gte=-1, deficit__lte=1)),
            models.CheckConstraint(name="a_standing_is_of_some_time", condition=Q(slot_seconds__gte=0)),
        ]

    def __str__(self) -> str:
        return f"{self.agent}: {self.deficit:+.2f}"


class Mode(models.Model):
    """A way of matching that an operator switched on, for one brand or, without a brand, for all; kept after its end.

    Read afresh by every planning round. The row in force is the one without an end: at most one of a kind and a brand.
    """

    class Kind(models.TextChoices):
        PLAIN = "plain", "First come, first served"  # the kill switch: no score, no priority; the rings hold
        FAIR = "fair", "Fair"  # whoever earned least for her time is asked sooner

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    brand = models.ForeignKey("brands.Brand", models.PROTECT, null=True, blank=True, related_name="+")
    kind = models.CharField(max_length=5, choices=Kind)
    began_at = models.DateTimeField()
    began_by = models.CharField(max_length=64, help_text="A principal.")
    reason = models.CharField(max_length=300)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.CharField(max_length=64, blank=True)
    end_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-began_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "brand"], condition=Q(ended_at__isnull=True), nulls_distinct=False,
                name="one_mode_of_a_kind_in_force",
            ),
            models.CheckConstraint(
                name="a_mode_was_ended_by_somebody",
                condition=Q(ended_at__isnull=True, ended_by="", end_reason="")
                | (Q(ended_at__gte=F("began_at")) & ~Q(ended_by="") & ~Q(end_reason="")),
            ),
            models.CheckConstraint(
                name="a_mode_was_begun_by_somebody", condition=~Q(began_by="") & ~Q(reason="")
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.brand or 'all brands'}"
