"""What a suite found, as a plain table, as one JSON object, and as a picture."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from html import escape
from typing import Any

from dispatch.simulator import suite
from dispatch.simulator.intervals import Interval
from dispatch.simulator.suite import Comparison, Results

COLUMNS: Mapping[str, tuple[str, float, int]] = {  # figure -> head, factor, decimals
    "sl20": ("in 20 s %", 100, 1),
    "p50_s": ("p50 s", 1, 1),
    "p95_s": ("p95 s", 1, 1),
    "abandon": ("abandoned %", 100, 2),
    "language_mismatch": ("wrong language %", 100, 2),
    "occupancy": ("occupancy %", 100, 1),
    "gini": ("Gini", 1, 3),
    "offers_per_accept": ("offers/accept", 1, 2),
}
COLOURS = ("#7C8783", "#A5B2AE", "#2B5FA8", "#0F6B62", "#9E4620", "#8A5A00")


@dataclass(frozen=True, slots=True)
class Block:
    """One scene's results under a name, compared with `against` (policy -> comparisons), ours first."""

    name: str
    seeds: int
    results: Results
    against: Mapping[str, Sequence[Comparison]]


def block(name: str, results: Results, *, ours: str, others: Sequence[str]) -> Block:
    """The results with `ours` compared with each of the others that was run."""
    seeds = len(next(iter(results.values())))
    against = {other: suite.compare(results[ours], results[other]) for other in others if other in results}
    return Block(name, seeds, results, against)


def text(blocks: Sequence[Block]) -> str:
    return "\n\n".join("\n".join([*_table(one), *_comparisons(one)]) for one in blocks)


def _table(one: Block) -> list[str]:
    heads = [head for head, _, _ in COLUMNS.values()]
    wide = max(len(name) for name in one.results)
    lines = [f"{one.name}, mean of {_count(one.seeds, 'seed')}", "  ".join([" " * wide, *heads])]
    for name, figures in one.results.items():
        mean = suite.mean(figures)
        cells = [f"{mean[figure] * by:{len(head)}.{places}f}" for figure, (head, by, places) in COLUMNS.items()]
        lines.append("  ".join([name.ljust(wide), *cells]))
    return lines


def _comparisons(one: Block) -> list[str]:
    lines = []
    for other, comparisons in one.against.items():
        told = [f"{COLUMNS[c.figure][0].removesuffix(' %')} {_said(c)}" for c in comparisons if _tells(c)]
        lines.append(f"  against {other}: {', '.join(told)}")
    if lines:
        lines.insert(0, "ratios with 95 % intervals over seeds (* clear of 1):")
    return lines


def _tells(one: Comparison) -> bool:
    """It is a column, and somebody had more than nothing of it."""
    return one.figure in COLUMNS and (one.ratio is not None or one.difference.value != 0)


def _said(one: Comparison) -> str:
    held = one.ratio or one.difference
    if math.isinf(held.high):
        return f"{held.value:.3f}"
    mark = "*" if one.better else ""
    return f"{held.value:.3f} [{held.low:.3f}, {held.high:.3f}]{mark}"


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def as_json(blocks: Sequence[Block], **about: Any) -> str:
    """One line: means, and each comparison with its interval. An endless interval is null."""
    found = [
        {
            "name": one.name,
            "seeds": one.seeds,
            "policies": {name: _rounded(suite.mean(figures)) for name, figures in one.results.items()},
            "against": {
                other: {c.figure: _compared(c) for c in comparisons} for other, comparisons in one.against.items()
            },
        }
        for one in blocks
    ]
    return json.dumps({**about, "scenes": found})


def _compared(one: Comparison) -> dict[str, Any]:
    return {
        "ratio": _interval(one.ratio) if one.ratio else None,
        "difference": _interval(one.difference),
        "better": one.better,
    }


def _interval(one: Interval) -> dict[str, float | None]:
    return {name: round(value, 6) if math.isfinite(value) else None for name, value in asdict(one).items()}


def _rounded(figures: Mapping[str, float]) -> dict[str, float]:
    return {name: round(value, 6) for name, value in figures.items()}


def chart(blocks: Sequence[Block]) -> str:
    """An SVG: a row for each scene, a group of bars for each of four figures, a bar for each policy."""
    figures = ("sl20", "p95_s", "abandon", "gini")
    width, height, top = 980, 210, 46
    names = list(dict.fromkeys(name for one in blocks for name in one.results))
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {top + height * len(blocks)}" '
        'font-family="system-ui, sans-serif" font-size="12" role="img">',
        f"<title>{escape('; '.join(one.name for one in blocks))}</title>",
        f'<rect width="{width}" height="{top + height * len(blocks)}" fill="#FFFDFA"/>',
    ]
    for place, name in enumerate(names):
        x = 20 + place * 140
        parts.append(f'<rect x="{x}" y="16" width="12" height="12" rx="2" fill="{_colour(place)}"/>')
        parts.append(f'<text x="{x + 18}" y="26" fill="#22302D">{escape(name)}</text>')
    for row, one in enumerate(blocks):
        y = top + row * height
        parts.append(f'<text x="20" y="{y + 14}" fill="#22302D" font-weight="600">{escape(one.name)}</text>')
        for column, figure in enumerate(figures):
            parts += _bars(one.results, names, figure, x=20 + column * 240, y=y + 24)
    return "\n".join([*parts, "</svg>", ""])


def _bars(results: Results, names: Sequence[str], figure: str, *, x: int, y: int) -> list[str]:
    head, by, places = COLUMNS[figure]
    values = {name: suite.mean(results[name])[figure] * by for name in names if name in results}
    most = max(values.values()) or 1.0
    parts = [f'<text x="{x}" y="{y + 12}" fill="#56635F">{escape(head)}</text>']
    for place, (name, value) in enumerate(values.items()):
        tall = 104 * value / most
        left, base = x + place * min(52, 210 // len(values)), y + 150
        colour = _colour(names.index(name))
        parts.append(f'<rect x="{left}" y="{base - tall:.1f}" width="30" height="{tall:.1f}" rx="3" fill="{colour}"/>')
        above = f'x="{left + 15}" y="{base - tall - 5:.1f}" text-anchor="middle" fill="#22302D"'
        parts.append(f"<text {above}>{value:.{places}f}</text>")
    return parts


def _colour(place: int) -> str:
    return COLOURS[place % len(COLOURS)]
