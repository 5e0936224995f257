"""An operator raises a class's bonus by hand, within what pay plan, policy and budget allow, and undoes it.

A raise is a row: the sweep of bonuses keeps the class no lower until its time is over. What offers were made with they
keep, whatever follows.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from audit import journal
from brands.models import Skill
from dispatch import modes, surge
from dispatch.models import SurgeRaise
from dispatch.surge import Class
from marketplace.refusals import Refused
from payouts import receipts

LONGEST_MINUTES = 240


@dataclass(frozen=True, slots=True)
class Stands:
    """What is paid on top for a class now, what an operator may raise it to, and the raise in force."""

    terms: surge.Terms
    raised: SurgeRaise | None


def stands(of: Class, *, now: datetime) -> Stands:
    """Raises Refused where there is no such brand."""
    terms = surge.terms(of, now=now)
    return Stands(terms, _live(of).filter(until__gt=now).first())


def raise_bonus(of: Class, *, bonus_minor: int, minutes: int, by: str, reason: str, now: datetime) -> SurgeRaise:
    """No lower than this for so many minutes, in every offer made from now on. A second raise takes the first one's
    place; of two at once one is refused. Nothing changes where it is refused.

    Locks: the raise in force, then what deciding the bonuses takes.
    """
    brand_id, topic, language = of
    modes.demand_reason(reason)
    if not 1 <= minutes <= LONGEST_MINUTES:
        raise Refused(f"Choose between 1 and {LONGEST_MINUTES} minutes.", code="bad_time")
    if not Skill.objects.filter(brand_id=brand_id, key=topic).exists():
        raise Refused("The brand has no such topic.", code="not_found")
    _demand_within(surge.terms(of, now=now), bonus_minor)
    try:
        with transaction.atomic():
            _end(of, by=by, now=now)
            made = SurgeRaise.objects.create(
                brand_id=brand_id,
                topic=topic,
                language=language,
                bonus_minor=bonus_minor,
                began_at=now,
                began_by=by,
                reason=reason,
                until=now + timedelta(minutes=minutes),
            )
            _record("surge.raised", made, by=by, reason=reason, now=now)
    except IntegrityError as error:
        raise Refused("Somebody else raised it at this moment.", code="no_change") from error
    surge.decide(now=now)
    return made


def undo(raise_id: UUID, *, by: str, now: datetime, reason: str = "") -> SurgeRaise:
    """The bonus is at once what the wait calls for. Offers made meanwhile keep what they were made with."""
    with transaction.atomic():
        found = SurgeRaise.objects.select_for_update(no_key=True).filter(pk=raise_id, ended_at=None).first()
        if found is None:
            raise Refused("This raise is over already.", code="no_change")
        found.ended_at, found.ended_by = max(now, found.began_at), by
        found.save(update_fields=["ended_at", "ended_by"])
        _record("surge.raise_undone", found, by=by, reason=reason, now=now)
    surge.end_at_once((found.brand_id, found.topic, found.language), now=now)
    return found


def _demand_within(terms: surge.Terms, bonus_minor: int) -> None:
    if not terms.step_minor:
        raise Refused("This brand pays no bonus: set its rules for bonuses and their budget first.", code="no_policy")
    if not terms.most_minor:
        raise Refused("Pay plan or budget leave nothing for a bonus.", code="no_budget")
    if bonus_minor <= terms.now_minor:
        raise Refused("So much is paid on top already.", code="no_change")
    if bonus_minor > terms.most_minor:
        most = receipts.money(terms.most_minor, terms.currency, locale="en")
        raise Refused(f"At most {most}: pay plan, rules and budget allow no more.", code="above_cap")
    if bonus_minor % terms.step_minor:
        step = receipts.money(terms.step_minor, terms.currency, locale="en")
        raise Refused(f"A bonus rises in steps of {step}.", code="bad_step")


def _live(of: Class) -> Any:
    return SurgeRaise.objects.filter(brand_id=of[0], topic=of[1], language=of[2], ended_at=None)


def _end(of: Class, *, by: str, now: datetime) -> None:
    """Whatever stands for the class is over: replaced, or out of time and not swept yet."""
    for found in _live(of).select_for_update(no_key=True):
        found.ended_at, found.ended_by = max(now, found.began_at), by
        found.save(update_fields=["ended_at", "ended_by"])


def _record(action: str, raised: SurgeRaise, *, by: str, reason: str, now: datetime) -> None:
    detail = {
        "topic": raised.topic,
        "language": raised.language,
        "bonus_minor": raised.bonus_minor,
        "until": raised.until.isoformat(),
    }
    subject, brand_id = f"brand:{raised.brand_id}", raised.brand_id
    journal.record(action, actor=by, subject=subject, brand_id=brand_id, reason=reason, detail=detail, now=now)
