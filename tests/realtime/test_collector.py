"""Circles of dead objects go soon; those of objects that had lived long go as well, later."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest

from realtime.collector import FULL_LOOKS, LOOK_SECONDS, Collector


class Ring:
    """Holds itself."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture
def collector() -> Iterator[Collector]:
    before = gc.get_threshold()
    yield Collector()
    gc.set_threshold(*before)
    gc.unfreeze()


def pass_seconds(collector: Collector, seconds: int) -> None:
    for _ in range(seconds):
        collector.tick(came=5)


def test_a_circle_that_died_young_goes_with_the_next_look(collector: Collector) -> None:
    gone = weakref.ref(Ring())

    pass_seconds(collector, LOOK_SECONDS)

    assert gone() is None


def test_a_circle_that_was_set_aside_alive_goes_with_the_full_look(collector: Collector) -> None:
    ring: Ring | None = Ring()
    gone = weakref.ref(ring)
    pass_seconds(collector, LOOK_SECONDS)
    ring = None

    pass_seconds(collector, LOOK_SECONDS)
    assert gone() is not None  # else nothing was set aside, and each look walks through everything
    pass_seconds(collector, LOOK_SECONDS * FULL_LOOKS)

    assert gone() is None


def test_many_new_sockets_are_set_aside_at_once(collector: Collector) -> None:
    crowd = []

    for came in (1_000, 2_000):  # the second thousand may be the first, back after a cut
        before = gc.get_freeze_count()
        crowd += [Ring() for _ in range(100)]
        collector.tick(came)
        assert gc.get_freeze_count() >= before + 100
