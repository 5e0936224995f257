"""What came, what is expected, and what operators say about it. A class is a brand's topic in one language."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

MOST_HALVES = 50  # of a day on which clocks go back


class Arrivals(models.Model):
    """One half hour of one class as it was: a roll-up of real requests, written anew while chats of it still end."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    brand = models.ForeignKey("brands.Brand", models.PROTECT, related_name="+", db_index=False)
    topic = models.CharField(max_length=40)
    language = models.CharField(max_length=8)
    begins_at = models.DateTimeField(help_text="Of the half hour, UTC.")
    came = models.PositiveIntegerField(help_text="Requests for a person.")
    reached = models.PositiveIntegerField(default=0, help_text="Of them, those whom a person has accepted.")
    in_time = models.PositiveIntegerField(default=0, help_text="Of them, those accepted within the brand's aim.")
    abandoned = models.PositiveIntegerField(default=0, help_text="Chats whose customer left before anybody came.")
    waited_seconds = models.PositiveBigIntegerField(default=0, help_text="Of chats, until accepted or gone, summed.")
    chats = models.PositiveIntegerField(default=0, help_text="Stretches with an agent that have ended.")
    handled_seconds = models.PositiveBigIntegerField(default=0, help_text="How long they lasted, summed.")
    imported = models.BooleanField(
        default=False, db_default=False, help_text="From another system or a demonstration: no roll-up touches it."
    )
    counted_at = models.DateTimeField()

    class Meta:
        ordering = ["-begins_at", "brand", "topic", "language"]
        verbose_name_plural = "arrivals"
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "topic", "language", "begins_at"], name="arrivals_once_per_class_and_half_hour"
            ),
            models.CheckConstraint(
                name="arrivals_count_what_came",
                condition=Q(reached__lte=F("came"), in_time__lte=F("reached"), abandoned__lte=F("came")),
            ),
        ]
        indexes = [models.Index(fields=["brand", "begins_at"], name="arrivals_of_brand")]

    def __str__(self) -> str:
        return f"{self.topic} ({self.language}) {self.begins_at:%Y-%m-%d %H:%M}: {self.came}"


class Outlook(models.Model):
    """What is expected of one class on one day of the brand's clock; its arrays hold one number for each half hour.

    Element n is the half hour that begins n half hours after `begins_at`: 46 or 50 of them where clocks change.
    `said` stays as it was before the day; `low`, `middle` and `high` follow the day so far. Once the day is over,
    `came` says what came: what was said is judged by it and kept.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    brand = models.ForeignKey("brands.Brand", models.PROTECT, related_name="+", db_index=False)
    topic = models.CharField(max_length=40)
    language = models.CharField(max_length=8)
    day = models.DateField()
    begins_at = models.DateTimeField(help_text="Midnight by the brand's clock.")
    made_at = models.DateTimeField()
    method = models.CharField(max_length=40)
    days_known = models.PositiveIntegerField(help_text="Days of the class that it rests on.")
    days_ahead = models.PositiveSmallIntegerField(help_text="How long before the day it was said.")
    back_tested = models.BooleanField(default=False, help_text="Said afterwards, from what was known before the day.")
    dispersion = models.FloatField(help_text="Variance of a count = mean + dispersion x mean^2.")
    said = ArrayField(models.FloatField())
    low = ArrayField(models.FloatField(), help_text="The ends of the 90 % interval.")
    middle = ArrayField(models.FloatField(), help_text="Requests expected.")
    high = ArrayField(models.FloatField())
    rescaled_at = models.DateTimeField(null=True, blank=True, help_text="When the day so far was last taken in.")
    seats = ArrayField(models.PositiveIntegerField(), default=list, blank=True, help_text="Needed for the aim.")
    served = ArrayField(models.FloatField(), default=list, blank=True, help_text="Share answered in time with them.")
    served_there = ArrayField(
        models.FloatField(), default=list, blank=True, help_text="The same with the seats of drafts and of shifts."
    )
    staffed_at = models.DateTimeField(null=True, blank=True)
    came = ArrayField(models.FloatField(), null=True, blank=True)
    missed = models.FloatField(null=True, blank=True, help_text="Sum of the absolute errors of what was said.")
    inside = models.PositiveSmallIntegerField(null=True, blank=True, help_text="Half hours inside the interval.")
    judged_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-day", "brand", "topic", "language"]
        constraints = [
            models.UniqueConstraint(fields=["brand", "topic", "language", "day"], name="outlook_once_per_class_day"),
            models.CheckConstraint(
                name="outlook_has_a_band",
                condition=Q(low__len=F("middle__len"))
                & Q(high__len=F("middle__len"))
                & Q(said__len=F("middle__len"))
                & Q(middle__len__lte=MOST_HALVES),
            ),
            models.CheckConstraint(
                name="outlook_judged_by_what_came",
                condition=Q(judged_at=None) | Q(came__isnull=False, missed__isnull=False, inside__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["brand", "day"], name="outlook_of_brand")]

    def __str__(self) -> str:
        return f"{self.topic} ({self.language}) {self.day}"


class Staffing(models.Model):
    """What a brand asks of its people: the service level, and what may be made of it without asking."""

    class Automatic(models.TextChoices):
        OFF = "off", "Nothing by itself"
        DRAFT = "draft", "Shifts are drafted"
        PUBLISH = "publish", "Shifts are drafted and published"

    brand = models.OneToOneField("brands.Brand", models.PROTECT, primary_key=True, related_name="staffing")
    share = models.FloatField(
        default=0.80,
        validators=[MinValueValidator(0.0), MaxValueValidator(0.99)],
        help_text="Of all customers, those to be answered in time.",
    )
    target_seconds = models.PositiveIntegerField(
        default=20, validators=[MaxValueValidator(3_600)], help_text="What in time means."
    )
    shrinkage = models.FloatField(
        null=True,
        blank=True,
        validators=[MinValueValidator(0.0), MaxValueValidator(0.9)],
        help_text="Share of a seat's time in which nobody sits in it. Empty: as measured.",
    )
    correction = models.FloatField(
        null=True,
        blank=True,
        validators=[MinValueValidator(0.5), MaxValueValidator(3.0)],
        help_text="Times Erlang's places. Empty: as a simulated day found that it takes.",
    )
    simulated = models.FloatField(default=1.0, editable=False, help_text="What the simulator found.")
    simulated_level = models.FloatField(null=True, editable=False, help_text="Answered in time with it.")
    erlang_level = models.FloatField(null=True, editable=False, help_text="Answered in time without it.")
    simulated_at = models.DateTimeField(null=True, editable=False)
    rate_cents = models.PositiveIntegerField(
        default=0, validators=[MaxValueValidator(100_000)], help_text="Guaranteed for an hour of an automatic shift."
    )
    week_budget_cents = models.PositiveBigIntegerField(
        null=True, blank=True, help_text="Guarantees of a week's automatic shifts, at most. Empty: no limit."
    )
    automatic = models.CharField(max_length=8, choices=Automatic, default=Automatic.OFF)
    window_hours = models.PositiveSmallIntegerField(
        default=48, validators=[MinValueValidator(1), MaxValueValidator(24 * 14)], help_text="For wishes."
    )
    days_ahead = models.PositiveSmallIntegerField(
        default=14, validators=[MinValueValidator(1), MaxValueValidator(20)], help_text="How far shifts are made."
    )
    filled_on = models.DateField(null=True, blank=True, editable=False, help_text="When shifts were last made.")
    set_by = models.CharField(max_length=80, editable=False)
    set_at = models.DateTimeField(editable=False)

    class Meta:
        verbose_name_plural = "staffing"
        constraints = [
            models.CheckConstraint(name="staffing_share", condition=Q(share__gte=0, share__lt=1)),
            models.CheckConstraint(
                name="staffing_shrinkage", condition=Q(shrinkage=None) | Q(shrinkage__gte=0, shrinkage__lt=1)
            ),
            models.CheckConstraint(name="staffing_correction", condition=Q(correction__gt=0)),
            models.CheckConstraint(name="staffing_simulated", condition=Q(simulated__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.brand}: {self.share:.0%} within {self.target_seconds} s"

    @property
    def correction_in_force(self) -> float:
        """An operator's word goes before what was simulated."""
        return self.simulated if self.correction is None else self.correction


