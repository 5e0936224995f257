"""Rating: from the frozen facts of an engagement and a pay plan to earning lines. Pure: integers in, integers out.

Every rule is rated by itself and rounded once, half to even; a line carries all that is needed to compute it again.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from types import MappingProxyType
from uuid import UUID

from payouts.frozen import canonical, digest, utc
from payouts.rules import HIGHEST_RATE_CENTS, NUMBERS, OUTCOMES, SEEN_THROUGH, UNITS, Rule, parse_rules

__all__ = ["HIGHEST_RATE_CENTS", "OUTCOMES", "SEEN_THROUGH", "Rule", "canonical", "digest", "parse_rules"]

SILENCE = timedelta(seconds=120)
KINDS = tuple(NUMBERS)  # each kind of rule makes lines of its own kind
# Paid for the work of a chat itself: what a shift's guarantee counts. A bonus, a tip or a referral is never among them.
WORK = frozenset({"per_chat", "per_minute", "surge"})


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known when an engagement closes. Instants are aware."""

    engagement_id: UUID
    brand_id: UUID
    agent_id: UUID
    plan_id: UUID  # the version shown on the offer card
    plan_version: int
    tier: str
    outcome: str
    accepted_at: datetime
    ended_at: datetime
    active_seconds: int
    first_reply_at: datetime | None = None
    surge_percent: int = field(default=0, metadata={"later": True})  # as shown on the offer card
    shift_id: UUID | None = field(default=None, metadata={"later": True})
    surge_cents: int = field(default=0, metadata={"later": True})  # as shown on the offer card

    def __post_init__(self) -> None:
        if self.outcome not in OUTCOMES:
            raise ValueError(f"Unknown outcome: {self.outcome}.")
        if not 0 <= self.active_seconds <= (utc(self.ended_at) - utc(self.accepted_at)).total_seconds():
            raise ValueError("Active time lies between nothing and the whole engagement.")
        if min(self.surge_percent, self.surge_cents) < 0:
            raise ValueError("A surge takes nothing away.")


@dataclass(frozen=True, slots=True)
class Plan:
    """One published version of a brand's rates for a tier."""

    plan_id: UUID
    version: int
    currency: str
    rules: tuple[Rule, ...]

    def rule(self, kind: str) -> Rule | None:
        return next((rule for rule in self.rules if rule.kind == kind), None)


@dataclass(frozen=True, slots=True)
class Line:
    """One earning line with its receipt. `formula` names the arithmetic and the words; `inputs` are its numbers."""

    kind: str
    amount_cents: int
    currency: str
    formula: str
    inputs: Mapping[str, int]
    plan_id: UUID | None
    plan_version: int | None
    fact_sha256: str


def rate(facts: Facts, plan: Plan) -> tuple[Line, ...]:
    """The lines that `plan` pays for `facts`, in the plan's order, without lines of nothing.

    Bonus, tip, referral and guarantee are paid by facts of their own, when those arrive.
    """
    if (facts.plan_id, facts.plan_version) != (plan.plan_id, plan.version):
        raise ValueError("An engagement is paid by the plan that its offer showed.")
    sha256 = digest(canonical(facts))
    lines = []
    for rule in plan.rules:
        if rule.kind not in _RECEIPTS or facts.outcome not in rule.outcomes:
            continue
        formula, inputs = _RECEIPTS[rule.kind](rule, facts, plan)
        amount_cents = FORMULAS[formula](inputs)
        if amount_cents:
            currency = UNITS.get(rule.kind, plan.currency)
            lines.append(Line(rule.kind, amount_cents, currency, formula, inputs, plan.plan_id, plan.version, sha256))
    return tuple(lines)


def minimum(plan: Plan) -> int:
    """Minor units: the least that a chat pays which the agent sees through, however short it is."""
    return min(
        sum(rule.rate_cents for rule in plan.rules if rule.kind == "per_chat" and outcome in rule.outcomes)
        for outcome in SEEN_THROUGH
    )


