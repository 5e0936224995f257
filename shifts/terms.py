"""What an agent chose about shifts: her clock, her limits, the hours in which she would work."""

import secrets
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from uuid import UUID
from zoneinfo import ZoneInfo, available_timezones

from django.db import transaction

from agents import slots
from agents.models import Agent
from marketplace.refusals import Refused
from shifts import limits
from shifts.models import DayHours, Hours, Terms

MINUTES_A_DAY = 24 * 60
MOST_ROWS = 200
CHOICES = ("timezone", "week_minutes_most", "wish_by_hours", "stand_by", "remind_minutes")


@lru_cache(1)
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def of(agent_id: UUID) -> Terms:
    """Her terms, or an unsaved row of the defaults."""
    return Terms.objects.filter(pk=agent_id).first() or Terms(agent_id=agent_id)


def stand_bys(agent_ids: Iterable[UUID]) -> set[UUID]:
    """Those of them who are rung when somebody does not come: all but who said otherwise."""
    asked = set(agent_ids)
    return asked - set(Terms.objects.filter(pk__in=asked, stand_by=False).values_list("pk", flat=True))


def bounds(agent: Agent, terms: Terms, *, on: date) -> limits.Bounds:
    """What binds her on this day."""
    return limits.Bounds(limits.law(agent.country, on), ZoneInfo(terms.timezone), terms.week_minutes_most)


def choose(agent_id: UUID, chosen: dict[str, object]) -> Terms:
    """These of `CHOICES` are as she says; what is absent stays. Refused for a clock or a limit that cannot be."""
    if not set(chosen) <= set(CHOICES):
        raise Refused("There is no such choice about shifts.", code="bad_terms")
    if "timezone" in chosen and chosen["timezone"] not in _zones():
        raise Refused("We do not know this time zone.", code="bad_timezone")
    most = chosen.get("week_minutes_most")
    if isinstance(most, int) and not 0 <= most <= 7 * MINUTES_A_DAY:
        raise Refused("A week's limit lies between nothing and the whole week.", code="bad_terms")
    remind = chosen.get("remind_minutes")
    if isinstance(remind, int) and not 0 <= remind <= MINUTES_A_DAY:
        raise Refused("A reminder comes at most a day before.", code="bad_terms")
    terms, _ = Terms.objects.update_or_create(agent_id=agent_id, defaults=chosen)
    return terms


@transaction.atomic
def change(
    agent_id: UUID,
    *,
    chosen: dict[str, object],
    week: Collection[tuple[int, "Stretch"]] | None = None,
    days: Collection[tuple[date, Collection["Stretch"] | None]] = (),
) -> None:
    """All of it or nothing: her choices, her week where one is given, each day that is named. Locks: the slot."""
    if chosen:
        choose(agent_id, chosen)
    if week is not None:
        set_week(agent_id, week)
    for day, stretches in days:
        set_day(agent_id, day, stretches)


def renew_feed(agent_id: UUID) -> str:
    """A new secret for her calendar's address; the old one is dead."""
    token = secrets.token_urlsafe(32)
    Terms.objects.update_or_create(agent_id=agent_id, defaults={"feed_token": token})
    return token


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a day, in minutes of her clock."""

    begins: int
    ends: int


@transaction.atomic
def set_week(agent_id: UUID, week: Collection[tuple[int, Stretch]]) -> None:
    """Her hours of the week are these and no others: pairs of weekday and stretch. Locks: the slot."""
    slots.locked(agent_id)
    if any(not 0 <= weekday <= 6 for weekday, _ in week):
        raise Refused("A weekday is a number from 0, Monday, to 6.", code="bad_hours")
    for weekday in range(7):
        _demand_apart([stretch for at, stretch in week if at == weekday])
    Hours.objects.filter(agent_id=agent_id).delete()
    Hours.objects.bulk_create(
        Hours(agent_id=agent_id, weekday=weekday, begins_minute=stretch.begins, ends_minute=stretch.ends)
        for weekday, stretch in week
    )


@transaction.atomic
def set_day(agent_id: UUID, day: date, stretches: Collection[Stretch] | None) -> None:
    """One day is unlike the week: these hours, none at all (empty), or as the week again (None). Locks: the slot."""
    slots.locked(agent_id)
    _demand_apart(stretches or ())
    DayHours.objects.filter(agent_id=agent_id, day=day).delete()
    if stretches is None:
        return
    if DayHours.objects.filter(agent_id=agent_id).count() > MOST_ROWS:
        raise Refused("You have named very many days. Change your week instead.", code="too_many_days")
    rows = [DayHours(agent_id=agent_id, day=day, begins_minute=one.begins, ends_minute=one.ends) for one in stretches]
    DayHours.objects.bulk_create(rows or [DayHours(agent_id=agent_id, day=day)])


def _demand_apart(stretches: Iterable[Stretch]) -> None:
    ends = 0
    for stretch in sorted(stretches, key=lambda one: one.begins):
        if not ends <= stretch.begins < stretch.ends <= MINUTES_A_DAY:
            raise Refused("Hours lie within one day, end after they begin, and do not overlap.", code="bad_hours")
        ends = stretch.ends


@dataclass(frozen=True, slots=True)
class Availability:
    """An agent's hours, read once for many shifts."""

    week: dict[int, list[Stretch]]
    days: dict[date, list[Stretch]]
    zone: ZoneInfo

    def covers(self, begins_at: datetime, ends_at: datetime) -> bool:
        """Whether all of this time lies in her hours; over midnight, in those of both days."""
        begins, ends = begins_at.astimezone(self.zone), ends_at.astimezone(self.zone)
        day = begins.date()
        while day <= ends.date():
            first = _minute(begins) if day == begins.date() else 0
            last = _minute(ends) if day == ends.date() else MINUTES_A_DAY
            if first < last and not self._covers_part(day, first, last):
                return False
            day += timedelta(days=1)
        return True

    def _covers_part(self, day: date, first: int, last: int) -> bool:
        at = first
        for stretch in sorted(self.days.get(day, self.week.get(day.weekday(), [])), key=lambda one: one.begins):
            if stretch.begins <= at < stretch.ends:
                at = stretch.ends
        return at >= last


def availability(agents: Iterable[UUID], since: date, until: date) -> dict[UUID, Availability]:
    """The hours of each of these agents; days from `since` to `until`. Three queries."""
    ids = list(agents)
    zones = dict(Terms.objects.filter(pk__in=ids).values_list("agent_id", "timezone"))
    found = {agent: Availability({}, {}, ZoneInfo(zones.get(agent, "UTC"))) for agent in ids}
    for row in Hours.objects.filter(agent_id__in=ids):
        found[row.agent_id].week.setdefault(row.weekday, []).append(Stretch(row.begins_minute, row.ends_minute))
    for one in DayHours.objects.filter(agent_id__in=ids, day__gte=since, day__lte=until):
        stretches = found[one.agent_id].days.setdefault(one.day, [])
        if one.begins_minute is not None and one.ends_minute is not None:
            stretches.append(Stretch(one.begins_minute, one.ends_minute))
    return found


def _minute(at: datetime) -> int:
    return at.hour * 60 + at.minute
