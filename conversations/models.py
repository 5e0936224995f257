"""The talk: customers, conversations, their two numbered streams, and the stretches in which one agent owns one."""

import uuid

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q


class Customer(models.Model):
    """A person who talks through a brand's widget: anonymous (we gave a token), or named by the brand's signed one."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    brand = models.ForeignKey("brands.Brand", models.PROTECT, related_name="customers")
    external_id = models.CharField(max_length=128, null=True, blank=True, help_text="`sub` of the brand's token.")
    name = models.CharField(max_length=80, blank=True)
    email = models.EmailField(blank=True)
    language = models.CharField(max_length=8, blank=True)
    vip = models.BooleanField(default=False, db_default=False, help_text="The brand's signed token says so.")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["brand", "external_id"], name="customer_once_per_brand")]

    def __str__(self) -> str:
        return f"Customer {str(self.pk)[:4]}"  # her name is for those who may read it, and for no log

    @property
    def first_name(self) -> str:
        """All that an agent sees of the name."""
        return self.name.split()[0] if self.name.strip() else "Customer"


class CustomerToken(models.Model):
    """What a browser holds to be this customer again. Only its hash is stored."""

    hash = models.CharField(max_length=64, primary_key=True)
    customer = models.ForeignKey(Customer, models.CASCADE, related_name="tokens")
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"token of {self.customer}"


class SpentIdentity(models.Model):
    """A brand's signed token that was used once (`jti`), kept until it would have expired anyway."""

    id = models.BigAutoField(primary_key=True)
    brand = models.ForeignKey("brands.Brand", models.CASCADE, related_name="+")
    jti = models.CharField(max_length=128)
    expires_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["brand", "jti"], name="identity_spent_once")]

    def __str__(self) -> str:
        return self.jti


class Conversation(models.Model):
    """One thread between a customer, the assistant and agents.

    The row is the lock of everything said in it, and the counter of both streams. `status` is what the last numbered
    frame said of the conversation; only `stream.append` and the batch function write it. Who owns it is its live
    engagement: there is no second column. No index on a counter, so that updates stay in place (HOT).
    """

    class State(models.TextChoices):
        OPEN = "open"
        CLOSED = "closed"  # a customer's line within seven days opens it again

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    brand = models.ForeignKey("brands.Brand", models.PROTECT, related_name="conversations")
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="conversations")
    state = models.CharField(max_length=6, choices=State, default=State.OPEN)
    status = models.JSONField(encoder=DjangoJSONEncoder)
    talk_seq = models.BigIntegerField(default=0)
    desk_seq = models.BigIntegerField(default=0)
    asked_seq = models.BigIntegerField(default=0, help_text="Latest line that the assistant should answer.")
    answered_seq = models.BigIntegerField(default=0, help_text="Latest line that the assistant has dealt with.")
    language = models.CharField(max_length=8, blank=True)
    topic = models.CharField(max_length=40, blank=True)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "customer"], condition=Q(state="open"), name="one_open_conversation_per_customer"
            ),
            models.CheckConstraint(
                name="closed_conversation_has_its_time",
                condition=Q(state="open", closed_at__isnull=True) | Q(state="closed", closed_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["customer", "-opened_at"], name="conversation_of_customer"),
            # Read by assistant.replies: whom has nobody answered yet?
            models.Index(fields=["id"], name="conversation_unanswered", condition=Q(asked_seq__gt=F("answered_seq"))),
        ]

    def __str__(self) -> str:
        return f"{self.brand.name}, {self.customer}"


