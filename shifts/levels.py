"""What service a day will have, and which seats a service level asks for: as the staffing of stored outlooks counts
them, for any goal that somebody tries out. Computed, not stored."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from brands.models import Brand
from shifts import staffed
from shifts.measured import Fact
from shifts.outlooks import Day
from shifts.staffed import Terms
from shifts.staffing import needs
from shifts.staffing.erlang import Service
from shifts.staffing.needs import Crew, Forecast


@dataclass(frozen=True, slots=True)
class Level:
    """One half hour of a language: seats needed by topic, and the share answered in time with so many seats."""

    needed: Mapping[str, int]
    served_needed: float
    served_planned: float
    served_held: float
    abandoned_planned: float


def of_language(brand: Brand, days: Sequence[Day], terms: Terms) -> list[Level]:
    """One level for each half hour of a day; `days` are all classes of one language on it. Where the brand is closed,
    or next to nobody is expected, nobody is needed."""
    if not days:
        return []
    weights = [sum(half.middle for half in day.halves) * _handling(day, terms).value for day in days]
    return [_level(brand, days, weights, n, terms) for n in range(len(days[0].halves))]


def _level(brand: Brand, days: Sequence[Day], weights: Sequence[float], n: int, terms: Terms) -> Level:
    halves = [day.halves[n] for day in days]
    forecasts = [_forecast(day, n, terms) for day in days]
    expected = sum(one.requests for one in forecasts)
    if expected < staffed.LEAST_REQUESTS or not staffed.is_open(brand, halves[0].begins_at):
        return Level(dict.fromkeys((day.topic for day in days), 0), 1.0, 1.0, 1.0, 0.0)
    (need,) = needs.needs(forecasts, terms.aim, terms.crew)
    planned, held = (
        _given(forecasts, seats, terms)
        for seats in (sum(half.seats_planned for half in halves), sum(half.seats_held for half in halves))
    )
    shares = staffed.apportioned(need.seats, weights)
    return Level(
        needed={day.topic: seats for day, seats in zip(days, shares, strict=True)},
        served_needed=need.expected.within_target,
        served_planned=planned.within_target,
        served_held=held.within_target,
        abandoned_planned=planned.abandoned,
    )


def _given(forecasts: Sequence[Forecast], seats: int, terms: Terms) -> Service:
    return needs.given(needs.pooled(forecasts, terms.crew), seats, terms.aim, terms.crew)


def _forecast(day: Day, n: int, terms: Terms) -> Forecast:
    return terms.forecast_of(day.topic, day.language, day.halves[n].middle)


def _handling(day: Day, terms: Terms) -> Fact:
    return terms.facts.handling_of(day.topic, day.language)


def alone(handling: Fact, crew: Crew) -> float:
    """What a chat takes alone, in seconds: what is measured was beside others."""
    return handling.value / (1 + staffed.SLOWER_EACH * (crew.concurrency - 1)) if handling.measured else handling.value
