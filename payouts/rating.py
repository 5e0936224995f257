"""Rating: from the frozen facts of an engagement and a pay plan to earning lines. Pure: integers in, integers out.

Every rule is rated by itself and rounded once, half to even; a line carries all that is needed to compute it again.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from types import MappingProxyType
from typing import Any
from uuid import UUID

OUTCOMES = frozenset({"resolved", "left", "transferred", "lost"})
SEEN_THROUGH = ("resolved", "left")  # the agent stayed to the end: the chat itself is paid
SILENCE = timedelta(seconds=120)
HIGHEST_RATE_CENTS = 1_000_000


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

    def __post_init__(self) -> None:
        if self.outcome not in OUTCOMES:
            raise ValueError(f"Unknown outcome: {self.outcome}.")
        if not 0 <= self.active_seconds <= (_utc(self.ended_at) - _utc(self.accepted_at)).total_seconds():
            raise ValueError("Active time lies between nothing and the whole engagement.")


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of a plan. `per_chat`: once, for these outcomes. `per_minute`: for active time, whatever the outcome."""

    kind: str
    rate_cents: int
    outcomes: frozenset[str] = OUTCOMES


@dataclass(frozen=True, slots=True)
class Plan:
    """One published version of a brand's rates for a tier."""

    plan_id: UUID
    version: int
    currency: str
    rules: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One earning line with its receipt. `formula` names the arithmetic and the words; `inputs` are its numbers."""

    kind: str
    amount_cents: int
    currency: str
    formula: str
    inputs: Mapping[str, int]
    plan_id: UUID
    plan_version: int
    fact_sha256: str


def rate(facts: Facts, plan: Plan) -> tuple[Line, ...]:
    """The lines that `plan` pays for `facts`, in the plan's order, without lines of nothing."""
    if (facts.plan_id, facts.plan_version) != (plan.plan_id, plan.version):
        raise ValueError("An engagement is paid by the plan that its offer showed.")
    sha256 = digest(canonical(facts))
    lines = []
    for rule in plan.rules:
        formula, inputs = _RECEIPTS[rule.kind](rule, facts)
        amount_cents = FORMULAS[formula](inputs) if facts.outcome in rule.outcomes else 0
        if amount_cents:
            lines.append(
                Line(rule.kind, amount_cents, plan.currency, formula, inputs, plan.plan_id, plan.version, sha256)
            )
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
    start, end = _utc(accepted_at), _utc(ended_at)
    if end < start:
        raise ValueError("An engagement cannot end before it was accepted.")
    marks = [start, *sorted(at for at in map(_utc, times) if start <= at <= end), end]
    stretches = (later - earlier for earlier, later in pairwise(marks))
    return sum((stretch for stretch in stretches if stretch <= SILENCE), timedelta()) // timedelta(seconds=1)


def canonical(facts: Facts) -> str:
    """The one JSON text of these facts: keys sorted, no spaces, instants in UTC to the microsecond."""
    fields = {name: _plain(getattr(facts, name)) for name in Facts.__dataclass_fields__}
    return json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def digest(text: str) -> str:
    """SHA-256 of the text in UTF-8, as lower-case hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()


def parse_rules(data: object) -> tuple[Rule, ...]:
    """The rules written as data. Raises ValueError with a sentence for whoever wrote them."""
    if not isinstance(data, list) or not data:
        raise ValueError("A pay plan is a list of at least one rule.")
    rules = tuple(_parse_rule(item) for item in data)
    if len({rule.kind for rule in rules}) != len(rules):
        raise ValueError("A pay plan has at most one rule of each kind.")
    return rules


def divide_half_even(numerator: int, denominator: int) -> int:
    """The quotient of two integers, not negative and positive, rounded half to even."""
    quotient, remainder = divmod(numerator, denominator)
    twice = 2 * remainder
    return quotient + (twice > denominator or (twice == denominator and quotient % 2))


def _parse_rule(item: object) -> Rule:
    if not isinstance(item, dict) or item.get("kind") not in list(_RECEIPTS):
        raise ValueError(f"Each rule has a kind: {' or '.join(_RECEIPTS)}.")
    kind, rate_cents = item["kind"], item.get("rate_cents")
    if type(rate_cents) is not int or not 1 <= rate_cents <= HIGHEST_RATE_CENTS:
        raise ValueError(f"The rule {kind} needs a whole rate_cents from 1 to {HIGHEST_RATE_CENTS}.")
    wanted = {"kind", "rate_cents", "outcomes"} if kind == "per_chat" else {"kind", "rate_cents"}
    if set(item) != wanted:
        raise ValueError(f"The rule {kind} has exactly these fields: {', '.join(sorted(wanted))}.")
    if kind == "per_chat":
        return Rule(kind, rate_cents, _parse_outcomes(item["outcomes"]))
    return Rule(kind, rate_cents)


def _parse_outcomes(outcomes: object) -> frozenset[str]:
    named = frozenset(outcomes) if isinstance(outcomes, list) and all(type(o) is str for o in outcomes) else frozenset()
    if not named or not named <= set(SEEN_THROUGH):
        raise ValueError(f"per_chat names outcomes out of: {', '.join(SEEN_THROUGH)}.")
    return named


def _per_chat(rule: Rule, facts: Facts) -> tuple[str, Mapping[str, int]]:
    return "flat", MappingProxyType({"rate_cents": rule.rate_cents})


def _per_minute(rule: Rule, facts: Facts) -> tuple[str, Mapping[str, int]]:
    return "active_time", MappingProxyType({"rate_cents": rule.rate_cents, "active_seconds": facts.active_seconds})


_RECEIPTS: Mapping[str, Callable[[Rule, Facts], tuple[str, Mapping[str, int]]]] = {
    "per_chat": _per_chat,
    "per_minute": _per_minute,
}

# From a receipt's inputs back to its amount, in minor units: all that a reader needs to check a line.
FORMULAS: Mapping[str, Callable[[Mapping[str, int]], int]] = {
    "flat": lambda inputs: inputs["rate_cents"],
    "active_time": lambda inputs: divide_half_even(inputs["rate_cents"] * inputs["active_seconds"], 60),
}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return _utc(value).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return str(value) if isinstance(value, UUID) else value


def _utc(at: datetime) -> datetime:
    """In UTC, because two instants of one local zone subtract by their wall clocks."""
    if at.tzinfo is None:
        raise ValueError("An instant needs its time zone.")
    return at.astimezone(UTC)
