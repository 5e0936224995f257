"""One planning round of 2,000 who wait and 10,000 agents, and how far its total lies below the exact assignment's."""

import subprocess
import sys
import time
from collections.abc import Iterator

import numpy as np

from benchmarks.dispatch import worlds
from benchmarks.figures import Result, Scale, alone, say
from benchmarks.ground import Ground
from dispatch.matching import Modes, Weights, planner, roster, solving
from dispatch.matching.crowd import crowd
from marketplace.local import state
from realtime.collector import Collector

WAITING, AGENTS = 2_000, 10_000


def measure(ground: Ground, scale: Scale) -> Iterator[Result]:
    """round_2000x10000_ms: from dataclasses to placements, arrays and graph included; of rounds before only what each
    certificate means is kept. round_gap: the share of the best total that is missing, by a dense exact solver in a
    process of its own."""
    waiting, agents = (WAITING, AGENTS) if scale.rounds * scale.seconds > 1 else (40, 100)
    took, gaps = [], []
    planner.plan(*worlds.world(0, waiting=5, agents=50), worlds.NOW, Weights())  # the solver is loaded
    Collector()  # a dispatcher's: Python's own thresholds would look through the whole world in mid-round
    for seed in range(scale.rounds):
        queue, supply = worlds.world(seed, waiting=waiting, agents=agents)
        planner.plan(queue[:1], supply, worlds.NOW, Weights())  # these agents' certificates are known
        roster.roster([], worlds.NOW)  # but not who is online together
        before, began = time.process_time(), time.perf_counter()
        plan = planner.plan(queue, supply, worlds.NOW, Weights())
        took.append((time.perf_counter() - began) * 1e3)
        spent = (time.process_time() - before) * 1e3
        say(f"{len(plan.placements)} of {waiting} by {plan.method}: {took[-1]:.0f} ms, of them {spent:.0f} of CPU")
        gaps.append(_gap(seed, waiting, agents))
    yield alone("round_2000x10000_ms", "ms", took)
    yield alone("round_gap", "share", gaps)


def groups_of(seed: int, waiting: int, agents: int) -> list[solving.Group]:
    """The classes of the round, unpruned, as the planner makes them."""
    queue, supply = worlds.world(seed, waiting=waiting, agents=agents)
    return planner.Table(crowd(supply, worlds.NOW, Weights()), queue, 60.0, None, Modes()).groups(plain=False)


def table_of(groups: list[solving.Group]) -> tuple[np.ndarray, dict[object, int]]:
    """(points of each pair, 0 where she may not be asked; line of each escalation)"""
    lines = {one.id: line for line, one in enumerate(one for group in groups for one in group.members)}
    table = np.zeros((len(lines), 1 + max(int(group.rows.max()) for group in groups)))
    for group in groups:
        for one, worth, ring in zip(group.members, group.worth, group.rings, strict=True):
            may = (group.needs <= ring) & ~np.isin(group.rows, list(group.barred.get(one.id, ())))
            table[lines[one.id], group.rows[may]] = worth + group.points[may]
    return table, lines


ROUNDING = 1e-9  # the two sums are made in different orders


def _gap(seed: int, waiting: int, agents: int) -> float:
    groups = groups_of(seed, waiting, agents)
    table, lines = table_of(groups)
    pairs, _ = solving.best(solving.pruned(groups))
    ours = sum(float(table[lines[one.id], row]) for one, row in pairs)
    command = [sys.executable, "-m", "benchmarks.dispatch.dense", str(seed), str(waiting), str(agents)]
    answer = subprocess.run(command, cwd=state.CHECKOUT, capture_output=True, text=True, check=True)
    best, seconds = map(float, answer.stdout.split())
    say(f"ours {ours:.2f}, the best {best:.2f}; the dense solver took {seconds:.2f} s")
    gap = 1 - ours / best
    assert gap > -ROUNDING, "better than the best there is"
    return max(gap, 0.0)
