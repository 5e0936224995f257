"""Replay: what was rated is rated again from its frozen facts alone, and must come out the same to the byte."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.db import connection

from payouts import facts as frozen_facts
from payouts import late, plans, rating
from payouts.frozen import canonical, digest, parse
from payouts.late import Corrected, Rated, Referred, Reopened, Shift, Tipped
from payouts.models import EarningFact, PayPlan
from payouts.rating import Facts, Line, Plan

AT_ONCE = 2_000
_TEXT = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode
KINDS: dict[str, type[Any]] = {
    EarningFact.Kind.CLOSED: Facts,
    EarningFact.Kind.RATED: Rated,
    EarningFact.Kind.REOPENED: Reopened,
    EarningFact.Kind.TIPPED: Tipped,
    EarningFact.Kind.CORRECTED: Corrected,
    EarningFact.Kind.SHIFT: Shift,
    EarningFact.Kind.REFERRED: Referred,
}


@dataclass(frozen=True, slots=True)
class Report:
    """`sha256` is that of all lines as rated now; `different` are the facts whose lines were posted otherwise."""

    facts: int
    lines: int
    sha256: str
    different: tuple[str, ...]

    @property
    def is_equal(self) -> bool:
        return not self.different


def replay(since: datetime, until: datetime) -> Report:
    """Every fact frozen from `since` up to but not at `until`, in the order of their hashes. Reads only."""
    hashed, facts, lines, different = sha256(), 0, 0, []
    known: dict[UUID, Plan] = {}
    for batch in _batches(since, until):
        posted = _posted(batch)
        known |= _plans({fact.plan_id for fact in batch if fact.plan_id} - known.keys())
        for fact in batch:
            rated = _text(_lines(fact, known.get(fact.plan_id) if fact.plan_id else None))
            facts, lines = facts + 1, lines + len(rated)
            hashed.update("".join(rated).encode())
            if rated != posted.get((fact.sha256, fact.engagement_id), []):
                different.append(str(fact))
    return Report(facts, lines, hashed.hexdigest(), tuple(different))


def different(batch: list[EarningFact]) -> list[str]:
    """Those of these facts whose lines were posted otherwise than they are rated now. Reads only."""
    posted, known = _posted(batch), _plans({fact.plan_id for fact in batch if fact.plan_id})
    rated = ((fact, _text(_lines(fact, known.get(fact.plan_id) if fact.plan_id else None))) for fact in batch)
    return [str(fact) for fact, lines in rated if lines != posted.get((fact.sha256, fact.engagement_id), [])]


def lines_of(fact: EarningFact) -> tuple[Line, ...]:
    """The lines that these frozen facts pay, from their text and the plan of their time alone."""
    return _lines(fact, plans.as_plan(fact.plan) if fact.plan else None)


def _lines(fact: EarningFact, plan: Plan | None) -> tuple[Line, ...]:
    """Each line names the hash of the facts it was rated from, written out anew: by it they read back as they were."""
    facts = parse(KINDS[fact.kind], fact.canonical)
    lines = _rate(facts, plan)
    read = {line.fact_sha256 for line in lines} or {digest(canonical(facts))}
    if read != {fact.sha256}:  # which is that of the text: the database sees to it
        raise AssertionError(f"The facts of {fact} do not read back as they were written.")
    return lines


def _rate(facts: Any, plan: Plan | None) -> tuple[Line, ...]:
    match facts:
        case Shift():
            return late.guarantee(facts)
        case Tipped():
            return late.rate_tip(facts)
        case Reopened():
            return ()
    assert plan is not None, "all other facts are rated under a plan"
    match facts:
        case Facts():
            return rating.rate(facts, plan)
        case Rated():
            return late.rate_score(facts, plan)
        case Referred():
            return late.rate_referral(facts, plan)
        case Corrected():
            return late.correct(facts, plan, parse(Facts, facts.facts))
    raise AssertionError(f"Nothing is paid for {facts}.")


def _text(lines: Iterable[Line]) -> list[str]:
    """Each line as canonical JSON, as it stands in the ledger: kind, amount, currency and the whole receipt."""
    return sorted(
        _line(
            line.kind,
            line.amount_cents,
            line.currency,
            {
                "inputs": dict(line.inputs),
                "formula": line.formula,
                "plan": line.plan_id and str(line.plan_id),
                "plan_version": line.plan_version,
                "fact_sha256": line.fact_sha256,
            },
        )
        for line in lines
    )


def _line(kind: str, amount: int, currency: str, receipt: dict[str, Any]) -> str:
    return _TEXT([kind, amount, currency, receipt]) + "\n"


def _batches(since: datetime, until: datetime) -> Iterator[list[EarningFact]]:
    found = EarningFact.objects.filter(created_at__gte=since, created_at__lt=until).order_by("sha256", "id")
    batch: list[EarningFact] = []
    for fact in found.iterator(chunk_size=AT_ONCE):
        batch.append(fact)
        if len(batch) == AT_ONCE:
            yield batch
            batch = []
    if batch:
        yield batch


def _plans(ids: set[UUID]) -> dict[UUID, Plan]:
    """Each plan read and parsed once, whatever many facts it paid: published plans never change."""
    return {plan.pk: plans.as_plan(plan) for plan in PayPlan.objects.filter(pk__in=ids).order_by()}


def _posted(batch: list[EarningFact]) -> dict[tuple[str, UUID | None], list[str]]:
    """What the ledger holds of these facts, in the archive too, and what is due out of a pool."""
    engagements = [fact.engagement_id for fact in batch if fact.engagement_id]
    sources = [name for fact in batch if not fact.engagement_id for name in _sources(fact)]
    found: dict[tuple[str, UUID | None], list[str]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_POSTED, [engagements, sources, [fact.pk for fact in batch]])
        for engagement_id, kind, amount, currency, written in cursor.fetchall():
            receipt = json.loads(written)
            known = found.setdefault((receipt["fact_sha256"], engagement_id), [])
            known.append(_line(kind, amount, currency, receipt))
    return {key: sorted(lines) for key, lines in found.items()}


def _sources(fact: EarningFact) -> list[str]:
    """Every name under which a line of a shift or a referral can stand: that of each kind of rule."""
    return [frozen_facts.source(fact, kind) for kind in rating.KINDS]


# By engagement: one look-up for each fact, and a line that nothing pays for is found as well.
_POSTED = """
select engagement_id, kind, amount, currency, receipt::text from payouts_everyposting
where engagement_id = any(%s::uuid[]) and jsonb_exists(receipt, 'fact_sha256')
union all
select engagement_id, kind, amount, currency, receipt::text from payouts_everyposting
where source = any(%s::text[]) and engagement_id is null
union all
select f.engagement_id, split_part(u.source, ':', 3), u.units, u.currency, u.receipt::text
from payouts_unitsdue u join payouts_earningfact f on f.id = u.fact_id
where u.fact_id = any(%s::uuid[]) and u.issued_at is null"""
