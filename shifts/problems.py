"""The matching's problem, read from the rows; imported where solvers may be, in a task's process."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Count, Q

from agents.models import Agent
from shifts import limits, seats, terms
from shifts.claims import gathers_wishes
from shifts.matching import problem as pure
from shifts.models import Seat, Shift, Terms, Wish

HORIZON = timedelta(days=21)
LEAD = timedelta(hours=1)  # what begins sooner is claimed at once
WORTH_AN_HOUR = 100.0  # of a seat that somebody sits in
POINTS_AN_HOUR = {0: 1.0, 1: 8.0, 2: 16.0, 3: 24.0}  # by a wish's strength; 0: it lies in her hours
LIKED = POINTS_AN_HOUR[2]
LIKED_HOURS = 8.0  # as if she had said "would like" of so many hours more: one wish alone still says something
FAIR = pure.Fairness(points_an_hour=60.0, band_minutes=4 * 60, bands=40)


@dataclass(frozen=True)
class Read:
    """A problem, which row each of its numbers stands for, and the shifts whose wishes it answers."""

    problem: pure.Problem
    shifts: tuple[Shift, ...]
    agents: tuple[Agent, ...]
    wishes: dict[pure.Seat, Wish]
    answers: frozenset[UUID]
    seats_free: int


def read(*, now: datetime) -> Read:
    """Everything from this week's Monday on: what is held stays; what has a free seat and no open window can be had."""
    monday = (now - timedelta(days=now.weekday())).replace(hour=0, minute=0, second=0, microsecond=0)
    shifts = tuple(
        Shift.objects.filter(state=Shift.State.PUBLISHED, begins_at__gte=monday, begins_at__lt=now + HORIZON)
        .annotate(held=Count("seats", filter=Q(seats__state__in=Seat.HELD)))
        .order_by("begins_at", "id")
    )
    open_ = {
        shift.pk: shift for shift in shifts if shift.begins_at > now + LEAD and (shift.window_ends_at or now) <= now
    }
    answers = frozenset(one.pk for one in open_.values() if gathers_wishes(one, now=now))
    wishes = list(Wish.objects.filter(state=Wish.State.OPEN, shift_id__in=open_).order_by("agent_id", "shift_id"))
    held = list(Seat.objects.filter(shift__in=shifts, state__in=Seat.HELD).order_by("agent_id", "shift_id"))
    agents = _agents({wish.agent_id for wish in wishes} | {seat.agent_id for seat in held})
    at = {shift.pk: number for number, shift in enumerate(shifts)}
    who = {agent.pk: number for number, agent in enumerate(agents)}
    points: dict[UUID, dict[int, float]] = defaultdict(dict)
    for agent_id, shift_id in _by_hours(agents, open_, now):
        points[agent_id][at[shift_id]] = POINTS_AN_HOUR[0] * _hours(open_[shift_id])
    for wish, worth in _weighed(wishes, open_):
        points[wish.agent_id][at[wish.shift_id]] = worth
    slots = tuple(_slot(shift, monday) for shift in shifts)
    return Read(
        pure.Problem(
            slots,
            tuple(_people(agents, points, now)),
            FAIR,
            frozenset((who[seat.agent_id], at[seat.shift_id]) for seat in held if seat.agent_id in who),
            _clashes(slots, max((limits.law(agent.country, now.date()).rest_minutes for agent in agents), default=0)),
            days=7 * -(-(HORIZON.days + 7) // 7),
        ),
        shifts,
        agents,
        {(who[wish.agent_id], at[wish.shift_id]): wish for wish in wishes if wish.agent_id in who},
        answers,
        sum(shift.seat_count - shift.held for shift in open_.values()),
    )


def _weighed(wishes: Iterable[Wish], open_: Mapping[UUID, Shift]) -> Iterator[tuple[Wish, float]]:
    """Each wish with its points. Strengths rank a person's own wishes: an hour of hers is worth as much on the whole as
    anybody's, so that "above all" said of everything gains nothing."""
    said: dict[UUID, list[Wish]] = defaultdict(list)
    for wish in wishes:
        said[wish.agent_id].append(wish)
    for own in said.values():
        plain = [POINTS_AN_HOUR[wish.strength] * _hours(open_[wish.shift_id]) for wish in own]
        hours = sum(_hours(open_[wish.shift_id]) for wish in own) + LIKED_HOURS
        factor = LIKED * hours / (sum(plain) + LIKED * LIKED_HOURS)
        yield from zip(own, (factor * points for points in plain), strict=True)


def _agents(named: set[UUID]) -> tuple[Agent, ...]:
    """Those named, and who said that her hours are wishes; approved ones, in order of their ids."""
    by_hours = Terms.objects.filter(wish_by_hours=True).values_list("agent_id", flat=True)
    some = Agent.objects.filter(Q(pk__in=named | set(by_hours)), state=Agent.State.APPROVED, user__is_active=True)
    return tuple(some.prefetch_related("languages", "skills__skill").order_by("pk"))


def _by_hours(agents: tuple[Agent, ...], open_: Mapping[UUID, Shift], now: datetime) -> list[tuple[UUID, UUID]]:
    """(agent, shift) for what lies in the hours of an agent who wishes by them."""
    by_hours = set(Terms.objects.filter(wish_by_hours=True).values_list("agent_id", flat=True))
    chosen = [agent.pk for agent in agents if agent.pk in by_hours]
    day = timedelta(days=1)
    known = terms.availability(chosen, (now - day).date(), (now + HORIZON + 2 * day).date())
    return [
        (agent_id, shift.pk)
        for agent_id in chosen
        for shift in open_.values()
        if known[agent_id].covers(shift.begins_at, shift.ends_at)
    ]


def _people(agents: tuple[Agent, ...], points: dict[UUID, dict[int, float]], now: datetime) -> list[pure.Person]:
    had = seats.minutes_before([agent.pk for agent in agents], now=now)
    chosen = Terms.objects.in_bulk([agent.pk for agent in agents])
    people = []
    for agent in agents:
        own = chosen.get(agent.pk) or Terms(agent_id=agent.pk)
        bound = terms.bounds(agent, own, on=now.date())
        offset = now.astimezone(ZoneInfo(own.timezone)).utcoffset() or timedelta()
        people.append(
            pure.Person(
                key=str(agent.pk),
                skills=_skills(agent, now),
                wishes=points.get(agent.pk, {}),
                day_minutes=bound.law.day_minutes,
                week_minutes=bound.week_minutes,
                minutes_before=had[agent.pk],
                clock_shift=int(offset.total_seconds()) // 60,
            )
        )
    return people


def _skills(agent: Agent, now: datetime) -> frozenset[str]:
    """Her topics by brand, and her languages."""
    topics = {f"{one.skill.brand_id}/{one.skill.key}" for one in agent.skills.all() if _lasts(one.valid_until, now)}
    return frozenset(topics | {one.code for one in agent.languages.all() if _lasts(one.valid_until, now)})


def _lasts(valid_until: datetime | None, now: datetime) -> bool:
    return valid_until is None or valid_until > now


def _slot(shift: Shift, monday: datetime) -> pure.Slot:
    starts, ends = (int((at.astimezone(UTC) - monday).total_seconds()) // 60 for at in (shift.begins_at, shift.ends_at))
    said = f"{shift.begins_at:%a %d %b %H:%M} to {shift.ends_at:%H:%M} UTC"
    asks = frozenset({f"{shift.brand_id}/{shift.topic}", shift.language})
    return pure.Slot(said, starts, ends, asks, (pure.Step(shift.seat_count, WORTH_AN_HOUR * _hours(shift)),))


def _hours(shift: Shift) -> float:
    return (shift.ends_at - shift.begins_at).total_seconds() / 3600


def _clashes(slots: tuple[pure.Slot, ...], rest_minutes: int) -> frozenset[tuple[int, int]]:
    """Pairs that no one working day holds and between which there is no full rest: by the strictest law of all."""
    span = pure.DAY_MINUTES - rest_minutes
    order = sorted(range(len(slots)), key=lambda at: slots[at].starts)
    found = set()
    for place, one in enumerate(order):
        for other in order[place + 1 :]:
            if slots[other].starts - slots[one].ends >= rest_minutes:
                break
            if slots[other].ends - slots[one].starts > span:
                found.add((min(one, other), max(one, other)))
    return frozenset(found)
