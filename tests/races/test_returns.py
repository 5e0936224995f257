"""Agents who come back at the very moment of a step: whoever is first, it ends the same way."""

import pytest

from agents.models import Agent, Slot
from conversations.models import Customer, Engagement
from dispatch import absence, customer_absence, desk
from dispatch.models import Escalation, Offer
from marketplace.refusals import Refused
from tests import truth
from tests.people import at, connect, disconnect, offer_to
from tests.races.test_races import at_once

pytestmark = pytest.mark.usefixtures("fresh_database")


@pytest.fixture
def gone(engagement: Engagement, dana: Agent) -> Engagement:
    disconnect(dana)
    absence.noticed(dana.pk, now=at(100))
    return engagement


def comes_back(agent: Agent, second: float) -> None:
    connect(agent)
    absence.returned(agent.pk, now=at(second))


@pytest.mark.parametrize("seconds", [10, 30, 60] * 4)
def test_a_return_at_the_moment_of_a_step_leaves_her_the_chat(gone: Engagement, dana: Agent, seconds: int) -> None:
    then = 100 + seconds
    results = at_once(
        lambda: absence.sweep(now=at(then)), lambda: comes_back(dana, then), lambda: absence.sweep(now=at(then))
    )

    assert results == [None, None, None]
    slot = Slot.objects.get(pk=dana.pk)
    owner = Engagement.objects.get(ended_at=None)
    assert (owner.agent_id, owner.away_since, slot.gone_since, slot.active) == (dana.pk, None, None, 1)
    assert owner.conversation.status["phase"] == "person"
    truth.holds()


@pytest.mark.parametrize("round_", range(8))
def test_a_return_against_somebody_elses_accept_makes_one_owner(
    gone: Engagement, request_: Escalation, dana: Agent, olu: Agent, round_: int
) -> None:
    absence.sweep(now=at(160))
    offer = offer_to(Escalation.objects.get(pk=request_.pk), olu, now=at(161))

    accepted, _ = at_once(lambda: desk.accept(offer.pk, by=olu.pk, now=at(162)), lambda: comes_back(dana, 162))

    owner = Engagement.objects.get(ended_at=None)
    assert owner.agent_id == (dana.pk if isinstance(accepted, Refused) else olu.pk)
    assert not Offer.objects.filter(state="open").exists()
    truth.holds()


@pytest.mark.parametrize("round_", range(8))
def test_a_break_and_a_return_told_by_two_servers_in_any_order_end_with_her_here(
    engagement: Engagement, dana: Agent, round_: int
) -> None:
    disconnect(dana)

    at_once(lambda: absence.noticed(dana.pk, now=at(100)), lambda: comes_back(dana, 100))

    assert Slot.objects.get(pk=dana.pk).gone_since is None, "without any sweep"


@pytest.mark.parametrize("seconds", [10, 180] * 4)
def test_a_customer_who_returns_at_the_moment_of_a_step_is_with_a_person_or_first_in_line(
    engagement: Engagement, maja: Customer, seconds: int
) -> None:
    connect(maja)
    disconnect(maja)
    customer_absence.noticed_all([maja.pk], now=at(100))
    then = at(100 + seconds)

    def returns() -> None:
        connect(maja)
        customer_absence.returned_all([maja.pk], now=then)

    results = at_once(lambda: customer_absence.sweep(now=then), returns, lambda: customer_absence.sweep(now=then))
    customer_absence.sweep(now=then)

    assert results == [None, None, None]
    live = Escalation.objects.get(state__in=Escalation.LIVE)
    owner = Engagement.objects.filter(ended_at=None).first()
    assert (live.customer_here, live.customer_gone_since) == (True, None)
    assert live.state == "engaged" if owner else (live.state, live.reason) == ("waiting", "returned")
    assert owner is None or owner.customer_away_since is None
    truth.holds()
