"""A process whose wall clock is wrong must be wrong in that alone, or the rig would test its own tool."""

import json
import os
import subprocess
import sys
import time

import pytest

from tests.chaos import faults_processes

PROBE = """
import json, threading, time
reached = []
def other():
    for _ in range(20):
        time.sleep(0.001)
    reached.append(time.monotonic())
began = time.monotonic()
threading.Thread(target=other, daemon=True).start()
while time.monotonic() < began + 2 and not reached:
    sum(range(1000))  # holds the interpreter as a busy server does
waited = time.monotonic()
threading.Event().wait(0.2)
print(json.dumps({"wall": time.time(), "took": (reached or [99])[0] - began, "event": time.monotonic() - waited}))
"""


@pytest.mark.parametrize("off", [-faults_processes.HOUR, faults_processes.HOUR])
def test_only_the_wall_clock_is_wrong(off: int) -> None:
    if reason := faults_processes.no_faketime():
        pytest.skip(reason)

    done = subprocess.run(
        [sys.executable, "-c", PROBE], env=os.environ | faults_processes.wrong(off), capture_output=True, text=True
    )
    told = json.loads(done.stdout)

    assert abs(told["wall"] - time.time() - off) < 60
    assert told["took"] < 2
    assert 0.19 < told["event"] < 2
