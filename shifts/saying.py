"""What operators say about the days to come: the service level, days unlike others, and what a young class will do."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction

from audit import journal
from brands.models import Brand, Skill
from marketplace.refusals import Refused
from shifts.models import Expectation, SpecialDay, Staffing

STAFFING = (
    "share", "target_seconds", "shrinkage", "correction", "rate_cents", "week_budget_cents", "automatic",
    "window_hours", "days_ahead",
)  # fmt: skip
LONGEST_DAYS = 366


def staffing_of(brand_id: UUID) -> Staffing:
    """What the brand asks, or an unsaved row of the defaults."""
    return Staffing.objects.filter(pk=brand_id).first() or Staffing(brand_id=brand_id)


@transaction.atomic
def set_staffing(brand_id: UUID, *, by: str, reason: str, now: datetime, **changes: Any) -> Staffing:
    """The service level, and what is made of it without asking; unnamed numbers stay. Locks: the row, where there is
    one. In force from the next staffing on."""
    _brand(brand_id)
    found = Staffing.objects.select_for_update(no_key=True).filter(pk=brand_id).first()
    staffing = found or Staffing(brand_id=brand_id)
    for name, value in changes.items():
        assert name in STAFFING, name
        setattr(staffing, name, value)
    staffing.set_by, staffing.set_at = by, now
    _save(staffing, new=found is None, code="bad_staffing")
    told = {name: getattr(staffing, name) for name in STAFFING}
    _record("staffing.set", brand_id, by=by, reason=reason, now=now, **told)
    return staffing


@transaction.atomic
def keep_simulated(brand_id: UUID, *, correction: float, level: float, erlang_level: float, now: datetime) -> None:
    """A simulated day found that so many times Erlang's places hold the level that was asked for, which without it is
    another. In force from the next staffing on, unless an operator says otherwise."""
    told = {"simulated": correction, "simulated_level": level, "erlang_level": erlang_level}
    Staffing.objects.filter(pk=brand_id).update(**told, simulated_at=now)
    _record("staffing.simulated", brand_id, by="system:simulator", reason="", now=now, **told)


@transaction.atomic
def say_special(
    brand_id: UUID,
    *,
    name: str,
    kind: str,
    first: date,
    last: date,
    multiplier: float | None = None,
    topic: str = "",
    language: str = "",
    by: str,
    now: datetime,
) -> SpecialDay:
    """Days unlike others are known from the next forecast on. Refused where they cannot be."""
    _brand(brand_id)
    if not 0 <= (last - first).days < LONGEST_DAYS:
        raise Refused("Days end on the day they begin or later, and last a year at most.", code="bad_days")
    if kind == SpecialDay.Kind.CLOSED and (topic or language or multiplier is not None):
        raise Refused("A closed day is closed for all classes, and has no multiplier.", code="bad_days")
    said = SpecialDay(
        brand_id=brand_id,
        name=name.strip(),
        kind=kind,
        first=first,
        last=last,
        multiplier=multiplier,
        topic=topic,
        language=language,
        said_by=by,
        said_at=now,
    )
    _save(said, new=True, code="bad_days")
    _record("special_day.said", brand_id, by=by, reason="", now=now, special=str(said), kind=kind, times=multiplier)
    return said


@transaction.atomic
def end_special(special_id: UUID, *, by: str, reason: str, now: datetime) -> SpecialDay:
    """It counts no more; the row stays. Repeated, nothing changes. Locks: the row."""
    said = SpecialDay.objects.select_for_update(no_key=True).filter(pk=special_id).first()
    if said is None:
        raise Refused("There is no such day.", code="not_found")
    if said.ended_at is None:
        said.ended_at = now
        said.save(update_fields=["ended_at"])
        _record("special_day.ended", said.brand_id, by=by, reason=reason, now=now, special=str(said))
    return said


@transaction.atomic
def expect(
    brand_id: UUID,
    topic: str,
    language: str,
    *,
    requests_a_day: float,
    shaped_after_topic: str = "",
    shaped_after_language: str = "",
    by: str,
    now: datetime,
) -> Expectation:
    """A class without a past is expected to be this busy; a later word replaces it. Locks: the row, if there is one."""
    _brand(brand_id)
    if not Skill.objects.filter(brand_id=brand_id, key=topic).exists():
        raise Refused(f"There is no topic {topic}.", code="unknown_topic")
    of = {"brand_id": brand_id, "topic": topic, "language": language}
    found = Expectation.objects.select_for_update(no_key=True).filter(**of).first()
    said = found or Expectation(**of)
    said.requests_a_day = requests_a_day
    said.shaped_after_topic, said.shaped_after_language = shaped_after_topic, shaped_after_language
    said.said_by, said.said_at = by, now
    _save(said, new=found is None, code="bad_expectation")
    _record("expectation.said", brand_id, by=by, reason="", now=now, expected=str(said))
    return said


def _brand(brand_id: UUID) -> None:
    if not Brand.objects.filter(pk=brand_id).exists():
        raise Refused("There is no such brand.", code="not_found")


def _save(row: models.Model, *, new: bool, code: str) -> None:
    """Saved, or Refused with the first thing that is wrong with it."""
    try:
        row.clean_fields(exclude={"brand", "set_by", "said_by"})
        with transaction.atomic():
            row.save(force_insert=new)
    except ValidationError as wrong:
        field, messages = next(iter(wrong.message_dict.items()))
        raise Refused(f"{field.replace('_', ' ').capitalize()}: {messages[0]}", code=code) from wrong
    except IntegrityError as wrong:
        raise Refused("These numbers make no sense together, or somebody else was faster.", code=code) from wrong


def _record(action: str, brand_id: UUID, *, by: str, reason: str, now: datetime, **detail: Any) -> None:
    subject = f"brand:{brand_id}"
    journal.record(action, actor=by, subject=subject, now=now, reason=reason, brand_id=brand_id, detail=detail)
