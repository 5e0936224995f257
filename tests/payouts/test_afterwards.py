"""What comes after a chat: a score, a tip, a reopening, a referral, the end of a shift. And that none meddles."""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.models import Agent
from brands.models import Brand
from marketplace.refusals import Refused
from payouts import afterwards, earnings, frozen, late, ledger, plans, rating
from payouts.late import Shift
from payouts.models import EarningFact, PayPlan, Posting
from payouts.rules import Rule
from tests.payouts.conftest import NOON, RULES, FactsMaker

FULL = [
    *RULES,
    {"kind": "surge", "highest_percent": 50},
    {"kind": "quality_bonus", "rate_cents": 60, "least_score": 4},
    {"kind": "tip"},
    {"kind": "referral", "rate_cents": 2500, "after_chats": 20},
    {"kind": "guarantee", "rate_cents": 1500},
]
CASES = 100_000
GIFTS = ["tip", "referral", "goodwill", "quality_bonus", "release"]
STOCKHOLM = ZoneInfo("Europe/Stockholm")
Lines = Sequence[tuple[str, str, int]]


@pytest.fixture
def plan(lindenpay: Brand) -> PayPlan:
    """As the house's, with every rule of money."""
    return plans.publish(
        lindenpay.pk,
        tier="standard",
        currency="EUR",
        rules=FULL,
        valid_from=NOON - timedelta(days=30),
        by="operator:noor",
        now=NOON - timedelta(days=30),
    )


@pytest.fixture
def chat(facts: FactsMaker) -> UUID:
    """Ilse's chat, closed and paid: 565 cents."""
    closed = facts()
    earnings.record(closed, topic="Refund", now=NOON)
    return closed.engagement_id


def shift(agent_id: UUID, brand_id: UUID, **changes: object) -> Shift:
    known: dict[str, Any] = {"shift_id": uuid4(), "agent_id": agent_id, "brand_id": brand_id}
    pay = {"currency": "EUR", "rate_cents": 1500}
    times = {"began_at": NOON - timedelta(hours=1), "ended_at": NOON + timedelta(hours=1), "absent_seconds": 0}
    return Shift(**{**known, **pay, **times, **changes})


def test_the_surge_shown_on_the_offer_is_paid_on_chat_and_minutes(facts: FactsMaker) -> None:
    posted = earnings.record(facts(surge_percent=20), topic="Refund", now=NOON)

    assert [(p.kind, p.amount) for p in posted] == [("per_chat", 290), ("per_minute", 275), ("surge", 113)]


def test_a_surge_beyond_the_plans_highest_pays_the_highest(facts: FactsMaker) -> None:
    posted = earnings.record(facts(surge_percent=200), topic="Refund", now=NOON)

    assert {p.kind: p.amount for p in posted}["surge"] == 282  # half of 565, to the even one


def test_facts_without_what_came_later_read_as_they_were_frozen(facts: FactsMaker) -> None:
    assert "surge" not in rating.canonical(facts())
    assert '"surge_percent":20' in rating.canonical(facts(surge_percent=20))
    busy = facts(surge_percent=20)
    assert frozen.parse(rating.Facts, rating.canonical(busy)) == busy


@pytest.mark.parametrize(("score", "bonus"), [(5, 60), (4, 60), (3, 0), (1, 0)])
def test_a_good_score_earns_a_bonus_when_it_comes(score: int, bonus: int, chat: UUID, ilse: Agent) -> None:
    afterwards.scored(chat, score, now=NOON)
    afterwards.scored(chat, score, now=NOON + timedelta(days=1))

    assert ledger.balance(ilse.pk)[0].amount == 565 + bonus
    assert EarningFact.objects.filter(kind="rated").count() == 1
    assert ledger.audit(NOON).balanced


def test_a_chat_taken_up_again_keeps_its_pay_and_earns_no_bonus_afterwards(chat: UUID, ilse: Agent) -> None:
    afterwards.reopened(chat, now=NOON)
    afterwards.scored(chat, 5, now=NOON)

    assert ledger.balance(ilse.pk)[0].amount == 565


