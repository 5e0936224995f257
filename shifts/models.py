"""Blocks of time with seats, who holds which seat, and what agents said about when they would work.

A `Seat` is one agent's hold on one seat: given up it stays as a row, and the seat is free for the next hold.
"""

import uuid
from datetime import timedelta
from typing import ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Func, Q

from shifts.demand import Arrivals as Arrivals
from shifts.demand import Expectation as Expectation
from shifts.demand import Outlook as Outlook
from shifts.demand import SpecialDay as SpecialDay
from shifts.demand import Staffing as Staffing
from shifts.planners import Planner as Planner

SHORTEST = timedelta(minutes=30)
LONGEST = timedelta(hours=12)
MOST_SEATS = 500


class Span(Func):
    """A row's own time as PostgreSQL's range, its end not included."""

    function = "TSTZRANGE"
    output_field = DateTimeRangeField()


class Shift(models.Model):
    """A block of time for one topic and language of a brand, with seats and a guaranteed rate."""

    class State(models.TextChoices):
        DRAFT = "draft", "Draft"  # seen by operators only
        PUBLISHED = "published", "Published"  # wished for until the window ends, then claimed
        CLOSED = "closed", "Closed"  # called off: no seat of it is held

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    brand = models.ForeignKey("brands.Brand", models.PROTECT, related_name="shifts", db_index=False)
    topic = models.SlugField(max_length=40, db_index=False)
    language = models.CharField(max_length=8)
    begins_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    seat_count = models.PositiveSmallIntegerField()
    rate_cents = models.PositiveIntegerField(help_text="Guaranteed for an hour, in minor units; 0: no guarantee.")
    currency = models.CharField(max_length=3)
    state = models.CharField(max_length=12, choices=State, default=State.DRAFT)
    window_ends_at = models.DateTimeField(null=True, blank=True, help_text="Wishes are gathered until then.")
    allotted_at = models.DateTimeField(null=True, blank=True, help_text="When the window's wishes were answered.")
    published_at = models.DateTimeField(null=True, blank=True)
    made_by = models.CharField(max_length=80, help_text="A principal, or what made it by itself.")
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["begins_at", "brand", "topic", "language"]
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "topic", "language", "begins_at", "ends_at"], name="shift_once_per_class_and_time"
            ),
            models.CheckConstraint(
                name="shift_is_neither_short_nor_long",
                condition=Q(ends_at__gte=F("begins_at") + SHORTEST) & Q(ends_at__lte=F("begins_at") + LONGEST),
            ),
            models.CheckConstraint(name="shift_has_seats", condition=Q(seat_count__gte=1, seat_count__lte=MOST_SEATS)),
            models.CheckConstraint(
                name="shift_window_ends_before_it_begins",
                condition=Q(state="draft") | Q(window_ends_at__isnull=False, window_ends_at__lte=F("begins_at")),
            ),
        ]
        indexes = [
            # Read by agents' lists and by the allotment.
            models.Index(fields=["begins_at"], name="shift_published", condition=Q(state="published")),
        ]

    def __str__(self) -> str:
        return f"{self.topic} ({self.language}) {self.begins_at:%Y-%m-%d %H:%M} to {self.ends_at:%H:%M}"


