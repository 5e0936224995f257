"""Conversations between a customer and an agent each, under way, as if every offer had been accepted just now."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.db import transaction

from agents.models import Agent, Slot, User
from brands.models import Brand
from conversations import frames, lifecycle
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


@transaction.atomic
def conversations(count: int) -> list[Pair]:
    """So many new conversations with a person. Made in bulk: what is measured begins after this."""
    now = clock.now()
    name = uuid4().hex[:8]
    brand = Brand.objects.create(name="Lumo Mobile", slug=f"lumo-{name}", assistant_name="Lumi", created_at=now)
    start = now - timedelta(days=1)
    plan = plans.publish(
        brand.pk, tier="standard", currency=brand.currency, rules=RULES, valid_from=start, by="system", now=start
    )
    agents = _agents(count, name, now=now)
    customers = Customer.objects.bulk_create(
        Customer(brand=brand, name="Maja", language="en", created_at=now) for _ in agents
    )
    return [_talk(plan, customer, agent, now=now) for customer, agent in zip(customers, agents, strict=True)]


def _agents(count: int, name: str, *, now: datetime) -> list[Agent]:
    users = User.objects.bulk_create(User(email=f"{name}-{number}@beckon.example") for number in range(count))
    agents = Agent.objects.bulk_create(
        Agent(user=user, kind="student", display_name="Dana", state="approved", decided_by=user, decided_at=now,
              created_at=now)
        for user in users
    )  # fmt: skip
    Slot.objects.bulk_create(Slot(agent=agent, willing=True, active=1, online_since=now) for agent in agents)
    return agents


def _talk(plan: PayPlan, customer: Customer, agent: Agent, *, now: datetime) -> Pair:
    card = protocol.PersonCard(name=agent.display_name, languages=["en"])
    conversation = Conversation.objects.create(
        brand_id=plan.brand_id,
        customer=customer,
        language="en",
        opened_at=now,
        status=frames.stored_status(lifecycle.status("person", "joined", now, person=card)),
    )
    people = ((customer.pk, "customer", customer.first_name), (agent.pk, "agent", agent.display_name))
    Participant.objects.bulk_create(
        Participant(conversation=conversation, person_id=id_, role=role, name=name, joined_at=now)
        for id_, role, name in people
    )
    Engagement.objects.create(
        brand_id=plan.brand_id, conversation=conversation, agent=agent, escalation_id=uuid4(), offer_id=uuid4(),
        pay_plan=plan, topic="refunds", language="en", offered_at=now, accepted_at=now,
    )  # fmt: skip
    return Pair(conversation.pk, customer.pk, agent.pk)


@transaction.atomic
def enter_by_ticket(principals: list[str], *, origin: str) -> list[str]:
    """A fresh ticket for each, good for half a minute."""
    return [tickets.issue(principal, session_key="", origin=origin, now=clock.now()) for principal in principals]
