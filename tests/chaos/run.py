"""One seed, from its people's first breath to the oracle's word."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import redis

from tests.chaos import evidence, faults, leaks, machine, oracle, results, schedule
from tests.chaos.contract import Happened, Load, Order, Size
from tests.chaos.load import Load as People
from tests.chaos.results import Result
from tests.chaos.scene import Scene
from tests.chaos.schedule import Plan, Step
from tests.chaos.world import World

FAULT_PATIENCE_SECONDS = 90.0
SETTLE_SECONDS = 100.0  # of the true scale, and never less than:
SHORTEST_SETTLE_SECONDS = 25.0
CALM_AGAIN_SECONDS = 60.0
GONE = (psycopg.OperationalError, redis.RedisError, OSError)  # what a fault meets where another broke its server


@dataclass
class Course:
    """How a seed goes: what was found wrong so far, and how long each stage took."""

    plan: Plan
    mode: str
    began: float = field(default_factory=time.monotonic)
    broke: list[str] = field(default_factory=list)
    stages: dict[str, float] = field(default_factory=dict)
    evidence: Path | None = None  # the folder for it, should the seed break

    @asynccontextmanager
    async def stage(self, name: str) -> AsyncIterator[None]:
        began = time.monotonic()
        try:
            yield
        finally:
            self.stages[name] = round(time.monotonic() - began, 1)


async def seed(
    world: World, plan: Plan, *, emptied: bool, books: leaks.Books, keep: Path | None = None, size: Size | None = None
) -> Result:
    """Everything that belongs to one seed. Leaves the world calm, or says in the result that it is not."""
    course = Course(plan, results.mode(haste=world.haste, emptied=emptied), evidence=keep)
    marks, before = world.marks(), machine.read(world)
    load = People(
        Order(
            urls=world.urls,
            database_url=world.postgres.owner_url,
            seed=plan.seed,
            seconds=plan.load_seconds,
            **asdict(size or Size()),
            haste=world.haste,
            environment=world.direct(),
        )
    )
    scene = Scene(world, load, random.Random(f"scene {plan.seed}"))
    try:
        async with course.stage("people"):
            await load.prepare()
            await load.start()
        async with course.stage("warm"):
            await load.lively()
        happened = await _break(scene, course, emptied=emptied)
        course.stages |= machine.between(before, machine.read(world))
        await _judge(scene, course, happened, marks)
    finally:
        with suppress(Exception):
            await load.close()
    census = await books.look(world)
    course.broke += books.grown()
    return _result(scene, course, census)


async def _break(scene: Scene, course: Course, *, emptied: bool) -> Happened:
    """The faults, as planned; afterwards the load goes on for a while in calm."""
    plan, world = course.plan, scene.world
    calm_from = time.monotonic()
    ends = calm_from + plan.load_seconds
    async with course.stage("faults"), _emptying(scene, emptied):
        broke = await asyncio.gather(*(_one(scene, step) for step in plan.steps))
    course.broke += [sentence for sentence in broke if sentence]
    ended = time.monotonic()
    await world.proxy.clear()
    async with course.stage("after"):
        await asyncio.sleep(max(ends, ended + schedule.AFTER_SECONDS) - time.monotonic())
    began = calm_from + min(step.at for step in plan.steps)
    excused = frozenset(promise for name in plan.faults for promise in faults.ALL[name].delays)
    return Happened(plan.faults, calm_from, began, ended, world.haste, excused=excused)


async def _one(scene: Scene, step: Step) -> str:
    """One fault; the sentence that says what it could not undo, or nothing."""
    fault = faults.ALL[step.fault]
    await asyncio.sleep(step.at)
    if reason := fault.needs():
        scene.note(f"left out: {fault.name}: {reason}")
        return ""
    try:
        async with asyncio.timeout(step.seconds + FAULT_PATIENCE_SECONDS):
            await fault.act(scene, step.seconds)
    except TimeoutError:
        return f"{fault.name} was not over after {step.seconds + FAULT_PATIENCE_SECONDS:.0f} s"
    except AssertionError as never:
        return str(never)
    except GONE as error:
        scene.note(f"{fault.name} met another fault: {' '.join(str(error).split())[:120]}")
    return ""


@asynccontextmanager
async def _emptying(scene: Scene, emptied: bool) -> AsyncIterator[None]:
    """Valkey is emptied every 20 s of the true scale inside the block, beside everything else."""

    async def keep_emptying() -> None:
        while True:
            await asyncio.sleep(scene.scaled(schedule.EMPTIED_EVERY_SECONDS))
            with suppress(redis.RedisError):
                await asyncio.to_thread(_flush, scene.world)

    task = asyncio.create_task(keep_emptying()) if emptied else None
    try:
        yield
    finally:
        if task is not None:
            task.cancel()


def _flush(world: World) -> None:
    with world.redis as client:
        client.flushall()


async def _judge(scene: Scene, course: Course, happened: Happened, marks: dict[str, int]) -> None:
    world, load = scene.world, scene.load
    async with course.stage("calm"):
        if not await world.calm(CALM_AGAIN_SECONDS):
            course.broke.append(f"not everything was at work again {CALM_AGAIN_SECONDS:.0f} s after the faults")
    async with course.stage("settle"):
        course.broke += await load.settle(max(SHORTEST_SETTLE_SECONDS, SETTLE_SECONDS / world.haste))
    said = await asyncio.to_thread(world.said_since, marks)
    whole = replace(happened, logs=said, share=machine.share(course.stages))
    async with course.stage("judge"):
        course.broke += await oracle.judge(load.record, world.postgres.owner_url, whole)
    if course.broke and course.evidence is not None:
        await evidence.keep(course.evidence, load.record, world.postgres.owner_url, happened)
    may_end = {name for fault in course.plan.faults for name in faults.ALL[fault].may_end}
    deaths = [death for death in world.children.deaths if death.name not in may_end]
    course.broke += [f"{death.name} ended by itself with status {death.code}" for death in deaths]
    world.children.deaths.clear()
    course.broke += [f"the rig's proxy stumbled: {said['proxy'][-500:]}"] if said.get("proxy", "").strip() else []


def _result(scene: Scene, course: Course, census: dict[str, dict[str, float]]) -> Result:
    return Result(
        tree=results.tree(),
        mode=course.mode,
        seed=course.plan.seed,
        faults=list(course.plan.faults),
        notes=scene.notes,
        acked=int(scene.load.record.acked),
        seconds=round(time.monotonic() - course.began, 1),
        at=datetime.now(UTC).isoformat(timespec="seconds"),
        broke=course.broke,
        census=census,
        stages=course.stages,
    )


__all__ = ["Load", "seed"]
