"""The same messages with two processes a side: each crosses from the customer's process to the agent's."""

from collections.abc import Iterator

from benchmarks.figures import Result, Scale, against_floor
from benchmarks.ground import Ground
from benchmarks.realtime import messages


def measure(ground: Ground, scale: Scale) -> Iterator[Result]:
    """message_rate_two, message_cpu_two_us."""
    rates, cpus = messages.compare(ground, scale, processes=2)
    yield against_floor("message_rate_two", "1/s", *rates)
    yield against_floor("message_cpu_two_us", "us", *cpus)
