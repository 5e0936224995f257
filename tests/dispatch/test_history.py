"""How agents answered earlier offers changes nothing about whom a round asks, nor about who would have been next."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agents.models import Agent, AgentSkill, Slot
from brands.models import Brand
from dispatch import demand, fairness, supply
from dispatch.matching import Weights, planner, records
from dispatch.models import Escalation, Offer
from payouts.models import PayPlan
from tests.boards import another_chat
from tests.people import Hire, ask, at

NAMES = ("Dana", "Olu", "Femke", "Jon")
ENDS = ("accepted", "declined", "expired", "withdrawn")
NOW = at(900)


@pytest.fixture
def staff(hire: Hire) -> list[Agent]:
    """Alike, but for what two of them are experts in and how long each is idle."""
    found = [hire(name, topics=("refunds", "fraud")) for name in NAMES]
    AgentSkill.objects.filter(agent__in=found[:2], skill__key="fraud").update(level=3)
    for number, agent in enumerate(found):
        Slot.objects.filter(pk=agent.pk).update(idle_since=at(880 + number))
    return found


@pytest.fixture
def history(lumo: Brand, staff: Sequence[Agent]) -> list[Offer]:
    """Each agent had four offers: three for requests that are over, one for one that
    waits still."""
    plan = PayPlan.objects.get()
    waiting = [ask(another_chat(lumo, seconds=800 + n), topic=("refunds", "fraud")[n % 2], now=at(800 + n))
               for n in range(3)]  # fmt: skip
    over = [ask(another_chat(lumo, seconds=n), now=at(n)) for n in range(3)]
    Escalation.objects.filter(pk__in=[one.pk for one in over]).update(state="closed", ended_at=at(500))
    asked = [(request, agent) for request in (*over, waiting[0]) for agent in staff]
    return Offer.objects.bulk_create(
        Offer(brand=lumo, escalation=request, agent=agent, pay_plan=plan, state="declined", card={},
              offered_at=at(100 + 40 * n), ended_at=at(110 + 40 * n), expires_at=at(112 + 40 * n))
        for n, (request, agent) in enumerate(asked)
    )  # fmt: skip


def order(now: datetime) -> dict[UUID, list[Any]]:
    """Request -> whom it goes to and who would have been next, in order, with all their points."""
    fairness.measure(now=now)
    scene = supply.look(now=now)
    came = demand.Lately().came(now=now)
    plan = planner.plan(scene.waiting, scene.candidates, now.timestamp(), Weights(), arrivals=came, modes=scene.modes)
    return {id_: [told["chosen"], *told["next"]] for id_, told in records.facts(plan).items()}


def answered(history: Sequence[Offer], ends: Sequence[str], missed: Sequence[int], staff: Sequence[Agent]) -> None:
    for offer, end in zip(history, ends, strict=True):
        offer.state = end
    Offer.objects.bulk_update(history, ["state"])
    for agent, many in zip(staff, missed, strict=True):
        Slot.objects.filter(pk=agent.pk).update(missed_in_a_row=many)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whoever_declined_what_the_order_is_the_same(
    data: st.DataObject, history: list[Offer], staff: list[Agent]
) -> None:
    """The same offers at the same times; only how they ended goes from agent to agent."""
    ends = [ENDS[n % len(ENDS)] for n in range(len(history))]  # each agent always answered in her own way
    answered(history, ends, [0, 1, 1, 0], staff)
    before = order(NOW)
    assert len(before) == 3
    assert all(len(told) >= 2 for told in before.values())

    other = data.draw(st.permutations(ends))
    answered(history, other, data.draw(st.permutations([0, 1, 1, 0])), staff)

    assert order(NOW) == before
