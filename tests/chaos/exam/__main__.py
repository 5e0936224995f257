"""The exam of the rig: twenty planted bugs, each in a copy of the tree; does the oracle tell?

Usage: python -m tests.chaos.exam [NUMBERS] (1-20, 3,7). A bug is caught when the oracle says one of its sentences
about a seed that the sound tree then holds, with the same faults; a world that does not start, a seed that cannot be
run, or one that is only slow, does not count. Exits 1 below 18 of 20.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from marketplace.local.state import CHECKOUT

HERE = Path(__file__).resolve().parent
NEEDED = 18
TRY_SECONDS = 150.0
SOUND = "00-sound"
BORROWED = (".venv", "web/node_modules", "web/dist")
SENTENCE = re.compile(r"^\s+(?!SLOW)([A-Z][A-Z ]+): ")  # how the oracle's sentences begin; a sound tree may be slow

# The faults under which a bug of this kind would show, in the order in which they are tried: chosen by the kind alone.
TRIES: dict[int, tuple[str, ...]] = {
    1: ("accept races", "accept races,clients cut"),
    2: ("bus cut", "kill valkey"),
    3: ("kill postgres", "kill postgres,kill a backend"),
    4: ("clients cut", "reconnect storm"),
    5: ("accept races", "rows locked"),
    6: ("postgres slow", "answers lost"),
    7: ("agents vanish",),
    8: ("freeze valkey 120", "bus silent"),
    9: ("kill web", "freeze web 30"),
    10: ("agents vanish",),
    11: ("accept races",),
    12: ("accept races",),
    13: ("no beat", "accept races", "tasks lost"),
    14: ("agents logged out", "agents deactivated"),
    15: ("accept races", "slow readers"),
    16: ("freeze valkey 120", "bus silent"),
    17: ("accept races",),
    18: ("accept races", "clients cut"),
    19: ("accept races",),
    20: ("clock of web", "clock of dispatcher"),
}


@dataclass(frozen=True)
class Outcome:
    """What one bug came to: the sentence that told, under which seed and faults, or why none did."""

    name: str
    caught: bool
    words: str
    seconds: float
    seed: int = 0
    faults: str = ""


def patches() -> dict[int, Path]:
    """The planted bugs by number."""
    return {int(path.name[:2]): path for path in sorted(HERE.glob("*.patch"))}


@contextmanager
def copied(patch: Path | None) -> Iterator[Path]:
    """A copy of this tree, as it stands, with the bug in it, and a state folder of its own. Gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="beckon-exam-", dir="/tmp") as folder:
        home = Path(folder) / "tree"
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=CHECKOUT, capture_output=True, check=True, text=True,
        ).stdout  # fmt: skip
        for name in filter(None, listed.split("\0")):
            if (CHECKOUT / name).is_file():
                (home / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(CHECKOUT / name, home / name)
        for name in BORROWED:
            (home / name).unlink(missing_ok=True)
            (home / name).symlink_to((CHECKOUT / name).resolve())
        if patch is not None:
            subprocess.run(["git", "apply", "--unsafe-paths", f"--directory={home}", str(patch)], cwd="/", check=True)
        Path(folder).chmod(0o711)
        yield home


def sit(patch: Path | None, tries: Mapping[int, str]) -> Outcome:
    """One bug, or none, under one choice of faults (by seed) after another, until the oracle tells."""
    began, name, words = time.monotonic(), patch.stem if patch else SOUND, "nothing was told"
    with copied(patch) as home:
        for seed, faults in tries.items():
            said = run(home, seed, faults)
            told = [line.strip() for line in said.splitlines() if SENTENCE.match(line)]
            if told:
                return Outcome(name, True, f"{faults}: {told[0]}", time.monotonic() - began, seed, faults)
            words = f"{faults}: " + (" | ".join(said.strip().splitlines()[-3:]) or "nothing was told")
    return Outcome(name, False, words, time.monotonic() - began)


def run(home: Path, seed: int, faults: str) -> str:
    """What the rig of that tree prints about one seed under these faults."""
    environment = os.environ | {"BECKON_STATE_DIR": str(home.parent / "state")}
    command = [str(home / ".venv/bin/python"), "-m", "tests.chaos", str(seed), "--again", "--faults", faults]
    child = subprocess.Popen(
        command, cwd=home, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        start_new_session=True,
    )  # fmt: skip
    try:
        said, _ = child.communicate(timeout=TRY_SECONDS)
    except subprocess.TimeoutExpired:
        child.send_signal(signal.SIGINT)
        said, _ = child.communicate(timeout=30)
    finally:
        if child.poll() is None:
            os.killpg(child.pid, signal.SIGKILL)
    return said


def report(outcome: Outcome) -> None:
    verdict = {True: ("held", "told"), False: ("missed", "caught")}[outcome.name == SOUND][outcome.caught]
    print(f"{outcome.name}: {verdict} in {outcome.seconds:.0f} s; {outcome.words[:400]}", flush=True)


def main(words: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos.exam", description=__doc__)
    parser.add_argument("numbers", nargs="?", default="", help="1-20, or 3,7; all where none is named")
    asked = parser.parse_args(words)
    wanted = [number for number in patches() if not asked.numbers or number in numbers(asked.numbers)]
    sound: dict[tuple[int, str], Outcome] = {}
    outcomes = []
    for number in wanted:
        outcome = sit(patches()[number], dict(enumerate(TRIES[number], start=1)))
        outcomes.append(_against_sound(outcome, sound))
        report(outcomes[-1])
    caught = sum(outcome.caught for outcome in outcomes)
    print(f"{caught} of {len(outcomes)} caught in {sum(each.seconds for each in outcomes) / 60:.0f} min", flush=True)
    return 0 if caught >= min(NEEDED, len(outcomes)) else 1


def _against_sound(outcome: Outcome, sound: dict[tuple[int, str], Outcome]) -> Outcome:
    """Nothing is caught by a sentence that the sound tree is told as well."""
    tried = (outcome.seed, outcome.faults)
    if not outcome.caught:
        return outcome
    if tried not in sound:
        sound[tried] = sit(None, {outcome.seed: outcome.faults})
        report(sound[tried])
    if not sound[tried].caught:
        return outcome
    return replace(outcome, caught=False, words=f"the sound tree is told too: {sound[tried].words}")


def numbers(words: str) -> set[int]:
    """`3,7-9` is {3, 7, 8, 9}."""
    found: set[int] = set()
    for part in words.split(","):
        first, _, last = part.partition("-")
        found.update(range(int(first), int(last or first) + 1))
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
