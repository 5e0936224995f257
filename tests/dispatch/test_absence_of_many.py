"""Many agents' links break, and come back, at once: the same as one after the other, in a few statements."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agents.models import Agent, Slot
from conversations.models import Engagement
from dispatch import absence
from dispatch.models import Offer
from tests import truth
from tests.people import Hire, at, connect, disconnect


@pytest.fixture
def crew(hire: Hire) -> list[Agent]:
    return [hire(f"Agent {number}") for number in range(20)]


def slots_of(agents: list[Agent]) -> dict[object, Slot]:
    return Slot.objects.in_bulk([agent.pk for agent in agents])


def test_links_that_break_together_are_noted_in_a_few_statements(crew: list[Agent]) -> None:
    before = slots_of(crew)
    for agent in crew[1:]:
        disconnect(agent)

    with CaptureQueriesContext(connection) as asked:
        absence.noticed_all([agent.pk for agent in crew], now=at(100))

    after = slots_of(crew)
    assert after[crew[0].pk].gone_since is None
    for agent in crew[1:]:
        assert after[agent.pk].gone_since == at(100)
        assert after[agent.pk].version == before[agent.pk].version
    assert len(asked) <= 6
    truth.holds()


def test_a_return_of_all_is_noted_in_a_few_statements(crew: list[Agent]) -> None:
    for agent in crew:
        disconnect(agent)
    absence.noticed_all([agent.pk for agent in crew], now=at(100))
    for agent in crew[1:]:
        connect(agent)

    with CaptureQueriesContext(connection) as asked:
        absence.returned_all([agent.pk for agent in crew], now=at(101))

    after = slots_of(crew)
    assert after[crew[0].pk].gone_since == at(100)
    assert all(after[agent.pk].gone_since is None for agent in crew[1:])
    assert len(asked) <= 8
    truth.holds()


def test_one_whose_phone_rings_is_asked_no_more(offer: Offer, dana: Agent, crew: list[Agent]) -> None:
    disconnect(dana)

    absence.noticed_all([dana.pk, *(agent.pk for agent in crew)], now=at(3))

    offer.refresh_from_db()
    assert offer.state == "withdrawn"


def test_one_with_a_chat_has_it_told_or_given_back(engagement: Engagement, dana: Agent, crew: list[Agent]) -> None:
    disconnect(dana)
    absence.noticed_all([dana.pk], now=at(100))
    absence.sweep(now=at(110))
    engagement.refresh_from_db()
    assert engagement.away_since is not None

    connect(dana)
    absence.returned_all([dana.pk, *(agent.pk for agent in crew)], now=at(111))

    engagement.refresh_from_db()
    assert engagement.away_since is None


def test_one_who_lost_her_chat_and_comes_back_first_has_it_again(
    engagement: Engagement, dana: Agent, crew: list[Agent]
) -> None:
    disconnect(dana)
    absence.noticed_all([dana.pk], now=at(100))
    absence.sweep(now=at(161))
    engagement.refresh_from_db()
    assert engagement.state == "lost"

    connect(dana)
    absence.returned_all([dana.pk], now=at(162))

    assert Engagement.objects.get(ended_at=None).agent_id == dana.pk
    truth.holds()
