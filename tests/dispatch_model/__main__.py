"""Usage: python -m tests.dispatch_model [--operations N] [--seed K] [--processes P] [--fresh]

Random operations of the ride against the product's own planner, every invariant looked at after each. The whole is cut
into histories of 5,000 operations, numbered from the seed; each is kept in one file of the state folder as it is done,
so that an interrupted run goes on where it ended. Ends with status 1 when something broke.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from pathlib import Path

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


def played(seed: int, histories: int, processes: int, *, fresh: bool) -> Iterator[Block]:
    """Every block, those kept first."""
    blocks = [(at, min(BLOCK, histories - at * BLOCK)) for at in range(-(-histories // BLOCK))]
    whole = {} if fresh else kept(seed)
    done = {at: whole[at] for at, size in blocks if at in whole and sum(whole[at].operations.values()) == size * LENGTH}
    yield from done.values()
    left = [(at, size) for at, size in blocks if at not in done]
    with ProcessPoolExecutor(processes) as pool, file().open("ab") as lines:
        for block in pool.map(run_block, [seed] * len(left), *zip(*left, strict=True)) if left else ():
            lines.write(msgspec.json.encode(block) + b"\n")
            lines.flush()
            yield block


def parse(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.dispatch_model", description=__doc__.split("\n\n")[1])
    parser.add_argument("--operations", type=int, default=100_000, help="how many, rounded up to whole histories")
    parser.add_argument("--seed", type=int, default=1, help="another seed, other histories")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--fresh", action="store_true", help="play again what is kept")
    given = parser.parse_args(words)
    if min(given.operations, given.processes) < 1 or given.seed < 0:
        parser.error("operations and processes are at least 1, a seed is at least 0")
    return given


def main(words: Sequence[str]) -> int:
    given = parse(words)
    histories = -(-given.operations // LENGTH)
    operations, refused = Counter[str](), Counter[str]()
    placed, cpu, faults = 0, 0.0, list[str]()
    for block in played(given.seed, histories, given.processes, fresh=given.fresh):
        operations.update(block.operations)
        refused.update(block.refused)
        placed, cpu, faults = placed + block.placed, cpu + block.cpu_seconds, [*faults, *block.faults]
        print(f"{sum(operations.values()):>12,} operations, {len(faults)} broken", file=sys.stderr)
    for kind, many in operations.most_common():
        print(f"{kind:<16} {many:>12,}  refused {refused[kind]:>12,}")
    print(f"\n{sum(operations.values()):,} operations, {placed:,} offers made, {cpu:,.0f} s of CPU")
    print(*(faults or ["Every invariant held after every operation."]), sep="\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
