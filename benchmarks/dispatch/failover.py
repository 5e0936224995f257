"""The leading dispatcher is killed with -9 as a customer asks: how long until her offer is shown."""

import asyncio
import os
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack

import psycopg
import redis
import uvloop

from benchmarks import ground as grounds
from benchmarks.dispatch import people
from benchmarks.dispatch.latency import DRAIN_SECONDS, Rung, Side, parked
from benchmarks.figures import Result, Scale, alone, say
from benchmarks.ground import Ground
from benchmarks.realtime import crowd
from dispatch.models import Leadership
from realtime import wire


def measure(ground: Ground, scale: Scale) -> Iterator[Result]:
    """failover_s: from the kill to the frame; one stands by, and a new one takes its place for the next round."""
    assert ground.urls
    house = people.house(agents=scale.rounds, conversations=scale.rounds, connected=False)
    requests = parked(house)
    ground.analyze()
    with grounds.web(ground) as (port, _), ExitStack() as dispatchers:
        running = {dispatchers.enter_context(grounds.dispatcher()) for _ in range(2)}
        side, took = Side(), []
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as loop:
            guests = [Rung(side, agent, port) for agent in house.agents]
            loop.run(crowd.enter_all(guests))
            for number in range(scale.rounds):
                took.append(loop.run(_kill(ground, side, number, str(requests[number]), running)))
                say(f"the next offer came {took[-1]:.2f} s after the leader was killed")
                running.add(dispatchers.enter_context(grounds.dispatcher()))
            loop.run(crowd.leave_all(guests))
    yield alone("failover_s", "s", took)


async def _kill(ground: Ground, side: Side, number: int, request: str, running: set[int]) -> float:
    leader = await asyncio.to_thread(_leader)
    assert leader in running
    running.remove(leader)
    side.asked[number] = time.perf_counter()
    os.kill(leader, signal.SIGKILL)
    await asyncio.to_thread(_ask, ground, request)
    async with asyncio.timeout(DRAIN_SECONDS):
        await side.drained()
    return side.seconds[-1]


def _leader() -> int:
    return int(Leadership.objects.get().holder.rpartition(":")[2])


def _ask(ground: Ground, request: str) -> None:
    with psycopg.connect(ground.urls.database, autocommit=True) as database:
        database.execute(
            "update dispatch_escalation set state = 'waiting', ended_at = null, queued_at = clock_timestamp()"
            " where id = %s",
            [request],
        )
    with redis.Redis.from_url(ground.urls.redis) as bell:
        bell.publish(f"{wire.channel()}:dispatch", b"")
