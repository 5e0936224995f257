"""The table of runs and seeds in docs/reliability.md, between two markers; the words around it are people's."""

from __future__ import annotations

from collections import defaultdict
from itertools import groupby

from marketplace.local.state import CHECKOUT
from tests.chaos import results
from tests.chaos.results import Result

PAGE = CHECKOUT / "docs" / "reliability.md"
SHOWN = 160  # of a sentence
BEGIN, END = "<!-- runs: written by python -m tests.chaos report -->", "<!-- end of runs -->"


def write() -> str:
    """The page holds the table of the tree that ran last, one result a seed and mode; returns a word about it."""
    page = PAGE.read_text()
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    assert after, f"{PAGE} has lost its markers"
    kept = list(results.kept())
    tree = kept[-1].tree if kept else results.tree()
    found = {(each.mode, each.seed): each for each in kept if each.tree == tree}
    PAGE.write_text(f"{before}{BEGIN}\n\n{table(list(found.values()))}\n{END}{after}")
    own = "" if tree == results.tree() else ", which is not the tree as it stands"
    return f"{len(found)} results of tree {tree}{own} written to {PAGE.relative_to(CHECKOUT)}"


def table(found: list[Result]) -> str:
    """One row a mode, then what broke, then each fault with the seeds that met it."""
    if not found:
        return "No run yet.\n"
    lines = [
        f"Tree `{found[0].tree}`, last seed run {max(each.at for each in found)[:10]}.",
        "",
        "| scale | seeds | held | acknowledged messages | median seconds a seed | longest |",
        "|---|---|---|---|---|---|",
    ]
    found = sorted(found, key=lambda each: (each.mode, each.seed))
    for mode, each in groupby(found, key=lambda result: result.mode):
        lines.append(_row(mode, list(each)))
    lines += _broken(found) + _by_fault(found)
    return "\n".join(lines) + "\n"


def _row(mode: str, group: list[Result]) -> str:
    seconds = sorted(each.seconds for each in group)
    held, acked = sum(each.held for each in group), sum(each.acked for each in group)
    numbers, median = spans([each.seed for each in group]), seconds[len(seconds) // 2]
    return f"| {mode} | {numbers} | {held} of {len(group)} | {acked:,} | {median:.0f} | {seconds[-1]:.0f} |"


def _broken(found: list[Result]) -> list[str]:
    lines = [f"- seed {each.seed} ({each.mode}): {each.broke[0][:SHOWN]}" for each in found if not each.held]
    return ["", "What broke, first sentence of each:", "", *lines] if lines else ["", "Nothing broke."]


def _by_fault(found: list[Result]) -> list[str]:
    seeds: dict[str, list[Result]] = defaultdict(list)
    for each in found:
        for fault in set(each.faults):
            seeds[fault].append(each)
    lines = ["", "| fault | seeds | held |", "|---|---|---|"]
    for fault, met in sorted(seeds.items()):
        numbers = spans(sorted({each.seed for each in met}))
        lines.append(f"| {fault} | {numbers} | {sum(each.held for each in met)} of {len(met)} |")
    return lines


def spans(numbers: list[int]) -> str:
    """[1, 2, 3, 7] is `1-3, 7`."""
    parts: list[list[int]] = []
    for number in numbers:
        if parts and number == parts[-1][-1] + 1:
            parts[-1].append(number)
        else:
            parts.append([number])
    return ", ".join(str(part[0]) if len(part) == 1 else f"{part[0]}-{part[-1]}" for part in parts)
