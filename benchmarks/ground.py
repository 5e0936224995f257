"""What a benchmark stands on: durable servers of its own, and the processes that are measured against each other."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import cached_property
from typing import Self

import django
import psutil
import psycopg
import redis

from benchmarks.figures import say
from marketplace.local import launch, processes, services, state
from marketplace.local.services import Urls

PRODUCT = "marketplace.asgi:application"
QUIET = ("--log-level", "warning")
READY_SECONDS = 60.0


class Ground:
    """The servers, started when first asked for: those the environment names, else durable ones thrown away after.

    A database that the environment names must be prepared, and is written to.
    """

    def __init__(self) -> None:
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        launch.raise_open_files()  # thousands of sockets, here and in every child
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    @cached_property
    def urls(self) -> Urls:
        """PostgreSQL and Valkey answer, the schema is there, and Django leads to them."""
        named = "DATABASE_URL" in os.environ
        home = self._stack.enter_context(services.throw_away())
        if named:
            urls = Urls(*(os.environ[name] for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL")))
        else:
            say("starting a PostgreSQL and a Valkey")
            urls = self._stack.enter_context(services.embedded())
        os.environ.update(urls.environment())
        os.environ.update(BECKON_ENV="demo", BECKON_STATE_DIR=str(home), DJANGO_SETTINGS_MODULE="marketplace.settings")
        if not named:
            say("migrating")
            command = [sys.executable, "manage.py", "prepare", "--verbosity", "0"]
            if subprocess.run(command, cwd=state.CHECKOUT, check=False, stdout=sys.stderr).returncode:
                raise state.Trouble("The database could not be prepared; the reason stands above.")
        django.setup()
        return urls

    @cached_property
    def server_pids(self) -> dict[str, int]:
        """The roots of the two servers' process trees. They must run on this machine."""
        with psycopg.connect(self.urls.database) as connection:
            (backend,) = connection.execute("select pg_backend_pid()").fetchone() or (0,)
            postgres = psutil.Process(backend).ppid()
        with redis.Redis.from_url(self.urls.redis) as client:
            valkey = int(client.info("server")["process_id"])
        return {"postgres": postgres, "valkey": valkey}

    def analyze(self) -> None:
        """The planner knows the tables as they are now, as it does in a database that has been used for a while."""
        with psycopg.connect(self.urls.owner, autocommit=True) as owner:
            owner.execute("analyze")

    def durability(self) -> str:
        """How much of a commit outlives a power cut here, for the reader of the figures."""
        with psycopg.connect(self.urls.database) as connection:
            rows = connection.execute(
                "select name || ' ' || setting from pg_settings"
                " where name in ('fsync', 'synchronous_commit') order by name"
            )
            return ", ".join(str(row[0]) for row in rows)


@contextmanager
def web(ground: Ground, application: str = PRODUCT) -> Iterator[tuple[int, int]]:
    """(port, pid) of one web process of the product, as `make run` starts it; `application` may be a wrap around it."""
    port = free_port()
    command = (*_uvicorn(port, application), *QUIET)
    with _process(command, {"BECKON_PORT": str(port)}, lambda: _answers(f"http://127.0.0.1:{port}/readyz")) as pid:
        yield port, pid


@contextmanager
def bare(application: str) -> Iterator[tuple[int, int]]:
    """(port, pid) of another ASGI application on the same server with the same options as the product's."""
    port = free_port()
    with _process((*_uvicorn(port, application), *QUIET), {}, lambda: _listens(port)) as pid:
        yield port, pid


def _uvicorn(port: int, application: str) -> tuple[str, ...]:
    command = processes.commands(host="127.0.0.1", port=port)["web"]
    assert PRODUCT in command, "the product is started by its application's name"
    return tuple(application if word == PRODUCT else word for word in command)


@contextmanager
def dispatcher() -> Iterator[int]:
    """The pid of a dispatcher that listens for the bell, as `make run` starts it."""
    before = _listeners()
    with _process(processes.commands(host="127.0.0.1", port=0)["dispatcher"], {}, lambda: _listeners() > before) as pid:
        yield pid


def _listeners() -> int:
    """How many dispatchers, leading or standing by, wait for the bell."""
    from realtime import wire  # needs Django's settings, which need the servers

    with redis.Redis.from_url(os.environ["REDIS_URL"]) as client:
        counts = client.pubsub_numsub(f"{wire.channel()}:dispatch")
    return int(dict(counts).get(f"{wire.channel()}:dispatch".encode(), 0))


@contextmanager
def module(name: str) -> Iterator[tuple[int, int]]:
    """(port, pid) of a floor that is a program by itself and takes its port as argument."""
    port = free_port()
    with _process(("-m", name, str(port)), {}, lambda: _listens(port)) as pid:
        yield port, pid


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def _process(command: tuple[str, ...], variables: dict[str, str], ready: Callable[[], bool]) -> Iterator[int]:
    given = launch.arguments(None, os.environ | variables)
    with subprocess.Popen([sys.executable, *command], cwd=state.CHECKOUT, stdout=sys.stderr, **given) as child:
        try:
            deadline = time.monotonic() + READY_SECONDS
            while not ready():
                if child.poll() is not None or time.monotonic() > deadline:
                    raise state.Trouble(f"{command[1]} did not start.")
                time.sleep(0.05)
            yield child.pid
        finally:
            services.end(child, signal.SIGTERM)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _answers(url: str) -> bool:
    with suppress(urllib.error.URLError, OSError), urllib.request.urlopen(url, timeout=2) as response:
        return int(response.status) == 200
    return False
