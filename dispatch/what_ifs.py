"""What if the day were another: asked, taken up, cancelled, read and forgotten. The simulator itself is elsewhere."""

from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import F, Q

from brands.models import Brand
from dispatch import what_if_inputs
from dispatch.changes import DAY_MINUTES, FEWEST_TIMES, MOST_TIMES, Change
from dispatch.decisions import MONTHS_KEPT
from dispatch.explanations import language_name
from dispatch.models import WhatIf
from marketplace.refusals import Refused

LEASE = timedelta(minutes=3)
KEPT = timedelta(days=31 * MONTHS_KEPT)  # as decisions are
DAYS = 10  # simulated before and after
MOST_OPEN = 5  # of a brand at once
MOST_TRIES = 3
MOST_SEATS, MOST_PEOPLE, MOST_CUSTOMERS = 200, 200, 5_000


def ask(brand: Brand, on: date, asked: Change, *, by: str, now: datetime) -> WhatIf:
    """The question is kept with all that its answer rests on, and answered by the heavy queue. Refused where it makes
    no sense, where the day is empty, or while too many wait."""
    _demand(asked)
    if WhatIf.objects.filter(brand=brand, state__in=WhatIf.OPEN).count() >= MOST_OPEN:
        raise Refused("Five questions wait already. Let one end, or cancel it.", code="slow_down")
    inputs = what_if_inputs.of_day(brand, on, now=now)
    if not inputs["expected"] and not asked.incident:
        raise Refused("Nothing is forecast for this day, so there is nothing to simulate.", code="no_forecast")
    _demand_known(asked, inputs)
    return WhatIf.objects.create(
        brand=brand,
        day=on,
        change=asdict(asked),
        question=question(asked),
        inputs=inputs,
        asked_by=by,
        asked_at=now,
        days_wanted=DAYS,
    )


def _demand(asked: Change) -> None:
    if not asked.is_one:
        raise Refused("Say what should be different.", code="no_change")
    if asked.seats and not 0 <= asked.from_minute < asked.until_minute <= DAY_MINUTES:
        raise Refused("Seats change from one time of the day to a later one.", code="bad_time")
    if not (
        abs(asked.seats) <= MOST_SEATS
        and 0 <= asked.people <= MOST_PEOPLE
        and 0 <= asked.incident <= MOST_CUSTOMERS
        and 0 <= asked.incident_minute < DAY_MINUTES
        and (asked.countdown_seconds is None or 5 <= asked.countdown_seconds <= 120)
    ):
        raise Refused(
            f"At most {MOST_SEATS} seats, {MOST_PEOPLE} people and {MOST_CUSTOMERS} customers; offers ring 5 to 120 s.",
            code="too_much",
        )

    if not all(FEWEST_TIMES <= times <= MOST_TIMES for times in (asked.speed, asked.arrivals)):
        raise Refused(f"Between {FEWEST_TIMES:g} and {MOST_TIMES:g} times as quick or as many.", code="too_much")


def _demand_known(asked: Change, inputs: dict[str, Any]) -> None:
    topics = {topic for family in inputs["families"].values() for topic in family}
    for topic in filter(None, (asked.seats_topic, asked.incident_topic)):
        if topic not in topics:
            raise Refused(f"There is no topic {topic}.", code="unknown_topic")
    if asked.incident and not asked.incident_topic:
        raise Refused("Say which topic the incident is about.", code="unknown_topic")


def question(asked: Change) -> str:
    """The change in words."""
    parts = []
    if asked.seats:
        what = f"{abs(asked.seats)} seat{'s' * (abs(asked.seats) != 1)} {'more' if asked.seats > 0 else 'less'}"
        times = f"from {_time(asked.from_minute)} to {_time(asked.until_minute)}"
        parts.append(f"{what}{_of(asked.seats_topic, asked.seats_language)} {times}")
    if asked.people:
        language = language_name(asked.people_language) if asked.people_language else ""
        parts.append(f"{asked.people} more {f'who speak {language}' if language else 'people'} all day")
    if asked.incident:
        of = _of(asked.incident_topic, asked.incident_language)
        parts.append(f"{asked.incident} more customers{of} at {_time(asked.incident_minute)}")
    if asked.countdown_seconds:
        parts.append(f"offers that ring {asked.countdown_seconds} s")
    if asked.speed != 1.0:
        parts.append(f"agents {asked.speed:g} times as quick")
    if asked.arrivals != 1.0:
        parts.append(f"{asked.arrivals:g} times as many customers")
    return ", ".join(parts)


def _of(topic: str, language: str) -> str:
    named = [topic] if topic else []
    named += [language_name(language)] if language else []
    return f" ({', '.join(named)})" if named else ""


def _time(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def take_up(*, now: datetime) -> WhatIf | None:
    """The oldest question that waits, or that a process left behind; whoever updates the row has it. One that was left
    behind three times has failed."""
    left = Q(state=WhatIf.State.RUNNING, lease_until__lt=now)
    WhatIf.objects.filter(left, tries__gte=MOST_TRIES).update(
        state=WhatIf.State.FAILED, ended_at=now, sentence="The simulation did not come to an end."
    )
    due = Q(state=WhatIf.State.ASKED) | left
    found = WhatIf.objects.filter(due).order_by("asked_at").first()
    if found is None:
        return None
    began = {"state": WhatIf.State.RUNNING, "began_at": now, "lease_until": now + LEASE, "days_done": 0}
    if not WhatIf.objects.filter(due, pk=found.pk).update(**began, tries=F("tries") + 1):
        return None
    found.refresh_from_db()
    return found


def go_on(taken: WhatIf, *, days_done: int, now: datetime) -> bool:
    """So far it has come; whether it is still wanted and still ours."""
    mine = WhatIf.objects.filter(pk=taken.pk, state=WhatIf.State.RUNNING, tries=taken.tries)
    return mine.update(days_done=days_done, lease_until=now + LEASE) == 1


def end(taken: WhatIf, state: str, *, now: datetime, result: dict[str, Any] | None = None, sentence: str) -> bool:
    """The answer is kept, unless somebody cancelled the question meanwhile."""
    mine = WhatIf.objects.filter(pk=taken.pk, state=WhatIf.State.RUNNING, tries=taken.tries)
    return mine.update(state=state, ended_at=now, lease_until=None, result=result, sentence=sentence) == 1


def cancel(what_if_id: UUID, *, now: datetime) -> WhatIf:
    """Nobody waits for it any more. Repeated, or once it has ended, nothing changes."""
    WhatIf.objects.filter(pk=what_if_id, state__in=WhatIf.OPEN).update(
        state=WhatIf.State.CANCELLED, ended_at=now, lease_until=None
    )
    return WhatIf.objects.get(pk=what_if_id)


def forget(*, now: datetime) -> int:
    """Questions are kept as long as decisions; how many were older."""
    deleted, _ = WhatIf.objects.filter(asked_at__lt=now - KEPT).delete()
    return deleted
