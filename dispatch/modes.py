"""Ways of matching that an operator switches on and off at any moment: plain first come, first served, and fair.

A switch is one row. Every planning round reads what is in force as it begins, so a switch that is committed governs the
next round; it takes no lock that a round holds, and is as quick under load as without.
"""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from audit import journal
from brands.models import Brand
from dispatch import escalations
from dispatch.matching import Modes
from dispatch.models import Mode
from marketplace.refusals import Refused

SHORTEST_REASON = 3
WHY = "Write down why, in at least three characters."


ON = "select kind, brand_id from dispatch_mode where ended_at is null"


def of(rows: Iterable[tuple[str, UUID | None]]) -> Modes:
    """What the rows of `ON` say."""
    switched = list(rows)
    return Modes(
        plain=frozenset(brand_id for kind, brand_id in switched if kind == Mode.Kind.PLAIN),
        fair=frozenset(brand_id for kind, brand_id in switched if kind == Mode.Kind.FAIR),
    )


@transaction.atomic
def switch_on(kind: str, brand_id: UUID | None, *, by: str, reason: str, now: datetime) -> Mode:
    """In force from the next round on. Refused where it is already: the unique index decides between two at once."""
    if kind not in Mode.Kind.values:
        raise Refused(f"There is no such mode: {', '.join(Mode.Kind.values)}.", code="no_such_mode")
    if brand_id is not None and not Brand.objects.filter(pk=brand_id).exists():
        raise Refused("There is no such brand.", code="not_found")
    demand_reason(reason)
    try:
        with transaction.atomic():
            mode = Mode.objects.create(kind=kind, brand_id=brand_id, began_at=now, began_by=by, reason=reason)
    except IntegrityError as error:
        raise Refused("This is switched on already.", code="no_change") from error
    _record(mode, "on", by=by, reason=reason, now=now)
    return mode


@transaction.atomic
def switch_off(mode_id: UUID, *, by: str, reason: str, now: datetime) -> None:
    """Over from the next round on; one conditional UPDATE decides who ended it."""
    demand_reason(reason)
    live = Mode.objects.filter(pk=mode_id, ended_at=None)
    mode = live.select_for_update(no_key=True).first()
    if mode is None:
        raise Refused("This is switched off already.", code="no_change")
    mode.ended_at, mode.ended_by, mode.end_reason = max(now, mode.began_at), by, reason
    mode.save(update_fields=["ended_at", "ended_by", "end_reason"])
    _record(mode, "off", by=by, reason=reason, now=now)


def switch(kind: str, brand_id: UUID | None, *, on: bool, by: str, reason: str, now: datetime) -> None:
    """`switch_on`, or `switch_off` of the one in force: for doors that know the brand and not the row."""
    if on:
        switch_on(kind, brand_id, by=by, reason=reason, now=now)
        return
    live = Mode.objects.filter(kind=kind, ended_at=None).values_list("brand_id", "pk")
    found = next((mode_id for of, mode_id in live if of == brand_id), None)
    if found is None:
        raise Refused("This is switched off already.", code="no_change")
    switch_off(found, by=by, reason=reason, now=now)


def demand_reason(reason: str) -> None:
    """Raises Refused where nobody could learn from it why."""
    if len(reason.strip()) < SHORTEST_REASON:
        raise Refused(WHY, code="no_reason")


def _record(mode: Mode, end: str, *, by: str, reason: str, now: datetime) -> None:
    subject = f"brand:{mode.brand_id}" if mode.brand_id else "platform"
    journal.record(f"mode.{mode.kind}_{end}", actor=by, subject=subject, brand_id=mode.brand_id, reason=reason, now=now)
    escalations.wake()
