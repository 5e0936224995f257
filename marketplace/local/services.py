"""Servers and whole systems for as long as a block lasts: what tests, the replay and benchmarks stand on."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from marketplace.local import launch, state
from marketplace.local.launch import Account
from marketplace.local.postgres import Postgres
from marketplace.local.state import Running, Trouble
from marketplace.local.valkey import Valkey

READY_SECONDS = 60.0
STOP_SECONDS = 10.0


@dataclass(frozen=True)
class Urls:
    """The role that runs, the role that migrates (and may create databases), and Valkey."""

    database: str
    owner: str
    redis: str

    def environment(self) -> dict[str, str]:
        return {"DATABASE_URL": self.database, "DATABASE_OWNER_URL": self.owner, "REDIS_URL": self.redis}


@contextmanager
def embedded(folder: Path | None = None, *, fast: bool = False) -> Iterator[Urls]:
    """A PostgreSQL and a Valkey of our own, stopped at the end of the block.

    Without a folder everything is thrown away afterwards. Call it from a thread that outlives the block: the kernel
    ends the servers with the thread that started them.
    """
    account = launch.service_account()
    with ExitStack() as stack:
        home = stack.enter_context(throw_away()) if folder is None else state.make_state(folder)
        state.make_state(home)
        run = stack.enter_context(_socket_folder(home, account))
        secrets = state.secrets_of(home)
        postgres = Postgres(home, run, secrets, account, fast)
        valkey = Valkey(home, run, secrets, account, fast)
        postgres.lay_out()
        valkey.lay_out()
        log = home / "servers.log"
        stack.enter_context(_server(postgres.command(), account, signal.SIGINT, postgres.answers, log))
        stack.enter_context(_server(valkey.command(), account, signal.SIGTERM, valkey.answers, log))
        postgres.create_roles(may_create_databases=True)
        yield Urls(postgres.database_url, postgres.owner_url, valkey.url)


@contextmanager
def throw_away() -> Iterator[Path]:
    """A folder that is gone, with all in it, after the block."""
    folder = Path(tempfile.mkdtemp(prefix="beckon-", dir="/tmp"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _socket_folder(home: Path, account: Account | None) -> Iterator[Path]:
    run = state.sockets(home)
    launch.give(run, account)
    try:
        yield run
    finally:
        shutil.rmtree(run, ignore_errors=True)


@contextmanager
def _server(
    command: Sequence[str], account: Account | None, stop: signal.Signals, answers: Callable[[], bool], log: Path
) -> Iterator[None]:
    """The server answers inside the block and has ended after it."""
    with log.open("ab") as output:
        child = subprocess.Popen(
            command, cwd="/", stdout=output, stderr=output, **launch.arguments(account, os.environ, stop)
        )
    try:
        deadline = time.monotonic() + READY_SECONDS
        while not answers():
            if child.poll() is not None:
                raise Trouble(launch.explain(Path(command[0]).name, log.read_text(errors="replace")))
            if time.monotonic() > deadline:
                raise Trouble(f"{Path(command[0]).name} did not answer within {READY_SECONDS:.0f} s; see {log}.")
            time.sleep(0.02)
        yield
    finally:
        end(child, stop)


def end(child: subprocess.Popen[bytes], stop: signal.Signals) -> None:
    """The child and its process group are gone afterwards: asked first, killed after ten seconds."""
    if child.poll() is None:
        child.send_signal(stop)
        try:
            child.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()


@dataclass(frozen=True)
class System:
    """A whole product that runs: web, dispatcher, workers, beat, and the servers below."""

    url: str
    urls: Urls
    state_dir: Path
    log: Path

    def process(self, name: str) -> int:
        """The pid, now, of one of its processes: web, dispatcher, worker, worker-heavy, beat, postgres, valkey."""
        known = state.running(self.state_dir)
        if known is None or name not in known.processes:
            raise Trouble(f"No process called {name} runs.")
        return known.processes[name]


@contextmanager
def running(
    port: int = 0, *, fast: bool = False, seed: bool = True, environment: dict[str, str] | None = None
) -> Iterator[System]:
    """The whole product on `port` (0: any free one), by the same command as make run, thrown away afterwards."""
    with throw_away() as home, (home / "up.log").open("wb") as log:
        command = [sys.executable, "manage.py", "up", "--port", str(port)]
        command += ["--fast"] * fast + ["--no-seed"] * (not seed)
        given = {name: value for name, value in os.environ.items() if name not in Urls("", "", "").environment()}
        given |= {"BECKON_STATE_DIR": str(home), "BECKON_ENV": "demo", "DJANGO_SETTINGS_MODULE": "marketplace.settings"}
        given |= environment or {}
        child = subprocess.Popen(
            command, cwd=state.CHECKOUT, stdout=log, stderr=log, **launch.arguments(None, given, signal.SIGTERM)
        )
        try:
            known = _ready(child, home)
            yield System(known.url, Urls(known.database, known.owner, known.redis), home, home / "up.log")
        finally:
            end(child, signal.SIGINT)


def _ready(child: subprocess.Popen[bytes], home: Path) -> Running:
    deadline = time.monotonic() + 4 * READY_SECONDS
    while True:
        known = state.running(home)
        if known is not None and known.ready:
            return known
        if child.poll() is not None or time.monotonic() > deadline:
            raise Trouble(f"The system did not start:\n{(home / 'up.log').read_text(errors='replace')[-4000:]}")
        time.sleep(0.05)
