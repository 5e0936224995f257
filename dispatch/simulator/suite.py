"""Policies against each other over seeds and loads, in as many processes as there are cores. Deterministic by seed."""

import multiprocessing
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

from dispatch.simulator import intervals, measures
from dispatch.simulator.engine import Engine
from dispatch.simulator.intervals import Interval
from dispatch.simulator.measures import Figures
from dispatch.simulator.policies import POLICIES
from dispatch.simulator.scenes import Scene

LOWER_IS_BETTER = ("p50_s", "p95_s", "mean_s", "abandon", "language_mismatch")
CUSTOMERS = ("sl20", *LOWER_IS_BETTER)
Results = Mapping[str, Sequence[Figures]]  # policy -> figures in the order of seeds


@dataclass(frozen=True, slots=True)
class Job:
    """One scene and seed: every policy meets the same people."""

    scene: Scene
    seed: int
    policies: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """One figure of two policies: the ratio where both have one in each seed, and the difference."""

    figure: str
    ratio: Interval | None
    difference: Interval

    @property
    def better(self) -> bool:
        """Better, with the interval of the ratio (of the difference, where there is no ratio) clear of no change."""
        if self.ratio:
            return self.ratio.high < 1 if self.figure in LOWER_IS_BETTER else self.ratio.low > 1
        return self.difference.high < 0 if self.figure in LOWER_IS_BETTER else self.difference.low > 0


def run(job: Job) -> dict[str, Figures]:
    """The figures of each policy."""
    staff, customers = job.scene.cast(job.seed)
    found = {}
    for name in job.policies:
        engine = Engine(job.scene.world, staff, customers, POLICIES[name](), seed=job.seed)
        found[name] = measures.of(engine, engine.run(until_s=job.scene.span.end_s), job.scene.span)
    return found


def results(
    scene: Scene, seeds: Sequence[int], policies: Sequence[str], *, workers: int, tell: Callable[[str], None]
) -> Results:
    """Figures of each policy for each seed."""
    jobs = [Job(scene, seed, tuple(policies)) for seed in seeds]
    found: dict[str, list[Figures]] = {name: [] for name in policies}
    with _mapped(workers) as each:
        for job, figures in zip(jobs, each(run, jobs), strict=True):
            tell(f"load {scene.world.load:.2f}, seed {job.seed}")
            for name, one in figures.items():
                found[name].append(one)
    return found


@contextmanager
def _mapped(workers: int) -> Iterator[Callable[..., Iterator[dict[str, Figures]]]]:
    """`map`, over processes if there is more than one. They are begun afresh: nothing open is shared with them."""
    if workers <= 1:
        yield map
        return
    with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn")) as pool:
        yield pool.map


def mean(figures: Sequence[Figures]) -> dict[str, float]:
    """The mean over seeds of each figure."""
    rows = [one.as_dict() for one in figures]
    return {name: intervals.mean([row[name] for row in rows]).value for name in rows[0]}


def compare(ours: Sequence[Figures], theirs: Sequence[Figures]) -> list[Comparison]:
    """Every figure a customer feels, seed by seed."""
    found = []
    for figure in CUSTOMERS:
        pair = [[one.as_dict()[figure] for one in side] for side in (ours, theirs)]
        found.append(Comparison(figure, intervals.ratio(*pair), intervals.difference(*pair)))
    return found
