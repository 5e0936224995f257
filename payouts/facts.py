"""Freezing facts, and what the ledger's entries look like that pay them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from payouts import ledger
from payouts.frozen import canonical, digest
from payouts.models import EarningFact
from payouts.rating import Line
from payouts.rules import UNITS

TIPS = "tips:clearing"  # the customer's money on its way: no expense of the brand


@dataclass(frozen=True, slots=True)
class About:
    """What facts are about: one thing, one agent, the plan in force for it, and how often such facts came before."""

    kind: str
    agent_id: UUID
    engagement_id: UUID | None = None
    subject_id: UUID | None = None
    plan_id: UUID | None = None
    revision: int = 1
    topic: str = ""


def freeze(about: About, facts: Any, *, now: datetime) -> EarningFact:
    """The one frozen row of these facts. A twin call under way is waited for by the unique key."""
    text = canonical(facts)
    fact, _ = EarningFact.objects.get_or_create(
        engagement_id=about.engagement_id,
        subject_id=about.subject_id,
        kind=about.kind,
        revision=about.revision,
        defaults={
            "agent_id": about.agent_id,
            "plan_id": about.plan_id,
            "topic": about.topic[:160],
            "canonical": text,
            "sha256": digest(text),
            "created_at": now,
        },
    )
    if fact.canonical != text:
        raise AssertionError(f"The facts of {fact} are frozen; these differ.")
    return fact


def entries(fact: EarningFact, lines: Iterable[Line], *, brand_id: UUID) -> list[ledger.Entry]:
    """What the ledger is told of these lines: `engagement:<id>:per_chat:1`, `shift:<id>:guarantee:1`."""
    return [_entry(fact, line, brand_id) for line in lines]


def source(fact: EarningFact, kind: str) -> str:
    """The name under which a line of this kind pays once."""
    owner = f"engagement:{fact.engagement_id}" if fact.engagement_id else f"{fact.kind}:{fact.subject_id}"
    return f"{owner}:{kind}:{fact.revision}"


def _entry(fact: EarningFact, line: Line, brand_id: UUID) -> ledger.Entry:
    return ledger.Entry(
        source=source(fact, line.kind),
        kind=line.kind,
        amount=line.amount_cents,
        engagement_id=fact.engagement_id,
        brand_id=brand_id,
        receipt={
            "inputs": dict(line.inputs),
            "formula": line.formula,
            "plan": line.plan_id and str(line.plan_id),
            "plan_version": line.plan_version,
            "fact_sha256": line.fact_sha256,
        },
        contra=TIPS if line.kind == "tip" else f"pool:{brand_id}" if line.kind in UNITS else "",
    )
