"""What a draft would have paid for last week's chats, beside what was paid: the difference in figures and in words."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from payouts import plans, rating, receipts, rules
from payouts.frozen import parse
from payouts.models import EarningFact, PlanDraft
from payouts.rating import Facts, Line, Plan

LOOKS_BACK = timedelta(days=7)
CHATS_AT_MOST = 50_000


@dataclass(frozen=True, slots=True)
class Preview:
    """Minor units of the chats' own lines, before and with the draft, and how the agents would have fared."""

    chats: int
    paid_cents: int
    would_pay_cents: int
    agents_better: int
    agents_worse: int
    worst_cents: int  # what the agent lost who lost most; 0 where nobody did
    currency: str
    cut: bool  # there were more chats than are looked at

    def words(self, *, locale: str = "en") -> str:
        """Two or three sentences for whoever decides."""
        if not self.chats:
            return "There was no chat last week that this plan would have paid for."
        change = self.would_pay_cents - self.paid_cents
        of = f"The latest {self.chats} chats of last week" if self.cut else f"Last week's {self.chats} chats"
        sums = [receipts.money(abs(cents), self.currency, locale=locale) for cents in (self.would_pay_cents, change)]
        if not change and not self.agents_worse:
            return f"{of} would have paid {sums[0]}: exactly what they did."
        direction = "more" if change >= 0 else "less"
        told = f"{of} would have paid {sums[0]}: {sums[1]} {direction} than they did{self._share()}."
        lost = receipts.money(self.worst_cents, self.currency, locale=locale)
        fared = f" {self.agents_better} agents would have earned more and {self.agents_worse} less"
        return told + fared + (f", at most {lost} less." if self.agents_worse else ".")

    def _share(self) -> str:
        if not self.paid_cents:
            return ""
        per_mille = rating.divide_half_even(abs(self.would_pay_cents - self.paid_cents) * 1_000, self.paid_cents)
        return f" ({per_mille // 10}.{per_mille % 10} %)"


def preview(draft: PlanDraft, *, now: datetime) -> Preview:
    """The last seven days' chats of this brand, tier and currency, rated under their own plan and under the draft.

    Raises ValueError with a sentence where the draft's rules cannot be published.
    """
    drafted = rules.parse_rules(draft.rules)
    found = _closed(draft, now=now)
    before: dict[UUID, int] = defaultdict(int)
    after: dict[UUID, int] = defaultdict(int)
    known: dict[Any, Plan] = {}
    for fact in found[:CHATS_AT_MOST]:
        facts = parse(Facts, fact.canonical)
        plan = known.setdefault(fact.plan_id, plans.as_plan(fact.plan)) if fact.plan else None
        assert plan is not None, "what was closed was closed under a plan"
        before[fact.agent_id] += _money(rating.rate(facts, plan), plan.currency)
        after[fact.agent_id] += _money(rating.rate(facts, replace(plan, rules=drafted)), plan.currency)
    return _told(before, after, chats=min(len(found), CHATS_AT_MOST), draft=draft, cut=len(found) > CHATS_AT_MOST)


def _closed(draft: PlanDraft, *, now: datetime) -> list[EarningFact]:
    facts = EarningFact.objects.filter(
        kind=EarningFact.Kind.CLOSED,
        plan__brand_id=draft.brand_id,
        plan__tier=draft.tier,
        plan__currency=draft.currency,
        created_at__gte=now - LOOKS_BACK,
        created_at__lt=now,
    )
    return list(facts.select_related("plan").order_by("-created_at")[: CHATS_AT_MOST + 1])


def _money(lines: tuple[Line, ...], currency: str) -> int:
    return sum(line.amount_cents for line in lines if line.currency == currency)


def _told(before: Mapping[UUID, int], after: Mapping[UUID, int], *, chats: int, draft: PlanDraft, cut: bool) -> Preview:
    changes = [after[agent_id] - before[agent_id] for agent_id in before]
    return Preview(
        chats=chats,
        paid_cents=sum(before.values()),
        would_pay_cents=sum(after.values()),
        agents_better=sum(change > 0 for change in changes),
        agents_worse=sum(change < 0 for change in changes),
        worst_cents=max(0, -min(changes, default=0)),
        currency=draft.currency,
        cut=cut,
    )
