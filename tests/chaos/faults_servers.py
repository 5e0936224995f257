"""Faults of the servers and of what lies in them: PostgreSQL slow, locked, full; Valkey emptied, full; tasks astray."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import psycopg
from psycopg import sql

from marketplace.local import launch
from tests.chaos.scene import CLOCKWORK, NEWS, Act, Fault, Scene
from tests.chaos.weather import Weather
from tests.chaos.world import World

QUEUE = "default"
SLOW = Weather(delay=0.02, jitter=0.08)
LOCKED_TABLES = ("conversations_conversation", "dispatch_escalation", "agents_slot", "dispatch_offer")
# What the workers are kept from taking can be touched; Valkey runs each script as one step.
LOSE = "redis.call('DEL', KEYS[1])"
DOUBLE = "for _, t in ipairs(redis.call('LRANGE', KEYS[1], 0, -1)) do redis.call('LPUSH', KEYS[1], t) end"
SHUFFLE = """
local tasks = redis.call('LRANGE', KEYS[1], 0, -1)
redis.call('DEL', KEYS[1])
for _, place in ipairs(ARGV) do
  if tasks[tonumber(place)] then redis.call('RPUSH', KEYS[1], tasks[tonumber(place)]) end
end
for place = #ARGV + 1, #tasks do redis.call('RPUSH', KEYS[1], tasks[place]) end"""


async def _valkey(scene: Scene, *words: str | int) -> object:
    def send() -> object:
        with scene.world.redis as client:
            answer: object = client.execute_command(*words)
            return answer

    return await asyncio.to_thread(send)


async def empty(scene: Scene, seconds: float) -> None:
    async def flush() -> None:
        await _valkey(scene, "FLUSHALL")
        scene.note("emptied valkey")

    await scene.now_and_then(flush, seconds, 3)


async def kill_and_empty(scene: Scene, seconds: float) -> None:
    """Killed, and what it had kept on disk is lost with it."""
    world = scene.world
    await asyncio.sleep(scene.luck.uniform(0, seconds))
    world.children.kill("valkey")
    for kept in sorted(world.valkey.data.rglob("*.aof")):
        kept.write_bytes(b"")
    scene.note("killed valkey and lost its files")
    if not await world.back("valkey"):
        raise AssertionError("valkey did not come back without its files")


async def full(scene: Scene, seconds: float) -> None:
    await _valkey(scene, "CONFIG", "SET", "maxmemory", 1)
    scene.note("valkey is full")
    try:
        await asyncio.sleep(seconds)
    finally:
        await _valkey(scene, "CONFIG", "SET", "maxmemory", 0)


def tasks(word: str, script: str) -> Act:
    async def act(scene: Scene, seconds: float) -> None:
        """Again and again the workers' links stand still while tasks gather; those are changed; the links go on."""
        routes = ["worker1.redis", "worker2.redis"]
        rounds = max(1, round(seconds / 1.5))
        for _ in range(rounds):
            async with scene.weather(routes, Weather(held=True)):
                await asyncio.sleep(seconds / rounds * 0.7)
                met = await _valkey(scene, "LLEN", QUEUE)
                order = [str(place) for place in scene.luck.sample(range(1, 201), 200)]
                await _valkey(scene, "EVAL", script, 1, QUEUE, *order)
                scene.note(f"{word} {met} tasks")
            await asyncio.sleep(seconds / rounds * 0.3)

    return act


async def slow(scene: Scene, seconds: float) -> None:
    async with scene.weather(scene.world.routes("pg"), SLOW):
        scene.note("postgres is slow")
        await asyncio.sleep(seconds)


@asynccontextmanager
async def holding(scene: Scene, statement: sql.Composed | sql.SQL) -> AsyncIterator[None]:
    """A transaction of somebody else's holds its locks inside the block."""
    connection = await psycopg.AsyncConnection.connect(scene.world.postgres.owner_url)
    try:
        await connection.execute(statement)
        yield
    finally:
        await connection.rollback()
        await connection.close()


async def locked_table(scene: Scene, seconds: float) -> None:
    """A careless migration: a whole table locked, a second or so at a time."""
    for _ in range(max(1, round(seconds / 2))):
        table = scene.one_of(*LOCKED_TABLES)
        scene.note(f"locked {table}")
        async with holding(scene, sql.SQL("lock table {} in access exclusive mode").format(sql.Identifier(table))):
            await asyncio.sleep(scene.luck.uniform(0.5, 1.5))
        await asyncio.sleep(0.5)


async def locked_rows(scene: Scene, seconds: float) -> None:
    """A third of all conversations, and every slot, are held by somebody who takes his time."""
    rows = sql.SQL(
        "select 1 from conversations_conversation where id in"
        " (select id from conversations_conversation where state = 'open' order by id limit 20) for update"
    )
    for statement in (rows, sql.SQL("select 1 from agents_slot for update")):
        async with holding(scene, statement):
            scene.note("locked rows")
            await asyncio.sleep(seconds / 2)


async def no_connections(scene: Scene, seconds: float) -> None:
    """Somebody else holds every connection that PostgreSQL gives; the product's own are cut once, and it has none."""
    held: list[psycopg.AsyncConnection[tuple[object, ...]]] = []
    try:
        for route in scene.world.routes("pg"):
            await scene.world.proxy.cut(route)
        while len(held) < 400:
            held.append(await psycopg.AsyncConnection.connect(scene.world.postgres.owner_url))
    except psycopg.OperationalError:
        scene.note(f"held {len(held)} connections")
        await asyncio.sleep(seconds)
    finally:
        for connection in held:
            await connection.close()


async def full_disk(scene: Scene, seconds: float) -> None:
    """PostgreSQL may write no byte more. It treats a file-size limit as a full disk, and nobody need be root for it."""
    world = scene.world
    limited = world.children.pids("postgres")
    world.children.all["postgres"].excused = True  # it ends where it cannot even recover
    await asyncio.to_thread(_limit, world, limited, "0:unlimited")
    scene.note("the disk of postgres is full")
    try:
        await asyncio.sleep(seconds)
    finally:
        still = [*limited, *world.children.pids("postgres")]
        await asyncio.to_thread(_limit, world, still, "unlimited:unlimited")
    await world.back("postgres")


def _limit(world: World, pids: list[int], limit: str) -> None:
    """Soft and hard limit of a file's size for these processes, set by their own user: root may lack the right."""
    for pid in pids:
        command = ["prlimit", f"--fsize={limit}", "--pid", str(pid)]
        subprocess.run(command, cwd="/", check=False, capture_output=True, **launch.as_account(world.postgres.account))


def no_limits() -> str:
    return "" if shutil.which("prlimit") else "prlimit, which limits a running process, is not installed here"


FAULTS = [
    Fault("empty valkey", 20.0, empty, delays=NEWS),
    Fault("kill and empty valkey", 5.0, kill_and_empty, delays=NEWS),
    Fault("valkey full", 20.0, full, delays=NEWS),
    Fault("tasks lost", 30.0, tasks("lost", LOSE), delays=CLOCKWORK),
    Fault("tasks doubled", 30.0, tasks("doubled", DOUBLE), delays=CLOCKWORK),
    Fault("tasks shuffled", 30.0, tasks("shuffled", SHUFFLE), delays=CLOCKWORK),
    Fault("postgres slow", 30.0, slow),
    Fault("table locked", 30.0, locked_table),
    Fault("rows locked", 20.0, locked_rows),
    Fault("no connections", 20.0, no_connections),
    Fault("disk full", 10.0, full_disk, no_limits),
]
