"""Earnings: an engagement's facts are frozen and paid in the transaction that closes it, and shown line by line."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Sum

from payouts import ledger, plans, rating
from payouts.models import EarningFact, PayPlan, Posting
from payouts.rating import Facts, Line


def record(facts: Facts, *, topic: str, now: datetime) -> tuple[Posting, ...]:
    """The engagement is paid under the plan its offer showed; its facts are frozen with their hash.

    Runs inside the caller's transaction, the one that closes the engagement. A second call pays nothing and returns
    the same postings; other facts for the same engagement must never be. Locks: the agent's ledger account, last.
    """
    if not transaction.get_connection().in_atomic_block:
        raise AssertionError("An earning is posted in the transaction that closes the engagement.")
    plan = PayPlan.objects.get(pk=facts.plan_id)
    if (plan.brand_id, plan.tier) != (facts.brand_id, facts.tier):
        raise AssertionError("The plan of another brand or tier cannot pay this engagement.")
    fact = _freeze(facts, topic=topic, now=now)
    lines = rating.rate(facts, plans.as_plan(plan))
    return ledger.post_all(facts.agent_id, plan.currency, [_entry(facts, fact, line) for line in lines], now=now)


def earned_between(agent_id: UUID, since: datetime, until: datetime) -> dict[str, int]:
    """Minor units by currency, posted from `since` up to but not at `until`."""
    mine = Posting.objects.filter(account__agent_id=agent_id, created_at__gte=since, created_at__lt=until)
    return dict(mine.order_by("currency").values_list("currency").annotate(Sum("amount")))


def _freeze(facts: Facts, *, topic: str, now: datetime) -> EarningFact:
    """The one frozen row of these facts. A twin call under way is waited for by the unique key."""
    text = rating.canonical(facts)
    fact, _ = EarningFact.objects.get_or_create(
        engagement_id=facts.engagement_id,
        kind=EarningFact.Kind.CLOSED,
        revision=1,
        defaults={
            "agent_id": facts.agent_id,
            "plan_id": facts.plan_id,
            "topic": topic[:160],
            "canonical": text,
            "sha256": rating.digest(text),
            "created_at": now,
        },
    )
    if fact.canonical != text:
        raise AssertionError(f"The facts of engagement {facts.engagement_id} are frozen; these differ.")
    return fact


def _entry(facts: Facts, fact: EarningFact, line: Line) -> ledger.Entry:
    return ledger.Entry(
        source=f"engagement:{facts.engagement_id}:{line.kind}:{fact.revision}",
        kind=line.kind,
        amount=line.amount_cents,
        engagement_id=facts.engagement_id,
        brand_id=facts.brand_id,
        receipt={
            "inputs": dict(line.inputs),
            "formula": line.formula,
            "plan": str(line.plan_id),
            "plan_version": line.plan_version,
            "fact_sha256": line.fact_sha256,
        },
    )