class Seat(models.Model):
    """One agent's hold on one seat. A stand-by's begins when she takes it, in the middle of the shift."""

    class State(models.TextChoices):
        CONFIRMED = "confirmed", "Confirmed"  # hers; not there yet
        PRESENT = "present", "Present"  # came
        OVER = "over", "Over"  # came, and the time is up
        GIVEN_BACK = "given_back", "Given back"
        SWAPPED = "swapped", "Swapped"
        MISSED = "missed", "Missed"  # did not come: released to stand-bys
        CALLED_OFF = "called_off", "Called off"  # by an operator

    HELD: ClassVar[tuple[str, ...]] = (State.CONFIRMED, State.PRESENT, State.OVER)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    brand = models.ForeignKey("brands.Brand", models.PROTECT, related_name="+", db_index=False)
    shift = models.ForeignKey(Shift, models.PROTECT, related_name="seats")
    number = models.PositiveSmallIntegerField()
    agent = models.ForeignKey("agents.Agent", models.PROTECT, related_name="seats", db_index=False)
    begins_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    state = models.CharField(max_length=12, choices=State, default=State.CONFIRMED)
    way = models.CharField(max_length=12, help_text="claim, allotment, waiting, stand-by, swap")
    taken_at = models.DateTimeField()
    given_up_at = models.DateTimeField(null=True, blank=True)
    reminded_at = models.DateTimeField(null=True, blank=True)
    arrived_at = models.DateTimeField(null=True, blank=True, help_text="First moment online within her time.")
    left_at = models.DateTimeField(null=True, blank=True, help_text="Last moment online within her time.")
    absent_seconds = models.PositiveIntegerField(null=True, blank=True, help_text="Not online within her time.")
    settled_at = models.DateTimeField(null=True, blank=True, help_text="When its guarantee was settled.")

    class Meta:
        ordering = ["begins_at", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["shift", "number"],
                name="seat_held_once",
                condition=Q(state__in=["confirmed", "present", "over"]),
            ),
            ExclusionConstraint(
                name="seat_one_place_at_a_time",
                expressions=[
                    ("agent", RangeOperators.EQUAL),
                    (Span("begins_at", "ends_at", RangeBoundary()), RangeOperators.OVERLAPS),
                ],
                condition=Q(state__in=["confirmed", "present", "over"]),
            ),
            models.CheckConstraint(
                name="seat_has_a_number_and_time", condition=Q(number__gte=1) & Q(ends_at__gt=F("begins_at"))
            ),
            models.CheckConstraint(
                name="seat_present_has_come", condition=~Q(state__in=["present", "over"]) | Q(arrived_at__isnull=False)
            ),
            models.CheckConstraint(
                name="seat_settled_is_over",
                condition=Q(settled_at=None) | Q(state="over", absent_seconds__isnull=False),
            ),
        ]
        indexes = [
            # Read by the attendance sweep: whose time is due.
            models.Index(fields=["begins_at"], name="seat_due", condition=Q(state__in=["confirmed", "present"])),
            # Read by the sweep that settles guarantees.
            models.Index(fields=["ends_at"], name="seat_unsettled", condition=Q(state="over", settled_at=None)),
            # Read by an agent's week and by her limits.
            models.Index(fields=["agent", "begins_at"], name="seat_by_agent"),
        ]

    def __str__(self) -> str:
        return f"seat {self.number} of {self.shift}"


class Terms(models.Model):
    """What an agent chose about shifts. Without a row, what stands here as default."""

    agent = models.OneToOneField("agents.Agent", models.CASCADE, primary_key=True, related_name="shift_terms")
    timezone = models.CharField(max_length=64, default="UTC", help_text="Her clock: days and weeks are hers.")
    week_minutes_most = models.PositiveIntegerField(null=True, blank=True, help_text="Her own limit for a week.")
    wish_by_hours = models.BooleanField(default=False, help_text="What lies in her hours counts as a light wish.")
    stand_by = models.BooleanField(default=True, help_text="Rung when somebody on whose list she is does not come.")
    remind_minutes = models.PositiveSmallIntegerField(default=60, help_text="Before a shift; 0: no reminder.")
    feed_token = models.CharField(max_length=43, unique=True, null=True, blank=True, editable=False)

    class Meta:
        verbose_name_plural = "terms"

    def __str__(self) -> str:
        return f"terms of {self.agent_id}"


