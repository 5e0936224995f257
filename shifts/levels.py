"""What service a day will have, and which seats a service level asks for. Pure: no clock, no database.

All classes of one language share its people. What the pool needs is split over its classes by their work, so that the
shares add up to it; what it gives is the same for all of them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shifts.measured import Fact, Facts
from shifts.outlooks import Day
from shifts.staffing import needs
from shifts.staffing.needs import Aim, Crew, Forecast

Class = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Level:
    """One half hour of a language: seats needed by topic, and the share answered in time with so many seats."""

    needed: Mapping[str, int]
    served_needed: float
    served_planned: float
    served_published: float
    served_held: float
    abandoned_planned: float


def crew(facts: Facts, *, hour_cents: int = 0) -> Crew:
    """People as measured, in whole chats at once."""
    return Crew(concurrency=max(1, round(facts.concurrency.value)), hour_cents=hour_cents)


def of_language(days: Sequence[Day], facts: Facts, aim: Aim) -> list[Level]:
    """One level for each half hour of a day; `days` are all classes of one language on it."""
    if not days:
        return []
    some = crew(facts)
    return [_level([(day, n) for day in days], facts, aim, some) for n in range(len(days[0].halves))]


def _level(places: Sequence[tuple[Day, int]], facts: Facts, aim: Aim, some: Crew) -> Level:
    forecasts = [_forecast(day, n, facts, some) for day, n in places]
    load = needs.pooled(forecasts, some)
    (need,) = needs.needs(forecasts, aim, some)
    halves = [day.halves[n] for day, n in places]
    planned, published, held = (
        needs.given(load, seats, aim, some)
        for seats in (
            sum(half.seats_planned for half in halves),
            sum(half.seats_published for half in halves),
            sum(half.seats_held for half in halves),
        )
    )
    work = {one.topic: one.requests * one.handling_seconds for one in forecasts}
    return Level(
        needed=split(need.seats, work),
        served_needed=need.expected.within_target,
        served_planned=planned.within_target,
        served_published=published.within_target,
        served_held=held.within_target,
        abandoned_planned=planned.abandoned,
    )


def split(seats: int, work: Mapping[str, float]) -> dict[str, int]:
    """So many seats over topics by their work: whole ones first, what is left to the largest remainders."""
    total = sum(work.values())
    if not total:
        return dict.fromkeys(work, 0)
    exact = {topic: seats * some / total for topic, some in work.items()}
    found = {topic: int(share) for topic, share in exact.items()}
    left = seats - sum(found.values())
    for topic in sorted(work, key=lambda topic: (found[topic] - exact[topic], topic))[:left]:
        found[topic] += 1
    return found


def _forecast(day: Day, n: int, facts: Facts, some: Crew) -> Forecast:
    return Forecast(
        day.language,
        day.topic,
        day.halves[n].middle,
        alone(facts.handling_of(day.topic, day.language), some),
        facts.patience.value,
    )


def alone(handling: Fact, some: Crew) -> float:
    """What a chat takes alone, in seconds: what is measured was beside others."""
    return handling.value / (1 + some.slower_each * (some.concurrency - 1)) if handling.measured else handling.value