def test_a_bonus_earned_is_not_taken_away_by_a_later_reopening(chat: UUID, ilse: Agent) -> None:
    afterwards.scored(chat, 5, now=NOON)
    afterwards.reopened(chat, now=NOON)

    assert ledger.balance(ilse.pk)[0].amount == 625


def test_a_tip_is_the_agents_whole_and_out_of_the_customers_money(chat: UUID, ilse: Agent) -> None:
    for payment in ("pay_1", "pay_1", "pay_2"):
        afterwards.tipped(chat, payment=payment, tip_cents=200, currency="EUR", now=NOON)

    tips = Posting.objects.filter(kind="tip").select_related("contra")
    assert [(p.amount, p.contra.name, p.source) for p in tips] == [
        (200, "tips:clearing:EUR", f"engagement:{chat}:tip:1"),
        (200, "tips:clearing:EUR", f"engagement:{chat}:tip:2"),
    ]
    assert ledger.balance(ilse.pk)[0].amount == 965


def test_a_brand_that_takes_no_tips_takes_none(facts: FactsMaker, lindenpay: Brand) -> None:
    later = NOON + timedelta(days=1)
    second = plans.publish(
        lindenpay.pk, tier="standard", currency="EUR", rules=RULES, valid_from=later, by="operator:noor", now=later
    )
    closed = facts(plan_id=second.pk, plan_version=2)
    earnings.record(closed, topic="Refund", now=later)

    with pytest.raises(Refused, match="does not take tips"):
        afterwards.tipped(closed.engagement_id, payment="pay_1", tip_cents=200, currency="EUR", now=later)


def test_somebody_brought_is_paid_for_once_when_they_have_helped_enough(
    plan: PayPlan, ilse: Agent, jonas: Agent
) -> None:
    for chats in (19, 20, 21):
        afterwards.referred(ilse.pk, jonas.pk, plan_id=plan.pk, chats=chats, now=NOON)

    assert [(p.kind, p.amount) for p in Posting.objects.all()] == [("referral", 2500)]
    assert ledger.audit(NOON).balanced


def test_nobody_is_paid_for_bringing_themselves(plan: PayPlan, ilse: Agent) -> None:
    assert afterwards.referred(ilse.pk, ilse.pk, plan_id=plan.pk, chats=50, now=NOON) == ()


def test_a_shift_pays_what_its_work_lacks_of_the_rate_promised(chat: UUID, ilse: Agent, lindenpay: Brand) -> None:
    afterwards.tipped(chat, payment="pay_1", tip_cents=5000, currency="EUR", now=NOON)
    afterwards.scored(chat, 5, now=NOON)
    over = shift(ilse.pk, lindenpay.pk, absent_seconds=1800)

    (posting,) = afterwards.shift_over(over, now=NOON + timedelta(hours=2))
    afterwards.shift_over(over, now=NOON + timedelta(hours=3))

    assert posting.amount == 1500 * 3 // 2 - 565  # an hour and a half; neither the tip nor the bonus counts
    assert posting.receipt["inputs"] == {"rate_cents": 1500, "claimed_seconds": 5400, "eligible_cents": 565}
    assert Posting.objects.filter(kind="guarantee").count() == 1
    assert ledger.audit(NOON).balanced


def test_a_chat_accepted_before_the_shift_or_at_its_end_is_none_of_its_work(
    facts: FactsMaker, ilse: Agent, lindenpay: Brand
) -> None:
    over = shift(ilse.pk, lindenpay.pk)
    for accepted_at in (over.began_at - timedelta(microseconds=1), over.ended_at):
        changes: dict[str, Any] = {"accepted_at": accepted_at, "ended_at": accepted_at + timedelta(minutes=20)}
        earnings.record(facts(**changes), topic="Refund", now=accepted_at + timedelta(minutes=20))

    assert afterwards.with_lines(over).lines == ()


@pytest.mark.parametrize(("night", "hours"), [("2026-03-28", 7), ("2026-10-24", 9), ("2026-11-20", 8)])
def test_a_night_shift_is_as_long_as_the_night(night: str, hours: int) -> None:
    began = datetime.fromisoformat(f"{night}T22:00").replace(tzinfo=STOCKHOLM)
    ended = (began + timedelta(days=1)).replace(hour=6)

    over = shift(uuid4(), uuid4(), began_at=began, ended_at=ended)

    assert over.claimed_seconds == hours * 3600


