"""Children are started in order, started again when they crash, and never outlive their supervisor."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from marketplace.local import launch, state, supervisor, system
from marketplace.local.logs import Logs
from marketplace.local.processes import Process
from marketplace.local.state import Trouble
from marketplace.local.supervisor import Supervisor

FOREVER = "import time\nwhile True: time.sleep(1)"
WITH_GRANDCHILD = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'import time; time.sleep(600)'])"


def python(name: str, code: str, probe: Callable[[], bool] | None = None) -> Process:
    return Process(name, (sys.executable, "-c", code), dict(os.environ), probe)


def alive(pid: int) -> bool:
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


def wait_for(condition: Callable[[], bool], seconds: float = 10) -> bool:
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.02)
    return condition()


async def eventually(condition: Callable[[], bool], seconds: float = 10) -> bool:
    return await asyncio.to_thread(wait_for, condition, seconds)


class Pids(dict[str, int]):
    def note(self, pids: dict[str, int]) -> None:
        self.update(pids)


def test_a_child_that_ends_is_started_again_and_it_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    async def story() -> None:
        pids = Pids()
        watched = Supervisor(Logs(tmp_path), pids.note)
        await watched.start(python("web", FOREVER))
        first = pids["web"]
        os.kill(first, signal.SIGKILL)
        assert await eventually(lambda: pids["web"] != first and alive(pids["web"]))
        await watched.stop()
        assert not alive(pids["web"])

    asyncio.run(story())

    assert "web was ended by SIGKILL; starting it again in 0.5 s" in capsys.readouterr().out


def test_a_child_that_keeps_crashing_is_given_up_with_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "LONGEST_PAUSE_SECONDS", 0.01)

    async def story() -> str:
        watched = Supervisor(Logs(tmp_path), Pids().note)
        await watched.start(python("beat", "raise SystemExit(3)"))
        try:
            async with asyncio.timeout(20):
                return await watched.failed()
        finally:
            await watched.stop()

    assert asyncio.run(story()).startswith("beat ended with status 3, for the 6th time within a minute")


def test_a_child_that_never_becomes_ready_tells_why(tmp_path: Path) -> None:
    async def story() -> None:
        watched = Supervisor(Logs(tmp_path), Pids().note)
        try:
            await watched.start(python("web", "raise SystemExit('Error: no such table')", lambda: False))
        finally:
            await watched.stop()

    with pytest.raises(Trouble, match="web failed: Error: no such table"):
        asyncio.run(story())


def test_stopping_leaves_no_grandchild(tmp_path: Path) -> None:
    async def story() -> list[psutil.Process]:
        pids = Pids()
        watched = Supervisor(Logs(tmp_path), pids.note)
        await watched.start(python("worker", WITH_GRANDCHILD))
        parent = psutil.Process(pids["worker"])
        assert await eventually(lambda: bool(parent.children()))
        family = [parent, *parent.children(recursive=True)]
        await watched.stop()
        return family

    assert [each for each in asyncio.run(story()) if alive(each.pid)] == []


def test_a_child_that_will_not_stop_is_killed_within_the_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "GRACE_SECONDS", 0.3)
    deaf = "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nprint('deaf', flush=True)\n" + FOREVER

    async def story() -> None:
        pids = Pids()
        logs = Logs(tmp_path)
        watched = Supervisor(logs, pids.note)
        await watched.start(python("web", deaf, lambda: "deaf" in logs.tail("web")))
        await watched.stop()
        assert not alive(pids["web"])

    asyncio.run(story())


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends children with their parent")
def test_children_of_a_killed_parent_end_with_it(tmp_path: Path) -> None:
    code = (
        "import os, subprocess, sys\nfrom marketplace.local import launch\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'],"
        " **launch.arguments(None, os.environ))\nprint(child.pid, flush=True)\nchild.wait()"
    )
    parent = subprocess.Popen([sys.executable, "-c", code], cwd=state.CHECKOUT, stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())

    parent.kill()
    parent.wait()
    parent.stdout.close()

    assert wait_for(lambda: not alive(child))


def test_a_second_start_is_refused_and_a_dead_one_is_not_in_the_way(tmp_path: Path) -> None:
    with system.only_one(tmp_path), pytest.raises(Trouble, match="already runs"), system.only_one(tmp_path):
        pass

    with system.only_one(tmp_path):
        pass


def test_a_taken_port_is_named_with_the_way_out() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        with pytest.raises(Trouble, match=rf"Port {port} is taken by .* choose another .*--port {port + 1}"):
            system.free_port("127.0.0.1", port)


def test_what_a_killed_start_left_behind_is_ended_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(system, "LEFTOVERS_SECONDS", 0.1)
    ours, foreign = (subprocess.Popen([sys.executable, "-c", FOREVER]) for _ in range(2))
    births = {"web": state.started_at(ours.pid) or 0.0, "beat": 1.0}
    state.publish(tmp_path, state.Running("", "", "", "", True, 1, 0.0, {"web": ours.pid, "beat": foreign.pid}, births))

    system.end_leftovers(tmp_path)

    assert ours.wait(5) == -signal.SIGKILL
    assert foreign.poll() is None
    foreign.kill()
    foreign.wait()


def test_a_full_disk_is_said_in_one_sentence() -> None:
    said = "creating files ...\ninitdb: error: could not write: No space left on device\nremoving contents"

    assert launch.explain("initdb", said) == (
        "The disk is full (initdb could not write): free some space, then start again."
    )
