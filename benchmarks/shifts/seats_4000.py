"""The large week, in the full run only: one seed after the other."""

from collections.abc import Iterator

from benchmarks.figures import Result, Scale, say
from benchmarks.ground import Ground
from benchmarks.shifts import seats


def measure(ground: Ground, scale: Scale) -> Iterator[Result]:
    """match_4000_s and match_4000_gap."""
    if not scale.people_large:
        say("match_4000_s and match_4000_gap are measured in the full run only")
        return
    yield from seats.solved("match_4000", scale.people_large)