amounts = st.integers(-1_000_000, 1_000_000)
lines = st.lists(st.tuples(st.just("source"), st.sampled_from(sorted(rating.WORK)), amounts), max_size=8)
gifts = st.lists(st.tuples(st.just("source"), st.sampled_from(GIFTS), amounts), min_size=1, max_size=8)


def without_and_with(work: Lines, given_on_top: Lines, place: int, rate: int, absent: int) -> tuple[Shift, Shift]:
    """The same shift without what was given on top of its work, and with it among its lines."""
    known: dict[str, Any] = {"shift_id": UUID(int=3), "rate_cents": rate, "absent_seconds": absent}
    times = {"began_at": NOON - timedelta(hours=1), "ended_at": NOON + timedelta(hours=11)}
    mixed = (*work[:place], *given_on_top, *work[place:])
    plain = shift(UUID(int=1), UUID(int=2), lines=tuple(work), **known, **times)
    return plain, shift(UUID(int=1), UUID(int=2), lines=mixed, **known, **times)


def topped_up_alike(plain: Shift, tipped: Shift) -> bool:
    """Whether the shift was paid below its guarantee: with and without what was given, the same is added."""
    paid, paid_with_tips = late.guarantee(plain), late.guarantee(tipped)

    assert [(line.amount_cents, line.inputs) for line in paid] == [
        (line.amount_cents, line.inputs) for line in paid_with_tips
    ]
    earned = sum(amount for _, _, amount in plain.lines) + sum(line.amount_cents for line in paid)
    assert earned >= rating.divide_half_even(plain.rate_cents * plain.claimed_seconds, 3600)
    return bool(paid)


@settings(max_examples=500, deadline=None)
@given(lines, gifts, st.integers(0, 8), st.integers(1, 10_000), st.integers(0, 43_200))
def test_tips_referrals_and_adjustments_never_touch_a_guarantee(
    work: Lines, given_on_top: Lines, place: int, rate: int, absent: int
) -> None:
    topped_up_alike(*without_and_with(work, given_on_top, place, rate, absent))


def test_nor_do_they_touch_it_in_100_000_shifts() -> None:
    """Sums about what a shift guarantees, so that many lie just on either side; not shrunk, and so quick."""
    chance, kinds, topped_up = random.Random(5), sorted(rating.WORK), 0
    for _ in range(CASES):
        work = [("source", chance.choice(kinds), chance.randint(-900, 6_000)) for _ in range(chance.randrange(9))]
        extra = [("source", chance.choice(GIFTS), chance.randint(-900, 9_000)) for _ in range(chance.randint(1, 8))]
        place, rate, absent = chance.randrange(9), chance.randint(1, 3_000), chance.randrange(43_200)
        shifts = without_and_with(work, extra, place, rate, absent)
        topped_up += topped_up_alike(*shifts)
    assert CASES // 10 < topped_up < CASES - CASES // 10


@settings(max_examples=500, deadline=None)
@given(st.integers(0, 1_000_000), st.integers(0, 1_000_000), st.integers(0, 200), st.integers(0, 36_000))
def test_a_surge_never_lowers_pay_and_is_never_beyond_its_highest(
    chat: int, minute: int, percent: int, active: int
) -> None:
    rules = (Rule("per_chat", chat), Rule("per_minute", minute), Rule("surge", highest_percent=50))
    plan = rating.Plan(UUID(int=7), 1, "EUR", rules)
    known: dict[str, Any] = {
        "engagement_id": UUID(int=1),
        "brand_id": UUID(int=2),
        "agent_id": UUID(int=3),
        "plan_id": plan.plan_id,
        "plan_version": 1,
        "tier": "standard",
        "outcome": "resolved",
        "accepted_at": NOON - timedelta(hours=10),
        "ended_at": NOON,
        "active_seconds": active,
    }
    plain, busy = rating.Facts(**known), rating.Facts(**known, surge_percent=percent)

    base = sum(line.amount_cents for line in rating.rate(plain, plan))
    paid = sum(line.amount_cents for line in rating.rate(busy, plan))

    assert base <= paid <= base + rating.divide_half_even(base * 50, 100)
