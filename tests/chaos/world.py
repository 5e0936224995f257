"""The world of the rig: the whole product, each process twice where it may be, every link through the proxy."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import sys
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg
import redis

from marketplace.local import launch, processes, services, state
from marketplace.local.postgres import DATABASE, OWNER, RUNNER, Postgres
from marketplace.local.state import CHECKOUT, Trouble
from marketplace.local.system import CELERY_AS_ROOT
from marketplace.local.valkey import Valkey
from tests import databases
from tests.chaos.children import Children, Plan, until
from tests.chaos.steering import Steering

READY_SECONDS = 90.0
WEBS = ("web1", "web2")
ROLES = {  # each process of the world, and which of the product's commands it runs
    **dict.fromkeys(WEBS, "web"),
    "dispatcher1": "dispatcher",
    "dispatcher2": "dispatcher",
    "worker1": "worker",
    "worker2": "worker",
    "heavy": "worker-heavy",
    "beat": "beat",
}
SERVERS = ("postgres", "valkey")


@dataclass
class World:
    """Everything runs. `urls` are the proxied addresses of the web processes; `postgres` is the way round the proxy."""

    home: Path
    haste: float
    postgres: Postgres
    valkey: Valkey
    children: Children
    proxy: Steering
    ports: dict[str, int]
    web_ports: dict[str, int]

    @property
    def urls(self) -> tuple[str, ...]:
        return tuple(f"http://127.0.0.1:{self.ports[f'{name}.web']}" for name in WEBS)

    def routes(self, kind: str) -> list[str]:
        """All routes that lead to web, pg or redis."""
        return [route for route in self.ports if route.endswith(f".{kind}")]

    @property
    def redis(self) -> redis.Redis:
        """A client that goes round the proxy; the caller closes it."""
        return redis.Redis.from_url(self.valkey.url, socket_timeout=5, socket_connect_timeout=5)

    def environment(self, name: str, **more: str) -> dict[str, str]:
        """What one process is told: its own ways to PostgreSQL and Valkey, and its own public address."""
        secrets = self.postgres.secrets
        told = {key: value for key, value in os.environ.items() if key not in ("DATABASE_OWNER_URL", "DATABASE_URL")}
        return told | {
            "BECKON_ENV": "demo",
            "BECKON_STATE_DIR": str(self.home),
            "BECKON_HOST": "127.0.0.1",
            "BECKON_PORT": str(self.ports.get(f"{name}.web", 8000)),
            "BECKON_PUBLIC_URL": self.urls[0],
            "BECKON_HASTE": f"{self.haste:g}",
            "DATABASE_URL": f"postgresql://{RUNNER}:{quote(secrets.runner)}@127.0.0.1:{self.ports[f'{name}.pg']}"
            f"/{DATABASE}?sslmode=disable&gssencmode=disable&application_name={name}",
            "REDIS_URL": f"redis://:{quote(secrets.valkey)}@127.0.0.1:{self.ports[f'{name}.redis']}/0",
            "DJANGO_SETTINGS_MODULE": "marketplace.settings",
            "PYTHONUNBUFFERED": "1",
            "PYTHONWARNINGS": CELERY_AS_ROOT,
            **more,
        }

    def direct(self) -> dict[str, str]:
        """The environment of a process beside the world, which the proxy cannot harm."""
        ways = {"DATABASE_URL": self.postgres.database_url, "REDIS_URL": self.valkey.url}
        return self.environment(WEBS[0]) | ways

    def plan(self, name: str, role: str, environment: Mapping[str, str] | None = None) -> Plan:
        port = self.web_ports.get(name, 0)
        command = processes.commands(host="127.0.0.1", port=port, haste=self.haste)[role]
        named = tuple(f"{name}@%h" if word.endswith("@%h") else word for word in command)
        return Plan(name, (sys.executable, *named), environment or self.environment(name), str(CHECKOUT))

    async def open_routes(self, name: str) -> None:
        """The process has ways of its own to both servers."""
        self.ports[f"{name}.pg"] = await self.proxy.open(f"{name}.pg", str(self.postgres.run / ".s.PGSQL.5432"))
        self.ports[f"{name}.redis"] = await self.proxy.open(f"{name}.redis", str(self.valkey.socket))

    def answers(self, name: str) -> bool:
        """Whether a web process says, not through the proxy, that it is ready."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.web_ports[name]}/readyz", timeout=2) as answer:
                return int(answer.status) == 200
        except (urllib.error.URLError, OSError, ValueError):
            return False

    async def whole(self) -> bool:
        """Every process is there and at work: the servers and pages answer, the lead is held, the workers listen."""
        if not all(child.alive for child in self.children.all.values()):
            return False
        tallies, _ = await self.proxy.count()
        if any(not tallies[f"{name}.redis"].links for name in ROLES):
            return False
        return await asyncio.to_thread(self._answer)

    def _answer(self) -> bool:
        if not (self.postgres.answers() and self.valkey.answers() and all(self.answers(name) for name in WEBS)):
            return False
        with psycopg.connect(self.postgres.owner_url) as connection:
            led = connection.execute("select 1 from dispatch_leadership where until > clock_timestamp()").fetchone()
        return led is not None

    async def calm(self, seconds: float = READY_SECONDS) -> bool:
        """The weather is fair and everything is at work again within so many seconds."""
        await self.proxy.clear()
        return await until(self.whole, seconds)

    async def back(self, name: str, seconds: float = READY_SECONDS) -> bool:
        """This process, killed, serves again within so many seconds."""

        async def serves() -> bool:
            if not self.children.all[name].alive:
                return False
            if name in SERVERS:
                server = self.postgres if name == "postgres" else self.valkey
                return await asyncio.to_thread(server.answers)
            if name in WEBS:
                return await asyncio.to_thread(self.answers, name)
            return bool((await self.proxy.count())[0][f"{name}.redis"].links)

        return await until(serves, seconds)

    def marks(self) -> dict[str, int]:
        """Where each log ends now."""
        return {path.stem: path.stat().st_size for path in (self.home / "logs").glob("*.log")}

    def said_since(self, marks: Mapping[str, int]) -> dict[str, str]:
        """What each process has said since `marks`."""
        said = {}
        for path in sorted((self.home / "logs").glob("*.log")):
            with path.open("rb") as log:
                log.seek(marks.get(path.stem, 0))
                said[path.stem] = log.read().decode(errors="replace")
        return said


