"""The rig's supervisor: starts the world's processes, and what dies again after a second, as a real one would."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from marketplace.local import launch
from marketplace.local.launch import Account

AGAIN_SECONDS = 1.0
LOOK_SECONDS = 0.05
GRACE_SECONDS = 4.0


@dataclass(frozen=True)
class Plan:
    """How one process is started, each time."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(repr=False)
    folder: str = "/"
    account: Account | None = None


@dataclass
class Child:
    plan: Plan
    log: Path
    running: subprocess.Popen[bytes]
    started: float
    wanted: bool = True
    held: bool = False  # stays down until released
    due: float | None = None
    excused: bool = False  # the rig itself ends it

    @property
    def alive(self) -> bool:
        return self.running.poll() is None


@dataclass(frozen=True)
class Death:
    """A child that ended although nobody of the rig had a hand in it."""

    name: str
    code: int


class Children:
    """All children by name. Each leads a session of its own and dies with this process."""

    def __init__(self, logs: Path) -> None:
        self.logs = logs
        self.all: dict[str, Child] = {}
        self.deaths: list[Death] = []
        self.keeper: asyncio.Task[None] | None = None
        self._orphaned = 0.0  # processor seconds of those whose parent was killed, who are nobody's to count then

    def worked(self) -> float:
        """Processor seconds so far of this process and of all below it, whether they live or have ended."""
        living = (pid for name in self.all for pid in self.pids(name))
        return self._orphaned + worked([os.getpid(), *living])

    def start(self, plan: Plan) -> Child:
        log = self.logs / f"{plan.name}.log"
        child = Child(plan, log, self._spawn(plan, log), time.monotonic())
        self.all[plan.name] = child
        if self.keeper is None:
            self.keeper = asyncio.create_task(self._keep())
        return child

    def _spawn(self, plan: Plan, log: Path) -> subprocess.Popen[bytes]:
        with log.open("ab") as output:
            return subprocess.Popen(
                plan.command,
                cwd=plan.folder,
                stdout=output,
                stderr=output,
                **launch.arguments(plan.account, plan.environment, signal.SIGKILL),
            )

    async def _keep(self) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            for child in list(self.all.values()):
                if child.wanted and not child.held and not child.alive:
                    self._again(child)

    def _again(self, child: Child) -> None:
        now = time.monotonic()
        if child.due is None:
            child.due = now + AGAIN_SECONDS
            kill_tree(child.running.pid)
            if not child.excused:
                self.deaths.append(Death(child.plan.name, child.running.returncode))
        elif now >= child.due:
            child.due, child.excused = None, False
            child.running, child.started = self._spawn(child.plan, child.log), now

    def pids(self, name: str) -> list[int]:
        """The process and all below it; empty when it is down."""
        try:
            root = psutil.Process(self.all[name].running.pid)
            return [root.pid, *(each.pid for each in root.children(recursive=True))]
        except psutil.Error:
            return []

    def kill(self, name: str, *, hold: bool = False) -> None:
        """-9, at once, for the process and what it leads; it comes again unless held."""
        child = self.all[name]
        child.excused, child.held = True, hold
        self._orphaned += worked(self.pids(name)[1:])
        kill_tree(child.running.pid)
        child.running.wait()

    def release(self, name: str) -> None:
        self.all[name].held = False

    def replace(self, plan: Plan) -> None:
        """The process is ended and comes again as `plan` says."""
        self.all[plan.name].plan = plan
        self.kill(plan.name)

    def freeze(self, name: str) -> Callable[[], None]:
        """Every process below the name stands still until the returned function is called."""
        stopped = self.pids(name)
        for pid in stopped:
            _signal(pid, signal.SIGSTOP)

        def thaw() -> None:
            for pid in stopped:
                _signal(pid, signal.SIGCONT)

        return thaw

    async def retire(self, name: str) -> None:
        """The process is gone for good."""
        child = self.all.pop(name)
        child.wanted = False
        await self._end([child])

    async def _end(self, children: list[Child]) -> None:
        for child in children:
            child.wanted = False
            for pid in [child.running.pid] * child.alive:
                _signal(pid, signal.SIGCONT)
                _signal(pid, signal.SIGTERM)

        async def ended() -> bool:
            return not any(child.alive for child in children)

        await until(ended, GRACE_SECONDS, LOOK_SECONDS)
        for child in children:
            kill_tree(child.running.pid)
            child.running.wait()

    async def stop(self, last: Sequence[str] = ()) -> None:
        """Nobody is left: those named in `last` after the others."""
        if self.keeper is not None:
            self.keeper.cancel()
        ends = [child for name, child in self.all.items() if name not in last]
        await self._end(ends)
        await self._end([self.all[name] for name in last if name in self.all])
        self.all.clear()


def worked(pids: Sequence[int]) -> float:
    """Processor seconds of these processes and of children of theirs that have ended and were waited for."""
    seconds = 0.0
    for pid in pids:
        with suppress(psutil.Error):
            seconds += sum(psutil.Process(pid).cpu_times()[:4])
    return seconds


def kill_tree(pid: int) -> None:
    """The process, all below it and all of its session are killed."""
    below: list[psutil.Process] = []
    with suppress(psutil.Error):
        below = psutil.Process(pid).children(recursive=True)
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)
    for each in below:
        with suppress(psutil.Error):
            each.kill()


def _signal(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.kill(pid, number)


async def until(holds: Callable[[], Awaitable[bool]], seconds: float, every: float = 0.1) -> bool:
    """Whether it held within so many seconds."""
    deadline = time.monotonic() + seconds
    while not await holds():
        if time.monotonic() > deadline:
            return False
        await asyncio.sleep(every)
    return True
