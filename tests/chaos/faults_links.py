"""Faults of links: of clients to the web processes, and of the product's processes to its servers."""

from __future__ import annotations

import asyncio

from tests.chaos.scene import NEWS, Fault, Scene
from tests.chaos.weather import Weather


async def stutter(scene: Scene, seconds: float) -> None:
    """Every fifth chunk of an agent's link stalls for 0.2 to 3 s of the true scale, both ways."""
    fifth = (scene.scaled(0.2), scene.scaled(3.0))
    async with scene.weather(scene.world.routes("web"), Weather(only="agent", fifth=fifth)) as met:
        scene.note(f"{met} agents' links stutter")
        await asyncio.sleep(seconds)


async def blackout(scene: Scene, seconds: float) -> None:
    """Nothing passes on the agents' links, and nothing says so. What was under way arrives afterwards."""
    weather = Weather(only="agent", share=scene.luck.uniform(0.5, 1.0), held=True)
    async with scene.weather(scene.world.routes("web"), weather) as met:
        scene.note(f"{met} agents' links are black for {seconds:g} s")
        await asyncio.sleep(seconds)


async def delayed(scene: Scene, seconds: float) -> None:
    weather = Weather(delay=scene.luck.uniform(0.02, 0.1), jitter=scene.luck.uniform(0.05, 0.3))
    async with scene.weather(scene.world.routes("web"), weather):
        scene.note("all clients' links are slow")
        await asyncio.sleep(seconds)


async def cut(scene: Scene, seconds: float) -> None:
    """Links of clients are reset, a few at a time."""

    async def some() -> None:
        met = [await scene.world.proxy.cut(route, share=0.3) for route in scene.world.routes("web")]
        scene.note(f"cut {sum(met)} clients' links")

    await scene.now_and_then(some, seconds, 4)


async def storm(scene: Scene, seconds: float) -> None:
    """All links of all clients are reset at once, so that all come back at once."""
    await asyncio.sleep(scene.luck.uniform(0, seconds))
    met = [await scene.world.proxy.cut(route) for route in scene.world.routes("web")]
    scene.note(f"cut all {sum(met)} clients' links at once")


async def half_closed(scene: Scene, seconds: float) -> None:
    """The server hears that clients will say no more, while they go on speaking into nothing."""

    async def some() -> None:
        met = [await scene.world.proxy.half(route, share=0.3) for route in scene.world.routes("web")]
        scene.note(f"half-closed {sum(met)} clients' links")

    await scene.now_and_then(some, seconds, 2)


async def stalled(scene: Scene, seconds: float) -> None:
    """A third of all clients' links take bytes and pass none on; then they break, with what they held."""
    weather = Weather(share=0.3, held=True)
    routes = scene.world.routes("web")
    async with scene.weather(routes, weather) as met:
        scene.note(f"{met} clients' links stall, then break")
        await asyncio.sleep(seconds)
        for route in routes:
            await scene.world.proxy.cut(route, share=0.3)


async def slow_readers(scene: Scene, seconds: float) -> None:
    """A third of all clients do not read for a while: the server's buffers for them fill."""
    async with scene.weather(scene.world.routes("web"), Weather(share=0.3, unread=True)) as met:
        scene.note(f"{met} clients do not read for {seconds:g} s")
        await asyncio.sleep(seconds)


async def corrupted_clients(scene: Scene, seconds: float) -> None:
    async def some() -> None:
        for route in scene.world.routes("web"):
            await scene.world.proxy.corrupt(route, 2)

    await scene.now_and_then(some, seconds, 4)
    scene.note("bytes of clients' links were damaged")


async def corrupted_servers(scene: Scene, seconds: float) -> None:
    routes = [*scene.world.routes("pg"), *scene.world.routes("redis")]

    async def one() -> None:
        await scene.world.proxy.corrupt(scene.one_of(*routes), 1)

    await scene.now_and_then(one, seconds, 8)
    for route in routes:
        await scene.world.proxy.corrupt(route, 0)
    scene.note("bytes between the product and its servers were damaged")


async def answers_lost(scene: Scene, seconds: float) -> None:
    """What was written is durable, and whoever wrote it is not told: the link breaks instead of the answer."""
    routes = [route for route in scene.world.routes("pg") if not route.startswith("beat")]

    async def arm() -> None:
        for route in routes:
            await scene.world.proxy.swallow(route, 1)

    before = (await scene.world.proxy.count())[0]
    await scene.now_and_then(arm, seconds, 6)
    for route in routes:
        await scene.world.proxy.swallow(route, 0)
    after = (await scene.world.proxy.count())[0]
    lost = sum(after[route].swallowed - before[route].swallowed for route in routes)
    scene.note(f"lost {lost} answers after COMMIT")


async def database_cut(scene: Scene, seconds: float) -> None:
    """One process after another loses all its links to PostgreSQL."""
    routes = scene.world.routes("pg")

    async def one() -> None:
        route = scene.one_of(*routes)
        scene.note(f"cut {await scene.world.proxy.cut(route)} links of {route}")

    await scene.now_and_then(one, seconds, 6)


async def bus_cut(scene: Scene, seconds: float) -> None:
    """One process after another loses all its links to Valkey."""
    routes = scene.world.routes("redis")

    async def one() -> None:
        route = scene.one_of(*routes)
        scene.note(f"cut {await scene.world.proxy.cut(route)} links of {route}")

    await scene.now_and_then(one, seconds, 6)


async def bus_silent(scene: Scene, seconds: float) -> None:
    """The web processes' links to Valkey stand, and nothing comes through them."""
    route = scene.one_of("web1.redis", "web2.redis")
    async with scene.weather([route], Weather(held=True)):
        scene.note(f"{route} is silent for {seconds:g} s")
        await asyncio.sleep(seconds)


FAULTS = [
    Fault("agents stutter", 40.0, stutter),
    Fault("agents black out", 30.0, blackout),
    Fault("clients delayed", 30.0, delayed),
    Fault("clients cut", 30.0, cut),
    Fault("reconnect storm", 5.0, storm),
    Fault("clients half-closed", 20.0, half_closed),
    Fault("clients stalled", 30.0, stalled),
    Fault("slow readers", 30.0, slow_readers),
    Fault("clients corrupted", 20.0, corrupted_clients),
    Fault("servers corrupted", 30.0, corrupted_servers),
    Fault("answers lost", 20.0, answers_lost),
    Fault("database cut", 20.0, database_cut),
    Fault("bus cut", 20.0, bus_cut, delays=NEWS),
    Fault("bus silent", 30.0, bus_silent, delays=NEWS),
]
