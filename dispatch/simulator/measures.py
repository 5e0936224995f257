"""What customers, agents and the business got out of one run."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np

from dispatch import fair_share
from dispatch.simulator.engine import Engine, Record

QUICKLY_S = 20.0


@dataclass(frozen=True, slots=True)
class Span:
    """Seconds. Who comes before `warm_s` finds an empty floor and is not counted; in `cool_s` the last waits end."""

    warm_s: float = 1_800.0
    measured_s: float = 5_400.0
    cool_s: float = 300.0

    @property
    def until_s(self) -> float:
        return self.warm_s + self.measured_s

    @property
    def end_s(self) -> float:
        return self.until_s + self.cool_s


@dataclass(frozen=True, slots=True)
class Figures:
    """Shares are of all customers who came in the span; waits are those of the served, until accepted.

    `gini` is of what agents earned per available slot-hour, `gini_earned` of what they earned in all.
    """

    customers: int
    served: int
    sl20: float
    p50_s: float
    p95_s: float
    mean_s: float
    abandon: float
    language_mismatch: float
    offers_per_accept: float
    handled_s: float
    occupancy: float
    gini: float
    gini_earned: float

    def as_dict(self) -> dict[str, float]:
        return asdict(self)


def of(engine: Engine, records: Sequence[Record], span: Span, *, quickly_s: float = QUICKLY_S) -> Figures:
    """The figures of a finished run; `sl20` counts who was served within `quickly_s`."""
    came = [one for one in records if span.warm_s <= one.queued_at < span.until_s]
    served = [one for one in came if one.end == "served"]
    waits = np.array([one.wait_s for one in served] or [0.0])
    done = [one.handled_s for one in served if one.handled_s]
    seats = engine.floor.seats
    places_s = sum(one.places_s(span.warm_s, span.until_s) for one in engine.staff)
    return Figures(
        customers=len(came),
        served=len(served),
        sl20=_share(sum(one.wait_s <= quickly_s for one in served), len(came)),
        p50_s=float(np.percentile(waits, 50)),
        p95_s=float(np.percentile(waits, 95)),
        mean_s=float(waits.mean()),
        abandon=_share(sum(one.end == "abandoned" for one in came), len(came)),
        language_mismatch=_share(sum(not one.speaks for one in served), len(served)),
        offers_per_accept=sum(one.offers for one in came) / max(1, len(served)),
        handled_s=float(np.mean(done)) if done else 0.0,
        occupancy=_share(engine.busy_s(span.warm_s, span.until_s), places_s),
        gini=fair_share.gini([seat.earned_minor / max(seat.slot_hours(engine.now), 1e-9) for seat in seats]),
        gini_earned=fair_share.gini([seat.earned_minor for seat in seats]),
    )


def _share(some: float, all_: float) -> float:
    return some / all_ if all_ else 0.0
