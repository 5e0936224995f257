"""Agents and chats as a company has them in the middle of its day, made in bulk as rows: what is measured begins after.

All of it belongs to the first of the demo's brands, whose articles the assistant answers from.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.db import transaction

from agents.models import Agent, AgentLanguage, AgentSkill, Slot, User
from assistant import handoff, knowledge, providers
from benchmarks.busy_hour import unit
from benchmarks.realtime import cast
from brands.models import Brand, Skill
from conversations import frames, lifecycle
from conversations.models import Conversation, Customer, Engagement, Participant
from dispatch.models import Escalation, Offer
from marketplace import clock
from payouts.models import PayPlan
from realtime import protocol

TOPICS = 3  # certified ones of an agent
SAID_BEFORE = 6


@dataclass(frozen=True)
class Town:
    """What the load needs to know of the brand. `questions` are answered by its articles, without a person."""

    brand: Brand
    plan: PayPlan
    skills: Sequence[Skill]
    questions: Sequence[str]


@dataclass(frozen=True)
class Worker:
    """One agent. `talk` is the chat she has now."""

    agent: UUID
    talk: cast.Pair | None = None


def town(slug: str = "lindenpay") -> Town:
    brand = Brand.objects.get(slug=slug)
    plan = PayPlan.objects.filter(brand=brand, tier="standard").latest("published_at")
    return Town(brand, plan, list(brand.skills.all()), _questions(brand))


def _questions(brand: Brand) -> list[str]:
    """What customers ask and the assistant answers by itself; one for each article."""
    index = knowledge.index_of(brand)
    topics = tuple(brand.skills.values_list("key", flat=True))
    found: dict[str, str] = {}
    for article in brand.articles.filter(published=True, locale__startswith="en"):
        for ask in article.asks:
            turn = providers.Turn(
                brand.name, brand.assistant_name, "en", (("customer", ask),), index=index, topics=topics
            )
            said = providers.reply(turn)
            if not said.hand_off and said.sources:
                found.setdefault(said.sources[0].slug, ask)
    assert len(found) >= unit.KEPT_LINES, "the brand has too few articles"
    return list(found.values())


@transaction.atomic
def agents(town: Town, count: int, *, busy: int, chance: random.Random) -> list[Worker]:
    """So many more agents with one place each, the first `busy` of them in a chat that has been going on."""
    now, name = clock.now(), uuid4().hex[:8]
    users = User.objects.bulk_create(User(email=f"{name}-{number}@beckon.example") for number in range(count))
    people = Agent.objects.bulk_create(
        Agent(user=user, kind="student", display_name="Dana", state="approved", decided_by=user, decided_at=now,
              created_at=now)
        for user in users
    )  # fmt: skip
    Slot.objects.bulk_create(
        Slot(
            agent=agent, willing=True, capacity=1, active=int(number < busy), online_since=now,
            idle_since=None if number < busy else now - timedelta(seconds=chance.uniform(0, 300)),
        )
        for number, agent in enumerate(people)
    )  # fmt: skip
    knows = {agent.pk: (chance.sample(town.skills, TOPICS), _languages(chance)) for agent in people}
    AgentSkill.objects.bulk_create(
        AgentSkill(agent=agent, skill=skill, level=chance.choice((2, 2, 3)))
        for agent in people
        for skill in knows[agent.pk][0]
    )
    AgentLanguage.objects.bulk_create(
        AgentLanguage(agent=agent, code=code) for agent in people for code in knows[agent.pk][1]
    )
    at_work = [(agent, knows[agent.pk][0][0].key, knows[agent.pk][1][0]) for agent in people[:busy]]
    pairs = _in_chats(town, at_work, now=now)
    idle = [Worker(agent.pk) for agent in people[busy:]]
    return [Worker(pair.agent, pair) for pair in pairs] + idle


def _languages(chance: random.Random) -> list[str]:
    """One or two, by the customers' shares."""
    codes, shares = list(unit.LANGUAGES), list(unit.LANGUAGES.values())
    return list(dict.fromkeys(chance.choices(codes, shares, k=chance.choice((1, 2, 2)))))


def _in_chats(town: Town, at_work: Sequence[tuple[Agent, str, str]], *, now: datetime) -> list[cast.Pair]:
    """A chat under way for each (agent, topic, language), with its request and the offer that was accepted."""
    card = protocol.PersonCard(name="Dana", languages=["en"])
    status = frames.stored_status(lifecycle.status("person", "joined", now, person=card))
    talks = _talks(town, [language for _, _, language in at_work], status, now=now)
    began = now - timedelta(seconds=60)
    requests = Escalation.objects.bulk_create(
        Escalation(
            brand=town.brand, conversation=talk, state="engaged", reason="asked", topic=topic, language=language,
            packet=_packet(topic, language), queued_at=began, reached_at=began, customer_here=True,
        )
        for talk, (_, topic, language) in zip(talks, at_work, strict=True)
    )  # fmt: skip
    offers = Offer.objects.bulk_create(
        Offer(
            brand=town.brand, escalation=request, agent=agent, pay_plan=town.plan, state="accepted", offered_at=began,
            expires_at=began + timedelta(seconds=12), ended_at=began, card={},
        )
        for request, (agent, _, _) in zip(requests, at_work, strict=True)
    )  # fmt: skip
    Engagement.objects.bulk_create(
        Engagement(
            brand=town.brand, conversation=offer.escalation.conversation, agent=offer.agent,
            escalation_id=offer.escalation_id, offer_id=offer.pk, pay_plan=town.plan, topic=offer.escalation.topic,
            language=offer.escalation.language, offered_at=began, accepted_at=began,
        )
        for offer in offers
    )  # fmt: skip
    Participant.objects.bulk_create(
        Participant(conversation=talk, person_id=agent.pk, role="agent", name=agent.display_name, joined_at=now)
        for talk, (agent, _, _) in zip(talks, at_work, strict=True)
    )
    pairs = [cast.Pair(talk.pk, talk.customer_id, agent.pk) for talk, (agent, _, _) in zip(talks, at_work, strict=True)]
    cast.say_something(pairs, SAID_BEFORE)
    return pairs


@transaction.atomic
def with_the_assistant(town: Town, count: int) -> list[tuple[UUID, UUID]]:
    """(conversation, customer) of so many chats that the assistant keeps."""
    now = clock.now()
    status = frames.stored_status(lifecycle.status("assistant", "", now))
    return [(talk.pk, talk.customer_id) for talk in _talks(town, ["en"] * count, status, now=now)]


def _talks(town: Town, languages: Sequence[str], status: object, *, now: datetime) -> list[Conversation]:
    customers = Customer.objects.bulk_create(
        Customer(brand=town.brand, name="Maja", language=language, created_at=now) for language in languages
    )
    talks = Conversation.objects.bulk_create(
        Conversation(brand=town.brand, customer=customer, language=customer.language, opened_at=now, status=status)
        for customer in customers
    )
    Participant.objects.bulk_create(
        Participant(conversation=talk, person_id=talk.customer_id, role="customer", name="Maja", joined_at=now)
        for talk in talks
    )
    return talks


def _packet(topic: str, language: str) -> dict[str, object]:
    return {
        "summary": "It has not arrived.", "reason": "asked", "reason_words": handoff.REASONS["asked"], "topic": topic,
        "language": language, "tried": [], "goal": "It has not arrived.",
    }  # fmt: skip
