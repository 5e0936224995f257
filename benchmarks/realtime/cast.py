"""Conversations between a customer and an agent each, under way, as if every offer had been accepted just now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.db import transaction

from agents.models import Agent, Slot, User
from brands.models import Brand
from conversations import frames, lifecycle, stream
from conversations.models import Conversation, Customer, Engagement, Participant
from marketplace import clock
from payouts import plans
from payouts.models import PayPlan
from realtime import protocol, tickets

RULES = [{"kind": "per_chat", "rate_cents": 290, "outcomes": ["resolved", "left"]}]


@dataclass(frozen=True)
class Pair:
    """Who talks in one conversation."""

    conversation: UUID
    customer: UUID
    agent: UUID

    @property
    def principals(self) -> tuple[str, str]:
        """As the wire names them, customer first."""
        return f"customer:{self.customer}", f"agent:{self.agent}"


@transaction.atomic
def conversations(count: int, *, of_each_agent: int = 1) -> list[Pair]:
    """So many new conversations with a person. Made in bulk: what is measured begins after this."""
    now = clock.now()
    name = uuid4().hex[:8]
    brand = Brand.objects.create(name="Lumo Mobile", slug=f"lumo-{name}", assistant_name="Lumi", created_at=now)
    start = now - timedelta(days=1)
    plan = plans.publish(
        brand.pk, tier="standard", currency=brand.currency, rules=RULES, valid_from=start, by="system", now=start
    )
    agents = [agent for agent in _agents(count // of_each_agent, name, now=now) for _ in range(of_each_agent)]
    customers = Customer.objects.bulk_create(
        Customer(brand=brand, name="Maja", language="en", created_at=now) for _ in agents
    )
    return _talks(plan, list(zip(customers, agents, strict=True)), now=now)


def _agents(count: int, name: str, *, now: datetime) -> list[Agent]:
    users = User.objects.bulk_create(User(email=f"{name}-{number}@beckon.example") for number in range(count))
    agents = Agent.objects.bulk_create(
        Agent(user=user, kind="student", display_name="Dana", state="approved", decided_by=user, decided_at=now,
              created_at=now)
        for user in users
    )  # fmt: skip
    Slot.objects.bulk_create(Slot(agent=agent, willing=True, active=1, online_since=now) for agent in agents)
    return agents


def _talks(plan: PayPlan, people: list[tuple[Customer, Agent]], *, now: datetime) -> list[Pair]:
    card = protocol.PersonCard(name="Dana", languages=["en"])
    status = frames.stored_status(lifecycle.status("person", "joined", now, person=card))
    talks = Conversation.objects.bulk_create(
        Conversation(brand_id=plan.brand_id, customer=customer, language="en", opened_at=now, status=status)
        for customer, _ in people
    )
    places = [
        (talk, id_, role, name)
        for talk, (customer, agent) in zip(talks, people, strict=True)
        for id_, role, name in (
            (customer.pk, "customer", customer.first_name),
            (agent.pk, "agent", agent.display_name),
        )
    ]
    Participant.objects.bulk_create(
        Participant(conversation=talk, person_id=id_, role=role, name=name, joined_at=now)
        for talk, id_, role, name in places
    )
    Engagement.objects.bulk_create(
        Engagement(
            brand_id=plan.brand_id, conversation=talk, agent=agent, escalation_id=uuid4(), offer_id=uuid4(),
            pay_plan=plan, topic="refunds", language="en", offered_at=now, accepted_at=now,
        )
        for talk, (_, agent) in zip(talks, people, strict=True)
    )  # fmt: skip
    return [Pair(talk.pk, customer.pk, agent.pk) for talk, (customer, agent) in zip(talks, people, strict=True)]


@transaction.atomic
def say_something(pairs: Sequence[Pair], lines: int) -> None:
    """So many lines by the customer in each conversation."""
    for _ in range(lines):
        said = [stream.Line(pair.conversation, pair.customer, uuid4(), "It has not arrived.") for pair in pairs]
        for start in range(0, len(said), 500):
            verdicts = stream.append_many(said[start : start + 500], now=clock.now())
            assert all(verdict.kind == "new" for verdict in verdicts)


@transaction.atomic
def enter_by_ticket(people: Sequence[tuple[str, str, str]]) -> list[str]:
    """A fresh ticket for each (principal, origin, session's key or none), good for half a minute."""
    return [tickets.issue(who, session_key=key, origin=origin, now=clock.now()) for who, origin, key in people]
