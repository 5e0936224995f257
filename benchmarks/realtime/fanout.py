"""One conversation read by a hundred sockets: what a delivery costs, its share of the message included."""

import asyncio
from collections.abc import Iterator
from uuid import UUID, uuid4

import msgspec
import uvloop

from benchmarks import ground as grounds
from benchmarks.figures import Result, Scale, against_floor, say
from benchmarks.ground import Ground
from benchmarks.machine import Meter
from benchmarks.realtime import cast
from benchmarks.realtime.load import Entrance, Heard, Load, Speaker, connect, origin_of
from benchmarks.realtime.messages import TEXT
from realtime.limits import PEOPLE_SOCKETS

SOCKETS = 2 * PEOPLE_SOCKETS


class Reader(Speaker):
    """One of the hundred. What it says is answered when all have seen it."""

    def __init__(self, load: Load, conversation: UUID, seen: "dict[str, tuple[Reader, int]]") -> None:
        super().__init__(load)
        self._conversation = conversation
        self._seen = seen

    def speak(self) -> None:
        client_id = str(uuid4())
        self._seen[client_id] = (self, 0)
        self.load.said()
        frame = {"type": "say", "conversation": self._conversation, "client_id": client_id, "text": TEXT}
        self.socket.send(msgspec.json.encode(frame))

    def take(self, frame: Heard) -> None:
        if frame.type != "message":
            return
        author, seen = self._seen[frame.client_id]
        if seen + 1 < SOCKETS:
            self._seen[frame.client_id] = (author, seen + 1)
            return
        del self._seen[frame.client_id]
        self.load.answered()
        author.begin()


def measure(ground: Ground, scale: Scale) -> Iterator[Result]:
    """fanout_cpu_us: the server's CPU per delivery."""
    (pair,) = cast.conversations(1)
    say(f"{SOCKETS} sockets on one conversation")
    with grounds.web(ground) as product, grounds.bare("benchmarks.realtime.floor_fanout:application") as floor:
        rounds = uvloop.run(_alternate(scale, pair, product=product, floor=floor))
    yield against_floor("fanout_cpu_us", "us", [ours for ours, _ in rounds], [theirs for _, theirs in rounds])


async def _alternate(
    scale: Scale, pair: cast.Pair, *, product: tuple[int, int], floor: tuple[int, int]
) -> list[tuple[float, float]]:
    loads = Load(), Load()
    people = [(who, origin_of(product[0]), "") for who in pair.principals for _ in range(PEOPLE_SOCKETS)]
    secrets = await asyncio.to_thread(cast.enter_by_ticket, people)
    doors = [
        Entrance(f"/ws/{who.partition(':')[0]}", product[0], secret)
        for (who, *_), secret in zip(people, secrets, strict=True)
    ]
    for load, entrances in zip(loads, (doors, [Entrance("/", floor[0])] * SOCKETS), strict=True):
        seen: dict[str, tuple[Reader, int]] = {}
        await connect(load, [Reader(load, pair.conversation, seen) for _ in range(SOCKETS)], entrances)
    meters = Meter({"server": product[1]}), Meter({"server": floor[1]})
    rounds = []
    for _ in range(scale.rounds):
        ours = await _burst("product", loads[0], meters[0], scale)
        rounds.append((ours, await _burst("floor", loads[1], meters[1], scale)))
    for load in loads:
        await load.close()
    return rounds


async def _burst(name: str, load: Load, meter: Meter, scale: Scale) -> float:
    rate, spent = await load.burst(meter, warm_up_seconds=scale.warm_up_seconds, seconds=scale.seconds)
    cpu_us = spent.cpu_us(rate * SOCKETS, "server")
    say(f"{name:>8}: {rate * SOCKETS:6.0f} deliveries/s, {cpu_us:5.2f} us each; {spent}")
    return cpu_us
