"""Ranges that customers were told, held against their waits."""

import pytest

from dispatch.simulator import calibration
from dispatch.simulator.calibration import Stand
from dispatch.simulator.engine import Engine, Record
from dispatch.simulator.measures import Span
from dispatch.simulator.policies import POLICIES
from dispatch.simulator.scenes import Scene
from dispatch.simulator.worlds import World

SPAN = Span(warm_s=900.0, measured_s=1_800.0, cool_s=300.0)


def record(number: int, *, came: float, waited: float, end: str = "served") -> Record:
    return Record(number, came, "refund", "en", 0, end, waited, 1, 0, True, 60.0)


def judged(waited: float, end: str = "served") -> calibration.Calibration:
    """A customer with nobody before her, after twenty who came each minute and were served in 20 s."""
    before = [record(number, came=number * 45.0, waited=20.0) for number in range(20)]
    stand = Stand(20, ((0, 1), (0, 1), (0, 1)))
    return calibration.judged([stand], [*before, record(20, came=900.0, waited=waited, end=end)], SPAN)


def test_a_wait_within_its_range_is_inside() -> None:
    told = judged(20.0)

    assert (told.customers, told.told, told.inside, told.at_worst) == (1, 1.0, 1.0, 1.0)
    assert 30 <= told.median_high_s < 90


def test_a_wait_beyond_its_range_is_not() -> None:
    told = judged(500.0)

    assert (told.inside, told.above, told.below) == (0.0, 1.0, 0.0)


def test_who_left_before_the_end_of_her_range_counts_only_at_worst() -> None:
    assert judged(5.0, "abandoned").at_worst == 0.0
    assert judged(500.0, "abandoned").inside == 0.0


@pytest.mark.parametrize("load", [0.7, 0.9])
def test_four_of_five_waits_are_inside_what_was_told(load: float) -> None:
    scene = Scene(World(agents=60, load=load), SPAN)
    staff, customers = scene.cast(1)

    told = calibration.watched(
        Engine(scene.world, staff, customers, POLICIES["longest idle"](), seed=1), SPAN
    )  # fmt: skip

    assert told.customers > 30
    assert told.told > 0.9
    assert told.inside >= 0.8
    assert told.p90_width_s < 600
