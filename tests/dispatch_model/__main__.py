"""Usage: python -m tests.dispatch_model [--operations N] [--seed K] [--processes P] [--minutes M] [--fresh]

Random operations of the ride against the product's own planner, every invariant looked at after each. The whole is cut
into histories of 5,000 operations, numbered from the seed; each is kept in one file of the state folder as it is done,
so that an interrupted run goes on where it ended. Progress goes to the second output, one line of JSON to the first.
Ends with status 1 when something broke, 2 when `--minutes` were over before all was played.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from functools import cache
from pathlib import Path
from threading import Timer
from typing import Any

import msgspec

from marketplace.local import state
from marketplace.local.state import CHECKOUT
from tests.dispatch_model.play import LENGTH, InvariantError, Tally, play

BLOCK = 20  # histories a process plays before it reports
STRIDE = 1_000_000  # histories of one seed never meet those of another


DECIDING = ("dispatch/matching", "tests/dispatch_model")


@cache
def tree() -> str:
    """A hash over what decides how a history goes: the planner, the waits and the model."""
    digest = hashlib.sha256((CHECKOUT / "marketplace/waits.py").read_bytes())
    for folder in DECIDING:
        for source in sorted((CHECKOUT / folder).rglob("*.py")):
            digest.update(source.read_bytes())
    return digest.hexdigest()[:12]


class Block(msgspec.Struct, kw_only=True):
    """Some histories of one seed on one tree, as they were played."""

    tree: str
    seed: int
    block: int
    operations: dict[str, int]
    refused: dict[str, int]
    placed: int
    cpu_seconds: float
    faults: list[str]


def file() -> Path:
    return state.make(state.make_state(state.folder()) / "dispatch_model") / "results.jsonl"


def run_block(seed: int, block: int, histories: int) -> Block:
    """Play these histories; one that breaks ends there, and the next goes on."""
    tally, began = Tally(), time.process_time()
    for number in range(block * BLOCK, block * BLOCK + histories):
        try:
            play(seed * STRIDE + number, LENGTH, tally)
        except InvariantError as broken:
            tally.faults.append(str(broken))
    return Block(
        tree=tree(),
        seed=seed,
        block=block,
        operations=dict(tally.operations),
        refused=dict(tally.refused),
        placed=tally.placed,
        cpu_seconds=round(time.process_time() - began, 3),
        faults=tally.faults,
    )


def kept(seed: int) -> dict[int, Block]:
    """The blocks of this seed that this tree has played whole; a line torn by a crash is passed over."""
    found: dict[int, Block] = {}
    for line in file().read_bytes().splitlines() if file().exists() else ():
        try:
            block = msgspec.json.decode(line, type=Block)
        except msgspec.DecodeError:
            continue
        if (block.tree, block.seed) == (tree(), seed):
            found[block.block] = block
    return found


def played(seed: int, histories: int, processes: int, *, minutes: float | None, fresh: bool) -> Iterator[Block]:
    """Every block, those kept first; none is begun once the minutes are over."""
    blocks = [(at, min(BLOCK, histories - at * BLOCK)) for at in range(-(-histories // BLOCK))]
    whole = {} if fresh else kept(seed)
    done = {at: whole[at] for at, size in blocks if at in whole and sum(whole[at].operations.values()) == size * LENGTH}
    yield from done.values()
    left = [(at, size) for at, size in blocks if at not in done]
    with ProcessPoolExecutor(processes) as pool, file().open("ab") as lines:
        begun = [pool.submit(run_block, seed, at, size) for at, size in left]
        over = Timer(60 * (minutes or 0), lambda: [each.cancel() for each in begun])
        if minutes is not None:
            over.start()
        for each in as_completed(begun):
            if not each.cancelled():
                lines.write(msgspec.json.encode(each.result()) + b"\n")
                lines.flush()
                yield each.result()
        over.cancel()


def parse(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.dispatch_model", description=__doc__.split("\n\n")[1])
    parser.add_argument("--operations", type=int, default=100_000, help="how many, rounded up to whole histories")
    parser.add_argument("--seed", type=int, default=1, help="another seed, other histories")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--minutes", type=float, help="begin nothing more after so long")
    parser.add_argument("--fresh", action="store_true", help="play again what is kept")
    given = parser.parse_args(words)
    if min(given.operations, given.processes) < 1 or given.seed < 0:
        parser.error("operations and processes are at least 1, a seed is at least 0")
    if given.minutes is not None and given.minutes <= 0:
        parser.error("minutes are more than 0")
    return given


def summed(blocks: Iterable[Block], *, asked: int, seed: int) -> dict[str, Any]:
    """One line of all blocks: `operations` is what was played of the `asked`."""
    operations, refused = Counter[str](), Counter[str]()
    placed, cpu, faults = 0, 0.0, list[str]()
    for block in blocks:
        operations.update(block.operations)
        refused.update(block.refused)
        placed, cpu, faults = placed + block.placed, cpu + block.cpu_seconds, [*faults, *block.faults]
        print(f"{operations.total():>12,} operations, {len(faults)} broken", file=sys.stderr, flush=True)
    return {
        "seed": seed,
        "tree": tree(),
        "asked": asked,
        "operations": operations.total(),
        "violations": len(faults),
        "offers": placed,
        "cpu_seconds": round(cpu, 1),
        "by_kind": dict(operations.most_common()),
        "refused": dict(refused.most_common()),
        "faults": faults,
    }


def main(words: Sequence[str]) -> int:
    given = parse(words)
    histories = -(-given.operations // LENGTH)
    blocks = played(given.seed, histories, given.processes, minutes=given.minutes, fresh=given.fresh)
    told = summed(blocks, asked=histories * LENGTH, seed=given.seed)
    for fault in told["faults"]:
        print(fault, file=sys.stderr)
    print(msgspec.json.encode(told).decode())
    if told["violations"]:
        return 1
    return 0 if told["operations"] == told["asked"] else 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
