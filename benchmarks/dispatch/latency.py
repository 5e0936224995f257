"""From an escalation's commit to the offer's frame on the agent's socket, fifty a second, beside a floor."""

import asyncio
import re
import time
from collections.abc import Iterator, Sequence
from uuid import UUID

import msgspec
import psycopg
import redis.asyncio
import uvloop

from benchmarks import ground as grounds
from benchmarks.client import Socket, open_socket
from benchmarks.dispatch import people
from benchmarks.dispatch.people import House
from benchmarks.figures import Result, Scale, percentile, say
from benchmarks.ground import Ground
from benchmarks.machine import Meter, between
from benchmarks.realtime import crowd
from benchmarks.realtime.crowd import Guest
from benchmarks.realtime.load import AT_ONCE, origin_of
from dispatch.models import Escalation
from marketplace import clock
from realtime import wire

A_SECOND = 50
WARM_UP = 40
PARTS = 3
DRAIN_SECONDS = 60.0  # patience only: a full machine may be late, and its figures say so
NUMBER = re.compile(rb'"context":"number (\d+)"')
FLOOR = """
drop table if exists floor_request, floor_agent, floor_offer;
create table floor_request (number integer primary key, topic text, language text, queued_at timestamptz, state text);
create index on floor_request (queued_at) where state = 'waiting';
create table floor_agent (id uuid primary key, topics text[], languages text[], held integer not null default 0);
create table floor_offer (id uuid primary key default gen_random_uuid(), request integer, agent uuid,
  offered_at timestamptz, state text default 'open');
grant all on floor_request, floor_agent, floor_offer to public"""


class Side:
    """When each escalation was committed, and how long its offer then took."""

    def __init__(self) -> None:
        self.asked: dict[int, float] = {}
        self.seconds: list[float] = []
        self.all_there = asyncio.Event()

    def came(self, number: int) -> None:
        """An offer was heard. A screen may be told of the same one more than once."""
        began = self.asked.pop(number, None)
        if began is not None:
            self.seconds.append(time.perf_counter() - began)
        if not self.asked:
            self.all_there.set()

    async def drained(self) -> None:
        self.all_there.clear()
        if self.asked:
            async with asyncio.timeout(DRAIN_SECONDS):
                await self.all_there.wait()


class Rung(Guest):
    """An agent's socket that notes which offer it is shown."""

    def __init__(self, side: Side, agent: UUID, port: int) -> None:
        super().__init__(f"agent:{agent}", port)
        self._side = side

    def hear(self, payload: bytes) -> None:
        super().hear(payload)
        found = NUMBER.search(payload)
        if found:
            self._side.came(int(found[1]))


def measure(ground: Ground, scale: Scale) -> Iterator[Result]:
    """offer_p50_ms, offer_p99_ms; p95 in place of p99 where fewer than 2,000 offers were made."""
    many = scale.deliveries + WARM_UP
    assert ground.urls
    house = people.house(agents=many, conversations=many, connected=False)
    requests = parked(house)
    _floor_tables(ground, house, many)
    with (
        grounds.web(ground) as product,
        grounds.dispatcher() as planner,
        grounds.module("benchmarks.dispatch.floor_offers") as floor,
    ):
        meter = Meter({"web": product[1], "dispatcher": planner, "floor": floor[1], **ground.server_pids})
        ours, theirs = uvloop.run(_alternate(ground, scale, house, requests, meter, product[0], floor[0]))
    tail = 0.99 if scale.deliveries >= 2_000 else 0.95
    if tail < 0.99:
        say("fewer than 2,000 offers: offer_p99_ms shows p95")
    yield _compared("offer_p50_ms", ours, theirs, 0.5)
    yield _compared("offer_p99_ms", ours, theirs, tail)


def _compared(figure: str, ours: Sequence[float], theirs: Sequence[float], share: float) -> Result:
    """Percentiles of all; the spread is that of the ratio in each third."""
    size = len(ours) // PARTS
    parts = [slice(at * size, (at + 1) * size) for at in range(PARTS)]
    ratios = [percentile(ours[part], share) / percentile(theirs[part], share) for part in parts]
    value, floor = percentile(ours, share) * 1e3, percentile(theirs, share) * 1e3
    low, high = min([value / floor, *ratios]), max([value / floor, *ratios])
    return Result(figure, value, "ms", floor, value / floor, low, high, len(ours))


