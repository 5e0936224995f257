"""What becomes known after an engagement has closed, or beside one: facts of their own, rated as they arrive. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

from payouts.frozen import canonical, digest, utc
from payouts.rating import FORMULAS, WORK, Facts, Line, Plan, rate


@dataclass(frozen=True, slots=True)
class Rated:
    """A customer's score for an engagement; `reopened` where the chat had to be taken up again before it came."""

    engagement_id: UUID
    agent_id: UUID
    brand_id: UUID
    plan_id: UUID
    plan_version: int
    score: int
    reopened: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class Reopened:
    """The customer came back within the week. It takes nothing away from what was paid."""

    engagement_id: UUID
    agent_id: UUID
    brand_id: UUID
    at: datetime


@dataclass(frozen=True, slots=True)
class Tipped:
    """A customer's tip, whole. `payment` is what the tip's own provider calls it."""

    engagement_id: UUID
    agent_id: UUID
    brand_id: UUID
    payment: str
    tip_cents: int
    currency: str
    at: datetime

    def __post_init__(self) -> None:
        if self.tip_cents < 1:
            raise ValueError("A tip is more than nothing.")


@dataclass(frozen=True, slots=True)
class Referred:
    """Somebody whom the agent brought has helped so many customers."""

    agent_id: UUID
    referred_id: UUID
    brand_id: UUID
    plan_id: UUID
    plan_version: int
    chats: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Shift:
    """A claimed shift that is over: its time, the rate promised for an hour, and the lines paid during it.

    `lines` are (source, kind, minor units), all of one currency; which of them count is decided by the rule below.
    """

    shift_id: UUID
    agent_id: UUID
    brand_id: UUID
    currency: str
    rate_cents: int
    began_at: datetime
    ended_at: datetime
    absent_seconds: int
    lines: tuple[tuple[str, str, int], ...] = ()

    def __post_init__(self) -> None:
        if not 0 <= self.absent_seconds <= self.lasted_seconds:
            raise ValueError("Absence lies between nothing and the whole shift.")

    @property
    def lasted_seconds(self) -> int:
        """By the clock of the world: a night shift is an hour shorter or longer where the clocks change."""
        return int((utc(self.ended_at) - utc(self.began_at)).total_seconds())

    @property
    def claimed_seconds(self) -> int:
        return self.lasted_seconds - self.absent_seconds


@dataclass(frozen=True, slots=True)
class Corrected:
    """An engagement's facts as they should have been, why, and who says so. `paid` is what its lines came to before."""

    engagement_id: UUID
    agent_id: UUID
    reason: str
    by: str
    facts: str  # canonical
    paid: tuple[tuple[str, str, int], ...]  # (kind, currency, minor units), sorted
    at: datetime


def rate_score(facts: Rated, plan: Plan) -> tuple[Line, ...]:
    rule = plan.rule("quality_bonus")
    if rule is None or facts.reopened:
        return ()
    inputs = {"rate_cents": rule.rate_cents, "score": facts.score, "least_score": rule.least_score}
    return _lines("quality_bonus", plan.currency, "quality", inputs, facts, plan)


def rate_tip(facts: Tipped) -> tuple[Line, ...]:
    """All of it, in the currency in which it was given."""
    return _lines("tip", facts.currency, "tip", {"tip_cents": facts.tip_cents}, facts, None)


def rate_referral(facts: Referred, plan: Plan) -> tuple[Line, ...]:
    rule = plan.rule("referral")
    if rule is None:
        return ()
    inputs = {"rate_cents": rule.rate_cents, "chats": facts.chats, "after_chats": rule.after_chats}
    return _lines("referral", plan.currency, "referral", inputs, facts, plan)


def guarantee(shift: Shift) -> tuple[Line, ...]:
    """What the shift's work lacks of the rate promised for its time, waiting included.

    Tips, bonuses, referrals and adjustments never count: whoever gets one gets it on top.
    """
    eligible_cents = eligible(shift.lines)
    inputs = {
        "rate_cents": shift.rate_cents,
        "claimed_seconds": shift.claimed_seconds,
        "eligible_cents": eligible_cents,
    }
    return _lines("guarantee", shift.currency, "guarantee", inputs, shift, None)


def guaranteed(shift: Shift) -> int:
    """Minor units that the shift's time guarantees, whatever its work brings."""
    inputs = {"rate_cents": shift.rate_cents, "claimed_seconds": shift.claimed_seconds, "eligible_cents": 0}
    return FORMULAS["guarantee"](inputs)


def eligible(lines: Iterable[tuple[str, str, int]]) -> int:
    """Minor units of the lines that a guarantee counts: the work of the chats themselves."""
    return sum(amount for _, kind, amount in lines if kind in WORK)


def correct(facts: Corrected, plan: Plan, amended: Facts) -> tuple[Line, ...]:
    """For each kind of line, the difference between what is right and what was paid; without lines of nothing.

    Money alone: units once given out stay.
    """
    money = [line for line in rate(amended, plan) if line.currency == plan.currency]
    right = {(line.kind, line.currency): line.amount_cents for line in money}
    paid = {(kind, currency): amount for kind, currency, amount in facts.paid}
    lines: tuple[Line, ...] = ()
    for kind, currency in sorted(right.keys() | paid.keys()):
        inputs = {"right_cents": right.get((kind, currency), 0), "paid_cents": paid.get((kind, currency), 0)}
        lines += _lines(kind, currency, "difference", inputs, facts, plan)
    return lines


def _lines(
    kind: str, currency: str, formula: str, inputs: Mapping[str, int], facts: Any, plan: Plan | None
) -> tuple[Line, ...]:
    amount_cents = FORMULAS[formula](inputs)
    if not amount_cents:
        return ()
    sha256, receipt = digest(canonical(facts)), MappingProxyType(dict(inputs))
    plan_id, version = (plan.plan_id, plan.version) if plan else (None, None)
    return (Line(kind, amount_cents, currency, formula, receipt, plan_id, version, sha256),)
