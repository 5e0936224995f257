"""The end of a window: wishes answered all together, every no with its sentence; and what happens meanwhile."""

from datetime import timedelta

import pytest

from agents.models import Agent
from brands.models import Brand
from shifts import allotment, asking, claims, terms
from shifts.models import Allotment, Waiting, Wish
from tests.people import NOON, Hire
from tests.shifts.rota import faults, held, hour, shift


def answered(at: float) -> Allotment:
    """A run asked for and done so many hours after noon."""
    asking.ask("window", by="system", now=hour(at))
    taken = allotment.take_up(now=hour(at))
    assert taken is not None
    return allotment.run(taken, now=hour(at), seconds=20)


def test_wishes_are_answered_at_the_end_of_the_window(lumo: Brand, dana: Agent, olu: Agent) -> None:
    past = shift(lumo, 1, 4)
    claims.claim(olu.pk, past.pk, now=NOON)  # so that she had more hours
    wanted = shift(lumo, 48, window=12)
    for agent in (olu, dana):
        claims.claim(agent.pk, wanted.pk, now=NOON)

    assert not allotment.window_is_over(now=hour(11))
    assert allotment.window_is_over(now=hour(13))
    done = answered(13)

    assert (held(dana), held(olu)) == ([wanted], [past])
    assert (done.state, done.granted, done.refused, done.gap) == ("done", 1, 1, 0.0)
    told = Wish.objects.get(state="refused")
    assert told.agent == olu
    assert told.sentence.startswith("It went to someone with fewer hours in the last four weeks: you had 4 h")
    assert Waiting.objects.get().agent == olu
    assert not allotment.window_is_over(now=hour(13))


@pytest.mark.parametrize(("insists", "most"), [(2, 2), (3, 4)])
def test_over_four_weeks_hours_come_out_alike_and_insisting_gains_little(
    lumo: Brand, hire: Hire, insists: int, most: int
) -> None:
    people = [hire(name) for name in ("Asha", "Bo", "Cem", "Dewi")]
    for week in range(4):
        opens = 168 * week
        for begins in (48, 72):
            wanted = shift(lumo, opens + begins, window=opens + 12)
            for agent in people:
                claims.claim(agent.pk, wanted.pk, strength=insists if agent is people[0] else 2, now=hour(opens))
        answered(opens + 13)

    had = [len(held(agent)) for agent in people]
    assert sum(had) == 8
    assert max(had) <= most
    assert min(had) >= 1


def test_too_little_rest_is_told_and_what_nobody_got_can_be_claimed_at_once(
    lumo: Brand, dana: Agent, olu: Agent
) -> None:
    wanted, later = shift(lumo, 48, window=12), shift(lumo, 60, window=12)
    claims.claim(dana.pk, wanted.pk, strength=3, now=NOON)
    claims.claim(dana.pk, later.pk, strength=1, now=NOON)  # 8 hours after the end of the first

    answered(13)
    claims.claim(olu.pk, later.pk, now=hour(14))

    assert (held(dana), held(olu)) == ([wanted], [later])
    assert "more rest must lie between" in Wish.objects.get(state="refused").sentence


def test_what_lies_in_her_hours_is_a_light_wish_where_she_chose_so(lumo: Brand, dana: Agent, olu: Agent) -> None:
    inside, outside = shift(lumo, 24, window=2), shift(lumo, 52, window=2)
    for agent, chose in ((dana, True), (olu, False)):
        terms.choose(agent.pk, {"wish_by_hours": chose})
        terms.set_week(agent.pk, [(2, terms.Stretch(11 * 60, 18 * 60))])  # Wednesdays

    done = answered(3)

    assert (held(dana), held(olu)) == ([inside], [])
    assert outside.seats.count() == 0
    assert (done.granted, done.refused) == (0, 0)  # nobody had said a word about these shifts themselves


def test_seats_that_are_held_stay_and_what_changed_meanwhile_is_respected(lumo: Brand, dana: Agent, olu: Agent) -> None:
    first, beside = shift(lumo, 48), shift(lumo, 49, window=2)
    claims.claim(dana.pk, first.pk, now=NOON)
    claims.claim(dana.pk, beside.pk, strength=3, now=NOON)

    answered(3)

    assert held(dana) == [first]
    assert "at the same time" in Wish.objects.get().sentence
    assert faults(dana) == []


def test_one_run_at_a_time_and_a_run_left_behind_is_taken_up_again(db: None) -> None:
    asking.ask("hourly", by="system", now=NOON)
    asking.ask("hourly", by="system", now=NOON)
    first = allotment.take_up(now=NOON)
    asking.ask("nightly", by="system", now=NOON)

    assert first is not None
    assert Allotment.objects.count() == 2
    assert allotment.take_up(now=NOON + timedelta(minutes=1)) is None
    assert allotment.take_up(now=NOON + timedelta(minutes=11)) == first