def parked(house: House) -> list[UUID]:
    """An ended request in each conversation, which one statement makes wait: its commit is where the time begins."""
    now = clock.now()
    made = Escalation.objects.bulk_create(
        Escalation(
            brand_id=house.brand, conversation_id=talk, reason="asked", topic=topic, language=language,
            state="returned_to_assistant", ended_at=now, packet={"summary": f"number {number}"}, queued_at=now,
        )
        for number, talk in enumerate(house.conversations)
        for topic, language in [house.asks_for(number)]
    )  # fmt: skip
    return [one.pk for one in made]


def _floor_tables(ground: Ground, house: House, many: int) -> None:
    with psycopg.connect(ground.urls.owner, autocommit=True) as owner:
        owner.execute(FLOOR)
        with owner.cursor() as cursor:
            cursor.executemany(
                "insert into floor_agent (id, topics, languages) values (%s, %s, %s)",
                [(agent, list(people.TOPICS), list(people.LANGUAGES)) for agent in house.agents],
            )
            cursor.executemany(
                "insert into floor_request values (%s, %s, %s, now(), 'parked')",
                [(number, *house.asks_for(number)) for number in range(many)],
            )
    ground.analyze()


async def _alternate(
    ground: Ground, scale: Scale, house: House, requests: Sequence[UUID], meter: Meter, product: int, floor: int
) -> tuple[list[float], list[float]]:
    sides = Side(), Side()
    guests = [Rung(sides[0], agent, product) for agent in house.agents]
    await crowd.enter_all(guests)
    links = await _floor_sockets(sides[1], house, floor)
    async with (
        await psycopg.AsyncConnection.connect(ground.urls.database, autocommit=True) as database,
        redis.asyncio.Redis.from_url(ground.urls.redis) as bell,
    ):
        asking = Asking(sides, requests, database, bell)
        await asking.take_turns(range(WARM_UP))
        for side in sides:
            side.seconds.clear()
        before = meter.read()
        await asking.take_turns(range(WARM_UP, WARM_UP + scale.deliveries))
        say(str(between(before, meter.read())))
    await crowd.leave_all(guests)
    for link in links:
        link.close()
    return sides[0].seconds, sides[1].seconds


async def _floor_sockets(side: Side, house: House, port: int) -> list[Socket]:
    gate = asyncio.Semaphore(AT_ONCE)

    async def enter(agent: UUID) -> Socket:
        async with gate:
            hear = lambda payload: side.came(msgspec.json.decode(payload)["number"])  # noqa: E731
            return await open_socket(port, f"/{agent}", origin_of(port), hear)

    return await asyncio.gather(*map(enter, house.agents))


class Asking:
    """Customers who ask for a person, on each side in turn; one connection and one commit for each."""

    def __init__(
        self,
        sides: tuple[Side, Side],
        requests: Sequence[UUID],
        database: psycopg.AsyncConnection[object],
        bell: "redis.asyncio.Redis",
    ) -> None:
        self._sides = sides
        self._requests = requests
        self._database = database
        self._bell = bell

    async def take_turns(self, numbers: range) -> None:
        """So many on each side, evenly spaced; every offer has been seen at the end."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        for at in range(2 * len(numbers)):
            await asyncio.sleep(began + at / (2 * A_SECOND) - loop.time())
            await (self._floor if at % 2 else self._ours)(numbers[at // 2])
        for side in self._sides:
            await side.drained()

    async def _ours(self, number: int) -> None:
        await self._database.execute(
            "update dispatch_escalation set state = 'waiting', ended_at = null, queued_at = clock_timestamp()"
            " where id = %s",
            [self._requests[number]],
        )
        self._sides[0].asked[number] = time.perf_counter()
        await self._bell.publish(f"{wire.channel()}:dispatch", b"")

    async def _floor(self, number: int) -> None:
        await self._database.execute(
            "update floor_request set state = 'waiting', queued_at = clock_timestamp() where number = %s", [number]
        )
        self._sides[1].asked[number] = time.perf_counter()
        await self._bell.publish("floor:wake", b"")
