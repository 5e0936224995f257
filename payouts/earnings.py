"""Earnings: an engagement's facts are frozen and paid in the transaction that closes it, and shown line by line."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from payouts import facts as frozen_facts
from payouts import ledger, plans, pools, rating, surges
from payouts.facts import About
from payouts.models import EarningFact, PayPlan, Posting
from payouts.rating import Facts

# The kinds of line that are earned; the rest moves what was earned before.
EARNED = ("per_chat", "per_minute", "surge", "quality_bonus", "tip", "referral", "guarantee", "goodwill")


def record(
    facts: Facts, *, plan: PayPlan | None = None, topic: str, offer_id: UUID | None = None, now: datetime
) -> tuple[Posting, ...]:
    """The engagement is paid under the plan its offer showed (`plan`, if the caller has it); its facts are frozen with
    their hash.

    Runs inside the caller's transaction, the one that closes the engagement. A second call pays nothing and returns
    the same postings; other facts for the same engagement must never be. Points and equity become due, and are given
    out by a sweep. What the bonus of `offer_id` had reserved of the brand's surge budget is spent as far as it is paid.
    Locks: the agent's ledger account, then the surge budget, last.
    """
    if not transaction.get_connection().in_atomic_block:
        raise AssertionError("An earning is posted in the transaction that closes the engagement.")
    plan = plan or PayPlan.objects.get(pk=facts.plan_id)
    if (plan.pk, plan.brand_id, plan.tier) != (facts.plan_id, facts.brand_id, facts.tier):
        raise AssertionError("The plan of another brand or tier cannot pay this engagement.")
    about = About(EarningFact.Kind.CLOSED, facts.agent_id, facts.engagement_id, plan_id=plan.pk, topic=topic)
    fact = frozen_facts.freeze(about, facts, now=now)
    lines = rating.rate(facts, plans.as_plan(plan))
    money = [line for line in lines if line.currency == plan.currency]
    if len(money) < len(lines):
        pools.owe(fact, [line for line in lines if line.currency != plan.currency], brand_id=facts.brand_id, now=now)
    paid = frozen_facts.entries(fact, money, brand_id=facts.brand_id)
    posted = ledger.post_all(facts.agent_id, plan.currency, paid, now=now)
    if facts.surge_cents and offer_id is not None:
        surges.settle(offer_id, sum(line.amount_cents for line in lines if line.kind == "surge"), now=now)
    return posted


def earned_between(agent_id: UUID, since: datetime, until: datetime) -> dict[str, int]:
    """Minor units by currency, earned from `since` up to but not at `until`; payouts and holds move it, no more."""
    return earned_by([agent_id], since, until).get(agent_id, {})


def earned_by(agent_ids: Sequence[UUID], since: datetime, until: datetime) -> dict[UUID, dict[str, int]]:
    """`earned_between` for each of these agents who earned anything; one query."""
    sums: dict[UUID, dict[str, int]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_EARNED, [list(agent_ids), since, until, list(EARNED)])
        for agent_id, currency, amount in cursor.fetchall():
            sums.setdefault(agent_id, {})[currency] = amount
    return sums


_EARNED = """
  select a.agent_id, p.currency, sum(p.amount)::bigint
  from payouts_posting p join payouts_account a on a.id = p.account_id
  where a.agent_id = any(%s::uuid[]) and p.created_at >= %s and p.created_at < %s and p.kind = any(%s::text[])
  group by 1, 2 order by 1, 2"""
