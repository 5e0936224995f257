"""A brand whose customers wait and agents who are free, made in bulk: what is measured begins after this."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from agents.models import Agent, AgentLanguage, AgentSkill, Slot, User
from brands.models import Brand, Skill
from conversations.models import Conversation, Customer
from marketplace import clock
from payouts import plans
from realtime.models import Connection, ServerLease

RULES = [{"kind": "per_chat", "rate_cents": 290, "outcomes": ["resolved", "left"]}]
TOPICS = ("refunds", "billing", "fraud", "cards")
LANGUAGES = ("en", "de", "fi")
FOREVER = datetime(2100, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class House:
    """One brand, its agents and conversations in which nobody has asked for a person yet."""

    brand: UUID
    agents: Sequence[UUID]
    conversations: Sequence[UUID]

    def asks_for(self, number: int) -> tuple[str, str]:
        """Topic and language of what the customer of this conversation wants."""
        return TOPICS[number % len(TOPICS)], LANGUAGES[number % len(LANGUAGES)]


def house(*, agents: int, conversations: int, connected: bool) -> House:
    """So many free agents of one place each; `connected` ones hang on a server that never dies."""
    now, name = clock.now(), uuid4().hex[:8]
    brand = Brand.objects.create(name="Lumo Mobile", slug=f"lumo-{name}", assistant_name="Lumi", created_at=now)
    skills = Skill.objects.bulk_create(Skill(brand=brand, key=key, name=key.title()) for key in TOPICS)
    start = now - timedelta(days=1)
    plans.publish(
        brand.pk, tier="standard", currency=brand.currency, rules=RULES, valid_from=start, by="system", now=start
    )
    people = _agents(agents, name, skills, now)
    if connected:
        server = ServerLease.objects.create(started_at=now, expires_at=FOREVER)
        Connection.objects.bulk_create(
            Connection(server=server, principal=f"agent:{agent.pk}", connected_at=now) for agent in people
        )
    customers = Customer.objects.bulk_create(
        Customer(brand=brand, name="Maja", language="en", created_at=now) for _ in range(conversations)
    )
    talks = Conversation.objects.bulk_create(
        Conversation(brand=brand, customer=customer, language="en", opened_at=now, status={}) for customer in customers
    )
    return House(brand.pk, [agent.pk for agent in people], [talk.pk for talk in talks])


def _agents(count: int, name: str, skills: Sequence[Skill], now: datetime) -> list[Agent]:
    users = User.objects.bulk_create(User(email=f"{name}-{number}@beckon.example") for number in range(count))
    agents = Agent.objects.bulk_create(
        Agent(user=user, kind="student", display_name="Dana", state="approved", decided_by=user, decided_at=now,
              created_at=now)
        for user in users
    )  # fmt: skip
    Slot.objects.bulk_create(
        Slot(agent=agent, willing=True, capacity=1, online_since=now, idle_since=now) for agent in agents
    )
    AgentSkill.objects.bulk_create(AgentSkill(agent=agent, skill=skill) for agent in agents for skill in skills)
    AgentLanguage.objects.bulk_create(AgentLanguage(agent=agent, code=code) for agent in agents for code in LANGUAGES)
    return agents
