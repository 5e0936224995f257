"""What happens in which seed. The same seed is the same plan, on every machine and on every day.

Seeds 1 to 40 hold every fault at least once, one after another; from 41 on two that overlap. The same seed asks the
same of the load. Seconds are those of the world, already shortened by its haste.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from tests.chaos import faults
from tests.chaos.scene import Fault

CALM_SECONDS = 3.0  # after the house is full
BETWEEN_SECONDS = 1.0
AFTER_SECONDS = 7.5  # the calm is judged in the last of them: what came later than 20 s of true scale
ALONE_SECONDS = 60.0  # of the true scale: a longer fault has a seed to itself
SINGLES = 40
EMPTIED_EVERY_SECONDS = 20.0  # of the true scale


@dataclass(frozen=True)
class Step:
    """One fault: when after the load's start it begins, and how long it holds."""

    fault: str
    at: float
    seconds: float


@dataclass(frozen=True)
class Plan:
    seed: int
    steps: tuple[Step, ...]

    @property
    def faults(self) -> tuple[str, ...]:
        return tuple(step.fault for step in self.steps)

    @property
    def window(self) -> float:
        """When, at the latest, the last fault has had its time."""
        return max(step.at + step.seconds for step in self.steps)

    @property
    def load_seconds(self) -> float:
        return self.window + AFTER_SECONDS


def plan(seed: int, *, haste: float) -> Plan:
    luck = random.Random(seed)
    first = CALM_SECONDS + luck.uniform(0, 1.5)
    if seed <= SINGLES:
        return Plan(seed, _one_after_another(_singles()[seed - 1], first, haste))
    one, other = luck.sample([fault for fault in faults.ALL.values() if fault.true_seconds <= ALONE_SECONDS], 2)
    second = first + luck.uniform(0, one.true_seconds / haste * 0.6)
    return Plan(seed, (_step(one, first, haste), _step(other, second, haste)))


def only(names: tuple[str, ...], seed: int, *, haste: float) -> Plan:
    """These faults, one after another, with the seed's load."""
    chosen = [faults.ALL[name] for name in names]
    return Plan(seed, _one_after_another(chosen, CALM_SECONDS, haste))


def _step(fault: Fault, at: float, haste: float) -> Step:
    return Step(fault.name, round(at, 2), fault.true_seconds / haste)


def _one_after_another(chosen: list[Fault], first: float, haste: float) -> tuple[Step, ...]:
    steps = []
    for fault in chosen:
        steps.append(_step(fault, first, haste))
        first = steps[-1].at + steps[-1].seconds + BETWEEN_SECONDS
    return tuple(steps)


def _singles() -> list[list[Fault]]:
    """Every fault over forty seeds: the long ones alone, the others by two, then from the beginning again."""
    shuffled = random.Random(0).sample(sorted(faults.ALL), len(faults.ALL))
    every = [faults.ALL[name] for name in shuffled]
    alone = [[fault] for fault in every if fault.true_seconds > ALONE_SECONDS]
    short = [fault for fault in every if fault.true_seconds <= ALONE_SECONDS]
    seeds = alone + [short[place : place + 2] for place in range(0, len(short), 2)]
    assert len(seeds) <= SINGLES, f"{len(seeds)} seeds are needed to hold every fault once"
    again = [[one] for one in short]
    return random.Random(1).sample(seeds, len(seeds)) + again[: SINGLES - len(seeds)]
