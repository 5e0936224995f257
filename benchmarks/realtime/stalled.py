"""A thousand sockets stop reading while they are being written to, beside twice as many idle ones and people who talk.

Memory is what the web process grows by beyond what the same sockets cost while nothing is said. The others' p99 is
compared with the calm before and after, under the same load.
"""

import asyncio
import time
from collections.abc import Iterator, Sequence
from uuid import uuid4

import msgspec
import psutil
import uvloop

from benchmarks import ground as grounds
from benchmarks.figures import Result, Scale, percentile, say, within
from benchmarks.ground import Ground
from benchmarks.machine import Meter, between
from benchmarks.realtime import cast, crowd
from benchmarks.realtime.crowd import Guest
from benchmarks.realtime.deliveries import Line, Talker
from benchmarks.realtime.load import connect, entrances

CHATS_OF_AN_AGENT = 10
A_SECOND_OF_AN_AGENT = 10
LONG_TEXT = "It still has not arrived. " * 150
PEERS = 50
PEERS_A_SECOND = 50
CALM_SECONDS, STALLED_SECONDS = 8.0, 24.0
SMALL_BYTES = 4_096
LOOK_SECONDS = 0.25


def measure(ground: Ground, scale: Scale) -> Iterator[Result]:
    """stalled_rss_mb, stalled_peer_p99_ratio; p95 where fewer than 2,000 messages were compared."""
    idle = cast.conversations(2 * scale.stalled_sockets)
    chats = cast.conversations(scale.stalled_sockets, of_each_agent=min(CHATS_OF_AN_AGENT, scale.stalled_sockets))
    peers = cast.conversations(PEERS)
    ground.analyze()
    say(f"{len(idle)} idle sockets, {len(chats)} that stop reading, {2 * PEERS} people who talk")
    with grounds.web(ground) as (port, pid):
        rounds = uvloop.run(Rig(ground, scale, port, pid).run(idle, chats, peers))
    megabytes, ratios = zip(*rounds, strict=True)
    yield within("stalled_rss_mb", "MB", max(megabytes), megabytes)
    yield within("stalled_peer_p99_ratio", "ratio", percentile(ratios, 0.5), ratios)


class Rig:
    """One web process with all three kinds of people."""

    def __init__(self, ground: Ground, scale: Scale, port: int, pid: int) -> None:
        self._scale = scale
        self._port = port
        self._server = psutil.Process(pid)
        self._meter = Meter({"server": pid, **ground.server_pids})
        self._line = Line()
        self._numbers = iter(range(1_000_000_000))
        short = scale.idle_seconds < 1
        self._calm, self._stalled = (0.5, 1.0) if short else (CALM_SECONDS, STALLED_SECONDS)

    async def run(
        self, idle: Sequence[cast.Pair], chats: Sequence[cast.Pair], peers: Sequence[cast.Pair]
    ) -> list[tuple[float, float]]:
        """(megabytes, ratio) of each round."""
        sitting = [Guest(pair.principals[0], self._port) for pair in idle]
        await crowd.enter_all(sitting)
        stalling = [Guest(pair.principals[0], self._port, receive_bytes=SMALL_BYTES) for pair in chats]
        agents = {pair.agent: Guest(pair.principals[1], self._port) for pair in chats}
        await crowd.enter_all(list(agents.values()))
        doors = await asyncio.to_thread(entrances, peers, self._port)
        await connect(self._line.load, [Talker(self._line, pair.conversation) for pair in peers for _ in "ab"], doors)
        await crowd.enter_all(stalling)
        idle_bytes = self._server.memory_info().rss
        writing = [asyncio.create_task(_write(agents[pair.agent], pair, at)) for at, pair in enumerate(chats)]
        rounds = [await self._round(stalling, idle_bytes)]
        while len(rounds) < self._scale.stalled_rounds:
            await crowd.enter_all(stalling)
            rounds.append(await self._round(stalling, idle_bytes))
        for task in writing:
            task.cancel()
        ended = [agent.socket.ended for agent in agents.values() if agent.socket.ended]
        assert not ended, f"{len(ended)} of those who write were cut off, the first: {ended[0]}"
        await crowd.all_answer(sitting)
        await crowd.leave_all([*sitting, *agents.values()])
        await self._line.load.close()
        return rounds

    async def _round(self, stalling: Sequence[Guest], idle_bytes: int) -> tuple[float, float]:
        before, _ = await self._peers("calm", self._calm)
        for guest in stalling:
            guest.socket.stop_reading()
        during, most = await self._peers("stalled", self._stalled)
        for guest in stalling:
            guest.socket.read_again()
        async with asyncio.timeout(2 * self._stalled):
            for guest in stalling if self._stalled == STALLED_SECONDS else ():
                await guest.socket.gone.wait()
        for guest in stalling:
            guest.socket.cut()
        after, _ = await self._peers("calm", self._calm)
        share = 0.99 if len(during) >= 2_000 else 0.95
        return (most - idle_bytes) / 1e6, percentile(during, share) / percentile(before + after, share)

    async def _peers(self, name: str, seconds: float) -> tuple[list[float], int]:
        """How long each message of the others took in so many seconds, and the most memory that was held."""
        loop = asyncio.get_running_loop()
        self._line.seconds.clear()
        reading, began, most, looked = self._meter.read(), loop.time(), 0, 0.0
        for number in range(int(seconds * PEERS_A_SECOND)):
            await asyncio.sleep(began + number / PEERS_A_SECOND - loop.time())
            self._line.next(next(self._numbers))
            if time.monotonic() - looked > LOOK_SECONDS:
                most, looked = max(most, self._server.memory_info().rss), time.monotonic()
        await self._line.load.drained()
        took = list(self._line.seconds)
        spent = between(reading, self._meter.read())
        say(
            f"{name:>8}: {most / 1e6:.0f} MB, others' p95 {percentile(took, 0.95) * 1e3:.1f} ms of {len(took)}; {spent}"
        )
        return took, most


async def _write(agent: Guest, pair: cast.Pair, at: int) -> None:
    """The agent writes at length into this chat, taking turns with her other chats."""
    pause = CHATS_OF_AN_AGENT / A_SECOND_OF_AN_AGENT
    await asyncio.sleep(pause * (at % CHATS_OF_AN_AGENT) / CHATS_OF_AN_AGENT)
    while True:
        frame = {"type": "say", "conversation": pair.conversation, "client_id": uuid4(), "text": LONG_TEXT}
        agent.socket.send(msgspec.json.encode(frame))
        await asyncio.sleep(pause)
