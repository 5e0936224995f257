"""A round that takes longer than the lead lasts is not thought up for nothing."""

from collections.abc import Mapping
from datetime import datetime

import pytest
from pytest_django.fixtures import Settings

from agents.models import Agent
from dispatch import demand, leadership
from dispatch.management.commands.dispatch import Dispatcher
from dispatch.models import Escalation, Offer
from marketplace import waits
from tests.people import at


class Slow(demand.Lately):
    """Something a round needs that takes until the lead has run out; meanwhile another may take it."""

    def __init__(self, another: str = "") -> None:
        super().__init__()
        self.another = another

    def came(self, *, now: datetime) -> Mapping[tuple[object, str, str], float]:
        while leadership.is_led():
            pass
        if self.another:
            assert leadership.hold(self.another)
        return super().came(now=now)


@pytest.fixture
def leader(db: None, settings: Settings) -> Dispatcher:
    """Leads for a twentieth of a second, and for the usual time once it has renewed."""
    found = Dispatcher("one")
    settings.BECKON_WAITS = {**waits.TRUE, "lead_seconds": 0.05, "lead_renew_seconds": 0.01}
    found.see_to_the_lead()
    settings.BECKON_WAITS = waits.TRUE
    assert found.epoch
    return found


def test_a_round_that_took_longer_than_the_lead_places_what_it_planned(
    leader: Dispatcher, request_: Escalation, dana: Agent
) -> None:
    leader.lately = Slow()

    leader.plan(rung=True)

    assert Offer.objects.get().agent_id == dana.pk
    assert leadership.seconds_left() > 0


def test_where_another_took_the_lead_meanwhile_nothing_is_placed(
    leader: Dispatcher, request_: Escalation, dana: Agent
) -> None:
    leader.lately = Slow(another="two")

    leader.plan(rung=True)

    assert not Offer.objects.exists()
    assert leader.epoch is None


def test_who_stands_by_knows_what_agents_hold_before_it_leads(dana: Agent) -> None:
    leadership.hold("two")
    standby = Dispatcher("one")

    standby.step()

    assert standby.epoch is None
    assert dana.pk in standby.certified.of([], now=at(0))
