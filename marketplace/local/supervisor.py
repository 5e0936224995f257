"""Keeps children running: starts them in order, starts a crashed one again, stops all of them in reverse.

Each child leads a session of its own and is stopped by its whole process group. If this process is killed, the
kernel ends the children (see `launch`).
"""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from marketplace.local import launch
from marketplace.local.logs import Logs
from marketplace.local.processes import Process
from marketplace.local.state import Trouble

READY_SECONDS = 90.0
PROBE_SECONDS = 0.05
GRACE_SECONDS = 5.4  # uvicorn takes up to 5 to close its sockets; with the servers' own grace it stays below 8
SERVER_GRACE_SECONDS = 1.2
CRASHES_ALLOWED = 5
CRASH_WINDOW_SECONDS = 60.0
LONGEST_PAUSE_SECONDS = 8.0


@dataclass
class Child:
    process: Process
    running: asyncio.subprocess.Process
    crashes: list[float] = field(default_factory=list)
    stopping: bool = False
    watch: asyncio.Task[None] | None = None
    pump: asyncio.Task[None] | None = None


class Supervisor:
    """`changed` is called after every start, with the pid of each child by name."""

    def __init__(self, logs: Logs, changed: Callable[[dict[str, int]], None]) -> None:
        self.logs = logs
        self.changed = changed
        self.children: list[Child] = []
        self.failure: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    async def failed(self) -> str:
        """Waits until a child keeps crashing, and says which."""
        return await asyncio.shield(self.failure)

    async def start(self, process: Process) -> None:
        """The child runs and its probe succeeded. Trouble, with its last words, if it ended before that."""
        child = Child(process, await self._spawn(process))
        self.children.append(child)
        self._follow(child)
        await self._ready(child)
        child.watch = asyncio.create_task(self._watch(child))

    async def start_all(self, processes: list[Process]) -> None:
        await asyncio.gather(*(self.start(process) for process in processes))

    async def step(self, process: Process) -> None:
        """Runs a child to its end; Trouble, with its last words, unless it succeeded."""
        child = Child(process, await self._spawn(process))
        self.children.append(child)
        self._follow(child)
        code = await child.running.wait()
        if child.pump is not None:
            await child.pump
        self.children.remove(child)
        if code != 0:
            raise Trouble(launch.explain(process.name, self.logs.tail(process.name)))

    async def _spawn(self, process: Process) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            *process.command,
            cwd=process.folder,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            **launch.arguments(process.account, process.environment, process.stop),
        )

    def _follow(self, child: Child) -> None:
        assert child.running.stdout is not None
        child.pump = asyncio.create_task(self.logs.follow(child.process.name, child.running.stdout))
        self.changed({each.process.name: each.running.pid for each in self.children})

    async def _ready(self, child: Child) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while child.process.probe is not None and not await asyncio.to_thread(child.process.probe):
            if child.running.returncode is not None:
                if child.pump is not None:
                    await child.pump
                raise Trouble(launch.explain(child.process.name, self.logs.tail(child.process.name)))
            if time.monotonic() > deadline:
                raise Trouble(
                    f"{child.process.name} did not become ready within {READY_SECONDS:.0f} s: "
                    f"read {self.logs.path(child.process.name)}."
                )
            await asyncio.sleep(PROBE_SECONDS)

    async def _watch(self, child: Child) -> None:
        """Starts the child again whenever it ends, a little later each time; gives up when it keeps crashing."""
        while True:
            code = await child.running.wait()
            kill_group(child.running.pid)
            if child.stopping:
                return
            now = time.monotonic()
            child.crashes = [at for at in child.crashes if now - at < CRASH_WINDOW_SECONDS] + [now]
            if len(child.crashes) > CRASHES_ALLOWED:
                self._give_up(child, code)
                return
            pause = min(0.5 * 2 ** (len(child.crashes) - 1), LONGEST_PAUSE_SECONDS)
            self.logs.say(f"{child.process.name} {ended(code)}; starting it again in {pause:g} s")
            await asyncio.sleep(pause)
            child.running = await self._spawn(child.process)
            self._follow(child)

    def _give_up(self, child: Child, code: int) -> None:
        if not self.failure.done():
            self.failure.set_result(
                f"{child.process.name} {ended(code)}, for the {len(child.crashes)}th time within a minute: "
                f"read {self.logs.path(child.process.name)}."
            )

    async def stop(self) -> None:
        """No child and no grandchild is left. The product first, all at once; then the servers, last started first."""
        servers = [child for child in self.children if child.process.name in ("postgres", "valkey")]
        others = [child for child in self.children if child not in servers]
        await asyncio.gather(*(self._end(child, GRACE_SECONDS) for child in others))
        for child in reversed(servers):
            await self._end(child, SERVER_GRACE_SECONDS)
        self.children.clear()

    async def _end(self, child: Child, grace_seconds: float) -> None:
        child.stopping = True
        if child.watch is not None:
            child.watch.cancel()
        with suppress(ProcessLookupError):
            child.running.send_signal(child.process.stop)
        try:
            async with asyncio.timeout(grace_seconds):
                await child.running.wait()
        except TimeoutError:
            self.logs.say(f"{child.process.name} did not stop within {grace_seconds:g} s and was killed")
        kill_group(child.running.pid)
        await child.running.wait()
        if child.pump is not None:
            with suppress(TimeoutError):
                async with asyncio.timeout(1):
                    await child.pump


def kill_group(pid: int) -> None:
    """Whatever is left of the session that this pid led is gone."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def ended(code: int) -> str:
    if code < 0:
        return f"was ended by {signal.Signals(-code).name}"
    return f"ended with status {code}"
