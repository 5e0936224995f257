"""The whole product on one machine, from a cold start to the last child's end: what `manage.py up` does."""

from __future__ import annotations

import asyncio
import errno
import fcntl
import importlib
import os
import shutil
import signal
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import psutil
import redis

from marketplace.environment import Environment
from marketplace.local import frontend, launch, postgres, processes, state
from marketplace.local.logs import Logs
from marketplace.local.postgres import Postgres
from marketplace.local.processes import Process
from marketplace.local.state import CHECKOUT, Running, Trouble
from marketplace.local.supervisor import Supervisor
from marketplace.local.valkey import Valkey

LEFTOVERS_SECONDS = 10.0
QUIET = frozenset({"prepare", "postgres", "valkey"})  # in their files only
CELERY_AS_ROOT = "ignore:You're running the worker with superuser privileges"  # no pickle here, so no danger


@dataclass(frozen=True)
class Plan:
    """`external` says that the environment names the servers; then none are started here."""

    environment: Environment
    host: str
    port: int
    external: bool
    fast: bool = False
    seed: bool = True
    build: bool = True

    @property
    def url(self) -> str:
        return f"http://{reachable(self.host)}:{self.port}"


def reachable(host: str) -> str:
    """The name under which this machine reaches a server that listens on `host`."""
    if host in ("0.0.0.0", "::", "127.0.0.1", "::1"):  # noqa: S104  (compared, not bound)
        return "localhost"
    return f"[{host}]" if ":" in host else host


def run(plan: Plan) -> None:
    """Starts everything, says so, and returns when it has been stopped. Trouble when something cannot go on."""
    if plan.external and plan.environment.database_owner_url == plan.environment.database_url:
        raise Trouble("DATABASE_OWNER_URL is not set: name the role that owns the tables and migrates them.")
    home = state.make_state(plan.environment.state_dir)
    with only_one(home):
        plan = replace(plan, port=free_port(plan.host, plan.port))
        if not plan.external:
            postgres.room_for(home)
        end_leftovers(home)
        try:
            asyncio.run(_supervise(plan, home))
        finally:
            state.withdraw(home)
            if not plan.external:
                shutil.rmtree(state.sockets(home), ignore_errors=True)


