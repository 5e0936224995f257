"""What every seed came to: one JSON line each, in one file of the state folder, only ever added to."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import msgspec

from marketplace.local import state
from marketplace.local.state import CHECKOUT

SOURCES = ("*.py", "*.sql", "requirements.lock")
NOT_RUN = {"docs", "web", "benchmarks", "tools"}  # what no process of the world reads
TESTS = ("tests/chaos", "tests/stranger", "tests/databases.py")


class Result(msgspec.Struct, kw_only=True):
    """One seed of one tree in one mode. It held when `broke` is empty."""

    tree: str
    mode: str
    seed: int
    faults: list[str]
    notes: list[str]
    acked: int
    seconds: float
    at: str
    broke: list[str]
    census: dict[str, dict[str, float]] = {}
    stages: dict[str, float] = {}

    @property
    def held(self) -> bool:
        return not self.broke


@cache
def tree() -> str:
    """A hash over everything that decides how a seed goes: the product's code and the rig's."""
    digest = hashlib.sha256()
    for file in sorted(set(_sources())):
        digest.update(str(file.relative_to(CHECKOUT)).encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()[:12]


def _sources() -> Iterator[Path]:
    apps = [path for path in CHECKOUT.iterdir() if path.is_dir() and not path.name.startswith(".")]
    for app in apps:
        if app.name not in NOT_RUN | {"tests"}:
            yield from (file for pattern in SOURCES[:2] for file in app.rglob(pattern))
    yield CHECKOUT / "requirements.lock"
    for place in TESTS:
        path = CHECKOUT / place
        yield from path.rglob("*.py") if path.is_dir() else [path]


def mode(*, haste: float, emptied: bool) -> str:
    """How a run was made, in a word or two."""
    scale = "true scale" if haste == 1 else f"one {_ORDINALS.get(haste, f'{haste:g}th')}"
    return f"{scale}, emptied" if emptied else scale


_ORDINALS = {5.0: "fifth", 2.0: "half"}


def folder() -> Path:
    return state.make(state.make_state(state.folder()) / "chaos")


def file() -> Path:
    return folder() / "results.jsonl"


def keep(result: Result) -> None:
    with file().open("ab") as lines:
        lines.write(msgspec.json.encode(result) + b"\n")


def kept() -> list[Result]:
    """All results ever kept here, the oldest first; a line torn by a crash is passed over."""
    if not file().exists():
        return []
    found = []
    for line in file().read_bytes().splitlines():
        try:
            found.append(msgspec.json.decode(line, type=Result))
        except msgspec.DecodeError:
            continue
    return found


def done(mode: str) -> dict[int, Result]:
    """The last result of each seed, of this tree in this mode."""
    return {each.seed: each for each in kept() if each.tree == tree() and each.mode == mode}
