"""How much of the machine was ours during a seed: on a shared one, the first question about any late answer."""

from __future__ import annotations

import time
from dataclasses import dataclass

import psutil

from tests.chaos.world import World


@dataclass(frozen=True)
class Reading:
    """Seconds so far: of the wall, of all processors at work, and of those that worked for us."""

    wall: float
    busy: float
    ours: float


def read(world: World) -> Reading:
    times = psutil.cpu_times()
    ours = world.children.worked()
    return Reading(time.monotonic(), float(sum(times)) - times.idle - times.iowait, ours)


def between(before: Reading, after: Reading) -> dict[str, float]:
    """Processors in use on average: ours, and others'."""
    wall = max(after.wall - before.wall, 0.1)
    ours = max(after.ours - before.ours, 0.0)
    return {"our_cores": round(ours / wall, 2), "other_cores": round((after.busy - before.busy - ours) / wall, 2)}


def share(between: dict[str, float]) -> float:
    """The part of all processors that others left to us; a tenth at least."""
    cores = psutil.cpu_count() or 1
    return max(0.1, 1 - between.get("other_cores", 0.0) / cores)
