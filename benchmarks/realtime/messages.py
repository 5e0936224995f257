"""Messages from one person to another: durable, numbered, seen at both sockets of their conversation."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from uuid import UUID, uuid4

import msgspec
import psycopg
import uvloop
from psycopg import sql

from benchmarks import ground as grounds
from benchmarks.figures import Result, Scale, against_floor, say
from benchmarks.ground import Ground
from benchmarks.machine import Meter, Spent
from benchmarks.realtime import cast
from benchmarks.realtime.load import Entrance, Heard, Load, Speaker, connect, entrances

TEXT = "I sent the shoes back on Monday and the refund is not in my account yet. Can you see it?"


class Side(Speaker):
    """One of the two people of a conversation. `unseen` is shared by both: client_id -> who said it, seen by how many.

    A message is done when both have seen it.
    """

    def __init__(self, load: Load, conversation: UUID, unseen: "dict[str, tuple[Side, int]]") -> None:
        super().__init__(load)
        self._conversation = conversation
        self._unseen = unseen
        self._prefix = str(uuid4())[:24]
        self._said = 0
        self._head = 0

    def speak(self) -> None:
        self._said += 1
        client_id = f"{self._prefix}{self._said:012x}"
        self._unseen[client_id] = (self, 0)
        self.load.said()
        frame = {"type": "say", "conversation": self._conversation, "client_id": client_id, "text": TEXT}
        self.socket.send(msgspec.json.encode(frame))

    def take(self, frame: Heard) -> None:
        if frame.type == "reset" and frame.stream == "talk":
            self._head = frame.head
        if frame.type != "message":
            return
        if frame.seq != self._head + 1:
            self.load.misplaced += 1
        self._head = frame.seq
        author, seen = self._unseen.pop(frame.client_id)
        if not seen:
            self._unseen[frame.client_id] = (author, 1)
            return
        self.load.answered()
        author.begin()


def sides(load: Load, pairs: Sequence[cast.Pair]) -> list[Side]:
    """Both people of every conversation, customer first."""
    rooms: list[tuple[UUID, dict[str, tuple[Side, int]]]] = [(pair.conversation, {}) for pair in pairs]
    return [Side(load, conversation, unseen) for conversation, unseen in rooms for _ in range(2)]


def measure(ground: Ground, scale: Scale) -> Iterator[Result]:
    """message_rate, message_cpu_us: one web process and the floor's one, alternated on the same PostgreSQL."""
    rates, cpus = compare(ground, scale, processes=1)
    yield against_floor("message_rate", "1/s", *rates)
    yield against_floor("message_cpu_us", "us", *cpus)


Sides = tuple[list[float], list[float]]


def compare(ground: Ground, scale: Scale, *, processes: int) -> tuple[Sides, Sides]:
    """(rates, microseconds of CPU per message), each of the product and of the floor, round by round."""
    pairs = cast.conversations(scale.conversations)
    say(f"{len(pairs)} conversations, two sockets each; {ground.durability()}")
    with ExitStack() as stack:
        stack.enter_context(floor_tables(ground, pairs))
        product = [stack.enter_context(grounds.web(ground)) for _ in range(processes)]
        name = "benchmarks.realtime.floor_messages"
        floor = [stack.enter_context(grounds.module(name)) for _ in range(processes)]
        rounds = uvloop.run(_alternate(ground, scale, pairs, product=product, floor=floor))
    ours, theirs = zip(*rounds, strict=True)
    return (
        ([rate for rate, _ in ours], [rate for rate, _ in theirs]),
        ([_cpu_us(*one) for one in ours], [_cpu_us(*one) for one in theirs]),
    )


def _cpu_us(rate: float, spent: Spent) -> float:
    """Server and PostgreSQL, per message."""
    servers = [name for name in spent.named if name.startswith("server")]
    return spent.cpu_us(rate, *servers, "postgres")


Round = tuple[float, Spent]


async def _alternate(
    ground: Ground,
    scale: Scale,
    pairs: Sequence[cast.Pair],
    *,
    product: Sequence[tuple[int, int]],
    floor: Sequence[tuple[int, int]],
) -> list[tuple[Round, Round]]:
    """With two processes a side, customers are on the first and agents on the second."""
    loads = {"product": Load(), "floor": Load()}
    doors = await asyncio.to_thread(entrances, pairs, product[0][0], agents=product[-1][0])
    await connect(loads["product"], sides(loads["product"], pairs), doors)
    await connect(loads["floor"], sides(loads["floor"], pairs), rooms(pairs, [port for port, _ in floor]))
    meters = {
        name: Meter({f"server {at + 1}": pid for at, (_, pid) in enumerate(side)} | ground.server_pids)
        for name, side in (("product", product), ("floor", floor))
    }
    say("warming up")
    for name, load in loads.items():
        await load.burst(meters[name], warm_up_seconds=scale.warm_up_seconds, seconds=scale.warm_up_seconds)
    await asyncio.to_thread(ground.analyze)
    rounds = []
    for _ in range(scale.rounds):
        one = {name: await _burst(name, load, meters[name], scale) for name, load in loads.items()}
        rounds.append((one["product"], one["floor"]))
    if loads["floor"].misplaced:
        say(f"the floor keeps no order: {loads['floor'].misplaced} of its messages came out of turn")
    for load in loads.values():
        await load.close()
    return rounds


def rooms(pairs: Sequence[cast.Pair], ports: Sequence[int]) -> list[Entrance]:
    """The floor's doors, as `load.entrances` gives the product's."""
    return [
        Entrance(f"/{pair.conversation}/{who}", port)
        for pair in pairs
        for who, port in ((pair.customer, ports[0]), (pair.agent, ports[-1]))
    ]


async def _burst(name: str, load: Load, meter: Meter, scale: Scale) -> Round:
    rate, spent = await load.burst(meter, warm_up_seconds=scale.warm_up_seconds, seconds=scale.seconds)
    assert name == "floor" or not load.misplaced, f"{load.misplaced} messages out of their order"
    say(f"{name:>8}: {rate:6.0f} messages/s, {_cpu_us(rate, spent):5.0f} us each; {spent}")
    return rate, spent


TABLES = """
create table floor_conversation (id uuid primary key, seq bigint not null) with (fillfactor = 70);
create table floor_event (
  conversation_id uuid not null, seq bigint not null, author_id uuid not null, client_id uuid not null,
  text text not null, at timestamptz not null, primary key (conversation_id, seq));
"""


@contextmanager
def floor_tables(ground: Ground, pairs: Sequence[cast.Pair]) -> Iterator[None]:
    """The floor's own two tables, with the same conversations, for as long as the block lasts."""
    runner = psycopg.conninfo.conninfo_to_dict(ground.urls.database)["user"]
    with psycopg.connect(ground.urls.owner, autocommit=True) as owner:
        owner.execute(TABLES)
        ids = [pair.conversation for pair in pairs]
        owner.execute("insert into floor_conversation select id, 0 from unnest(%s::uuid[]) id", [ids])
        grant = sql.SQL("grant select, insert, update on floor_conversation, floor_event to {}")
        owner.execute(grant.format(sql.Identifier(str(runner))))
        yield
        owner.execute("drop table floor_conversation, floor_event")
