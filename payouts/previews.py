"""What a draft would have paid for last week's chats, beside what was paid: the difference in figures and in words."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from payouts import plans, rating, receipts, rules
from payouts.frozen import parse
from payouts.models import EarningFact, PayPlan, PlanDraft
from payouts.rating import Facts, Line, Plan
from payouts.rules import Rule

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
    parts: tuple[tuple[str, int, int], ...] = ()  # kind of line, minor units before and with the draft

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
        better = f"{self.agents_better} agent{'' if self.agents_better == 1 else 's'}"
        fared = f" {better} would have earned more and {self.agents_worse} less"
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
    parts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    known: dict[Any, Plan] = {}
    for fact in found[:CHATS_AT_MOST]:
        facts = parse(Facts, fact.canonical)
        plan = known.setdefault(fact.plan_id, plans.as_plan(fact.plan)) if fact.plan else None
        assert plan is not None, "what was closed was closed under a plan"
        for place, (sums, rated) in enumerate(((before, plan), (after, replace(plan, rules=drafted)))):
            sums[fact.agent_id] += _money(rating.rate(facts, rated), rated.currency, parts, place)
    told = _told(before, after, chats=min(len(found), CHATS_AT_MOST), draft=draft, cut=len(found) > CHATS_AT_MOST)
    return replace(told, parts=tuple((kind, was, will) for kind, (was, will) in parts.items()))


@dataclass(frozen=True, slots=True)
class Change:
    """One kind of rule, as it is in force and as it is drafted, in words; empty where there is none."""

    kind: str
    before: str
    after: str

    @property
    def changed(self) -> bool:
        return self.before != self.after


def changes(draft: PlanDraft, *, now: datetime) -> tuple[Change, ...]:
    """The draft beside the plan that it would follow, rule by rule, as agents will read them."""
    plan = PayPlan.objects.filter(
        brand_id=draft.brand_id, tier=draft.tier, currency=draft.currency, valid__contains=now
    ).first()
    before = {rule.kind: rule for rule in rules.parse_rules(plan.rules)} if plan else {}
    after = {rule.kind: rule for rule in rules.parse_rules(draft.rules)}

    def words(rule: Rule | None) -> str:
        return receipts.rule_words(rule, draft.currency, locale="en") if rule else ""

    kinds = [kind for kind in rules.NUMBERS if kind in before or kind in after]
    return tuple(Change(kind, words(before.get(kind)), words(after.get(kind))) for kind in kinds)


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


def _money(lines: tuple[Line, ...], currency: str, parts: dict[str, list[int]], place: int) -> int:
    """Their sum; each is added to its kind's sum at this place."""
    total = 0
    for line in lines:
        if line.currency == currency:
            parts[line.kind][place] += line.amount_cents
            total += line.amount_cents
    return total


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
