"""Two thousand links cut at once: everybody comes back with the ticket she has, and gets what she missed.

The clients wait and try again as the browser's does (web/shared/socket.ts): half a second at first, with jitter.
"""

import asyncio
import json
import random
import time
from collections.abc import Iterator, Sequence

import uvloop

from benchmarks import ground as grounds
from benchmarks.client import open_page
from benchmarks.figures import Result, Scale, alone, percentile, say
from benchmarks.ground import Ground
from benchmarks.machine import Meter, between
from benchmarks.realtime import cast, counted, crowd
from benchmarks.realtime.crowd import Guest
from benchmarks.realtime.load import origin_of
from benchmarks.realtime.visitors import Visitor, visitors

APPLICATION = "benchmarks.realtime.counted:application"
FIRST_WAIT_S, LONGEST_WAIT_S = 0.5, 15.0
LINES = 5
MISSED = 2
STORMS = 3
DICE = random.Random(2_000)


def measure(ground: Ground, scale: Scale) -> Iterator[Result]:
    """reconnect_storm_p99_s, resume_queries: from the cut until the last missed frame has come."""
    pairs = cast.conversations(scale.storm_sockets // 2)
    cast.say_something(pairs, LINES)
    everyone = visitors(pairs)
    ground.analyze()
    say(f"{len(everyone)} sockets, half customers and half agents, cut at once {STORMS} times")
    with grounds.web(ground, APPLICATION) as (port, pid):
        seconds, queries = uvloop.run(_storms(ground, everyone, port=port, pid=pid))
    yield alone("reconnect_storm_p99_s", "s", seconds)
    yield alone("resume_queries", "queries", queries)


async def _storms(
    ground: Ground, everyone: Sequence[Visitor], *, port: int, pid: int
) -> tuple[list[float], list[float]]:
    guests = [Guest(visitor.principal, port) for visitor in everyone]
    await crowd.enter_all(guests, {each.principal: each.session_key for each in everyone if each.session_key})
    meter = Meter({"server": pid, **ground.server_pids})
    seconds, queries = [], []
    for _ in range(STORMS):
        await asyncio.sleep(1)
        before, asked = meter.read(), await _asked(port)
        for guest in guests:
            guest.socket.cut()
        cut = time.perf_counter()
        back = await asyncio.gather(*(_come_back(*each, cut) for each in zip(guests, everyone, strict=True)))
        spent = between(before, meter.read())
        seconds.append(percentile(back, 0.99))
        queries.append((await _asked(port) - asked) / len(guests))
        say(f"p50 {percentile(back, 0.5):.2f} s, p99 {seconds[-1]:.2f} s, {queries[-1]:.2f} queries each; {spent}")
    await crowd.leave_all(guests)
    return seconds, queries


async def _come_back(guest: Guest, visitor: Visitor, cut: float) -> float:
    """Seconds from the cut until the guest has what it missed: after as many tries as it takes."""
    failed = 0
    while True:
        await asyncio.sleep(min(LONGEST_WAIT_S, FIRST_WAIT_S * 2**failed) * (0.5 + DICE.random() / 2))
        try:
            await _resume(guest, visitor)
        except (ConnectionError, TimeoutError, asyncio.IncompleteReadError):
            failed += 1
        else:
            return time.perf_counter() - cut


async def _resume(guest: Guest, visitor: Visitor) -> None:
    ticket = guest.ticket or await _asked_for(guest, visitor)
    have = [{"conversation": visitor.conversation, "stream": "talk", "seq": LINES - MISSED}]
    await guest.enter(ticket, have=have, cookie=visitor.cookie)
    await guest.has_heard(1 + MISSED)  # the welcome, and what was missed


async def _asked_for(guest: Guest, visitor: Visitor) -> str:
    """A ticket over HTTP, for whoever has none."""
    page = await open_page(guest.port)
    try:
        headers = {**visitor.headers, "Origin": origin_of(guest.port), "Content-Type": "application/json"}
        status, body = await page.ask("POST", "/api/v1/ticket", headers, b"{}")
    finally:
        page.close()
    if status != 200:
        raise ConnectionError(f"no ticket: {status} {body!r}")
    return str(json.loads(body)["ticket"])


async def _asked(port: int) -> int:
    page = await open_page(port)
    _, body = await page.ask("GET", counted.PATH, {})
    page.close()
    return int(json.loads(body)["sockets"])
