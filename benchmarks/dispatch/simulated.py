"""Our routing against three desks' on a virtual clock: what customers get, over seeds, no agent on auto-accept.

Both sides of a ratio are in the same run and meet the same customers; `low` and `high` are the 95 % interval of the
geometric mean over seeds. The floor is longest idle; how we stand against the other two is said beside it.
"""

import os
from collections.abc import Iterator, Sequence

from benchmarks.figures import Result, Scale, alone, say
from dispatch.simulator import report, suite
from dispatch.simulator.measures import Figures, Span
from dispatch.simulator.policies import DESKS
from dispatch.simulator.scenes import Scene
from dispatch.simulator.suite import Comparison
from dispatch.simulator.worlds import World

FLOOR = "longest idle"
UNITS = {"sl20": "share", "p95_s": "s", "abandon": "share"}


def scene(load: float, scale: Scale) -> Scene:
    """The standard world at this nominal load; half an hour of warming up, less only where nothing is meant."""
    minutes = scale.simulated_minutes
    return Scene(World(load=load), Span(warm_s=60.0 * min(30.0, minutes), measured_s=60.0 * minutes))


def seeds(scale: Scale) -> range:
    return range(1, scale.simulated_seeds + 1)


def against_desks(load: float, scale: Scale) -> Iterator[Result]:
    """sim70_*, sim85_*: served within 20 s, p95 of the wait, abandonment, wrong languages."""
    results = suite.results(
        scene(load, scale), seeds(scale), [*DESKS, "ours"], workers=os.cpu_count() or 1, tell=lambda _: None
    )
    block = report.block(f"load {load:.2f}", results, ours="ours", others=list(DESKS))
    say(report.text([block]))
    behind = [f"{c.figure} against {desk}" for desk, told in block.against.items() for c in told if not _clear(c)]
    say(f"not better with the interval clear of 1: {', '.join(behind) or 'nothing'}")
    for comparison in block.against[FLOOR]:
        if comparison.figure in UNITS:
            yield _result(f"sim{load * 100:.0f}_{comparison.figure}", comparison, results["ours"], results[FLOOR])
    mismatches = [one.language_mismatch for one in results["ours"]]
    yield alone(f"sim{load * 100:.0f}_language_mismatch", "share", mismatches)


def _clear(one: Comparison) -> bool:
    """Better beyond doubt; where nobody ever did worse than nothing, there is nothing to be better at."""
    return one.better or (one.ratio is None and one.difference.value == one.difference.low == 0)


def _result(name: str, one: Comparison, ours: Sequence[Figures], floor: Sequence[Figures]) -> Result:
    values = [suite.mean(side)[one.figure] for side in (ours, floor)]
    held = one.ratio
    assert held, f"{one.figure} is nothing in a seed: the runs are too short to compare"
    return Result(name, values[0], UNITS[one.figure], values[1], held.value, held.low, held.high, len(ours))