class Hours(models.Model):
    """A time of the week in which an agent would work, by her own clock."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    agent = models.ForeignKey("agents.Agent", models.CASCADE, related_name="shift_hours", db_index=False)
    weekday = models.PositiveSmallIntegerField(help_text="0 is Monday.")
    begins_minute = models.PositiveSmallIntegerField()
    ends_minute = models.PositiveSmallIntegerField(help_text="1440 is midnight.")

    class Meta:
        ordering = ["weekday", "begins_minute"]
        verbose_name_plural = "hours"
        constraints = [
            models.UniqueConstraint(fields=["agent", "weekday", "begins_minute"], name="shift_hours_once"),
            models.CheckConstraint(
                name="shift_hours_within_a_day",
                condition=Q(weekday__lte=6, ends_minute__lte=1440) & Q(ends_minute__gt=F("begins_minute")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.weekday}: {self.begins_minute} to {self.ends_minute}"


class DayHours(models.Model):
    """A day unlike her week: its rows stand in place of the weekday's. One without times: not at all."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    agent = models.ForeignKey("agents.Agent", models.CASCADE, related_name="shift_days", db_index=False)
    day = models.DateField()
    begins_minute = models.PositiveSmallIntegerField(null=True, blank=True)
    ends_minute = models.PositiveSmallIntegerField(null=True, blank=True)

    class Meta:
        ordering = ["day", "begins_minute"]
        verbose_name_plural = "day hours"
        constraints = [
            models.UniqueConstraint(
                fields=["agent", "day", "begins_minute"], name="shift_day_hours_once", nulls_distinct=False
            ),
            models.CheckConstraint(
                name="shift_day_hours_within_a_day",
                condition=Q(begins_minute=None, ends_minute=None)
                | Q(ends_minute__lte=1440, ends_minute__gt=F("begins_minute")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day}: {self.begins_minute} to {self.ends_minute}"


class Wish(models.Model):
    """An agent would like this shift. Answered once: granted, or refused with a sentence."""

    class State(models.TextChoices):
        OPEN = "open", "Open"
        GRANTED = "granted", "Granted"
        REFUSED = "refused", "Refused"
        WITHDRAWN = "withdrawn", "Withdrawn"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    brand = models.ForeignKey("brands.Brand", models.PROTECT, related_name="+", db_index=False)
    shift = models.ForeignKey(Shift, models.CASCADE, related_name="wishes", db_index=False)
    agent = models.ForeignKey("agents.Agent", models.CASCADE, related_name="wishes")
    strength = models.PositiveSmallIntegerField(default=2, help_text="1 would do, 2 would like, 3 above all.")
    state = models.CharField(max_length=12, choices=State, default=State.OPEN)
    reason = models.CharField(max_length=24, blank=True, help_text="Of a refusal, for programs.")
    sentence = models.CharField(max_length=300, blank=True, help_text="Of a refusal, for her.")
    made_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    allotment = models.ForeignKey("Allotment", models.SET_NULL, null=True, blank=True, related_name="wishes")

    class Meta:
        ordering = ["-made_at"]
        verbose_name_plural = "wishes"
        constraints = [
            models.UniqueConstraint(fields=["shift", "agent"], name="wish_once"),
            models.CheckConstraint(name="wish_strength", condition=Q(strength__gte=1, strength__lte=3)),
            models.CheckConstraint(name="wish_refused_says_why", condition=~Q(state="refused") | ~Q(sentence="")),
        ]

    def __str__(self) -> str:
        return f"{self.agent_id} for {self.shift_id}"


class Waiting(models.Model):
    """An agent waits for a seat of a full shift; whoever had fewer hours in four weeks comes first."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        SEATED = "seated", "Seated"
        LEFT = "left", "Left"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    brand = models.ForeignKey("brands.Brand", models.PROTECT, related_name="+", db_index=False)
    shift = models.ForeignKey(Shift, models.CASCADE, related_name="waiting", db_index=False)
    agent = models.ForeignKey("agents.Agent", models.CASCADE, related_name="waiting")
    state = models.CharField(max_length=12, choices=State, default=State.WAITING)
    joined_at = models.DateTimeField()
    rung_at = models.DateTimeField(null=True, blank=True, help_text="When she was last rung for a missed seat.")

    class Meta:
        ordering = ["joined_at"]
        verbose_name_plural = "waiting"
        constraints = [models.UniqueConstraint(fields=["shift", "agent"], name="waiting_once")]

    def __str__(self) -> str:
        return f"{self.agent_id} for {self.shift_id}"


class Swap(models.Model):
    """A seat that its holder would pass on: to one colleague or to whoever may, for nothing or for another seat."""

    class State(models.TextChoices):
        OPEN = "open", "Open"
        TAKEN = "taken", "Taken"
        WITHDRAWN = "withdrawn", "Withdrawn"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    brand = models.ForeignKey("brands.Brand", models.PROTECT, related_name="+", db_index=False)
    seat = models.ForeignKey(Seat, models.CASCADE, related_name="swaps", db_index=False)
    colleague = models.ForeignKey(
        "agents.Agent", models.CASCADE, null=True, blank=True, related_name="swaps_offered", help_text="Empty: anyone."
    )
    wanted = models.ForeignKey(Shift, models.CASCADE, null=True, blank=True, related_name="+", help_text="In return.")
    state = models.CharField(max_length=12, choices=State, default=State.OPEN)
    offered_at = models.DateTimeField()
    taken_by = models.ForeignKey("agents.Agent", models.CASCADE, null=True, blank=True, related_name="swaps_taken")
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-offered_at"]
        constraints = [
            models.UniqueConstraint(fields=["seat"], name="swap_open_once", condition=Q(state="open")),
            models.CheckConstraint(name="swap_taken_by_somebody", condition=~Q(state="taken") | ~Q(taken_by=None)),
        ]

    def __str__(self) -> str:
        return f"swap of {self.seat_id}"


class News(models.Model):
    """Something about a shift that an agent is told on all her screens, until then or until she puts it away."""

    class Kind(models.TextChoices):
        RING = "ring", "Stand-by rung"  # somebody did not come: the rest of it is to be had
        NEAR = "near", "Begins soon"
        GRANTED = "granted", "Wish granted"
        REFUSED = "refused", "Wish refused"
        MOVED_UP = "moved_up", "Moved up"  # from the waiting list
        HELD_OUT = "held_out", "Held out to her"  # by a colleague
        PASSED_ON = "passed_on", "Passed on"  # a colleague took what she held out
        MISSED = "missed", "Missed"
        CALLED_OFF = "called_off", "Called off"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    brand = models.ForeignKey("brands.Brand", models.PROTECT, related_name="+", db_index=False)
    agent = models.ForeignKey("agents.Agent", models.CASCADE, related_name="shift_news", db_index=False)
    shift = models.ForeignKey(Shift, models.CASCADE, related_name="news")
    kind = models.CharField(max_length=12, choices=Kind)
    words = models.CharField(max_length=300, blank=True, help_text="A refusal's sentence, or a colleague's name.")
    swap = models.ForeignKey(Swap, models.CASCADE, null=True, blank=True, related_name="+", db_index=False)
    made_at = models.DateTimeField()
    until = models.DateTimeField(help_text="Then it is news no more.")
    told_at = models.DateTimeField(null=True, blank=True, help_text="Empty: her screens do not know how it stands.")
    put_away_at = models.DateTimeField(null=True, blank=True, help_text="Read by her, or true no more.")

    class Meta:
        ordering = ["-made_at"]
        verbose_name_plural = "news"
        constraints = [models.UniqueConstraint(fields=["agent", "shift", "kind"], name="shift_news_once")]
        indexes = [
            # Read by the sweep that raises versions.
            models.Index(fields=["made_at"], name="shift_news_untold", condition=Q(told_at=None)),
            # Read by every snapshot of an agent's screens.
            models.Index(fields=["agent", "until"], name="shift_news_shown", condition=Q(put_away_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.kind} to {self.agent_id} of {self.shift_id}"


class Allotment(models.Model):
    """One run of the matching: what it was given, what it granted, and how far from the best it may be."""

    class State(models.TextChoices):
        ASKED = "asked", "Asked"
        RUNNING = "running", "Running"
        DONE = "done", "Done"
        FAILED = "failed", "Failed"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=12, help_text="nightly, hourly, or asked by an operator")
    state = models.CharField(max_length=12, choices=State, default=State.ASKED)
    asked_by = models.CharField(max_length=80)
    asked_at = models.DateTimeField()
    began_at = models.DateTimeField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True, help_text="Then another process may take it up.")
    ended_at = models.DateTimeField(null=True, blank=True)
    shifts = models.PositiveIntegerField(default=0)
    seats_free = models.PositiveIntegerField(default=0)
    candidates = models.PositiveIntegerField(default=0, help_text="Wishes, and shifts within somebody's hours.")
    granted = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    value = models.FloatField(null=True, blank=True)
    bound = models.FloatField(null=True, blank=True, help_text="No plan is worth more.")
    gap = models.FloatField(null=True, blank=True, help_text="(bound - value) / bound")
    solve_ms = models.PositiveIntegerField(null=True, blank=True)
    finished = models.BooleanField(default=False, help_text="The search ended by itself; else its time was over.")
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-asked_at"]
        constraints = [
            models.UniqueConstraint(fields=["state"], name="allotment_one_at_a_time", condition=Q(state="running")),
            models.CheckConstraint(
                name="allotment_running_has_a_lease", condition=~Q(state="running") | Q(lease_until__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.asked_at:%Y-%m-%d %H:%M}"
