"""The weights that run: versions that are published once, never changed, and open to everybody."""

import math
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from audit import journal
from dispatch.matching import Weights
from dispatch.models import ScoreWeights
from marketplace.refusals import Refused

NAMES = tuple(field.name for field in fields(Weights) if field.name != "version")


def in_force(now: datetime) -> Weights:
    """The latest version that has begun."""
    found = ScoreWeights.objects.filter(begins_at__lte=now).values_list("version", "values").first()
    assert found is not None, "the first version came with the tables"
    return read(*found)


def version(number: int) -> Weights:
    """Raises Refused where there is no such version."""
    found = ScoreWeights.objects.filter(pk=number).values_list("version", "values").first()
    if found is None:
        raise Refused("There is no such version of the weights.", code="not_found")
    return read(*found)


def read(number: int, values: dict[str, Any]) -> Weights:
    """Stored values as the planner takes them. What a later release added has its default there."""
    known: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}
    return Weights(version=number, **known)


def values_of(weights: Weights) -> dict[str, Any]:
    """As they are stored: every field but the version."""
    return {name: list(v) if isinstance(v, tuple) else v for name, v in asdict(weights).items() if name != "version"}


@transaction.atomic
def publish(values: dict[str, Any], *, by: str, why: str, begins_at: datetime, now: datetime) -> ScoreWeights:
    """The next version, in force from `begins_at`. Two at once: the primary key refuses the second.

    Raises Refused with one clear sentence where a value is missing, unknown or no number.
    """
    _demand(values)
    if not why.strip():
        raise Refused("Say why these weights are published.", code="no_reason")
    latest = ScoreWeights.objects.first()
    assert latest is not None
    if begins_at < max(now, latest.begins_at):
        raise Refused("A version begins after the one before it, and not in the past.", code="bad_start")
    try:
        with transaction.atomic():
            made = ScoreWeights.objects.create(
                version=latest.version + 1, values=values, begins_at=begins_at, published_by=by, why=why.strip()
            )
    except IntegrityError as error:
        raise Refused("Somebody published at this moment: look at theirs first.", code="no_change") from error
    journal.record("weights.published", actor=by, subject=f"weights:{made.version}", reason=why.strip(), now=now)
    return made


def _demand(values: dict[str, Any]) -> None:
    if set(values) != set(NAMES):
        odd = ", ".join(sorted(set(values) ^ set(NAMES)))
        raise Refused(f"Every weight has to be named, and nothing else: look at {odd}.", code="bad_weights")
    for name, usual in values_of(Weights()).items():
        given = values[name]
        numbers = given if isinstance(usual, list) and isinstance(given, list) else [given]
        if isinstance(usual, list) != isinstance(given, list) or (isinstance(usual, list) and len(given) != len(usual)):
            raise Refused(f"{name} has the wrong shape: {usual} is an example.", code="bad_weights")
        if not all(type(one) in (int, float) and math.isfinite(one) and one >= 0 for one in numbers):
            raise Refused(f"{name} has to be a number, not below 0.", code="bad_weights")
    if values["served"] < 2 * values["reserve"] or values["idle_unit_s"] <= 0:
        raise Refused("Serving somebody has to outweigh everything else.", code="bad_weights")
    for name in ("rings_s", "rings_tight_s"):
        if sorted(values[name]) != values[name]:
            raise Refused(f"{name}: a wider ring opens no sooner than a narrower one.", code="bad_weights")
