"""Faults of processes: killed, frozen, one too many, one too few, the wrong time."""

from __future__ import annotations

import asyncio
import importlib.util
import os
import sys
from collections.abc import Callable
from pathlib import Path

from tests.chaos.scene import CLOCKWORK, EVERYTHING, NEWS, Act, Fault, Scene
from tests.chaos.world import WEBS

VICTIMS: dict[str, tuple[str, ...]] = {
    "web": WEBS,
    "dispatcher": ("dispatcher1", "dispatcher2"),
    "worker": ("worker1", "worker2"),
    "heavy worker": ("heavy",),
    "beat": ("beat",),
    "postgres": ("postgres",),
    "valkey": ("valkey",),
}
# Without the first two nothing is said; without Valkey it takes a while until that is known; without the others only
# what is timed waits.
DELAYS = {"web": EVERYTHING, "postgres": EVERYTHING, "valkey": NEWS}
FREEZES = (5, 30, 120)
HOUR = 3600


def kill(victims: tuple[str, ...]) -> Act:
    async def act(scene: Scene, seconds: float) -> None:
        """Killed with -9 at a moment of the seed's choice; over when it serves again."""
        await asyncio.sleep(scene.luck.uniform(0, seconds))
        victim = scene.one_of(*victims)
        scene.world.children.kill(victim)
        scene.note(f"killed {victim}")
        if not await scene.world.back(victim):
            raise AssertionError(f"{victim} did not come back after it was killed")

    return act


def freeze(victims: tuple[str, ...]) -> Act:
    async def act(scene: Scene, seconds: float) -> None:
        """Stopped with SIGSTOP, all of it, for so long."""
        victim = scene.one_of(*victims)
        thaw = scene.world.children.freeze(victim)
        scene.note(f"froze {victim} for {seconds:g} s")
        try:
            await asyncio.sleep(seconds)
        finally:
            thaw()

    return act


async def kill_backend(scene: Scene, seconds: float) -> None:
    """One of PostgreSQL's own processes is killed with -9: the server resets itself and all its connections."""
    await asyncio.sleep(scene.luck.uniform(0, seconds))
    backends = scene.world.children.pids("postgres")[1:]
    os.kill(scene.luck.choice(backends), 9)
    scene.note("killed one process of postgres")
    if not await scene.world.back("postgres"):
        raise AssertionError("postgres did not come back after one of its processes was killed")


async def second_beat(scene: Scene, seconds: float) -> None:
    world = scene.world
    if "beat2.pg" not in world.ports:
        await world.open_routes("beat2")
    world.children.start(world.plan("beat2", "beat"))
    scene.note("a second beat")
    try:
        await asyncio.sleep(seconds)
    finally:
        await world.children.retire("beat2")


async def no_beat(scene: Scene, seconds: float) -> None:
    scene.world.children.kill("beat", hold=True)
    scene.note(f"no beat for {seconds:g} s")
    try:
        await asyncio.sleep(seconds)
    finally:
        scene.world.children.release("beat")
    await scene.world.back("beat")


def faketime() -> Path | None:
    """The library that gives one process another wall clock, its monotonic clock untouched."""
    found = importlib.util.find_spec("libfaketime")
    if found is None or not found.submodule_search_locations or sys.platform != "linux":
        return None
    library = Path(next(iter(found.submodule_search_locations))) / "vendor/libfaketime/src/libfaketime.so.1"
    return library if library.exists() else None


def no_faketime() -> str:
    return "" if faketime() else "libfaketime, which gives one process a wrong clock, is not installed here"


def wrong(off: int) -> dict[str, str]:
    """The variables that shift a process's wall clock by so many seconds, and nothing else."""
    return {
        "LD_PRELOAD": str(faketime()),
        "FAKETIME": f"{off:+d}",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "FAKETIME_DONT_RESET": "1",
        "FAKETIME_FORCE_MONOTONIC_FIX": "0",  # else waits on a monotonic clock, the GIL's too, are off by the hour
    }


def wrong_clock(role: str, victims: tuple[str, ...]) -> Act:
    async def act(scene: Scene, seconds: float) -> None:
        """One process starts again with a wall clock off by an hour, and once more with the right one."""
        world, victim = scene.world, scene.one_of(*victims)
        off = scene.luck.choice((-HOUR, HOUR))
        world.children.replace(world.plan(victim, role, world.environment(victim, **wrong(off))))
        scene.note(f"the clock of {victim} is off by {off:+d} s")
        try:
            await world.back(victim)
            await asyncio.sleep(seconds)
        finally:
            world.children.replace(world.plan(victim, role))
        await world.back(victim)

    return act


def _of(victim: str, name: str, true_seconds: float, make: Callable[[tuple[str, ...]], Act]) -> Fault:
    return Fault(name, true_seconds, make(VICTIMS[victim]), delays=DELAYS.get(victim, CLOCKWORK))


FAULTS = [
    *(_of(victim, f"kill {victim}", 5.0, kill) for victim in VICTIMS),
    Fault("kill a backend", 5.0, kill_backend),
    *(_of(victim, f"freeze {victim} {seconds}", seconds, freeze) for victim in VICTIMS for seconds in FREEZES),
    Fault("two beats", 30.0, second_beat, delays=CLOCKWORK),
    Fault("no beat", 30.0, no_beat, delays=CLOCKWORK),
    *(
        Fault(f"clock of {role}", 20.0, wrong_clock(role, VICTIMS[role]), no_faketime)
        for role in ("web", "dispatcher", "worker", "beat")
    ),
]
