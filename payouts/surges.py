"""Surge budgets: reserved when a bonus is frozen into an offer, spent when its chat is paid, released when it is not.

The budget's row is the last lock of all: whoever holds it waits for nobody.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F, QuerySet

from audit import journal
from brands.models import Brand
from marketplace.refusals import Refused
from payouts.models import SurgeBudget, SurgeReservation

State = SurgeReservation.State
HIGHEST_LIMIT = 10**12


@transaction.atomic
def set_limit(brand_id: UUID, *, limit_minor: int, by: str, reason: str, now: datetime) -> SurgeBudget:
    """The brand may spend so much on bonuses in all; never less than it has promised. Locks: the budget."""
    if not 0 <= limit_minor <= HIGHEST_LIMIT:
        raise Refused(f"A budget lies between 0 and {HIGHEST_LIMIT}.", code="bad_limit")
    if not Brand.objects.filter(pk=brand_id).exists():
        raise Refused("There is no such brand.", code="not_found")
    fresh = {"limit_minor": limit_minor, "set_by": by, "set_at": now}
    SurgeBudget.objects.get_or_create(brand_id=brand_id, defaults=fresh)
    covered = SurgeBudget.objects.filter(pk=brand_id, spent_minor__lte=limit_minor - F("reserved_minor"))
    if not covered.update(**fresh):
        raise Refused("More than that is spent or promised already.", code="promised")
    subject = f"brand:{brand_id}"
    detail = {"limit_minor": limit_minor}
    journal.record(
        "surge.budget_set", actor=by, subject=subject, brand_id=brand_id, reason=reason, detail=detail, now=now
    )
    return SurgeBudget.objects.get(pk=brand_id)


def left(brand_ids: Collection[UUID]) -> dict[UUID, int]:
    """What is neither spent nor promised, of the brands that have a budget."""
    budgets = SurgeBudget.objects.filter(pk__in=brand_ids)
    return {budget.pk: budget.limit_minor - budget.reserved_minor - budget.spent_minor for budget in budgets}


def reserve(wanted: Mapping[UUID, tuple[UUID, int]], *, now: datetime) -> set[UUID]:
    """The offers whose bonus is covered, out of offer -> (brand, minor units); the first come first.

    Runs inside the transaction that makes the offers. Locks: the brands' budgets, ids ascending.
    """
    assert transaction.get_connection().in_atomic_block, "a bonus is reserved with its offer"
    brands = {brand_id for brand_id, _ in wanted.values()}
    budgets = SurgeBudget.objects.select_for_update(no_key=True).filter(pk__in=brands).order_by("pk")
    found = {budget.pk: budget for budget in budgets}
    covered = []
    for offer_id, (brand_id, amount) in wanted.items():
        budget = found.get(brand_id)
        if budget and 0 < amount <= budget.limit_minor - budget.reserved_minor - budget.spent_minor:
            budget.reserved_minor += amount
            covered.append(SurgeReservation(offer_id=offer_id, budget=budget, amount_minor=amount, reserved_at=now))
    if covered:
        SurgeReservation.objects.bulk_create(covered)
        SurgeBudget.objects.bulk_update(list(found.values()), ["reserved_minor"])
    return {each.offer_id for each in covered}


def settle(offer_id: UUID, paid_minor: int, *, now: datetime) -> None:
    """The chat is paid: so much of its bonus is spent, the rest is free again. A repeat changes nothing.

    Locks: the reservation, then the budget.
    """
    held = SurgeReservation.objects.filter(pk=offer_id, state=State.RESERVED)
    reservation = held.select_for_update(no_key=True).first()
    if reservation is None:
        return
    state = State.SPENT if paid_minor else State.RELEASED
    held.update(state=state, paid_minor=paid_minor, ended_at=now)
    SurgeBudget.objects.filter(pk=reservation.budget_id).update(
        reserved_minor=F("reserved_minor") - reservation.amount_minor, spent_minor=F("spent_minor") + paid_minor
    )


@transaction.atomic
def release(offer_ids: Collection[UUID], *, now: datetime) -> int:
    """Bonuses of offers that came to nothing are free again; how many. Those that somebody holds are left for later.

    Locks: the reservations, then their budgets, ids ascending.
    """
    if not offer_ids:
        return 0
    held = SurgeReservation.objects.filter(pk__in=offer_ids, state=State.RESERVED)
    rows = list(held.select_for_update(no_key=True, skip_locked=True).order_by("pk"))
    SurgeReservation.objects.filter(pk__in=[row.pk for row in rows]).update(state=State.RELEASED, ended_at=now)
    free: dict[UUID, int] = defaultdict(int)
    for row in rows:
        free[row.budget_id] += row.amount_minor
    for budget_id, amount in sorted(free.items()):
        SurgeBudget.objects.filter(pk=budget_id).update(reserved_minor=F("reserved_minor") - amount)
    return len(rows)


def promised() -> QuerySet[SurgeReservation]:
    """Reservations that are neither spent nor released."""
    return SurgeReservation.objects.filter(state=State.RESERVED)
