"""The processes of a running system, as the machine sees them."""

import psutil

from marketplace.local.services import System
from tests.realtime.servers.conftest import until

NAMES = ("web", "dispatcher", "beat", "worker", "worker-heavy")


def test_long_computations_leave_the_processors_to_all_others(system: System) -> None:
    def ranks() -> list[int]:
        return [psutil.Process(system.process(name)).nice() for name in NAMES]

    first = ranks()[0]
    until(lambda: ranks() == [first, first, first, first, first + 10], within=30)
