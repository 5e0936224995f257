"""From forecasts to seats: classes of one language share their people, a person serves several chats, some are away."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil

from shifts.staffing.erlang import Load, Service, places_needed, service

FIRST_SHRINKAGE = 0.15


@dataclass(frozen=True)
class Forecast:
    """What is expected of one class in one half hour: requests, mean handling and patience as measured."""

    language: str
    topic: str
    requests: float
    handling_seconds: float
    patience_seconds: float


@dataclass(frozen=True)
class Aim:
    """What an operator sets. `shrinkage` is the share of a seat's time in which nobody sits in it; `correction` what
    the simulator found must be added to Erlang's places until the level really holds."""

    share: float = 0.80
    target_seconds: float = 20.0
    shrinkage: float = FIRST_SHRINKAGE
    correction: float = 1.0

    def __post_init__(self) -> None:
        if not (0 <= self.share < 1 and self.target_seconds >= 0 and 0 <= self.shrinkage < 1 and self.correction > 0):
            raise ValueError("A service level and a shrinkage are shares below one; times are not negative.")


@dataclass(frozen=True)
class Crew:
    """How many chats a person takes at once, how much longer each takes for every further one, what an hour costs."""

    concurrency: int = 2
    slower_each: float = 0.18
    hour_cents: int = 0

    def __post_init__(self) -> None:
        if self.concurrency < 1 or self.slower_each < 0:
            raise ValueError("A person takes at least one chat, and no chat gets quicker by another.")


@dataclass(frozen=True)
class Need:
    """What one language asks for in one half hour: chats at once, seats, their price, and what they will give."""

    language: str
    requests: float
    places: int
    seats: int
    cents: int
    expected: Service


def needs(forecasts: Iterable[Forecast], aim: Aim, crew: Crew) -> tuple[Need, ...]:
    """One need for each language, in order of its name."""
    pools: dict[str, list[Forecast]] = {}
    for forecast in forecasts:
        pools.setdefault(forecast.language, []).append(forecast)
    return tuple(_need(language, pools[language], aim, crew) for language in sorted(pools))


def given(load: Load, seats: int, aim: Aim, crew: Crew) -> Service:
    """What a number of seats gives, claimed or planned: the places they leave after shrinkage and correction."""
    places = int(seats * (1 - aim.shrinkage) * crew.concurrency / aim.correction + 1e-9)
    return service(load, places, aim.target_seconds)


def pooled(forecasts: Iterable[Forecast], crew: Crew) -> Load:
    """Classes that share people, as one load: the mean handling and patience of its requests, chats side by side."""
    some = list(forecasts)
    requests = sum(forecast.requests for forecast in some)
    weights = [forecast.requests / requests if requests else 1 / len(some) for forecast in some]
    slower = 1 + crew.slower_each * (crew.concurrency - 1)
    return Load(
        arrivals_an_hour=2 * requests,
        handling_seconds=slower * sum(w * one.handling_seconds for w, one in zip(weights, some, strict=True)),
        patience_seconds=sum(w * one.patience_seconds for w, one in zip(weights, some, strict=True)),
    )


def _need(language: str, forecasts: list[Forecast], aim: Aim, crew: Crew) -> Need:
    load = pooled(forecasts, crew)
    places = places_needed(load, aim.target_seconds, aim.share)
    seats = ceil(places * aim.correction / crew.concurrency / (1 - aim.shrinkage) - 1e-9)
    cents = -(-seats * crew.hour_cents // 2)
    requests = sum(forecast.requests for forecast in forecasts)
    return Need(language, requests, places, seats, cents, given(load, seats, aim, crew))
