"""CPU time by process tree, and what everybody else on the machine took meanwhile."""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import psutil

TICK_SECONDS = 0.01  # what the kernel counts CPU time in


@dataclass(frozen=True)
class Reading:
    """Seconds since some beginning: the wall clock, the CPU of each named tree, of all of ours, of the machine."""

    wall: float
    named: Mapping[str, float]
    ours: float
    machine: float


@dataclass(frozen=True)
class Spent:
    """Between two readings. `others` and the named are in cores: 0.5 is half of one core all the time."""

    seconds: float
    named: Mapping[str, float]
    others: float

    def cpu_us(self, rate: float, *names: str) -> float:
        """Microseconds of CPU that the named spent on each of `rate` a second. Nothing costs less than one tick."""
        spent = max(TICK_SECONDS, sum(self.named[name] for name in names) * self.seconds)
        return spent / (rate * self.seconds) * 1e6

    def __str__(self) -> str:
        told = ", ".join(f"{name} {cores:.2f}" for name, cores in self.named.items())
        return f"cores: {told}; taken by others {self.others:.2f} of {psutil.cpu_count()}"


class Meter:
    """Watches trees of processes, each by its root; "client" is this process alone. Ours are all of them."""

    def __init__(self, named: Mapping[str, int]) -> None:
        self._named = {name: psutil.Process(pid) for name, pid in named.items()}

    def read(self) -> Reading:
        named = {name: _family(root) for name, root in self._named.items()}
        everyone = {process for family in named.values() for process in family} | set(_family(psutil.Process()))
        spent = {name: _cpu(family) for name, family in named.items()}
        spent["client"] = time.process_time()
        return Reading(time.monotonic(), spent, _cpu(everyone), _machine())


def between(before: Reading, after: Reading) -> Spent:
    seconds = after.wall - before.wall
    named = {name: (after.named[name] - before.named[name]) / seconds for name in after.named}
    ours, machine = after.ours - before.ours, after.machine - before.machine
    return Spent(seconds, named, max(0.0, machine - ours) / seconds)


def _family(root: psutil.Process) -> list[psutil.Process]:
    return [root, *root.children(recursive=True)]


def _cpu(processes: Iterable[psutil.Process]) -> float:
    """User and system time of the living, and of those that each of them has outlived."""
    total = 0.0
    for process in processes:
        try:
            total += sum(process.cpu_times()[:4])
        except psutil.NoSuchProcess:
            continue  # its parent's account holds it from now on
    return total


def _machine() -> float:
    """All time in which some core was not idle. Guests are counted within user time already."""
    times = psutil.cpu_times()
    return float(times.user + times.nice + times.system + sum(getattr(times, name, 0.0) for name in _STOLEN))


_STOLEN = ("irq", "softirq", "steal")
