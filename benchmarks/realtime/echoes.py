"""A ping through our consumer, against a bare echo on the same server: what the socket's own path costs."""

import asyncio
from collections.abc import Iterator, Sequence

import uvloop

from benchmarks import ground as grounds
from benchmarks.figures import Result, Scale, against_floor, say
from benchmarks.ground import Ground
from benchmarks.machine import Meter
from benchmarks.realtime import cast
from benchmarks.realtime.load import Entrance, Heard, Load, Speaker, connect, entrances

PING = b'{"type":"ping","have":[]}'


class Pinger(Speaker):
    """Sends the same ping again and again; a pong or the ping itself is its answer."""

    def speak(self) -> None:
        self.load.said()
        self.socket.send(PING)

    def take(self, frame: Heard) -> None:
        if frame.type in ("ping", "pong"):
            self.load.answered()
            self.begin()


def measure(ground: Ground, scale: Scale) -> Iterator[Result]:
    """echo_cpu_us: the server's CPU per frame, at the same pace on both sides."""
    pairs = cast.conversations(scale.conversations)
    say(f"{2 * len(pairs)} sockets")
    with grounds.web(ground) as product, grounds.bare("benchmarks.realtime.floor_echo:application") as floor:
        rounds = uvloop.run(_alternate(scale, pairs, product=product, floor=floor))
    yield against_floor("echo_cpu_us", "us", [ours for ours, _ in rounds], [theirs for _, theirs in rounds])


async def _alternate(
    scale: Scale, pairs: Sequence[cast.Pair], *, product: tuple[int, int], floor: tuple[int, int]
) -> list[tuple[float, float]]:
    ours, theirs = Load(), Load()
    doors = await asyncio.to_thread(entrances, pairs, product[0])
    await connect(ours, [Pinger(ours) for _ in doors], doors)
    await connect(theirs, [Pinger(theirs) for _ in doors], [Entrance("/", floor[0]) for _ in doors])
    meters = Meter({"server": product[1]}), Meter({"server": floor[1]})
    rounds = []
    for _ in range(scale.rounds):
        rounds.append(
            (await _burst("product", ours, meters[0], scale), await _burst("floor", theirs, meters[1], scale))
        )
    await ours.close()
    await theirs.close()
    return rounds


async def _burst(name: str, load: Load, meter: Meter, scale: Scale) -> float:
    rate, spent = await load.burst(meter, warm_up_seconds=scale.warm_up_seconds, seconds=scale.seconds)
    cpu_us = spent.cpu_us(rate, "server")
    say(f"{name:>8}: {rate:6.0f} echoes/s, {cpu_us:5.1f} us each; {spent}")
    return cpu_us
