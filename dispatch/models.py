"""The ride: requests for a person, the offers made of them, and who leads the matching."""

import json
import uuid
import zlib
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q

from dispatch.steering import Mode as Mode
from dispatch.steering import Standing as Standing
from dispatch.steering import Surge as Surge
from dispatch.steering import SurgePolicy as SurgePolicy
from dispatch.steering import SurgeRaise as SurgeRaise
from dispatch.trials import WhatIf as WhatIf


def nothing() -> dict[str, Any]:
    return {}


class Escalation(models.Model):
    """A request for a person in one conversation. The table is the queue."""

    class State(models.TextChoices):
        WAITING = "waiting"
        OFFERED = "offered"  # held out to one agent
        ENGAGED = "engaged"  # an agent owns the conversation
        CLOSED = "closed"  # resolved
        ABANDONED = "abandoned"  # the customer left while waiting
        RETURNED = "returned_to_assistant"  # the customer stopped waiting
        LEFT = "left"  # the customer ended it while a person was there
        DORMANT = "dormant"  # the customer fell silent and the agent is gone: her next line brings her to a person
        GONE = "customer_gone"  # the customer's connection was gone for minutes while a person was there: she may go on
        CALLBACK_DUE = "callback_due"  # a time was promised: it waits for a person again shortly before
        LEFT_MESSAGE = "left_message"  # an answer was promised: it waits for a person again when people are there

    class Kind(models.TextChoices):
        CHAT = "chat"  # the customer is there, or is missed
        CALLBACK = "callback"  # she chose a time; served whether she is there or not
        MESSAGE = "message"  # she reads the answer later; likewise

    LIVE = (State.WAITING, State.OFFERED, State.ENGAGED)
    PARKED = (State.CALLBACK_DUE, State.LEFT_MESSAGE)
    UNDER_WAY = (*LIVE, *PARKED)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    brand = models.ForeignKey("brands.Brand", models.PROTECT, related_name="+")
    conversation = models.ForeignKey("conversations.Conversation", models.PROTECT, related_name="escalations")
    state = models.CharField(max_length=24, choices=State, default=State.WAITING)
    reason = models.CharField(max_length=16, help_text="asked, unsure, repeated, sensitive, failure or returned.")
    topic = models.CharField(max_length=40)
    language = models.CharField(max_length=8)
    priority = models.PositiveSmallIntegerField(default=0, help_text="Higher is served first; 9: its agent was lost.")
    packet = models.JSONField(default=nothing, blank=True, encoder=DjangoJSONEncoder)
    kind = models.CharField(max_length=8, choices=Kind, default=Kind.CHAT, db_default=Kind.CHAT)
    queued_at = models.DateTimeField(help_text="Never changes: waiting time is kept whatever happens.")
    waits_since = models.DateTimeField(
        null=True,
        blank=True,
        help_text="Since when it waits in line, if not since it was queued: it was parked before.",
    )
    tier = models.CharField(
        max_length=16,
        blank=True,
        default="",
        db_default="",
        help_text="Of a VIP: the tier that alone is asked at first.",
    )
    tier_until = models.DateTimeField(null=True, blank=True, help_text="From then on others are asked too.")
    held_until = models.DateTimeField(null=True, blank=True, help_text="Offered to nobody before: see held_why.")
    held_why = models.CharField(max_length=10, blank=True, help_text="supervisor or rest.")
    due_at = models.DateTimeField(null=True, blank=True, help_text="By when the customer was promised a person.")
    reached_at = models.DateTimeField(null=True, blank=True, help_text="When a person first accepted.")
    ended_at = models.DateTimeField(null=True, blank=True)
    customer_here = models.BooleanField(default=False, help_text="A socket of hers was seen since she asked.")
    customer_gone_since = models.DateTimeField(null=True, blank=True, help_text="Since when none lives.")
    first_agent = models.ForeignKey(
        "agents.Agent", models.PROTECT, null=True, blank=True, related_name="+", db_index=False,
        help_text="Asked first, once: she knows the customer.",
    )  # fmt: skip

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "conversation"],
                condition=Q(state__in=["waiting", "offered", "engaged", "callback_due", "left_message"]),
                name="one_live_escalation_per_conversation",
            ),
            models.CheckConstraint(
                name="an_ended_escalation_has_its_time",
                condition=Q(
                    state__in=["waiting", "offered", "engaged", "callback_due", "left_message"], ended_at__isnull=True
                )
                | (
                    ~Q(state__in=["waiting", "offered", "engaged", "callback_due", "left_message"])
                    & Q(ended_at__isnull=False)
                ),
            ),
            models.CheckConstraint(
                name="a_tier_is_asked_alone_for_some_time",
                condition=Q(tier="", tier_until__isnull=True) | (~Q(tier="") & Q(tier_until__isnull=False)),
            ),
            models.CheckConstraint(
                name="a_parked_escalation_has_its_deadline",
                condition=~Q(state__in=["callback_due", "left_message"]) | (Q(due_at__isnull=False) & ~Q(kind="chat")),
            ),
        ]
        indexes = [
            # Read by each planning round and by the queue: who waits?
            models.Index(
                fields=["queued_at"], name="escalation_waiting", condition=Q(state__in=["waiting", "offered"])
            ),
            # Read by the queue's estimate: how were those served who came lately?
            models.Index(fields=["queued_at"], name="escalation_lately"),
            # Read by the sweep of promises: whose time has come?
            models.Index(fields=["due_at"], name="escalation_due", condition=Q(due_at__isnull=False, ended_at=None)),
            # Read by the sweep of absent customers: who goes on with a person when she is back?
            models.Index(fields=["ended_at"], name="escalation_cut_off", condition=Q(state="customer_gone")),
        ]

    def __str__(self) -> str:
        return f"{self.topic}, {self.language}: {self.state}"


