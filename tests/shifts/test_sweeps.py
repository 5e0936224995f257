"""The sweeps of shifts look at many at once: what they ask the database does not grow with who waits in vain."""

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from agents.models import Agent, AgentLanguage, AgentSkill
from brands.models import Brand
from marketplace.refusals import Refused
from shifts import attendance, claims, seats, terms
from shifts.models import Seat, Shift
from tests.people import NOON, Hire
from tests.shifts.rota import held, hour, shift, told


def refused(agent: Agent, wanted: Shift) -> str:
    """The code with which she would be refused a seat now; "" where she would have one. Nothing stays of it."""
    with transaction.atomic():
        try:
            seats.take(agent.pk, wanted.pk, way="claim", now=hour(1))
        except Refused as no:
            return no.code
        finally:
            transaction.set_rollback(True)
    return ""


def test_who_is_fit_at_a_glance_is_who_is_not_refused(lumo: Brand, hire: Hire) -> None:
    names = ["Free", "Busy", "Tired", "Modest", "Untaught", "Silent", "Late", "Gone"]
    free, busy, tired, modest, untaught, silent, late, gone = people = [hire(name) for name in names]
    wanted, at_once, before = shift(lumo), shift(lumo, 26), shift(lumo, 12)
    claims.claim(busy.pk, at_once.pk, now=NOON)
    claims.claim(tired.pk, before.pk, now=NOON)
    terms.choose(modest.pk, {"week_minutes_most": 60})
    AgentSkill.objects.filter(agent=untaught).delete()
    AgentLanguage.objects.filter(agent=silent).delete()
    AgentSkill.objects.filter(agent=late).update(valid_until=hour(23))
    Agent.objects.filter(pk=gone.pk).update(state="deactivated")

    codes = [refused(agent, wanted) for agent in people]

    assert codes == ["", "overlap", "rest", "week_hours", "skill", "skill", "skill", "not_approved"]
    assert seats.fit([agent.pk for agent in people], wanted, now=hour(1)) == {free.pk}


def test_a_free_seat_costs_as_much_for_many_who_cannot_have_it_as_for_one(
    lumo: Brand, hire: Hire, dana: Agent, olu: Agent
) -> None:
    wanted = shift(lumo)
    claims.claim(dana.pk, wanted.pk, now=NOON)
    asked = []
    for group in ([hire("One")], [hire(name) for name in ("Two", "Three", "Four", "Five")]):
        for agent in group:
            claims.wait(agent.pk, wanted.pk, now=NOON)
            terms.choose(agent.pk, {"week_minutes_most": 60})
        Seat.objects.filter(agent=dana).update(state="given_back", given_up_at=NOON)
        with CaptureQueriesContext(connection) as counted:
            assert claims.move_up_due(now=hour(1)) == 0
        asked.append(len(counted))
        Seat.objects.filter(agent=dana).update(state="confirmed", given_up_at=None)
    claims.wait(olu.pk, wanted.pk, now=NOON)
    Seat.objects.filter(agent=dana).update(state="given_back", given_up_at=NOON)

    assert asked[0] == asked[1]
    assert claims.move_up_due(now=hour(2)) == 1
    assert held(olu) == [wanted]


def test_a_reminder_that_is_due_waits_for_none_that_is_not(
    lumo: Brand, dana: Agent, olu: Agent, hire: Hire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attendance, "A_SWEEP", 1)
    never, plain = hire("Never"), hire("Plain")
    for agent, begins, minutes in ((never, 2, 0), (plain, 3, None), (dana, 4, 30), (olu, 5, 300)):
        claims.claim(agent.pk, shift(lumo, begins).pk, now=NOON)
        if minutes is not None:
            terms.choose(agent.pk, {"remind_minutes": minutes})

    assert [attendance.remind(now=hour(1)) for _ in range(2)] == [1, 0]
    assert [len(told(agent, 1.1)) for agent in (never, plain, dana, olu)] == [0, 0, 0, 1]
    assert [attendance.remind(now=hour(at)) for at in (2, 3.5)] == [1, 1]
    assert [len(told(agent, 2.1)) for agent in (never, plain)] == [0, 1]