def active_seconds(times: Iterable[datetime], accepted_at: datetime, ended_at: datetime) -> int:
    """Whole seconds from accept to end, less every stretch over 120 s in which neither side wrote.

    `times` are the instants at which either side wrote, in any order; those outside the engagement are ignored. Accept
    and end bound the first and last stretch. Such a stretch is left out whole; one of exactly 120 s counts in full.
    """
    start, end = utc(accepted_at), utc(ended_at)
    if end < start:
        raise ValueError("An engagement cannot end before it was accepted.")
    marks = [start, *sorted(at for at in map(utc, times) if start <= at <= end), end]
    stretches = (later - earlier for earlier, later in pairwise(marks))
    return sum((stretch for stretch in stretches if stretch <= SILENCE), timedelta()) // timedelta(seconds=1)


def divide_half_even(numerator: int, denominator: int) -> int:
    """The quotient of two integers, not negative and positive, rounded half to even."""
    quotient, remainder = divmod(numerator, denominator)
    twice = 2 * remainder
    return quotient + (twice > denominator or (twice == denominator and quotient % 2))


Receipt = tuple[str, Mapping[str, int]]


def _per_chat(rule: Rule, facts: Facts, plan: Plan) -> Receipt:
    return "flat", MappingProxyType({"rate_cents": rule.rate_cents})


def _per_minute(rule: Rule, facts: Facts, plan: Plan) -> Receipt:
    return "active_time", MappingProxyType({"rate_cents": rule.rate_cents, "active_seconds": facts.active_seconds})


def _surge(rule: Rule, facts: Facts, plan: Plan) -> Receipt:
    """A sum on top, or a share of what the chat and its minutes pay, each rounded already: what is seen above it."""
    if rule.highest_cents:
        return "bonus", MappingProxyType({"surge_cents": facts.surge_cents, "highest_cents": rule.highest_cents})
    paid = [other for other in plan.rules if other.kind in ("per_chat", "per_minute")]
    receipts = [_RECEIPTS[other.kind](other, facts, plan) for other in paid if facts.outcome in other.outcomes]
    base_cents = sum(FORMULAS[formula](inputs) for formula, inputs in receipts)
    percent = min(facts.surge_percent, rule.highest_percent)
    return "surge", MappingProxyType({"base_cents": base_cents, "percent": percent})


def _units(rule: Rule, facts: Facts, plan: Plan) -> Receipt:
    return "units", MappingProxyType({"units": rule.units})


_RECEIPTS: Mapping[str, Callable[[Rule, Facts, Plan], Receipt]] = {
    "per_chat": _per_chat,
    "per_minute": _per_minute,
    "surge": _surge,
    "points": _units,
    "equity": _units,
}

# From a receipt's inputs back to its amount, in minor units: all that a reader needs to check a line.
FORMULAS: Mapping[str, Callable[[Mapping[str, int]], int]] = {
    "flat": lambda inputs: inputs["rate_cents"],
    "active_time": lambda inputs: divide_half_even(inputs["rate_cents"] * inputs["active_seconds"], 60),
    "surge": lambda inputs: divide_half_even(inputs["base_cents"] * inputs["percent"], 100),
    "bonus": lambda inputs: min(inputs["surge_cents"], inputs["highest_cents"]),
    "units": lambda inputs: inputs["units"],
    "quality": lambda inputs: inputs["rate_cents"] if inputs["score"] >= inputs["least_score"] else 0,
    "tip": lambda inputs: inputs["tip_cents"],
    "referral": lambda inputs: inputs["rate_cents"] if inputs["chats"] >= inputs["after_chats"] else 0,
    "guarantee": lambda inputs: max(
        0, divide_half_even(inputs["rate_cents"] * inputs["claimed_seconds"], 3600) - inputs["eligible_cents"]
    ),
    "difference": lambda inputs: inputs["right_cents"] - inputs["paid_cents"],
}
