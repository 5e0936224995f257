"""How long a message takes to the other socket when nothing is saturated: ten a second on fifty conversations.

Product and floor take turns message by message, so that both see the same neighbours on the machine.
"""

import asyncio
import time
from collections.abc import Iterator, Sequence
from uuid import UUID, uuid4

import msgspec
import uvloop

from benchmarks import ground as grounds
from benchmarks.figures import Result, Scale, percentile, say
from benchmarks.ground import Ground
from benchmarks.machine import Meter, between
from benchmarks.realtime import cast
from benchmarks.realtime.load import Entrance, Heard, Load, Speaker, connect, entrances
from benchmarks.realtime.messages import TEXT, floor_tables, rooms

CONVERSATIONS = 50
A_SECOND = 10
PARTS = 3


class Line:
    """One side's conversations; `seconds` holds how long each message took from one socket to the other."""

    def __init__(self) -> None:
        self.load = Load()
        self.sent: dict[str, float] = {}
        self.seconds: list[float] = []

    def next(self, number: int) -> None:
        """Somebody says the next thing; people and conversations take turns."""
        speaker = self.load.speakers[number * 7 % len(self.load.speakers)]
        speaker.speak()


class Talker(Speaker):
    """Says something when told to, and notes when she sees what the other said."""

    def __init__(self, line: Line, conversation: UUID) -> None:
        super().__init__(line.load)
        self._line = line
        self._conversation = conversation
        self._mine: set[str] = set()

    def speak(self) -> None:
        client_id = str(uuid4())
        self._mine.add(client_id)
        frame = {"type": "say", "conversation": self._conversation, "client_id": client_id, "text": TEXT}
        self._line.sent[client_id] = time.perf_counter()
        self.load.said()
        self.socket.send(msgspec.json.encode(frame))

    def take(self, frame: Heard) -> None:
        if frame.type == "message" and frame.client_id not in self._mine:
            self._line.seconds.append(time.perf_counter() - self._line.sent.pop(frame.client_id))
            self.load.answered()


def measure(ground: Ground, scale: Scale) -> Iterator[Result]:
    """deliver_p50_ms, deliver_p99_ms; p95 in place of p99 where fewer than 2,000 messages were sent."""
    pairs = cast.conversations(CONVERSATIONS)
    say(f"{len(pairs)} conversations, {scale.deliveries} messages a side, {A_SECOND}/s; {ground.durability()}")
    with (
        floor_tables(ground, pairs),
        grounds.web(ground) as product,
        grounds.module("benchmarks.realtime.floor_messages") as floor,
    ):
        ours, theirs = uvloop.run(_alternate(ground, scale, pairs, product=product, floor=floor))
    tail = 0.99 if scale.deliveries >= 2_000 else 0.95
    if tail < 0.99:
        say("fewer than 2,000 messages: deliver_p99_ms shows p95")
    yield _compared("deliver_p50_ms", ours, theirs, 0.5)
    yield _compared("deliver_p99_ms", ours, theirs, tail)


def _compared(figure: str, ours: Sequence[float], theirs: Sequence[float], share: float) -> Result:
    """Percentiles of all; the spread is that of the ratio in each third."""
    size = len(ours) // PARTS
    parts = [slice(at * size, (at + 1) * size) for at in range(PARTS)]
    ratios = [percentile(ours[part], share) / percentile(theirs[part], share) for part in parts]
    value, floor = percentile(ours, share) * 1e3, percentile(theirs, share) * 1e3
    low, high = min([value / floor, *ratios]), max([value / floor, *ratios])
    return Result(figure, value, "ms", floor, value / floor, low, high, len(ours))


async def _alternate(
    ground: Ground, scale: Scale, pairs: Sequence[cast.Pair], *, product: tuple[int, int], floor: tuple[int, int]
) -> tuple[list[float], list[float]]:
    lines = Line(), Line()
    await _enter(lines[0], pairs, await asyncio.to_thread(entrances, pairs, product[0]))
    await _enter(lines[1], pairs, rooms(pairs, [floor[0]]))
    await _take_turns(lines, CONVERSATIONS)
    await asyncio.to_thread(ground.analyze)
    for line in lines:
        line.seconds.clear()
    meter = Meter({"product": product[1], "floor": floor[1], **ground.server_pids})
    before = meter.read()
    await _take_turns(lines, scale.deliveries)
    say(str(between(before, meter.read())))
    for line in lines:
        await line.load.close()
    return lines[0].seconds, lines[1].seconds


async def _enter(line: Line, pairs: Sequence[cast.Pair], doors: Sequence[Entrance]) -> None:
    await connect(line.load, [Talker(line, pair.conversation) for pair in pairs for _ in range(2)], doors)


async def _take_turns(lines: tuple[Line, Line], messages: int) -> None:
    """So many messages on each side, evenly spaced; all have been seen at the end."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    for number in range(2 * messages):
        await asyncio.sleep(began + number / (2 * A_SECOND) - loop.time())
        lines[number % 2].next(number // 2)
    for line in lines:
        await line.load.drained()
