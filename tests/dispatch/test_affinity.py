"""Whoever helped a customer lately is asked first when she asks again."""

from collections.abc import Callable
from datetime import timedelta

import msgspec
import pytest

from agents.models import Agent, Slot
from brands.models import Brand
from conversations import customers, lifecycle, ratings
from conversations.models import Conversation, Customer, Engagement
from dispatch import desk, escalations, rounds
from tests.people import NOON, ask, at, packet

WEEK = timedelta(days=7)
AGAIN = at(3600)
Change = Callable[[Engagement], object]


@pytest.fixture
def helped(engagement: Engagement, dana: Agent) -> Engagement:
    """Dana resolved Maja's matter a minute after noon."""
    desk.resolve(engagement.pk, by=dana.pk, outcome="solved", now=at(60))
    engagement.refresh_from_db()
    return engagement


@pytest.fixture
def later(helped: Engagement, maja: Customer) -> Conversation:
    """She writes again an hour later; the old conversation has ended."""
    conversation, _ = lifecycle.start(maja, language="en", now=AGAIN)
    return conversation


def test_who_helped_her_is_asked_before_who_is_longer_idle(later: Conversation, dana: Agent, olu: Agent) -> None:
    again = ask(later, now=AGAIN)

    (offer,) = rounds.match_waiting(now=AGAIN)

    assert (again.first_agent_id, offer.agent_id) == (dana.pk, dana.pk)
    assert Slot.objects.get(pk=olu.pk).idle_since == NOON, "olu would have been next"


def test_nobody_waits_for_who_is_full(later: Conversation, dana: Agent, olu: Agent) -> None:
    Slot.objects.filter(pk=dana.pk).update(active=2)
    ask(later, now=AGAIN)

    (offer,) = rounds.match_waiting(now=AGAIN)

    assert offer.agent_id == olu.pk


def _rated(score: int) -> Change:
    return lambda helped: ratings.rate(
        helped.pk, customer_id=helped.conversation.customer_id, score=score, solved=None, words="", now=at(70)
    )


def _now(**fields: object) -> Change:
    return lambda helped: Engagement.objects.filter(pk=helped.pk).update(**fields)


UNKNOWN: dict[str, Change] = {
    "a week ago": _now(ended_at=AGAIN - WEEK),
    "rated low": _rated(2),
    "left": _now(state="left"),
    "not helped": _now(outcome="unsolved"),
    "a supervisor": _now(by_staff=True),
    "another topic": lambda helped: helped.agent.skills.all().delete(),
    "ended certificate": lambda helped: helped.agent.languages.update(valid_until=AGAIN),
}


@pytest.mark.parametrize("change", UNKNOWN.values(), ids=list(UNKNOWN))
def test_who_did_not_help_lately_or_may_not_is_asked_in_her_turn(
    helped: Engagement, later: Conversation, change: Change
) -> None:
    change(helped)

    assert ask(later, now=AGAIN).first_agent_id is None


def test_a_good_rating_keeps_her(helped: Engagement, later: Conversation, dana: Agent) -> None:
    _rated(3)(helped)

    assert ask(later, now=AGAIN).first_agent_id == dana.pk


def test_in_danger_whoever_comes_soonest_comes(later: Conversation) -> None:
    grave = msgspec.structs.replace(packet(), reason="sensitive")
    danger, _ = escalations.begin(later.pk, packet=grave, now=AGAIN)

    assert danger.first_agent_id is None


def test_what_another_customer_had_counts_for_her_alone(helped: Engagement, lumo: Brand) -> None:
    ines, _ = customers.anonymous(lumo, language="en", now=NOON)
    hers, _ = lifecycle.start(ines, language="en", now=AGAIN)

    assert ask(hers, now=AGAIN).first_agent_id is None
