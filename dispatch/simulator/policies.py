"""The policies that can be tried, by name. A run gets one of its own."""

from collections.abc import Callable, Mapping

from dispatch.simulator import desks
from dispatch.simulator.engine import Policy
from dispatch.simulator.ours import Ours

DESKS: Mapping[str, Callable[[], Policy]] = {
    "round robin": desks.RoundRobin,
    "least loaded": desks.least_loaded,
    "longest idle": desks.longest_idle,
}
POLICIES: Mapping[str, Callable[[], Policy]] = {
    **DESKS,
    "ours": Ours,
    "ours, fair": lambda: Ours(fair=True),
    "ours, plain": lambda: Ours(plain=True),
}
