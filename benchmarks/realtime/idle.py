"""Thousands of authorised sockets that do nothing: what each weighs, and what letting one in costs."""

import asyncio
from collections.abc import Iterator, Sequence

import psutil
import uvloop

from benchmarks import ground as grounds
from benchmarks.figures import Result, Scale, say, within
from benchmarks.ground import Ground
from benchmarks.machine import Meter, between
from benchmarks.realtime import cast, crowd
from benchmarks.realtime.crowd import Guest

BATCHES = 5
WARM_UP = 40


def measure(ground: Ground, scale: Scale) -> Iterator[Result]:
    """idle_socket_kib, connect_cpu_ms: half are customers, half agents, each in a chat; the tickets are there."""
    pairs = cast.conversations((scale.idle_sockets + WARM_UP) // 2)
    cast.say_something(pairs, 4)
    ground.analyze()
    with grounds.web(ground) as (port, pid):
        kibs, cpus = uvloop.run(_hold(ground, scale, pairs, port=port, pid=pid))
    yield within("idle_socket_kib", "KiB", kibs[-1], kibs)
    yield within("connect_cpu_ms", "ms", sum(cpus) / len(cpus), cpus)


async def _hold(
    ground: Ground, scale: Scale, pairs: Sequence[cast.Pair], *, port: int, pid: int
) -> tuple[list[float], list[float]]:
    """KiB for each socket after every batch and at the very end; milliseconds of CPU for each of a batch."""
    guests = [Guest(principal, port) for pair in pairs for principal in pair.principals]
    warm, guests = guests[:WARM_UP], guests[WARM_UP:]
    await crowd.enter_all(warm)
    await crowd.leave_all(warm)
    server, meter = psutil.Process(pid), Meter({"server": pid, **ground.server_pids})
    empty, size = server.memory_info().rss, len(guests) // BATCHES
    kibs, cpus = [], []
    for start in range(0, len(guests), size):
        before = meter.read()
        await crowd.enter_all(guests[start : start + size])
        spent = between(before, meter.read())
        kibs.append((server.memory_info().rss - empty) / (start + size) / 1024)
        cpus.append(spent.cpu_us(size / spent.seconds, "server") / 1e3)
        say(f"{start + size:>6} sockets: {kibs[-1]:5.1f} KiB each, {cpus[-1]:4.2f} ms to let one in; {spent}")
    before = meter.read()
    await asyncio.sleep(scale.idle_seconds)
    say(f"holding them: {between(before, meter.read())}")
    await crowd.all_answer(guests)
    kibs.append((server.memory_info().rss - empty) / len(guests) / 1024)
    await crowd.leave_all(guests)
    return kibs, cpus
