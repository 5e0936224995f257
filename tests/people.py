"""The cast: one brand, its customers, agents and operator, and the steps of the ride as short helpers.

Time is a constant. Nothing of our own is mocked.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from agents.models import Agent, AgentLanguage, AgentSkill, Slot, User
from brands.models import Brand, Skill
from conversations import customers, lifecycle, stream
from conversations.models import Conversation, Customer, Engagement
from dispatch import desk, escalations, offers
from dispatch.matching import Placement
from dispatch.models import Escalation, Offer
from payouts import plans
from realtime import protocol
from realtime.models import Connection, ServerLease

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
RULES = [
    {"kind": "per_chat", "rate_cents": 290, "outcomes": ["resolved", "left"]},
    {"kind": "per_minute", "rate_cents": 22},
]
Hire = Callable[..., Agent]


def at(seconds: float) -> datetime:
    """So many seconds after noon."""
    return NOON + timedelta(seconds=seconds)


@pytest.fixture
def lumo(db: None) -> Brand:
    """Lumo Mobile: a brand with two topics and a pay plan."""
    brand = Brand.objects.create(name="Lumo Mobile", slug="lumo", assistant_name="Lumi", created_at=NOON)
    for key, name in (("refunds", "Refunds"), ("fraud", "Fraud")):
        Skill.objects.create(brand=brand, key=key, name=name)
    start = NOON - timedelta(days=30)
    plans.publish(brand.pk, tier="standard", currency="EUR", rules=RULES, valid_from=start, by="system", now=start)
    return brand


@pytest.fixture
def hire(lumo: Brand) -> Hire:
    """An approved agent who is connected and online."""

    def hire(name: str, *, languages: tuple[str, ...] = ("en",), topics: tuple[str, ...] = ("refunds",)) -> Agent:
        user = User.objects.create_user(
            f"{name.lower()}-{uuid4().hex[:6]}@beckon.example"
        )  # no password: hashing is slow
        agent = Agent.objects.create(
            user=user,
            kind="student",
            display_name=name,
            state="approved",
            decided_by=user,
            decided_at=NOON,
            created_at=NOON,
        )
        Slot.objects.create(agent=agent, willing=True, idle_since=NOON, online_since=NOON)
        AgentLanguage.objects.bulk_create(AgentLanguage(agent=agent, code=code) for code in languages)
        skills = Skill.objects.filter(brand=lumo, key__in=topics)
        AgentSkill.objects.bulk_create(AgentSkill(agent=agent, skill=skill) for skill in skills)
        connect(agent)
        return agent

    return hire


@pytest.fixture
def dana(hire: Hire) -> Agent:
    return hire("Dana")


@pytest.fixture
def olu(hire: Hire) -> Agent:
    return hire("Olu")


@pytest.fixture
def noor(db: None) -> User:
    return User.objects.create_user("noor@beckon.example", is_staff=True, is_superuser=True)


@pytest.fixture
def maja(lumo: Brand) -> Customer:
    customer, _ = customers.anonymous(lumo, language="en", now=NOON)
    return customer


@pytest.fixture
def chat(maja: Customer) -> Conversation:
    """Maja's open conversation."""
    conversation, _ = lifecycle.start(maja, language="en", now=NOON)
    return conversation


@pytest.fixture
def request_(chat: Conversation) -> Escalation:
    """Maja asked for a person at noon."""
    return ask(chat)


@pytest.fixture
def offer(request_: Escalation, dana: Agent) -> Offer:
    """Her request is held out to Dana since noon."""
    return offer_to(request_, dana)


@pytest.fixture
def engagement(offer: Offer, dana: Agent) -> Engagement:
    """Dana accepted five seconds after noon."""
    return desk.accept(offer.pk, by=dana.pk, now=at(5))


def connect(person: Agent | Customer) -> None:
    """A live server process holds a socket of this agent or customer."""
    far = datetime(2100, 1, 1, tzinfo=UTC)
    server, _ = ServerLease.objects.get_or_create(id=UUID(int=1), defaults={"started_at": NOON, "expires_at": far})
    Connection.objects.create(server=server, principal=principal(person), connected_at=NOON)


def disconnect(person: Agent | Customer) -> None:
    """Her process noticed nothing: only the row is gone."""
    Connection.objects.filter(principal=principal(person)).delete()


def principal(person: Agent | Customer) -> str:
    return f"{'agent' if isinstance(person, Agent) else 'customer'}:{person.pk}"


def packet(topic: str = "refunds", language: str = "en") -> protocol.Packet:
    return protocol.Packet(
        summary="The refund has not arrived.",
        reason="asked",
        reason_words="Asked for a person",
        topic=topic,
        language=language,
        tried=["Refund times"],
        goal="Where is my refund?",
    )


def ask(
    conversation: Conversation, *, topic: str = "refunds", language: str = "en", now: datetime = NOON
) -> Escalation:
    escalation, _ = escalations.begin(conversation.pk, packet=packet(topic, language), now=now)
    return escalation


def offer_to(escalation: Escalation, agent: Agent, *, now: datetime = NOON) -> Offer:
    why = ("topic_certified", "language_fluent", "free")
    (made,) = offers.make([Placement(escalation.pk, agent.pk, why)], epoch=None, now=now)
    return made


def say(conversation: Conversation, person: UUID, text: str, *, now: datetime = NOON) -> int:
    seq, _ = stream.say(stream.Line(conversation.pk, person, uuid4(), text), now=now)
    return seq
