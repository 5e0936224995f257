"""How many times Erlang's places it takes: a forecast day is simulated until the level that was asked for holds.

Erlang knows neither rings nor countdowns nor people who step away. The simulator runs the product's own planning, so
the difference between the two is what the formula leaves out.
"""

import logging
from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from django.db.models import F, Q

from brands.models import Brand
from dispatch import what_if_inputs, what_if_runs
from dispatch.changes import NOTHING
from dispatch.simulator import days
from dispatch.simulator.days import HALF_S, DayPlan, Planned
from shifts import saying, staffed
from shifts.models import Outlook, Staffing

log = logging.getLogger(__name__)

AGAIN = timedelta(days=7)
GRID = tuple(n / 20 for n in range(16, 41))  # 0.80 to 2.00
ENOUGH_CUSTOMERS = 3_000  # of all simulated days together: a share is known to 0.7 points then
MOST_DAYS = 10
NEAR = 0.005
Seats = Mapping[tuple[str, str], Sequence[int]]  # (topic, language) -> seats in each half hour


@dataclass(frozen=True, slots=True)
class Found:
    """The least correction of the grid that holds the level, the level with it, and the level without any.

    Where no correction holds it, since some offers end unanswered however many people there are: the least that comes
    as near as the most does.
    """

    correction: float
    level: float
    erlang_level: float


def measure_due(*, now: datetime) -> int:
    """Each brand that leaves the correction to us, once a week and after a change of what it asks; how many. Done twice
    at once, it finds the same twice."""
    due = Staffing.objects.filter(correction=None, brand__active=True)
    due = due.filter(Q(simulated_at=None) | Q(simulated_at__lte=now - AGAIN) | Q(simulated_at__lt=F("set_at")))
    return sum(_measured(asked, now=now) for asked in due.select_related("brand").order_by("brand_id"))


def _measured(asked: Staffing, *, now: datetime) -> bool:
    """A brand whose day cannot be simulated keeps no other waiting."""
    try:
        return measure(asked, now=now)
    except (ArithmeticError, LookupError, TypeError, ValueError):
        log.exception("The staffing of brand %s cannot be simulated", asked.brand_id)
        return False


def measure(asked: Staffing, *, now: datetime) -> bool:
    """The brand's correction is that of its busiest day ahead; False where nothing is forecast."""
    on = _busiest(asked.brand, now)
    if on is None:
        return False
    terms = staffed.terms_of(asked.brand, asked, now=now)
    plan = what_if_runs.plan_of(what_if_inputs.of_day(asked.brand, on, now=now))

    def seats(correction: float) -> Seats:
        wanted = replace(terms, aim=replace(terms.aim, correction=correction))
        return staffed.seats_by_class(asked.brand, on, wanted)

    found = find(plan, seats, asked.share)
    told = {"correction": found.correction, "level": found.level, "erlang_level": found.erlang_level}
    saying.keep_simulated(asked.brand_id, **told, now=now)
    return True


def _busiest(brand: Brand, now: datetime) -> date | None:
    """The day of the coming seven of which most is expected, if more than nothing is."""
    today = now.astimezone(ZoneInfo(brand.timezone)).date()
    coming = Outlook.objects.filter(brand=brand, day__gt=today, day__lte=today + timedelta(days=7))
    expected: dict[date, float] = {}
    for day, middle in coming.values_list("day", "middle"):
        expected[day] = expected.get(day, 0.0) + sum(middle)
    best = max(expected, key=lambda day: (expected[day], -day.toordinal()), default=None)
    return best if best is not None and expected[best] > 0 else None


def find(plan: DayPlan, seats: Callable[[float], Seats], share: float) -> Found:
    """The level rises with the seats, so that half of the grid is ruled out by each simulation."""
    expected = sum(one.mean for one in plan.expected)
    seeds = range(1, 1 + max(1, min(MOST_DAYS, round(ENOUGH_CUSTOMERS / max(expected, 1.0)))))

    @cache
    def level(correction: float) -> float:
        staffed_plan = replace(plan, planned=stretches(seats(correction)))
        outcomes = [days.simulate(staffed_plan, NOTHING, seed) for seed in seeds]
        came = sum(sum(one.came) for one in outcomes)
        return sum(sum(one.in_time) for one in outcomes) / came if came else 1.0

    within_reach = min(share, level(GRID[-1]) - NEAR)
    correction = GRID[bisect_left(GRID, True, key=lambda correction: level(correction) >= within_reach)]
    return Found(correction, round(level(correction), 4), round(level(1.0), 4))


def stretches(seats: Seats) -> tuple[Planned, ...]:
    """Each seat is sat in for as long as half hours in a row ask for it."""
    found = []
    for (topic, language), wanted in sorted(seats.items()):
        for number in range(max(wanted, default=0)):
            needed = [n for n, count in enumerate(wanted) if count > number]
            begins = [n for n in needed if n - 1 not in needed]
            ends = [n + 1 for n in needed if n + 1 not in needed]
            found += [
                Planned(HALF_S * since, HALF_S * until, topic, language)
                for since, until in zip(begins, ends, strict=True)
            ]
    return tuple(found)
