"""Scenes that the live board is held against."""

from agents.models import Agent
from brands.models import Brand
from conversations import customers, lifecycle
from conversations.models import Conversation, Engagement
from dispatch import desk
from marketplace import board
from realtime import protocol
from tests.people import ask, at, offer_to


def look(seconds: float = 60) -> protocol.Board:
    return board.look(now=at(seconds))


def another_chat(brand: Brand, *, seconds: float = 0) -> Conversation:
    """A new customer's open conversation."""
    customer, _ = customers.anonymous(brand, language="en", now=at(seconds))
    conversation, _ = lifecycle.start(customer, language="en", now=at(seconds))
    return conversation


def served(brand: Brand, agent: Agent, *, asked: float, reached: float) -> Engagement:
    """Somebody asked, and the agent accepted, so many seconds after noon; she is free again afterwards."""
    request = ask(another_chat(brand, seconds=asked), now=at(asked))
    offer = offer_to(request, agent, now=at(reached - 1))
    engagement = desk.accept(offer.pk, by=agent.pk, now=at(reached))
    desk.resolve(engagement.pk, by=agent.pk, outcome="solved", now=at(reached + 60))
    return engagement
