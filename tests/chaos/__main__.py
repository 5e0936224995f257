"""Usage: python -m tests.chaos [SEEDS] [--emptied] [--true-scale] [--fresh] [--faults NAME,NAME] | report | list

SEEDS is 1-100, 7, or 3,8,20-30. Results are added to one file; seeds that this tree has already passed in this mode
are not run again (--again runs them). Ends with status 1 when any seed broke.
"""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
import time
from contextlib import AsyncExitStack, suppress
from pathlib import Path

from marketplace.local.state import Trouble
from tests.chaos import faults, report, results, run, schedule, world
from tests.chaos.leaks import Books
from tests.chaos.results import Result
from tests.chaos.schedule import Plan
from tests.chaos.world import World

HASTE = 5.0
LOGS_KEPT = 20
BEYOND_SECONDS = 240.0  # a seed that takes longer, whatever it does, has failed


def seeds(words: str) -> list[int]:
    """`3,8,20-22` is [3, 8, 20, 21, 22]."""
    found: list[int] = []
    for part in words.split(","):
        first, _, last = part.partition("-")
        found += range(int(first), int(last or first) + 1)
    return found


def parse(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("seeds", nargs="?", default="1-5", help="1-100, 7 or 3,8,20-30; or report, or list")
    parser.add_argument("--emptied", action="store_true", help="Valkey is emptied every 20 s of the true scale as well")
    parser.add_argument("--true-scale", action="store_true", help="every wait as long as in life, not a fifth of it")
    parser.add_argument("--fresh", action="store_true", help="a new world for each seed")
    parser.add_argument("--again", action="store_true", help="also seeds that this tree has passed")
    parser.add_argument("--keep", action="store_true", help="keep the logs of seeds that held, too")
    parser.add_argument("--faults", default="", help="these faults (see list), by commas, instead of the seed's own")
    return parser.parse_args(words)


def planned(given: argparse.Namespace, number: int, haste: float) -> Plan:
    if given.faults:
        return schedule.only(tuple(given.faults.split(",")), number, haste=haste)
    return schedule.plan(number, haste=haste)


class Runner:
    """One world for all seeds, made anew when a seed leaves it in disorder."""

    def __init__(self, given: argparse.Namespace) -> None:
        self.given = given
        self.haste = 1.0 if given.true_scale else HASTE
        self.stack = AsyncExitStack()
        self.world: World | None = None
        self.books = Books()

    async def all(self) -> int:
        mode = results.mode(haste=self.haste, emptied=self.given.emptied)
        wanted = seeds(self.given.seeds)
        passed = {} if self.given.again or self.given.faults else results.done(mode)
        left = [number for number in wanted if not (number in passed and passed[number].held)]
        say(f"tree {results.tree()}, {mode}: {len(left)} of {len(wanted)} seeds to run")
        broken, began = 0, time.monotonic()
        try:
            for count, number in enumerate(left, 1):
                result = await self.one(number)
                broken += not result.held
                each = (time.monotonic() - began) / count
                self.tell(result, f"{count} of {len(left)}", each * (len(left) - count))
        finally:
            await self.close()
        return 1 if broken else 0

    async def one(self, number: int) -> Result:
        place = await self.ready()
        marks = place.marks()
        plan = planned(self.given, number, self.haste)
        try:
            async with asyncio.timeout(BEYOND_SECONDS * (1 if self.haste > 1 else 2)):
                result = await run.seed(place, plan, emptied=self.given.emptied, books=self.books, keep=self.logs(plan))
        except TimeoutError:
            result = self.unfinished(plan, "the seed did not come to its end")
        except (Trouble, RuntimeError, OSError) as trouble:
            result = self.unfinished(plan, f"the seed could not be run: {trouble}")
        if not self.given.faults:
            results.keep(result)
        if not result.held or self.given.keep:
            keep_logs(self.logs(result), place, marks, result)
        if self.given.fresh or not result.held:
            await self.close()
        return result

    def unfinished(self, plan: Plan, sentence: str) -> Result:
        mode = results.mode(haste=self.haste, emptied=self.given.emptied)
        return Result(
            tree=results.tree(), mode=mode, seed=plan.seed, faults=list(plan.faults), notes=[], acked=0, seconds=0.0,
            at="", broke=[sentence],
        )  # fmt: skip

    async def ready(self) -> World:
        if self.world is None:
            began = time.monotonic()
            self.world = await self.stack.enter_async_context(world.made(haste=self.haste))
            self.books = Books()
            say(f"a world after {time.monotonic() - began:.1f} s")
        return self.world

    async def close(self) -> None:
        self.world = None
        await self.stack.aclose()

    def tell(self, result: Result, count: str, left: float) -> None:
        verdict = "held" if result.held else "BROKE"
        say(
            f"seed {result.seed} ({count}): {verdict}; {' + '.join(result.faults)}; {result.acked} acknowledged; "
            f"{result.seconds:.0f} s, others took {result.stages.get('other_cores', 0)} cores; "
            f"about {left / 60:.0f} min left"
        )
        if not result.held:
            for sentence in result.broke:
                say(f"    {sentence}")
            say(f"    {'; '.join(result.notes)}")
            say(f"    again: {self.command(result)}    logs: {self.logs(result)}")

    def logs(self, of: Plan | Result) -> Path:
        """Where the logs and the evidence of this seed are kept."""
        mode = results.mode(haste=self.haste, emptied=self.given.emptied)
        return results.folder() / "logs" / f"{results.tree()}-{mode.replace(', ', '-').replace(' ', '-')}-{of.seed}"

    def command(self, result: Result) -> str:
        words = ["python -m tests.chaos", str(result.seed), "--again"]
        words += ["--emptied"] * self.given.emptied + ["--true-scale"] * self.given.true_scale
        words += [f'--faults "{self.given.faults}"'] if self.given.faults else []
        return " ".join(words)


def keep_logs(home: Path, place: World, marks: dict[str, int], result: Result) -> None:
    """What every process said during the seed; the oldest of many such folders go."""
    home.mkdir(parents=True, exist_ok=True)
    for name, text in place.said_since(marks).items():
        (home / f"{name}.log").write_text(text)
    (home / "result.txt").write_text("\n".join([*result.broke, "", *result.notes]))
    kept = sorted(home.parent.iterdir(), key=lambda path: path.stat().st_mtime)
    for old in kept[:-LOGS_KEPT]:
        for path in old.iterdir():
            path.unlink()
        old.rmdir()


def say(text: str) -> None:
    print(text, flush=True)


async def _run(given: argparse.Namespace) -> int:
    """Ctrl-C ends the run, and with it every process of its world."""
    task = asyncio.create_task(Runner(given).all())
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    with suppress(asyncio.CancelledError):
        return await task
    return 130


def main(words: list[str]) -> int:
    given = parse(words)
    if given.seeds == "list":
        say("\n".join(f"{name}  ({fault.true_seconds:g} s)" for name, fault in faults.ALL.items()))
        return 0
    if given.seeds == "report":
        say(report.write())
        return 0
    try:
        return asyncio.run(_run(given))
    except Trouble as trouble:
        say(f"beckon: {trouble}")
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
