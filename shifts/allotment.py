"""Wishes answered all together: the fair allotment at the end of a window, and again each hour and night.

A run is a row: asked for, taken up by one process at a time under a lease, done or failed. What it plans goes through
`seats.take`, one seat a transaction, so that whatever happened while it was computed is respected.
"""

import logging
from collections import defaultdict
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, OperationalError, transaction
from django.db.models import Q

from marketplace.refusals import Refused
from shifts import news, problems, seats
from shifts.matching import refusals, scorer, solver
from shifts.matching.problem import Plan
from shifts.models import Allotment, Shift, Waiting, Wish
from shifts.problems import Read

log = logging.getLogger(__name__)

SOLVE_SECONDS = 30.0
LEASE = timedelta(minutes=10)


def window_is_over(*, now: datetime) -> bool:
    """Whether a published shift's wishes wait for their answers."""
    waiting = Shift.objects.filter(state=Shift.State.PUBLISHED, allotted_at=None, window_ends_at__lte=now)
    return waiting.filter(begins_at__gt=now).exists()


def take_up(*, now: datetime) -> Allotment | None:
    """The next run that was asked for, or that a process left behind; None where there is none, or one is under way."""
    due = Q(state=Allotment.State.ASKED) | Q(state=Allotment.State.RUNNING, lease_until__lt=now)
    found = Allotment.objects.filter(due).order_by("-state", "asked_at").first()  # running ones first: one at a time
    if found is None:
        return None
    try:
        with transaction.atomic():
            began = {"state": Allotment.State.RUNNING, "began_at": now, "lease_until": now + LEASE}
            mine = Allotment.objects.filter(due, pk=found.pk).update(**began) == 1
    except IntegrityError:  # another is running
        return None
    if not mine:
        return None
    found.refresh_from_db()
    return found


def run(allotment: Allotment, *, now: datetime, seconds: float = SOLVE_SECONDS) -> Allotment:
    """Every open wish whose window is over is granted or refused with its sentence; the run says what it reached."""
    read = problems.read(now=now)
    plan = solver.solve(read.problem, seconds=seconds)
    faults = scorer.score(read.problem, plan.seats).faults
    if faults:
        return _end(allotment, Allotment.State.FAILED, read, plan, now=now, note=f"Not published: {faults[0]}"[:300])
    granted, refused = _grant(read, plan, now=now)
    said = refusals.explain(read.problem, plan)
    for refusal in said:
        wish = read.wishes.get((refusal.person, refusal.slot))
        if wish is not None and wish.pk not in refused:
            refused[wish.pk] = (refusal.reason, refusal.sentence)
    answered = _refuse(read, refused, allotment, now=now)
    Wish.objects.filter(pk__in=granted).update(allotment=allotment)
    Shift.objects.filter(pk__in=read.answers, allotted_at=None).update(allotted_at=now)
    return _end(allotment, Allotment.State.DONE, read, plan, now=now, granted=len(granted), refused=answered)


def _grant(read: Read, plan: Plan, *, now: datetime) -> tuple[set[UUID], dict[UUID, tuple[str, str]]]:
    """The plan's new seats are held; ids of the wishes granted, and why others could not be after all."""
    granted: set[UUID] = set()
    refused: dict[UUID, tuple[str, str]] = {}
    for person, slot in sorted(plan.seats - read.problem.confirmed):
        wish = read.wishes.get((person, slot))
        try:
            seats.take(read.agents[person].pk, read.shifts[slot].pk, way="allotment", now=now)
        except Refused as refusal:
            if wish is not None:
                refused[wish.pk] = (refusal.code, refusal.message)
        except OperationalError as error:  # her slot was busy: the wish stays open, and the next run answers it
            log.warning("A seat is granted by the next run: %s", error)
        else:
            if wish is not None:
                granted.add(wish.pk)
    return granted, refused


def _refuse(read: Read, refused: dict[UUID, tuple[str, str]], allotment: Allotment, *, now: datetime) -> int:
    """These wishes are answered with their sentences, unless withdrawn or granted meanwhile; whoever wished for a full
    shift is on its waiting list. How many."""
    by_words: dict[tuple[str, str], list[UUID]] = defaultdict(list)
    for wish_id, words in refused.items():
        by_words[words].append(wish_id)
    for (reason, sentence), ids in by_words.items():
        said = {"reason": reason, "sentence": sentence, "answered_at": now, "allotment": allotment}
        Wish.objects.filter(pk__in=ids, state=Wish.State.OPEN).update(state=Wish.State.REFUSED, **said)
    told = [wish for wish in read.wishes.values() if wish.pk in refused]
    still = set(Wish.objects.filter(pk__in=refused, state=Wish.State.REFUSED).values_list("pk", flat=True))
    told = [wish for wish in told if wish.pk in still]
    Waiting.objects.bulk_create(
        [Waiting(brand_id=w.brand_id, shift_id=w.shift_id, agent_id=w.agent_id, joined_at=now) for w in told],
        ignore_conflicts=True,
    )
    of = {shift.pk: shift for shift in read.shifts}
    news.refuse([(wish.agent_id, of[wish.shift_id], refused[wish.pk][1]) for wish in told], now=now)
    return len(told)


def _end(
    allotment: Allotment, state: str, read: Read, plan: Plan, *, now: datetime, note: str = "", **counts: int
) -> Allotment:
    known = {
        "state": state,
        "ended_at": now,
        "lease_until": None,
        "shifts": len(read.shifts),
        "seats_free": read.seats_free,
        "candidates": sum(len(person.wishes) for person in read.problem.people),
        "value": plan.value,
        "bound": plan.bound,
        "gap": plan.gap,
        "solve_ms": round(plan.seconds * 1000),
        "finished": plan.finished,
        "note": note,
        **counts,
    }
    Allotment.objects.filter(pk=allotment.pk).update(**known)
    allotment.refresh_from_db()
    return allotment