class Offer(models.Model):
    """An escalation held out to one agent for some seconds."""

    class State(models.TextChoices):
        OPEN = "open"
        ACCEPTED = "accepted"
        DECLINED = "declined"
        EXPIRED = "expired"
        WITHDRAWN = "withdrawn"  # the customer left, or the agent's connection broke

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # Each index costs every offer: those below serve what is read, and begin with the escalation and the agent. So does
    # each check at commit: the brand is the escalation's, which is checked, and no pay plan is ever deleted.
    brand = models.ForeignKey("brands.Brand", models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    escalation = models.ForeignKey(Escalation, models.PROTECT, related_name="offers", db_index=False)
    agent = models.ForeignKey("agents.Agent", models.PROTECT, related_name="offers", db_index=False)
    pay_plan = models.ForeignKey(
        "payouts.PayPlan", models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    state = models.CharField(max_length=9, choices=State, default=State.OPEN)
    offered_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    card = models.JSONField(encoder=DjangoJSONEncoder, help_text="What the agent was shown: price, topic, reasons.")
    reason = models.CharField(max_length=16, blank=True, help_text="Why it was declined. No input of any ranking.")
    automatic = models.BooleanField(
        default=False, help_text="Opens by itself, in a paid shift, by the agent's choice: it does not ring."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["escalation"], condition=Q(state="open"), name="one_open_offer_per_escalation"
            ),
            models.UniqueConstraint(fields=["agent"], condition=Q(state="open"), name="one_open_offer_per_agent"),
            models.CheckConstraint(name="an_offer_has_time_to_answer", condition=Q(expires_at__gt=F("offered_at"))),
        ]
        indexes = [
            # Read by the expiry sweep each second.
            models.Index(fields=["expires_at"], name="offer_due", condition=Q(state="open")),
            # Read by planning: who was asked already?
            models.Index(fields=["escalation", "agent", "offered_at"], name="offer_history"),
            models.Index(fields=["agent", "-offered_at"], name="offer_of_agent"),
            # Read by fairness and the board: what was offered lately, of all.
            BrinIndex(fields=["offered_at"], name="offer_by_time", autosummarize=True),
        ]

    def __str__(self) -> str:
        return f"{self.escalation} to {self.agent}: {self.state}"


class Question(models.Model):
    """What an agent asks certified colleagues about her chat, without giving it away. The first answer closes it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    brand = models.ForeignKey("brands.Brand", models.PROTECT, related_name="+")
    conversation = models.ForeignKey("conversations.Conversation", models.PROTECT, related_name="+")
    asked_by = models.ForeignKey("agents.Agent", models.PROTECT, related_name="+")
    asked = ArrayField(models.UUIDField(), help_text="The colleagues who see it.")
    topic = models.CharField(max_length=40)
    language = models.CharField(max_length=8)
    text = models.CharField(max_length=1000)
    asked_at = models.DateTimeField()
    open_until = models.DateTimeField()
    answered_by = models.ForeignKey("agents.Agent", models.PROTECT, null=True, blank=True, related_name="+")
    closed_at = models.DateTimeField(null=True, blank=True, help_text="Answered, overtaken, or out of time.")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="an_answered_question_is_closed",
                condition=Q(answered_by__isnull=True) | Q(closed_at__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["conversation"], condition=Q(closed_at__isnull=True), name="one_open_question_per_chat"
            ),
        ]
        indexes = [
            # Read by the desk's snapshot: what am I asked?
            models.Index(fields=["open_until"], name="question_open", condition=Q(closed_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.topic}, {self.language}"


class AbuseReport(models.Model):
    """An agent left a chat because of how she was treated. She is paid in full; a person reviews it."""

    engagement = models.OneToOneField(
        "conversations.Engagement", models.PROTECT, primary_key=True, related_name="abuse_report"
    )
    brand = models.ForeignKey("brands.Brand", models.PROTECT, related_name="+")
    customer = models.ForeignKey("conversations.Customer", models.PROTECT, related_name="+")
    agent = models.ForeignKey("agents.Agent", models.PROTECT, related_name="+")
    reason = models.CharField(max_length=8, help_text="threat, insult, sexual, hate, spam or other.")
    words = models.CharField(max_length=1000, blank=True)
    at = models.DateTimeField()
    rest_until = models.DateTimeField(help_text="Until then the customer's next request is offered to nobody.")
    reviewed_by = models.ForeignKey("agents.User", models.PROTECT, null=True, blank=True, related_name="+")
    reviewed_at = models.DateTimeField(null=True, blank=True)
    finding = models.CharField(max_length=10, blank=True, help_text="confirmed or unfounded.")

    class Meta:
        ordering = ["-at"]
        constraints = [
            models.CheckConstraint(
                name="a_review_of_abuse_has_a_person",
                condition=Q(reviewed_by__isnull=True, reviewed_at__isnull=True, finding="")
                | (Q(reviewed_by__isnull=False, reviewed_at__isnull=False) & ~Q(finding="")),
            )
        ]
        indexes = [
            # Read when this customer asks again: not this agent, and not at once.
            models.Index(fields=["customer", "-at"], name="abuse_of_customer"),
        ]

    def __str__(self) -> str:
        return f"{self.agent}: {self.reason}"


class Leadership(models.Model):
    """Who plans now. Taken by one conditional UPDATE once it has run out; times are the database's own."""

    shard = models.PositiveSmallIntegerField(primary_key=True)
    holder = models.CharField(max_length=64)
    epoch = models.BigIntegerField()
    until = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.holder} ({self.epoch})"


