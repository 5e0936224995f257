"""Erlang A against the states of the queue themselves, and seats out of service levels."""

from itertools import pairwise
from math import exp, isclose

import pytest

from shifts.staffing import needs
from shifts.staffing.erlang import Load, places_needed, service
from shifts.staffing.needs import Aim, Crew, Forecast

CALLS = Load(arrivals_an_hour=240.0, handling_seconds=420.0, patience_seconds=240.0)


def by_states(load: Load, places: int, target: float) -> tuple[float, float]:
    """Answered within the target and abandoned, from the stationary birth-and-death chain and each position's wait."""
    arriving, serving, leaving = load.arrivals_an_hour / 3600, 1 / load.handling_seconds, 1 / load.patience_seconds
    chance = [1.0]
    for state in range(1, places + 600):
        chance.append(chance[-1] * arriving / (min(state, places) * serving + max(0, state - places) * leaving))
    total = sum(chance)
    queue = sum((state - places) * share for state, share in enumerate(chance) if state > places) / total
    answered = sum(chance[:places]) / total
    answered += sum(
        share / total * _in_time(ahead, places * serving, leaving, target)
        for ahead, share in enumerate(chance[places:])
        if share / total > 1e-12
    )
    return answered, leaving * queue / arriving


def _in_time(ahead: int, served: float, leaving: float, target: float, step: float = 0.02) -> float:
    """Somebody with so many ahead is answered in time: her positions, stepped through by small times."""
    here = [0.0] * ahead + [1.0]
    done = 0.0
    for _ in range(round(target / step)):
        moved = [0.0] * (ahead + 1)
        for others, share in enumerate(here):
            on = 1 - exp(-(served + others * leaving) * step)
            stays = 1 - on - (1 - exp(-leaving * step))
            moved[others] += share * stays
            if others:
                moved[others - 1] += share * on
            else:
                done += share * on
        here = moved
    return done


@pytest.mark.parametrize(("places", "target"), [(26, 20.0), (30, 20.0), (34, 5.0)])
def test_erlang_a_agrees_with_the_states_of_the_queue(places: int, target: float) -> None:
    within, abandoned = by_states(CALLS, places, target)

    found = service(CALLS, places, target)

    assert found.within_target == pytest.approx(within, abs=0.002)
    assert found.abandoned == pytest.approx(abandoned, abs=1e-5)
    assert found.occupancy == pytest.approx(28.0 * (1 - abandoned) / places, abs=1e-5)


def test_with_endless_patience_it_is_erlang_c() -> None:
    load = Load(arrivals_an_hour=60.0, handling_seconds=60.0, patience_seconds=1e7)

    found = service(load, 2, 30.0)

    # Two servers at half load: a third waits (Erlang C), and of those exp(-(2 - 1) x 30 / 60) longer than the target.
    assert found.within_target == pytest.approx(1 - exp(-0.5) / 3, abs=1e-4)
    assert found.abandoned == pytest.approx(0, abs=1e-5)


def test_who_would_wait_for_hours_leaves_only_where_there_is_too_much_work() -> None:
    over = Load(arrivals_an_hour=60.0, handling_seconds=420.0, patience_seconds=1e6)  # 7 places of work

    found = service(over, 3, 20.0)

    assert (found.abandoned, found.occupancy) == pytest.approx((4 / 7, 1.0), abs=1e-6)
    assert found.within_target < 1e-6


@pytest.mark.parametrize("arrivals", [1.0, 30.0, 1000.0, 20000.0])
@pytest.mark.parametrize("patience", [20.0, 240.0, 3000.0])
def test_the_fewest_places_that_hold_the_level(arrivals: float, patience: float) -> None:
    load = Load(arrivals, 420.0, patience)

    places = places_needed(load, 20.0, 0.8)

    assert service(load, places, 20.0).within_target >= 0.8 > service(load, places - 1, 20.0).within_target


def test_more_places_never_serve_fewer() -> None:
    levels = [service(CALLS, places, 20.0) for places in range(80)]

    assert all(a.within_target <= b.within_target + 1e-9 for a, b in pairwise(levels))
    assert all(a.abandoned >= b.abandoned - 1e-9 for a, b in pairwise(levels))
    assert isclose(levels[-1].within_target, 1.0, abs_tol=1e-6)


def test_classes_of_one_language_share_their_people() -> None:
    apart = [Forecast(language, "any", 20.0, 420.0, 240.0) for language in ("sv", "fi")]
    together = [Forecast("sv", topic, 20.0, 420.0, 240.0) for topic in ("refunds", "fraud")]

    two, one = needs.needs(apart, Aim(), Crew()), needs.needs(together, Aim(), Crew())

    assert [need.language for need in two] == ["fi", "sv"]
    assert sum(need.seats for need in one) < sum(need.seats for need in two)


def test_seats_hold_the_level_after_shrinkage_and_their_price_is_exact() -> None:
    found = needs.needs([Forecast("sv", "refunds", 60.0, 420.0, 240.0)], Aim(), Crew(hour_cents=1_251))[0]

    assert found.seats >= found.places / 2 / 0.85
    assert found.expected.within_target >= 0.8
    assert found.cents == -(-found.seats * 1_251 // 2)


def test_the_simulators_correction_asks_for_more() -> None:
    forecast = [Forecast("sv", "refunds", 60.0, 420.0, 240.0)]

    assert needs.needs(forecast, Aim(correction=1.2), Crew())[0].seats > needs.needs(forecast, Aim(), Crew())[0].seats


def test_where_nobody_comes_nobody_is_needed() -> None:
    found = needs.needs([Forecast("sv", "refunds", 0.0, 420.0, 240.0)], Aim(), Crew())[0]

    assert (found.places, found.seats, found.cents, found.expected.within_target) == (0, 0, 0, 1.0)


def test_what_cannot_be_aimed_for_is_refused() -> None:
    with pytest.raises(ValueError, match="shares below one"):
        Aim(share=1.0)
    with pytest.raises(ValueError, match="at least one chat"):
        Crew(concurrency=0)
    with pytest.raises(ValueError, match="A load"):
        Load(1.0, 0.0, 1.0)
    with pytest.raises(ValueError, match="below one"):
        places_needed(CALLS, 20.0, 1.0)
