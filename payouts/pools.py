"""Points and equity units: owed when a chat closes, given out of the brand's pool up to a hard limit."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F

from marketplace.refusals import Refused
from payouts import facts as frozen_facts
from payouts import ledger
from payouts.models import Account, EarningFact, UnitPool, UnitsDue
from payouts.rating import Line
from payouts.rules import EQUITY, POINTS

AT_ONCE = 500


def owe(fact: EarningFact, lines: Iterable[Line], *, brand_id: UUID, now: datetime) -> None:
    """These units are due. Repeated, they are due once. Locks nothing: a close never waits for a pool."""
    rows = [
        UnitsDue(
            source=entry.source,
            fact=fact,
            brand_id=brand_id,
            agent_id=fact.agent_id,
            currency=line.currency,
            units=entry.amount,
            receipt=dict(entry.receipt),
            due_at=now,
        )
        for line, entry in ((line, frozen_facts.entries(fact, [line], brand_id=brand_id)[0]) for line in lines)
    ]
    UnitsDue.objects.bulk_create(rows, ignore_conflicts=True)


@transaction.atomic
def set_ceiling(brand_id: UUID, currency: str, *, ceiling: int, by: str, now: datetime) -> UnitPool:
    """The brand's pool may give out so many in all; never fewer than it has given out. Locks: the pool."""
    if currency not in (POINTS, EQUITY):
        raise Refused("A pool is of points (PTS) or equity units (EQU).", code="no_units")
    name = f"pool:{brand_id}:{currency}"
    Account.objects.bulk_create([Account(name=name, currency=currency, created_at=now)], ignore_conflicts=True)
    pool, _ = UnitPool.objects.get_or_create(
        brand_id=brand_id,
        currency=currency,
        defaults={"account": Account.objects.get(name=name), "ceiling": ceiling, "set_by": by, "set_at": now},
    )
    raised = UnitPool.objects.filter(pk=pool.pk, issued__lte=ceiling).update(ceiling=ceiling, set_by=by, set_at=now)
    if not raised:
        raise Refused("The pool has given out more than that already.", code="given_out")
    pool.refresh_from_db()
    return pool


@transaction.atomic
def give_due(*, now: datetime) -> int:
    """What is due is given out, the oldest first, as far as each pool reaches; how many lines were. Runs doubled too.

    Locks: the pools with something left and something due, then the agents' accounts.
    """
    pools = UnitPool.objects.select_for_update(no_key=True, skip_locked=True).filter(issued__lt=F("ceiling"))
    given = 0
    for pool in pools.order_by("account_id"):
        due = UnitsDue.objects.filter(brand_id=pool.brand_id, currency=pool.currency, issued_at=None)
        given += _give(pool, list(due.order_by("due_at", "source")[:AT_ONCE]), now=now)
    return given


def _give(pool: UnitPool, due: list[UnitsDue], *, now: datetime) -> int:
    left, fitting = pool.ceiling - pool.issued, []
    for row in due:
        if row.units > left:
            break  # The oldest waits for the pool to be raised; nobody younger passes it.
        left -= row.units
        fitting.append(row)
    engagements = dict(EarningFact.objects.filter(units_due__in=fitting).values_list("pk", "engagement_id"))
    ledger.post_many([_into(row, engagements[row.fact_id]) for row in fitting], now=now)
    return UnitsDue.objects.filter(pk__in=[row.pk for row in fitting]).update(issued_at=now)


def _into(row: UnitsDue, engagement_id: UUID | None) -> ledger.Into:
    kind = row.source.split(":")[2]
    entry = ledger.Entry(
        row.source, kind, row.units, engagement_id, row.brand_id, row.receipt, contra=f"pool:{row.brand_id}"
    )
    return ledger.Into(row.agent_id, row.currency, entry)


def waiting(agent_id: UUID) -> dict[str, int]:
    """Units that the agent has earned and that their pools could not give out yet, by currency."""
    found: dict[str, int] = defaultdict(int)
    for currency, units in UnitsDue.objects.filter(agent_id=agent_id, issued_at=None).values_list("currency", "units"):
        found[currency] += units
    return dict(found)
