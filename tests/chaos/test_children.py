"""The rig's supervisor: what dies comes again, what is frozen thaws, and nobody outlives the rig."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import psutil
import pytest

from marketplace.local.state import CHECKOUT
from tests.chaos.children import Children, Death, Plan, until

SLEEPER = Plan("sleeper", ("sleep", "600"), {"PATH": os.environ["PATH"]})
RIG = """
import asyncio, os, signal
from pathlib import Path
from tests.chaos.children import Children, Plan

signal.signal(signal.SIGINT, signal.default_int_handler)  # a session begun in the background ignores it

async def main():
    children = Children(Path({logs!r}))
    child = children.start(Plan("sleeper", ("sleep", "600"), dict(os.environ)))
    print(child.running.pid, flush=True)
    await asyncio.sleep(600)

asyncio.run(main())
"""


@pytest.fixture
async def children(tmp_path: Path) -> AsyncIterator[Children]:
    made = Children(tmp_path)
    yield made
    await made.stop()


async def another(children: Children, than: int) -> bool:
    async def comes() -> bool:
        child = children.all["sleeper"]
        return child.alive and child.running.pid != than

    return await until(comes, 5)


async def test_what_the_rig_kills_comes_again_and_is_no_death(children: Children) -> None:
    pid = children.start(SLEEPER).running.pid

    children.kill("sleeper")

    assert await another(children, pid)
    assert children.deaths == []


async def test_the_work_of_what_was_killed_stays_counted(children: Children) -> None:
    busy = ("import os, time; pid = os.fork(); end = time.process_time() + 0.4\n"
            "while time.process_time() < end: pass\n"
            "time.sleep(600)")  # fmt: skip
    children.start(Plan("busy", (sys.executable, "-c", busy), dict(os.environ)))
    before = children.worked()

    async def has_worked() -> bool:
        return children.worked() - before > 0.75

    assert await until(has_worked, 20)
    children.kill("busy", hold=True)

    assert children.worked() - before > 0.75


async def test_what_ends_by_itself_comes_again_and_is_told(children: Children) -> None:
    pid = children.start(SLEEPER).running.pid

    os.kill(pid, signal.SIGTERM)

    assert await another(children, pid)
    assert children.deaths == [Death("sleeper", -signal.SIGTERM)]


async def test_what_is_held_stays_down_until_it_is_released(children: Children) -> None:
    pid = children.start(SLEEPER).running.pid

    children.kill("sleeper", hold=True)
    await asyncio.sleep(1.5)
    assert not children.all["sleeper"].alive
    children.release("sleeper")

    assert await another(children, pid)


async def test_a_frozen_process_stands_still_and_goes_on(children: Children) -> None:
    process = psutil.Process(children.start(SLEEPER).running.pid)

    thaw = children.freeze("sleeper")
    assert await until(lambda: _status(process, psutil.STATUS_STOPPED), 5)
    thaw()

    assert await until(lambda: _status(process, psutil.STATUS_SLEEPING), 5)


async def _status(process: psutil.Process, status: str) -> bool:
    return process.status() == status


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
async def test_nobody_outlives_the_rig(tmp_path: Path, number: signal.Signals) -> None:
    rig = await asyncio.create_subprocess_exec(
        sys.executable, "-c", RIG.format(logs=str(tmp_path)), cwd=CHECKOUT, stdout=asyncio.subprocess.PIPE
    )
    assert rig.stdout is not None
    child = psutil.Process(int(await rig.stdout.readline()))

    rig.send_signal(number)
    async with asyncio.timeout(10):
        await rig.wait()

    async def gone() -> bool:
        return not child.is_running() or child.status() == psutil.STATUS_ZOMBIE

    assert await until(gone, 5)
