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
from datetime import UTC, datetime
waited = time.monotonic()
threading.Event().wait(0.2)
clocks = [time.time(), datetime.now(UTC).timestamp()]
print(json.dumps({"clocks": clocks, "monotonic": time.monotonic(), "waited": time.monotonic() - waited}))
"""


@pytest.mark.parametrize("off", [-faults_processes.HOUR, faults_processes.HOUR])
def test_only_the_wall_clock_is_wrong(off: int) -> None:
    if reason := faults_processes.no_faketime():
        pytest.skip(reason)

    done = subprocess.run(
        [sys.executable, "-c", PROBE], env=os.environ | faults_processes.wrong(off), capture_output=True, text=True
    )
    told = json.loads(done.stdout)

    for clock in told["clocks"]:
        assert abs(clock - time.time() - off) < 60
    assert abs(told["monotonic"] - time.monotonic()) < 60
    assert 0.19 < told["waited"] < 60
