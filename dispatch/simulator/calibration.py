"""Whether the waits that customers are told come true: the product's own estimate, held against what a run brought."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

import numpy as np

from dispatch import estimates
from dispatch.estimates import Level, Range, Wait
from dispatch.simulator.engine import Engine, Record
from dispatch.simulator.floor import Floor, Request, clock_of
from dispatch.simulator.measures import Span

LONGEST_WAIT = timedelta(hours=1)  # nobody has waited longer
EACH = 3  # every third customer is judged, which is as telling and quicker
Class = tuple[str | None, str | None]  # topic, language; None: of all


@dataclass(frozen=True, slots=True)
class Stand:
    """Where a customer stood as she asked: (ahead, free places) of her class, her language and all."""

    number: int
    levels: tuple[tuple[int, int], tuple[int, int], tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Calibration:
    """`inside` is of those told a range whose wait is known. `at_worst` also counts as outside whoever left earlier.

    Widths are of the ranges told, in seconds: a range from nothing to anything would always hold.
    """

    customers: int
    told: float
    inside: float
    at_worst: float
    below: float
    above: float
    median_low_s: float
    median_high_s: float
    p90_width_s: float

    def as_dict(self) -> dict[str, float]:
        return asdict(self)


class Watch:
    """Notes where each customer stands as she asks. Hand it to an engine."""

    def __init__(self) -> None:
        self.stands: list[Stand] = []

    def __call__(self, request: Request, waiting: Sequence[Request], floor: Floor) -> None:
        if request.number % EACH == 0:
            ahead = [one for one in waiting if one.urgency < request.urgency]
            self.stands.append(
                Stand(request.number, tuple(_level(of, ahead, floor) for of in classes(request)))  # type: ignore[arg-type]
            )


def classes(request: Request | Record) -> tuple[Class, Class, Class]:
    """Her class, then the pools that answer for it, as `dispatch.queue` has them."""
    return (request.topic, request.language), (None, request.language), (None, None)


def _level(of: Class, ahead: Sequence[Request], floor: Floor) -> tuple[int, int]:
    free = sum(max(0, floor.seats[at].capacity - floor.seats[at].active - floor.seats[at].held)
               for at in floor.within(of) if floor.seats[at].willing)  # fmt: skip
    return sum(of in classes(one) for one in ahead), free


def judged(stands: Sequence[Stand], records: Sequence[Record], span: Span) -> Calibration:
    """What was told within the span against what came."""
    by_number = {one.number: one for one in records}
    history = _history(records)
    told: list[tuple[Range, Record]] = []
    came = 0
    for stand in stands:
        record = by_number[stand.number]
        if span.warm_s <= record.queued_at < span.until_s and record.end != "waiting":
            came += 1
            if range_ := _told(stand, record, history):
                told.append((range_, record))
    return _counted(told, came)


def _told(stand: Stand, record: Record, history: Mapping[Class, Sequence[Wait]]) -> Range | None:
    """`estimates.estimate` from her class and as many wider pools as it will look at."""
    now = clock_of(record.queued_at)
    levels = []
    for of, (ahead, free) in zip(classes(record), stand.levels, strict=True):
        served = estimates.observed(_lately(history[of], now), now=now)
        levels.append(Level(ahead, free, served))
        if served.accepted >= estimates.ENOUGH:
            break
    return estimates.estimate(levels)


def _lately(waits: Sequence[Wait], now: datetime) -> list[Wait]:
    """Those that the window can see. What had not ended by now is seen as still going on."""
    since = now - estimates.WINDOW
    first = bisect_left(waits, since - LONGEST_WAIT, key=_since)
    last = bisect_left(waits, now, key=_since)
    return [
        one if one.ended_at is not None and one.ended_at <= now else Wait(one.since, None, accepted=False)
        for one in waits[first:last]
        if one.ended_at is None or one.ended_at > since
    ]


def _since(wait: Wait) -> datetime:
    return wait.since


def _history(records: Sequence[Record]) -> dict[Class, list[Wait]]:
    found: dict[Class, list[Wait]] = defaultdict(list)
    for one in records:
        ended = None if one.end == "waiting" else clock_of(one.queued_at + one.wait_s)
        for of in classes(one):
            found[of].append(Wait(clock_of(one.queued_at), ended, accepted=one.end == "served"))
    for waits in found.values():
        waits.sort(key=_since)
    return found


def _counted(told: Sequence[tuple[Range, Record]], came: int) -> Calibration:
    below = sum(one.wait_s < range_.low_s and one.end == "served" for range_, one in told)
    above = sum(one.wait_s > range_.high_s for range_, one in told)
    left = sum(one.end == "abandoned" and one.wait_s <= range_.high_s for range_, one in told)
    known = max(1, len(told) - left)
    return Calibration(
        customers=came,
        told=len(told) / max(1, came),
        inside=1 - (below + above) / known,
        at_worst=1 - (below + above + left) / max(1, len(told)),
        below=below / known,
        above=above / known,
        median_low_s=float(np.median([range_.low_s for range_, _ in told] or [0])),
        median_high_s=float(np.median([range_.high_s for range_, _ in told] or [0])),
        p90_width_s=float(np.percentile([range_.high_s - range_.low_s for range_, _ in told] or [0], 90)),
    )


def watched(engine: Engine, span: Span) -> Calibration:
    """Run the engine to its end and judge what was told."""
    engine.watch = watch = Watch()
    return judged(watch.stands, engine.run(until_s=span.end_s), span)