class Participant(models.Model):
    """Who may read and write a conversation. Changed only under the conversation's lock."""

    id = models.BigAutoField(primary_key=True)
    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="participants")
    person_id = models.UUIDField(help_text="A customer's or an agent's id.")
    role = models.CharField(max_length=8)
    name = models.CharField(max_length=80, help_text="What the others see.")
    may_write = models.BooleanField(default=True)
    joined_at = models.DateTimeField()
    # Not indexed, so that an update stays in place. Only `marks` writes it; it never falls.
    seen_seq = models.BigIntegerField(default=0, db_default=0, help_text="Latest line of the talk she has seen.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["conversation", "person_id"], name="participant_once")]
        indexes = [
            # Read by policy.streams_of: which conversations is this person in now?
            models.Index(fields=["person_id"], name="participant_live", condition=Q(may_write=True)),
        ]

    def __str__(self) -> str:
        return f"{self.role} {str(self.person_id)[:4]}"


class Event(models.Model):
    """One numbered row of one of the two streams: written by `stream`, never changed."""

    class Kind(models.TextChoices):
        MESSAGE = "message"
        ANSWER = "answer"
        CHANGED = "changed"
        HAND_OFF = "hand_off"
        NOTE = "note"

    id = models.BigAutoField(primary_key=True)
    # The conversation holds both; a second check of the brand for each line would only cost.
    brand = models.ForeignKey("brands.Brand", models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    conversation = models.ForeignKey(Conversation, models.PROTECT, related_name="events", db_index=False)
    stream = models.CharField(max_length=4)
    seq = models.BigIntegerField()
    kind = models.CharField(max_length=8, choices=Kind)
    author_role = models.CharField(max_length=9)
    author_id = models.UUIDField(null=True)
    author_name = models.CharField(max_length=80)
    client_id = models.UUIDField(null=True)
    text = models.TextField()
    data = models.JSONField(encoder=DjangoJSONEncoder)
    at = models.DateTimeField()

    class Meta:
        ordering = ["conversation", "stream", "seq"]
        constraints = [
            models.UniqueConstraint(fields=["conversation", "stream", "seq", "brand"], name="event_number_once"),
            models.UniqueConstraint(
                fields=["conversation", "client_id", "brand"],
                condition=Q(client_id__isnull=False),
                name="event_client_id_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.stream} {self.seq}: {self.kind}"


class Engagement(models.Model):
    """The stretch in which one agent owns one conversation. The owner of a conversation is its live engagement."""

    class State(models.TextChoices):
        LIVE = "live"
        RESOLVED = "resolved"
        TRANSFERRED = "transferred"  # given back to the queue by the agent
        LOST = "lost"  # the agent vanished for sixty seconds
        LEFT = "left"  # the customer ended it

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    brand = models.ForeignKey("brands.Brand", models.PROTECT, related_name="+")
    conversation = models.ForeignKey(Conversation, models.PROTECT, related_name="engagements")
    agent = models.ForeignKey("agents.Agent", models.PROTECT, related_name="engagements")
    escalation_id = models.UUIDField()
    offer_id = models.UUIDField(unique=True)
    pay_plan = models.ForeignKey("payouts.PayPlan", models.PROTECT, related_name="+")
    topic = models.CharField(max_length=40)
    language = models.CharField(max_length=8)
    state = models.CharField(max_length=11, choices=State, default=State.LIVE)
    offered_at = models.DateTimeField()
    surge_cents = models.PositiveIntegerField(default=0, db_default=0, help_text="The bonus that its offer showed.")
    accepted_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    away_since = models.DateTimeField(null=True, blank=True, help_text="The customer was told that the agent is away.")
    customer_away_since = models.DateTimeField(null=True, blank=True, help_text="As the agent was told.")
    dormant_since = models.DateTimeField(
        null=True, blank=True, help_text="Live, but the customer is silent: it takes none of the agent's places."
    )
    dormant_seq = models.BigIntegerField(null=True, blank=True, help_text="A later line of the customer's wakes it.")
    outcome = models.CharField(max_length=8, blank=True)
    by_staff = models.BooleanField(
        default=False, db_default=False, help_text="A supervisor took the chat over: not paid by the chat."
    )
    note = models.CharField(max_length=1000, blank=True)
    tags = models.JSONField(default=list, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "conversation"], condition=Q(ended_at__isnull=True), name="one_owner_per_conversation"
            ),
            models.CheckConstraint(
                name="an_ended_engagement_has_its_time",
                condition=Q(state="live", ended_at__isnull=True) | (~Q(state="live") & Q(ended_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="only_a_live_engagement_is_dormant",
                condition=Q(dormant_since=None, dormant_seq=None)
                | Q(dormant_since__isnull=False, dormant_seq__isnull=False, ended_at=None),
            ),
        ]
        indexes = [
            # Read by the desk snapshot: what does this agent own now?
            models.Index(fields=["agent"], name="engagement_live", condition=Q(ended_at__isnull=True)),
            models.Index(fields=["agent", "-accepted_at"], name="engagement_recent"),
            # Read every two seconds by dispatch.dormancy: whose customer writes again?
            models.Index(fields=["dormant_since"], name="engagement_dormant", condition=Q(dormant_since__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.agent} with {self.conversation}"


class Rating(models.Model):
    """What a customer said of one engagement. Given once."""

    engagement = models.OneToOneField(Engagement, models.PROTECT, primary_key=True, related_name="rating")
    brand = models.ForeignKey("brands.Brand", models.PROTECT, related_name="+")
    score = models.PositiveSmallIntegerField()
    solved = models.BooleanField(null=True)
    words = models.CharField(max_length=1000, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(name="rating_between_one_and_five", condition=Q(score__gte=1, score__lte=5))
        ]

    def __str__(self) -> str:
        return f"{self.score} of 5"
