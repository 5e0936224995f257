"""The processes of a running system, as the machine sees them."""

import psutil

from marketplace.local.services import System
from tests.realtime.servers.conftest import until

NAMES = ("web", "dispatcher", "beat", "worker", "worker-heavy")


def test_whatever_nobody_waits_for_leaves_the_processors_to_others(system: System) -> None:
    def ranks() -> list[int]:
        return [psutil.Process(system.process(name)).nice() for name in NAMES]

    first = ranks()[0]
    until(lambda: ranks() == [first, first, first + 5, first + 5, first + 10], within=30)