@contextmanager
def only_one(home: Path) -> Iterator[None]:
    """Trouble when another start from this state folder is alive; a dead one's lock is free by itself."""
    with (home / "up.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            other = state.running(home)
            where = f" (process {other.pid}) at {other.url}" if other else ""
            raise Trouble(
                f"Beckon already runs from this checkout{where}: use that one, or stop it with Ctrl-C where it runs."
            ) from None
        yield


def free_port(host: str, port: int) -> int:
    """`port`, or any free one for 0. Trouble when somebody else listens there."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise Trouble(_why_not(host, port, error)) from error
        return int(probe.getsockname()[1])


def _why_not(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        other = f'make run ARGS="--port {port + 1}"'
        return f"Port {port} is taken{_by_whom(port)}: stop that, or choose another with {other}."
    if error.errno == errno.EACCES:
        return f'Port {port} needs more rights than you have: choose one above 1023 with make run ARGS="--port 8000".'
    return f"Cannot listen on {host} port {port}: {error.strerror}."


def _by_whom(port: int) -> str:
    try:
        for connection in psutil.net_connections("tcp"):
            listens = connection.status == psutil.CONN_LISTEN and connection.laddr[1:] == (port,)
            if listens and connection.pid:
                return f" by {psutil.Process(connection.pid).name()} (process {connection.pid})"
    except psutil.Error:
        pass
    return ""


def end_leftovers(home: Path) -> None:
    """Children of an earlier start that was killed are gone: the kernel has told them; the slow ones are ended here."""
    known = state.last_known(home)
    if known is None:
        return
    left = [pid for name, pid in known.processes.items() if state.started_at(pid) == known.births.get(name)]
    deadline = time.monotonic() + LEFTOVERS_SECONDS
    while left and time.monotonic() < deadline:
        time.sleep(0.05)
        left = [pid for pid in left if psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE]
    for pid in left:
        psutil.Process(pid).kill()


async def _supervise(plan: Plan, home: Path) -> None:
    """Runs the start as a task that Ctrl-C cancels; whatever happened, every child is stopped at the end."""
    logs = Logs(home / "logs", quiet=QUIET)
    board = NoticeBoard(plan, home)
    supervisor = Supervisor(logs, board.note)
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    starting = asyncio.create_task(_start(plan, home, supervisor, board))
    stopping = asyncio.create_task(stop.wait())
    failing = asyncio.create_task(supervisor.failed())
    try:
        await asyncio.wait([starting, stopping, failing], return_when=asyncio.FIRST_COMPLETED)
        if starting.done():
            starting.result()
            await asyncio.wait([stopping, failing], return_when=asyncio.FIRST_COMPLETED)
        if failing.done():
            raise Trouble(failing.result())
    finally:
        began = time.monotonic()
        logs.say("stopping")
        for task in (starting, stopping, failing):
            task.cancel()
        await asyncio.wait([starting, stopping, failing])
        await supervisor.stop()
        kept = "" if plan.external else f"; the data stays in {home}"
        logs.say(f"stopped in {time.monotonic() - began:.1f} s{kept}")


class NoticeBoard:
    """Tells other commands of this checkout, through `running.json`, what runs."""

    def __init__(self, plan: Plan, home: Path) -> None:
        self.home = home
        pid = os.getpid()
        born = state.started_at(pid) or 0.0
        given = plan.environment
        self.told = Running(given.database_url, given.database_owner_url, given.redis_url, plan.url, False, pid, born)

    def note(self, pids: dict[str, int]) -> None:
        births = {name: state.started_at(pid) or 0.0 for name, pid in pids.items()}
        self.tell(replace(self.told, processes=pids, births=births))

    def tell(self, told: Running) -> None:
        self.told = told
        state.publish(self.home, told)


async def _start(plan: Plan, home: Path, supervisor: Supervisor, board: NoticeBoard) -> None:
    say = supervisor.logs.say
    began = time.monotonic()
    if plan.build:
        await asyncio.to_thread(frontend.build, say)
    if plan.external:
        await asyncio.to_thread(refuse_silent, plan.environment.redis_url)
    else:
        await _start_servers(plan, home, supervisor, board)
    state.make_mail(plan.environment.mail_dir)
    environment = child_environment(plan, home, board.told)
    owner = {"DATABASE_OWNER_URL": board.told.owner}
    say("preparing the database" + (" and the demo (a few seconds the first time)" if plan.seed else ""))
    prepare = (sys.executable, "manage.py", "prepare", *(["--seed"] if plan.seed else []))
    await supervisor.step(Process("prepare", prepare, environment | owner, folder=str(CHECKOUT)))
    say("starting the product")
    await supervisor.start_all(
        processes.product(
            host=plan.host,
            port=plan.port,
            haste=plan.environment.haste,
            environment=environment,
            folder=str(CHECKOUT),
            probe=lambda: answers(plan),
        )
    )
    board.tell(replace(board.told, ready=True))
    places = f"logs in {home}" if plan.external else f"data and logs in {home}, sockets in {state.sockets(home)}"
    say(f"ready after {time.monotonic() - began:.1f} s; {places}")
    sys.stdout.write(addresses(plan) + "\n")
    sys.stdout.flush()


def refuse_silent(redis_url: str) -> None:
    """Trouble when the server of REDIS_URL does not answer. Once started, the product lives through its absence."""
    try:
        with redis.Redis.from_url(redis_url, socket_timeout=5, socket_connect_timeout=5) as client:
            client.ping()
    except redis.RedisError as error:
        raise Trouble(f"The server of REDIS_URL does not answer: {error}") from error


async def _start_servers(plan: Plan, home: Path, supervisor: Supervisor, board: NoticeBoard) -> None:
    """PostgreSQL and Valkey answer, the roles exist, and other commands can find them."""
    account, run, secrets = launch.service_account(), state.sockets(home), state.secrets_of(home)
    launch.give(run, account)
    postgresql = Postgres(home, run, secrets, account, plan.fast)
    valkey = Valkey(home, run, secrets, account, plan.fast)
    postgres.clear_stale_socket(run)
    if not (postgresql.data / "PG_VERSION").exists():
        supervisor.logs.say("making a new database (a few seconds, once)")
    await asyncio.to_thread(postgresql.lay_out)
    valkey.lay_out()
    board.tell(
        replace(board.told, database=postgresql.database_url, owner=postgresql.owner_url, redis=valkey.url, ready=False)
    )
    base = {name: value for name, value in os.environ.items() if name in ("PATH", "LANG", "LC_ALL", "TZ")}
    await supervisor.start(
        Process("postgres", tuple(postgresql.command()), base, postgresql.answers, signal.SIGINT, account)
    )
    await asyncio.to_thread(postgresql.create_roles)
    await supervisor.start(Process("valkey", tuple(valkey.command()), base, valkey.answers, account=account))


def child_environment(plan: Plan, home: Path, servers: Running) -> dict[str, str]:
    """What the product's processes are told. The owner's password is not among it: they only run."""
    kept = {name: value for name, value in os.environ.items() if name != "DATABASE_OWNER_URL"}
    return kept | {
        "BECKON_ENV": plan.environment.name,
        "BECKON_STATE_DIR": str(home),
        "BECKON_HOST": plan.host,
        "BECKON_PORT": str(plan.port),
        "DATABASE_URL": servers.database,
        "REDIS_URL": servers.redis,
        "DJANGO_SETTINGS_MODULE": "marketplace.settings",
        "PYTHONUNBUFFERED": "1",
        "PYTHONWARNINGS": os.environ.get("PYTHONWARNINGS", CELERY_AS_ROOT),
    }


def answers(plan: Plan) -> bool:
    """Whether the web process says that it is ready."""
    try:
        with urllib.request.urlopen(f"{plan.url}/readyz", timeout=2) as response:  # noqa: S310  (our own)
            return int(response.status) == 200
    except (urllib.error.URLError, OSError, ValueError):
        return False


def addresses(plan: Plan) -> str:
    """What a person needs to know: where to look and how to log in."""
    rows = [("Shop page", "/demo/shop"), ("Agents", "/agent"), ("Admin", "/admin"), ("Live board", "/board")]
    lines = ["", *(f"  {name:<12} {plan.url}{path}" for name, path in rows)]
    if plan.seed:
        lines += ["", "  Log in as"]
        lines += [f"  {name:<15} {email:<28} {password}" for name, email, password in logins()]
    return "\n".join([*lines, "", "  Ctrl-C stops all of it. Mail goes to " + str(plan.environment.mail_dir), ""])


def logins() -> list[tuple[str, str, str]]:
    """Name, e-mail and password of the demo's people."""
    demo = importlib.import_module("marketplace.demo")  # it needs Django, which the rest of this module does not
    return [(str(name), str(email), str(password)) for name, email, password in demo.LOGINS]
