"""eta_calibration: the share of waits inside the range that the product's own estimate told as the customer asked.

Poisson arrivals at three loads, an incident of 400 customers within five minutes, and a real day of a call centre from
its opening on: the worst of all. A quick run replays the first two hours of that day, in which it fills up.
"""

import multiprocessing
import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import date

from benchmarks.dispatch import simulated
from benchmarks.figures import Result, Scale, say, within
from benchmarks.ground import Ground
from benchmarks.real import real
from dispatch.simulator import calibration, files, scenes
from dispatch.simulator.calibration import Calibration
from dispatch.simulator.engine import Engine
from dispatch.simulator.policies import POLICIES
from dispatch.simulator.scenes import Incident, Scene
from dispatch.simulator.worlds import World
from marketplace.local.state import Trouble

LOADS = (0.70, 0.85, 0.95)
INCIDENT, INCIDENT_LOAD = 400, 0.70
DAY, DAY_LOAD = date(2003, 10, 1), 0.85  # a Wednesday like any other; the load is that of its busiest half hour
SEEDS_OF_TEN = 10  # a full run has three seeds, a quick one one


def measure(ground: Ground, scale: Scale) -> Iterator[Result]:
    """The lowest share of any run; `low` counts everybody who left before her range was over as a miss."""
    seeds = range(1, 1 + max(1, scale.simulated_seeds // SEEDS_OF_TEN))
    runs = [(name, scene, seed) for name, scene in _scenes(scale).items() for seed in seeds]
    found = []
    # Begun afresh: nothing open is shared with them.
    with ProcessPoolExecutor(os.cpu_count() or 1, mp_context=multiprocessing.get_context("spawn")) as pool:
        told = pool.map(_run, [scene for _, scene, _ in runs], [seed for _, _, seed in runs])
        for (name, _, seed), one in zip(runs, told, strict=True):
            say(f"{name}, seed {seed}: {_words(one)}")
            found.append(one)
    yield within("eta_calibration", "share", min(one.inside for one in found), [one.at_worst for one in found])


def _scenes(scale: Scale) -> dict[str, Scene]:
    """The longest first: the others fill up beside it."""
    return {
        **_replayed(scale),
        "an incident": incident(scale),
        **{f"load {load:.2f}": simulated.scene(load, scale) for load in reversed(LOADS)},
    }


def incident(scale: Scale) -> Scene:
    """The standard world, and a quarter into what is measured very many more with one topic."""
    usual = simulated.scene(INCIDENT_LOAD, scale)
    at_s = usual.span.warm_s + usual.span.measured_s / 4
    return replace(usual, incident=Incident(INCIDENT, usual.world.topics[0], at_s))


def _replayed(scale: Scale) -> dict[str, Scene]:
    try:
        return {"a real day": replayed(scale)}
    except Trouble as trouble:
        say(f"Without a real day: {trouble}")
        return {}


def replayed(scale: Scale) -> Scene:
    """The bank's day, or its first hours, with as many agents as its busiest half hour needs. Trouble without it."""
    counts = files.read(real("bank-calls", "bank_calls.csv"), day=DAY)
    whole = scenes.of_file(counts, World(load=DAY_LOAD), agents=None)
    length_s = min(whole.span.measured_s, 3_600.0 * scale.replayed_hours)
    part = tuple(one for one in counts if one.at < length_s)
    return replace(whole, span=replace(whole.span, measured_s=length_s), given=part)  # type: ignore[arg-type]


def _run(scene: Scene, seed: int) -> Calibration:
    staff, customers = scene.cast(seed)
    return calibration.watched(Engine(scene.world, staff, customers, POLICIES["ours"](), seed=seed), scene.span)


def _words(one: Calibration) -> str:
    return (
        f"{one.customers} judged, {100 * one.inside:.1f} % inside ({100 * one.at_worst:.1f} % at worst), usually told "
        f"{one.median_low_s:.0f} to {one.median_high_s:.0f} s, nine of ten ranges at most {one.p90_width_s:.0f} s wide"
    )
