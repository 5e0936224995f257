"""Usage: python -m benchmarks [NAME [--figure F] [--quick]]

Prints one JSON object a line for each figure on standard output; progress and prose go to standard error. Without a
name it lists what can be measured. With DATABASE_URL, DATABASE_OWNER_URL and REDIS_URL it measures on those servers.
"""

import argparse
import importlib
import sys
from itertools import groupby

from benchmarks.figures import BENCHMARKS, FULL, QUICK, SMOKE, Figure, Scale, say
from benchmarks.ground import Ground
from marketplace.local.state import Trouble


def main(words: list[str]) -> int:
    given = _parser().parse_args(words)
    if given.name is None:
        print(listing())
        return 0
    chosen = [figure for figure in BENCHMARKS[given.name] if given.figure in (None, figure.name)]
    if not chosen:
        known = ", ".join(figure.name for figure in BENCHMARKS[given.name])
        say(f"{given.name} has no figure {given.figure}: it has {known}.")
        return 2
    try:
        run(chosen, SMOKE if given.smoke else QUICK if given.quick else FULL)
    except Trouble as trouble:
        say(f"beckon: {trouble}")
        return 1
    return 0


def run(chosen: list[Figure], scale: Scale) -> None:
    """Prints the chosen figures; those of one module come out of the same rounds."""
    with Ground() as ground:
        for name, figures in groupby(chosen, key=lambda figure: figure.measured_by):
            wanted = {figure.name: figure for figure in figures}
            if any(figure.needs_servers for figure in wanted.values()):
                assert ground.urls  # the module below needs Django, which needs the servers
            say(f"{', '.join(wanted)}: {scale.rounds} rounds")
            for result in importlib.import_module(name).measure(ground, scale):
                if result.figure in wanted:
                    print(result.line(), flush=True)
                    say(f"promised: {wanted[result.figure].promise}")


def listing() -> str:
    lines = ["What can be measured, and what is promised:"]
    for name, figures in BENCHMARKS.items():
        lines += ["", f'  make bench NAME={name} ARGS="--quick"']
        lines += [f"      --figure {figure.name:<22} {figure.promise}" for figure in figures]
    return "\n".join(lines)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure what is promised.")
    parser.add_argument("name", nargs="?", choices=list(BENCHMARKS), help="without it: list what can be measured")
    parser.add_argument("--figure", help="only this one")
    parser.add_argument("--quick", action="store_true", help="at most 45 s a figure, on two cores")
    parser.add_argument(
        "--smoke", action="store_true", help="a trial of the benchmark itself; its numbers mean nothing"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
