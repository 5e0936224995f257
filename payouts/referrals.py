"""Referrals: whoever brought an agent is paid once that agent has seen enough chats through. Found by a sweep."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection

from agents.models import Agent
from payouts import afterwards
from payouts.models import EarningFact, Posting


@dataclass(frozen=True, slots=True)
class Invited:
    """Somebody whom an agent brought: her name, since when, and whether it has been paid for."""

    name: str
    since: datetime
    paid: bool


def pay_due(*, now: datetime) -> int:
    """Every referral that is earned is paid, once, in a transaction of its own; how many were. Runs doubled too.

    Counted are chats seen through under plans that pay for referrals, by brand; the plan of the last of them pays.
    Locks: the referring agent's ledger account.
    """
    paid: list[Posting] = []
    for agent_id, referred_id, plan_id, chats in _helped():
        paid += afterwards.referred(agent_id, referred_id, plan_id=plan_id, chats=chats, now=now)
    return len(paid)


def invited_by(agent_id: UUID) -> Sequence[Invited]:
    """Whom the agent brought, the latest first."""
    brought = list(Agent.objects.filter(invited_by_id=agent_id).order_by("-created_at"))
    facts = EarningFact.objects.filter(kind=EarningFact.Kind.REFERRED, subject_id__in=[one.pk for one in brought])
    paid = set(facts.values_list("subject_id", flat=True))
    return [Invited(one.display_name, one.created_at, one.pk in paid) for one in brought]


def _helped() -> Sequence[tuple[UUID, UUID, UUID, int]]:
    """(who brought, who was brought, plan, chats) for each brand with such a plan, where nothing was paid yet."""
    with connection.cursor() as cursor:
        cursor.execute(_HELPED)
        return [(row[0], row[1], row[2], int(row[3])) for row in cursor.fetchall()]


_HELPED = """
select a.invited_by_id, a.id, (array_agg(f.plan_id order by f.created_at desc, f.id))[1], count(*)
from agents_agent a
join payouts_earningfact f on f.agent_id = a.id and f.kind = 'closed'
join payouts_payplan p on p.id = f.plan_id and p.rules @> '[{"kind": "referral"}]'
where a.invited_by_id is not null
  and f.canonical::jsonb ->> 'outcome' in ('resolved', 'left')
  and not exists (select from payouts_earningfact r where r.subject_id = a.id and r.kind = 'referred')
group by a.invited_by_id, a.id, p.brand_id order by a.id, p.brand_id"""