class ScoreWeights(models.Model):
    """One version of what the plan weighs: published, never changed. The latest that has begun is in force."""

    version = models.PositiveIntegerField(primary_key=True)
    values = models.JSONField(help_text="Every field of dispatch.matching.Weights.")
    begins_at = models.DateTimeField()
    published_by = models.CharField(max_length=64, help_text="A principal.")
    why = models.CharField(max_length=300)

    class Meta:
        ordering = ["-version"]
        verbose_name_plural = "score weights"

    def __str__(self) -> str:
        return f"version {self.version}"


class Round(models.Model):
    """All that one plan was made from, as far as it could have come out otherwise. Partitioned by month.

    The database's key is (at, id); rows are added by the placing function and go with their month.
    """

    id = models.UUIDField(primary_key=True)
    at = models.DateTimeField()
    weights = models.IntegerField(help_text="The version that ran.")
    method = models.CharField(max_length=8, help_text="How the best were found: sorted, flow, in_turn or nothing.")
    epoch = models.BigIntegerField(null=True, help_text="The leader's; empty: planned by the sweep.")
    packed = models.BinaryField(help_text="The inputs: JSON, compressed.")

    class Meta:
        managed = False
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S}, {self.method}"

    @property
    def inputs(self) -> dict[str, Any]:
        """What `dispatch.matching.records` wrote."""
        return dict(json.loads(zlib.decompress(self.packed)))

    @staticmethod
    def packed_of(written: bytes) -> bytes:
        """As it is stored. The fastest level: it makes them a tenth, and they are many."""
        return zlib.compress(written, 1)


class Decision(models.Model):
    """Why an escalation was offered to this agent, and who would have been next. Partitioned by month."""

    id = models.UUIDField(primary_key=True)
    at = models.DateTimeField()
    round = models.UUIDField()
    brand = models.UUIDField()
    escalation = models.UUIDField()
    agent = models.UUIDField()
    offer = models.UUIDField()
    ring = models.SmallIntegerField(help_text="How far from the topic agents might be.")
    weights = models.IntegerField()
    facts = models.JSONField(help_text="Points by part of the score, hers and those of who would have been next.")
    others = ArrayField(models.UUIDField(), help_text="Who would have been next, in order.")

    class Meta:
        managed = False
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"{self.escalation} to {self.agent}"
