"""The standard world at nominal load 0.70."""

from collections.abc import Iterator

from benchmarks.dispatch import simulated
from benchmarks.figures import Result, Scale
from benchmarks.ground import Ground


def measure(ground: Ground, scale: Scale) -> Iterator[Result]:
    yield from simulated.against_desks(0.70, scale)