class SpecialDay(models.Model):
    """Days unlike others, from the first to the last: closed, a holiday, or a campaign. Said before, learned from."""

    class Kind(models.TextChoices):
        CLOSED = "closed", "Closed"
        HOLIDAY = "holiday", "Holiday, open"
        CAMPAIGN = "campaign", "Campaign"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    brand = models.ForeignKey("brands.Brand", models.PROTECT, related_name="+", db_index=False)
    topic = models.CharField(max_length=40, blank=True, help_text="Empty: all.")
    language = models.CharField(max_length=8, blank=True, help_text="Empty: all.")
    name = models.CharField(max_length=60, help_text="The same name each time: then earlier ones are learned from.")
    kind = models.CharField(max_length=8, choices=Kind)
    first = models.DateField()
    last = models.DateField()
    multiplier = models.FloatField(
        null=True,
        blank=True,
        validators=[MinValueValidator(0.0), MaxValueValidator(20.0)],
        help_text="Times an ordinary day. Empty: learned from earlier days of this name.",
    )
    ended_at = models.DateTimeField(null=True, blank=True, editable=False, help_text="Since when it does not count.")
    said_by = models.CharField(max_length=80, editable=False)
    said_at = models.DateTimeField(editable=False)

    class Meta:
        ordering = ["-first", "name"]
        constraints = [
            models.CheckConstraint(name="special_day_ends_after_it_begins", condition=Q(last__gte=F("first"))),
            models.CheckConstraint(
                name="special_day_multiplier",
                condition=Q(multiplier=None) | Q(multiplier__gte=0, multiplier__lte=20) & ~Q(kind="closed"),
            ),
        ]
        indexes = [models.Index(fields=["brand", "first"], name="special_day_of_brand")]

    def __str__(self) -> str:
        return f"{self.name}, {self.first} to {self.last}"


class Expectation(models.Model):
    """How busy a class without a past is expected to be, and after which other class its day is shaped."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    brand = models.ForeignKey("brands.Brand", models.PROTECT, related_name="+", db_index=False)
    topic = models.CharField(max_length=40)
    language = models.CharField(max_length=8)
    requests_a_day = models.FloatField(validators=[MinValueValidator(0.0), MaxValueValidator(1_000_000.0)])
    shaped_after_topic = models.CharField(max_length=40, blank=True, help_text="Empty: after all the brand's classes.")
    shaped_after_language = models.CharField(max_length=8, blank=True)
    said_by = models.CharField(max_length=80, editable=False)
    said_at = models.DateTimeField(editable=False)

    class Meta:
        ordering = ["brand", "topic", "language"]
        constraints = [
            models.UniqueConstraint(fields=["brand", "topic", "language"], name="expectation_once_per_class"),
            models.CheckConstraint(name="expectation_not_below_nothing", condition=Q(requests_a_day__gte=0)),
        ]

    def __str__(self) -> str:
        return f"{self.topic} ({self.language}): {self.requests_a_day:g} a day"
