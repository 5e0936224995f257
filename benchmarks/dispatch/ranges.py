"""eta_calibration: the share of waits inside the range that the product's own estimate told as the customer asked."""

from collections.abc import Iterator

from benchmarks.dispatch import simulated
from benchmarks.figures import Result, Scale, say, within
from benchmarks.ground import Ground
from dispatch.simulator import calibration
from dispatch.simulator.calibration import Calibration
from dispatch.simulator.engine import Engine
from dispatch.simulator.policies import POLICIES
from dispatch.simulator.scenes import Scene

LOADS = (0.70, 0.85, 0.95)
SEEDS = 3


def measure(ground: Ground, scale: Scale) -> Iterator[Result]:
    """The lowest share of any load; `low` counts everybody who left before her range was over as a miss."""
    told = {load: [_run(simulated.scene(load, scale), seed) for seed in range(1, SEEDS + 1)] for load in LOADS}
    for load, each in told.items():
        say(f"load {load:.2f}: " + "; ".join(map(_words, each)))
    shares = [one.inside for each in told.values() for one in each]
    yield within("eta_calibration", "share", min(shares), [one.at_worst for each in told.values() for one in each])


def _run(scene: Scene, seed: int) -> Calibration:
    staff, customers = scene.cast(seed)
    return calibration.watched(Engine(scene.world, staff, customers, POLICIES["ours"](), seed=seed), scene.span)


def _words(one: Calibration) -> str:
    return (
        f"{100 * one.inside:.1f} % inside ({100 * one.at_worst:.1f} % at worst), usually told "
        f"{one.median_low_s:.0f} to {one.median_high_s:.0f} s, nine of ten ranges at most {one.p90_width_s:.0f} s wide"
    )
