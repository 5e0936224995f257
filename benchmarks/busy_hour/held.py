"""How many busy hours the whole product holds on this machine, its load client beside it."""

import asyncio
import gc
from collections.abc import AsyncIterator, Coroutine, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit

import psutil
import psycopg
import uvloop

from benchmarks.busy_hour import town
from benchmarks.busy_hour.doors import Doors
from benchmarks.busy_hour.load import Load
from benchmarks.busy_hour.unit import Stage
from benchmarks.figures import Result, Scale, say
from benchmarks.ground import Ground
from benchmarks.machine import Meter, between
from marketplace.local import services
from marketplace.local.services import System

PROCESSES = ("web", "dispatcher", "worker", "worker-heavy", "beat")
SAMPLE_S = 1.0
DRAIN_S = 10.0
TRIES = 3  # of a stage that failed while others took too much of the machine
SEED = 4
AT_A_TIME = 10_000


def measure(ground: Ground, scale: Scale) -> Iterator[Result]:
    """busy_hours_held: the product as `manage.py up` runs it, on the ground's durable servers."""
    with services.running(environment=ground.urls.environment()) as system:
        stages = uvloop.run(_stages(ground, system, scale))
    held = max((stage.hours for stage in stages if not stage.failures), default=0.0)
    messages = sum(len(stage.messages) for stage in stages)
    yield Result("busy_hours_held", held, "busy hours", None, None, held, held, messages)


async def _stages(ground: Ground, system: System, scale: Scale) -> list[Stage]:
    """Each stage that was tried, in order; only the last one may not have been held."""
    here = await asyncio.to_thread(town.town)
    port = urlsplit(system.url).port
    assert port
    load = Load(here.questions, [skill.key for skill in here.skills], seed=SEED)
    doors = Doors(load, here, port)
    roots = {**{name: system.process(name) for name in PROCESSES}, **ground.server_pids}
    found: list[Stage] = []
    async with _beside(load.keep_alive(), doors.keep_open()):
        for hours in scale.busy_hours:
            say(f"opening {hours:g} busy hours")
            try:
                await doors.open(hours - (found[-1].hours if found else 0.0))
            except (TimeoutError, ConnectionError) as error:
                say(f"{hours:g} busy hours could not be opened: {error!r}")
                break
            await asyncio.to_thread(ground.analyze)
            found.append(await _undisturbed(load, roots, hours, scale))
            if found[-1].failures:
                break
        doors.rate = 0.0
        await asyncio.to_thread(_check_stored, ground, list(load.stored))
    return found


@asynccontextmanager
async def _beside(*forever: Coroutine[object, object, None]) -> AsyncIterator[None]:
    """These run on beside the block, and are ended with it."""
    tasks = [asyncio.ensure_future(one) for one in forever]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        for task in tasks:
            with suppress(asyncio.CancelledError):
                await task


async def _undisturbed(load: Load, roots: dict[str, int], hours: float, scale: Scale) -> Stage:
    """The stage; once more where it failed and others took much of the machine meanwhile."""
    for left in reversed(range(TRIES)):
        await asyncio.sleep(scale.busy_settle_seconds)
        stage = await _stage(load, roots, hours, scale)
        say(str(stage))
        if not (stage.failures and stage.is_disturbed and left):
            break
    return stage


async def _stage(load: Load, roots: dict[str, int], hours: float, scale: Scale) -> Stage:
    """What is seen while so many busy hours are held."""
    gc.collect()
    gc.freeze()  # a collection of all that a load holds would stop its clock
    meter, memory, seconds = Meter(roots), [], scale.busy_seconds
    weighed = [psutil.Process(pid) for name, pid in roots.items() if name != "postgres"]  # its buffers fill by design
    load.begin()
    before, until = meter.read(), load.time() + seconds
    while load.time() < until:
        memory.append(sum(_resident(process) for process in weighed) / 1e6)
        await asyncio.sleep(max(0.0, min(SAMPLE_S, until - load.time())))
    spent = between(before, meter.read())
    await load.end(drain_s=DRAIN_S)
    others = spent.others / (psutil.cpu_count() or 1)
    return Stage(
        hours=hours, seconds=seconds, messages=load.messages, offers=load.offers, rounds=load.rounds,
        answers=load.answers, lost=load.lost, faults=load.faults, memory=memory, others=others, cores=str(spent),
    )  # fmt: skip


def _resident(root: psutil.Process) -> int:
    return sum(int(process.memory_info().rss) for process in (root, *root.children(recursive=True)))


def _check_stored(ground: Ground, heard: Sequence[str]) -> None:
    """Every message that its people have heard stands in the database, once."""
    kept = 0
    with psycopg.connect(ground.urls.database) as database:
        for start in range(0, len(heard), AT_A_TIME):
            names = heard[start : start + AT_A_TIME]
            sql = "select count(*) from conversations_event where client_id = any(%s::uuid[])"
            (count,) = database.execute(sql, [names]).fetchone() or (0,)
            kept += count
    say(f"{kept} of {len(heard)} messages that were heard are stored")
    assert kept == len(heard), "a message that people have heard is not stored, or twice"
