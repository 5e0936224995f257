"""The ride: requests for a person, the offers made of them, and who leads the matching."""

import uuid
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q


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
        GONE = "customer_gone"  # the customer's connection was gone for minutes while a person was there: she may go on

    LIVE = (State.WAITING, State.OFFERED, State.ENGAGED)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    brand = models.ForeignKey("brands.Brand", models.PROTECT, related_name="+")
    conversation = models.ForeignKey("conversations.Conversation", models.PROTECT, related_name="escalations")
    state = models.CharField(max_length=24, choices=State, default=State.WAITING)
    reason = models.CharField(max_length=16, help_text="asked, unsure, repeated, sensitive, failure or returned.")
    topic = models.CharField(max_length=40)
    language = models.CharField(max_length=8)
    priority = models.PositiveSmallIntegerField(default=0, help_text="Higher is served first; 9: its agent was lost.")
    packet = models.JSONField(default=nothing, blank=True, encoder=DjangoJSONEncoder)
    queued_at = models.DateTimeField(help_text="Never changes: waiting time is kept whatever happens.")
    ended_at = models.DateTimeField(null=True, blank=True)
    customer_here = models.BooleanField(default=False, help_text="A socket of hers was seen since she asked.")
    customer_gone_since = models.DateTimeField(null=True, blank=True, help_text="Since when none lives.")
    first_agent = models.ForeignKey(
        "agents.Agent", models.PROTECT, null=True, blank=True, related_name="+",
        help_text="Asked first, once: she knows the customer.",
    )  # fmt: skip

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "conversation"],
                condition=Q(state__in=["waiting", "offered", "engaged"]),
                name="one_live_escalation_per_conversation",
            ),
            models.CheckConstraint(
                name="an_ended_escalation_has_its_time",
                condition=Q(state__in=["waiting", "offered", "engaged"], ended_at__isnull=True)
                | (~Q(state__in=["waiting", "offered", "engaged"]) & Q(ended_at__isnull=False)),
            ),
        ]
        indexes = [
            # Read by each planning round and by the queue: who waits?
            models.Index(
                fields=["queued_at"], name="escalation_waiting", condition=Q(state__in=["waiting", "offered"])
            ),
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
    brand = models.ForeignKey("brands.Brand", models.PROTECT, related_name="+")
    escalation = models.ForeignKey(Escalation, models.PROTECT, related_name="offers")
    agent = models.ForeignKey("agents.Agent", models.PROTECT, related_name="offers")
    pay_plan = models.ForeignKey("payouts.PayPlan", models.PROTECT, related_name="+")
    state = models.CharField(max_length=9, choices=State, default=State.OPEN)
    offered_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    card = models.JSONField(encoder=DjangoJSONEncoder, help_text="What the agent was shown: price, topic, reasons.")
    reason = models.CharField(max_length=16, blank=True, help_text="Why it was declined. No input of any ranking.")

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
        ]

    def __str__(self) -> str:
        return f"{self.escalation} to {self.agent}: {self.state}"


class Mode(models.Model):
    """A way of matching that an operator switched on, for one brand or, without a brand, for all; kept after its end.

    Read afresh by every planning round. The row in force is the one without an end: at most one of a kind and a brand.
    """

    class Kind(models.TextChoices):
        PLAIN = "plain", "First come, first served"  # the kill switch: no score, no rings, no scarcity
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


class Leadership(models.Model):
    """Who plans now. Taken by one conditional UPDATE once it has run out; times are the database's own."""

    shard = models.PositiveSmallIntegerField(primary_key=True)
    holder = models.CharField(max_length=64)
    epoch = models.BigIntegerField()
    until = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.holder} ({self.epoch})"
