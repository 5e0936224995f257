"""fair_gini: how evenly an hour of a slot pays in fair mode at load 0.70, and what customers pay for it."""

import os
from collections.abc import Iterator

from benchmarks.dispatch import simulated
from benchmarks.figures import Result, Scale, say
from benchmarks.ground import Ground
from dispatch.simulator import intervals, suite


def measure(ground: Ground, scale: Scale) -> Iterator[Result]:
    """Gini of earnings per available slot-hour, mean over seeds with its interval."""
    results = suite.results(
        simulated.scene(0.70, scale),
        simulated.seeds(scale),
        ["ours", "ours, fair"],
        workers=os.cpu_count() or 1,
        tell=lambda _: None,
    )
    usual, fair = results["ours"], results["ours, fair"]
    cost = intervals.difference([one.abandon for one in fair], [one.abandon for one in usual])
    say(
        f"Gini {suite.mean(usual)['gini']:.3f} usually, {suite.mean(fair)['gini']:.3f} in fair mode; it costs "
        f"{100 * cost.value:.2f} [{100 * cost.low:.2f}, {100 * cost.high:.2f}] points of abandonment (promised: 0.3)"
    )
    held = intervals.mean([one.gini for one in fair])
    yield Result("fair_gini", held.value, "Gini", None, None, max(0.0, held.low), held.high, len(fair))
