"""Answers to what-ifs: the day is simulated before and after, seed by seed, ten times or until time is over."""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from dispatch import what_ifs
from dispatch.changes import NOTHING, Change
from dispatch.models import WhatIf
from dispatch.simulator import days, intervals
from dispatch.simulator.days import DayPlan, Expected, Known, Outcome, Planned
from dispatch.simulator.intervals import Interval

log = logging.getLogger(__name__)

FEWEST_DAYS = 3
LONGEST = timedelta(seconds=60)  # then the days done so far have to do: the queue has other work
FIGURES = ("sl20", "abandon", "p95_s", "occupancy", "customers")
Pair = tuple[Outcome, Outcome]


def run(taken: WhatIf, *, clock: Callable[[], datetime], longest: timedelta = LONGEST) -> WhatIf:
    """The question is answered with its result and a sentence, or has failed; a cancelled one is let go of."""
    try:
        plan, change = plan_of(taken.inputs), Change(**taken.change)
        began, pairs = clock(), list[Pair]()
        for seed in range(1, taken.days_wanted + 1):
            pairs.append((days.simulate(plan, NOTHING, seed), days.simulate(plan, change, seed)))
            if not what_ifs.go_on(taken, days_done=seed, now=clock()):
                return _as_it_stands(taken)
            if seed >= FEWEST_DAYS and clock() - began > longest:
                break
        result = result_of(pairs)
        what_ifs.end(taken, WhatIf.State.DONE, now=clock(), result=result, sentence=sentence(result, plan.target_s))
    except (ArithmeticError, LookupError, TypeError, ValueError):
        log.exception("what-if %s cannot be answered", taken.pk)
        what_ifs.end(taken, WhatIf.State.FAILED, now=clock(), sentence="This day could not be simulated.")
    return _as_it_stands(taken)


def _as_it_stands(taken: WhatIf) -> WhatIf:
    taken.refresh_from_db()
    return taken


def plan_of(inputs: dict[str, Any]) -> DayPlan:
    """The frozen day as the simulator takes it."""
    return DayPlan(
        families={family: tuple(topics) for family, topics in inputs["families"].items()},
        expected=tuple(Expected(at, topic, language, mean) for at, topic, language, mean in inputs["expected"]),
        planned=tuple(
            Planned(begins, ends, topic, language, Known(*holder) if holder else None)
            for begins, ends, topic, language, holder in inputs["planned"]
        ),
        pool=tuple(Known(*one) for one in inputs["pool"]),
        handling_s={(topic, language): seconds for topic, language, seconds in inputs["handling"]},
        patience_s=inputs["patience_s"],
        concurrency=inputs["concurrency"],
        shrinkage=inputs["shrinkage"],
        countdown_s=inputs["countdown_s"],
        target_s=inputs["target_s"],
        ends_s=inputs["ends_s"],
    )


def result_of(pairs: Sequence[Pair]) -> dict[str, Any]:
    """Means before and after, the difference with its 95 % interval, and the half hours of all days together."""
    figures = {name: _compared(name, pairs) for name in FIGURES}
    halves = [
        [sum(column) for column in zip(*(_half(pair, n) for pair in pairs), strict=True)]
        for n in range(len(pairs[0][0].came))
    ]
    return {"days": len(pairs), "figures": figures, "halves": halves}


def _half(pair: Pair, n: int) -> tuple[int, int, int, int]:
    """(came, answered in time) before and after."""
    before, after = pair
    return before.came[n], before.in_time[n], after.came[n], after.in_time[n]


def _compared(name: str, pairs: Sequence[Pair]) -> dict[str, float]:
    before, after = ([float(getattr(one.figures, name)) for one in side] for side in zip(*pairs, strict=True))
    difference = intervals.difference(after, before)
    return {
        "before": round(intervals.mean(before).value, 4),
        "after": round(intervals.mean(after).value, 4),
        "difference": round(difference.value, 4),
        "low": round(difference.low, 4),
        "high": round(difference.high, 4),
    }


def sentence(result: dict[str, Any], target_s: float) -> str:
    """The answer as an operator would say it."""
    level, gone = (result["figures"][name] for name in ("sl20", "abandon"))
    told = (
        f"{level['after']:.0%} are answered within {target_s:g} s instead of {level['before']:.0%}"
        f" ({_points(level)}), and {gone['after']:.1%} give up instead of {gone['before']:.1%} ({_points(gone)})."
    )
    return f"{told} From {result['days']} simulated days, each with the same customers before and after."


def _points(of: dict[str, float]) -> str:
    """A difference of shares in points with its interval, or that none is sure."""
    found = Interval(*(100 * of[name] for name in ("difference", "low", "high")))
    if not found.clear_of(0.0):
        return "no difference that is sure"
    return f"{found.value:+.1f} points, surely between {found.low:+.1f} and {found.high:+.1f}"
