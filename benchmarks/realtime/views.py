"""An authenticated page request through the product's front door, against the same view without middleware."""

import asyncio
from collections.abc import Iterator

import uvloop

from agents.models import Agent
from benchmarks import ground as grounds
from benchmarks.client import Page, open_page
from benchmarks.figures import Result, Scale, against_floor, say
from benchmarks.ground import Ground
from benchmarks.machine import Meter, between
from benchmarks.realtime import cast
from benchmarks.realtime.visitors import visitors

PATH = "/api/v1/agent/me"
AT_ONCE = 4


def measure(ground: Ground, scale: Scale) -> Iterator[Result]:
    """http_view_cpu_ms: the web process's CPU for each request; PostgreSQL's is told beside it."""
    pairs = cast.conversations(1)
    _, agent = visitors(pairs)
    user = Agent.objects.get(pk=pairs[0].agent).user_id
    say(f"GET {PATH}")
    with grounds.web(ground) as product, grounds.bare("benchmarks.realtime.floor_view:application") as floor:
        sides = ((product, {"Cookie": agent.cookie}), (floor, {"X-User": str(user)}))
        rounds = uvloop.run(_alternate(ground, scale, sides))
    yield against_floor("http_view_cpu_ms", "ms", [ours for ours, _ in rounds], [theirs for _, theirs in rounds])


Side = tuple[tuple[int, int], dict[str, str]]


async def _alternate(ground: Ground, scale: Scale, sides: tuple[Side, Side]) -> list[tuple[float, float]]:
    asking = []
    for (port, pid), headers in sides:
        pages = [await open_page(port) for _ in range(AT_ONCE)]
        asking.append((pages, headers, Meter({"server": pid, **ground.server_pids})))
    answers = {await pages[0].ask("GET", PATH, headers) for pages, headers, _ in asking}
    assert len(answers) == 1, f"the two sides answer differently: {answers}"
    rounds = []
    for _ in range(scale.rounds):
        ours, theirs = [
            await _burst(name, *side, scale) for name, side in zip(("product", "floor"), asking, strict=True)
        ]
        rounds.append((ours, theirs))
    for pages, _, _ in asking:
        for page in pages:
            page.close()
    return rounds


async def _burst(name: str, pages: list[Page], headers: dict[str, str], meter: Meter, scale: Scale) -> float:
    """Milliseconds of the server's CPU for each request."""
    await _ask(pages, headers, scale.warm_up_seconds)
    before = meter.read()
    answered = await _ask(pages, headers, scale.seconds)
    spent = between(before, meter.read())
    cpu_ms = spent.cpu_us(answered / spent.seconds, "server") / 1e3
    say(f"{name:>8}: {answered / spent.seconds:5.0f} requests/s, {cpu_ms:5.2f} ms each; {spent}")
    return cpu_ms


async def _ask(pages: list[Page], headers: dict[str, str], seconds: float) -> int:
    """How many requests were answered in so many seconds, each connection asking as fast as it is answered."""
    loop = asyncio.get_running_loop()
    until = loop.time() + seconds

    async def ask(page: Page) -> int:
        answered = 0
        while loop.time() < until:
            status, _ = await page.ask("GET", PATH, headers)
            assert status == 200, status
            answered += 1
        return answered

    return sum(await asyncio.gather(*map(ask, pages)))
