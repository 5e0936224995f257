"""The world's books: what each process holds when a seed is over and nobody is there. Growth is a finding."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field

import psutil
import psycopg
import redis

from tests.chaos.world import ROLES, SERVERS, World

SETTLED_SECONDS = 1.0
WARM = 3  # looks at one life of a process before its size counts as its own
MORE = {"rss_mb": 64.0, "handles": 40.0, "threads": 24.0, "links": 24.0, "keys": 64.0}  # than when it was warm


@dataclass
class Books:
    """One line per look and process. A restarted process begins anew."""

    lives: dict[tuple[str, float], list[dict[str, float]]] = field(default_factory=dict)
    current: dict[str, tuple[str, float]] = field(default_factory=dict)

    async def look(self, world: World) -> dict[str, dict[str, float]]:
        """What everybody holds now."""
        await asyncio.sleep(SETTLED_SECONDS)
        tallies, _ = await world.proxy.count()
        found = await asyncio.to_thread(_processes, world)
        for name in ROLES:
            if name in found:
                found[name]["links"] = float(tallies[f"{name}.pg"].links + tallies[f"{name}.redis"].links)
        found["valkey"] |= await asyncio.to_thread(_keys, world)
        found["postgres"] |= await asyncio.to_thread(_connections, world)
        for name, held in found.items():
            life = (name, world.children.all[name].started)
            self.current[name] = life
            self.lives.setdefault(life, []).append(held)
        return found

    def grown(self) -> list[str]:
        """A sentence for each process that holds much more than it did when it was warm."""
        sentences = []
        for name, life in self.current.items():
            looks = self.lives[life]
            if len(looks) <= WARM:
                continue
            for what, more in MORE.items():
                warm, now = max(look.get(what, 0.0) for look in looks[:WARM]), looks[-1].get(what, 0.0)
                if now > warm + more and now > 1.5 * warm:
                    sentences.append(f"{name} holds {now:g} {what}, {len(looks) - WARM} seeds ago at most {warm:g}")
        return sentences


def _processes(world: World) -> dict[str, dict[str, float]]:
    found: dict[str, dict[str, float]] = {}
    for name in world.children.all:
        held = {"rss_mb": 0.0, "handles": 0.0, "threads": 0.0, "cpu_seconds": 0.0}
        for pid in world.children.pids(name):
            try:
                process = psutil.Process(pid)
                held["rss_mb"] += round(process.memory_info().rss / 1e6, 1) if name not in SERVERS else 0.0
                held["handles"] += process.num_fds()
                held["threads"] += process.num_threads()
                held["cpu_seconds"] += round(sum(process.cpu_times()[:2]), 1)
            except psutil.Error:
                continue
        held["age_seconds"] = round(time.monotonic() - world.children.all[name].started, 1)
        found[name] = held
    return found


def _keys(world: World) -> dict[str, float]:
    try:
        with world.redis as client:
            return {"keys": float(client.dbsize())}
    except redis.RedisError:
        return {}


def _connections(world: World) -> dict[str, float]:
    try:
        with psycopg.connect(world.postgres.owner_url) as connection:
            row = connection.execute("select count(*) from pg_stat_activity where backend_type = 'client backend'")
            return {"links": float((row.fetchone() or (0,))[0])}
    except psycopg.OperationalError:
        return {}
