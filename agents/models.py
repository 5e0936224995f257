"""The supply: log-ins, agents with their skills and languages, and the slot that says how much each can take."""

import uuid
from typing import Any, ClassVar

from django.contrib.auth.base_user import BaseUserManager
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Case, F, Q, Value, When

ONE = Value(1, output_field=models.PositiveSmallIntegerField())


class UserManager(BaseUserManager["User"]):
    """Log-ins are by e-mail address; there is no user name."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, **{**fields, "is_staff": True, "is_superuser": True})


class User(AbstractUser):
    """Anyone's log-in: agent, operator, finance, brand admin."""

    username = None  # type: ignore[assignment]
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField("e-mail", unique=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = UserManager()  # type: ignore[assignment,misc]

    def __str__(self) -> str:
        return self.get_full_name() or self.email

    @property
    def watches_the_board(self) -> bool:
        """Staff who may look at the queue of every brand: the right that the admin asks for there too."""
        return self.is_active and self.is_staff and self.has_perm("dispatch.view_escalation")


class Agent(models.Model):
    """A gig worker's profile, one-to-one with a log-in."""

    class Kind(models.TextChoices):
        STUDENT = "student", "Student"
        RURAL = "rural", "Rural worker"
        FAN = "fan", "Passionate user"
        STAFF = "staff", "Supervisor"  # takes chats over; made by supervisors.profile_of, never by signing up

    class State(models.TextChoices):
        APPLIED = "applied", "Applied"  # signed up; an operator has not decided yet
        APPROVED = "approved", "Approved"  # may go online
        REFUSED = "refused", "Refused"  # told why, may appeal
        DEACTIVATED = "deactivated", "Deactivated"  # once approved, no longer; sockets closed

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.OneToOneField(User, models.PROTECT, related_name="agent")
    kind = models.CharField(max_length=8, choices=Kind)
    display_name = models.CharField(max_length=40, help_text="The first name that customers see.")
    country = models.CharField(max_length=2, blank=True)
    about = models.CharField(max_length=400, blank=True, help_text="Why this work; campus, village or favourite brand.")
    tier = models.CharField(max_length=16, default="standard")
    state = models.CharField(max_length=12, choices=State, default=State.APPLIED)
    state_reason = models.CharField(max_length=300, blank=True)
    invited_by = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="+", help_text="Whose invitation brought her."
    )
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["display_name"]
        constraints = [
            models.CheckConstraint(
                name="a_decision_on_an_agent_has_a_person",
                condition=Q(state="applied") | Q(decided_by__isnull=False, decided_at__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return self.display_name


class AgentLanguage(models.Model):
    """A language an agent works in. Hard condition of every match."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    agent = models.ForeignKey(Agent, models.CASCADE, related_name="languages")
    code = models.CharField(max_length=8)
    level = models.PositiveSmallIntegerField(default=3, help_text="1 gets by, 2 good, 3 fluent.")
    valid_until = models.DateTimeField(null=True, blank=True, help_text="Not asked from then on; empty: no end.")

    class Meta:
        ordering = ["agent", "-level", "code"]
        constraints = [models.UniqueConstraint(fields=["agent", "code"], name="language_once_per_agent")]

    def __str__(self) -> str:
        return self.code


class AgentSkill(models.Model):
    """A brand's topic that an agent is certified in."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    agent = models.ForeignKey(Agent, models.CASCADE, related_name="skills")
    skill = models.ForeignKey("brands.Skill", models.CASCADE, related_name="agents")
    level = models.PositiveSmallIntegerField(default=2, help_text="1 learning, 2 certified, 3 expert.")
    valid_until = models.DateTimeField(null=True, blank=True, help_text="Not asked from then on; empty: no end.")

    class Meta:
        ordering = ["agent", "skill"]
        constraints = [models.UniqueConstraint(fields=["agent", "skill"], name="skill_once_per_agent")]

    def __str__(self) -> str:
        return str(self.skill)


class Slot(models.Model):
    """How much one agent can take, has taken and is being asked to take: the row that guards capacity.

    Changes only in the transaction that changes the offer or engagement it counts. `version` rises with every
    change that the agent's screen shows; whoever holds an older one fetches a new snapshot.
    """

    class Pause(models.TextChoices):
        MISSED = "missed", "Two offers unanswered"  # paused by us
        GONE = "gone", "Connection gone"  # taken offline by us
        BREAK = "break", "A break"  # paused by herself, from here on
        ERRAND = "errand", "Something to see to"
        TECHNICAL = "technical", "Something does not work"
        OTHER = "other", "Another reason"
        EMERGENCY = "emergency", "Emergency"  # offers stopped at once

    agent = models.OneToOneField(Agent, models.CASCADE, primary_key=True, related_name="slot")
    willing = models.BooleanField(default=False, help_text="Chose to be online.")
    capacity = models.PositiveSmallIntegerField(default=2, help_text="How many chats at once; her own choice.")
    capacity_most = models.PositiveSmallIntegerField(default=5, help_text="The most that she is certified for.")
    one_more = models.BooleanField(default=False, help_text="Wishes one chat above her capacity, once.")
    last_one = models.BooleanField(default=False, help_text="Goes offline by herself after the chat she has or gets.")
    last_begun = models.BooleanField(
        default=False, db_default=False, help_text="She has her last ones: what rings beside them is the end of it."
    )
    places = models.GeneratedField(
        expression=Case(
            When(last_one=True, then=ONE),
            When(one_more=True, then=F("capacity") + ONE),
            default=F("capacity"),
            output_field=models.PositiveSmallIntegerField(),
        ),
        output_field=models.PositiveSmallIntegerField(),
        db_persist=True,
        help_text="How many chats she has room for in all, by her wishes.",
    )
    reserve = models.BooleanField(default=False, help_text="Rung only where nobody else is free.")
    auto_accept = models.BooleanField(default=False, help_text="In paid shifts her offers open at once, by her choice.")
    ring_seconds = models.PositiveSmallIntegerField(null=True, blank=True, help_text="Longer rings, if she chose so.")
    active = models.SmallIntegerField(default=0, help_text="Live engagements.")
    held = models.SmallIntegerField(default=0, help_text="Open offers.")
    version = models.BigIntegerField(default=0)
    idle_since = models.DateTimeField(null=True, blank=True)
    online_since = models.DateTimeField(null=True, blank=True)
    stopped_at = models.DateTimeField(null=True, blank=True, help_text="When she was last willing.")
    gone_since = models.DateTimeField(null=True, blank=True, help_text="Since when no connection of the agent lives.")
    missed_in_a_row = models.PositiveSmallIntegerField(default=0)
    pause_reason = models.CharField(
        max_length=16, blank=True, choices=Pause, help_text="Why she is not willing; empty: she went offline."
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="slot_counts_hold",
                condition=Q(active__gte=0, held__gte=0) & Q(active__lte=10 - F("held")),
            ),
            models.CheckConstraint(
                name="slot_capacity_is_certified",
                condition=Q(capacity__gte=1, capacity__lte=F("capacity_most"), capacity_most__lte=5),
            ),
            models.CheckConstraint(
                name="slot_rings_long_enough",
                condition=Q(ring_seconds=None) | Q(ring_seconds__gte=12, ring_seconds__lte=60),
            ),
        ]
        indexes = [
            # Read by dispatch.supply: who could take one more.
            models.Index(fields=["agent"], name="slot_available", condition=Q(willing=True)),
            # Read by agents.presence: who has vanished.
            models.Index(fields=["gone_since"], name="slot_gone", condition=Q(gone_since__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.agent}: {self.active} of {self.places}"


class PaidHours(models.Model):
    """A time in which an agent is paid for being there, whatever rings: a seat of a shift, as far as offers know it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    agent = models.ForeignKey(Agent, models.CASCADE, related_name="paid_hours", db_index=False)
    begins_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    class Meta:
        ordering = ["-begins_at"]
        verbose_name_plural = "paid hours"
        constraints = [
            models.UniqueConstraint(fields=["agent", "begins_at"], name="paid_hours_once"),
            models.CheckConstraint(name="paid_hours_end_after_they_begin", condition=Q(ends_at__gt=F("begins_at"))),
        ]

    def __str__(self) -> str:
        return f"{self.begins_at:%Y-%m-%d %H:%M} to {self.ends_at:%H:%M}"


class OnlineStretch(models.Model):
    """One time online, from going online to its end, waiting included. What an hour online paid is divided by these."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    agent = models.ForeignKey(Agent, models.CASCADE, related_name="stretches", db_index=False)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField()
    places = models.PositiveSmallIntegerField(default=1, db_default=1, help_text="Her capacity at its end.")

    class Meta:
        ordering = ["-began_at"]
        verbose_name_plural = "online stretches"
        constraints = [
            models.UniqueConstraint(fields=["agent", "began_at"], name="stretch_once"),
            models.CheckConstraint(name="stretch_ends_after_it_begins", condition=Q(ended_at__gte=F("began_at"))),
        ]
        indexes = [
            # Read by an agent's earnings page.
            models.Index(fields=["agent", "ended_at"], name="stretch_by_end"),
        ]

    def __str__(self) -> str:
        return f"{self.began_at:%Y-%m-%d %H:%M} to {self.ended_at:%H:%M}"