@asynccontextmanager
async def made(*, haste: float) -> AsyncIterator[World]:
    """A world from a cold start, thrown away after the block with every process in it."""
    account = launch.service_account()
    async with AsyncExitStack() as stack:
        home = stack.enter_context(services.throw_away())
        state.make_state(home)
        await asyncio.to_thread(databases.lay_out_migrated, home)
        run = state.sockets(home)
        launch.give(run, account)
        stack.callback(shutil.rmtree, run, ignore_errors=True)
        secrets = state.secrets_of(home)
        children = Children(state.make(home / "logs"))
        stack.push_async_callback(children.stop, last=(*SERVERS, "proxy"))
        postgres, valkey = Postgres(home, run, secrets, account), Valkey(home, run, secrets, account)
        await _start_servers(children, postgres, valkey)
        proxy = await _start_proxy(children, home)
        stack.push_async_callback(proxy.hang_up)
        world = World(home, haste, postgres, valkey, children, proxy, {}, {})
        await _start_product(world)
        yield world


async def _start_servers(children: Children, postgres: Postgres, valkey: Valkey) -> None:
    base = {name: value for name, value in os.environ.items() if name in ("PATH", "LANG", "LC_ALL", "TZ")}
    valkey.lay_out()
    remembers = ("-c", "track_commit_timestamp=on")  # so that the oracle can ask when a row was committed
    children.start(Plan("postgres", [*postgres.command(), *remembers], base, account=postgres.account))
    children.start(Plan("valkey", valkey.command(), base, account=valkey.account))

    async def answer() -> bool:
        return await asyncio.to_thread(lambda: postgres.answers() and valkey.answers())

    if not await until(answer, READY_SECONDS):
        raise Trouble(f"The servers did not answer within {READY_SECONDS:.0f} s; see {children.logs}.")
    await asyncio.to_thread(_copy_template, postgres)


def _copy_template(postgres: Postgres) -> None:
    """The product's database is a copy of the migrated template."""
    with postgres.superuser("postgres") as connection:
        connection.execute(f'drop database if exists "{DATABASE}"')
        connection.execute(f'create database "{DATABASE}" template "{databases.template()}" owner "{OWNER}"')


async def _start_proxy(children: Children, home: Path) -> Steering:
    path = str(state.sockets(home) / "proxy.sock")
    children.start(Plan("proxy", (sys.executable, "-m", "tests.chaos.proxy", path), dict(os.environ), str(CHECKOUT)))

    async def listens() -> bool:
        return await asyncio.to_thread(Path(path).exists)

    if not await until(listens, READY_SECONDS):
        raise Trouble(f"The proxy did not start; see {children.logs}.")
    return await Steering.to(path)


async def _start_product(world: World) -> None:
    for name in ROLES:
        await world.open_routes(name)
    for name in WEBS:
        world.web_ports[name] = free_port(set(world.web_ports.values()))
        world.ports[f"{name}.web"] = await world.proxy.open(f"{name}.web", f"127.0.0.1:{world.web_ports[name]}")
    for name, role in ROLES.items():
        world.children.start(world.plan(name, role))
    if not await world.calm():
        raise Trouble(f"The product did not start within {READY_SECONDS:.0f} s:\n{last_words(world)}")


def last_words(world: World) -> str:
    said = world.said_since({})
    return "\n".join(f"--- {name}\n{text[-1500:]}" for name, text in said.items() if text)


def free_port(taken: set[int]) -> int:
    """A port below those that the kernel gives to clients, so that nobody takes it while its server is down."""
    for port in range(20_000 + os.getpid() % 10_000, 32_000):
        if port in taken:
            continue
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise Trouble("No free port between 20000 and 32000.")
