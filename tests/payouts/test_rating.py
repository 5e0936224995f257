"""Rating is arithmetic: it is tried with a few chats by hand, and with very many by machine."""

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payouts import frozen, late, rating, replay
from payouts.models import EarningFact
from payouts.rating import Facts, Plan, Rule

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
PLAN_ID = UUID(int=7)
SEEN_THROUGH = frozenset({"resolved", "left"})
PLAN = Plan(PLAN_ID, 14, "EUR", (Rule("per_chat", 290, SEEN_THROUGH), Rule("per_minute", 22)))
CHAT = Facts(
    engagement_id=UUID(int=1),
    brand_id=UUID(int=2),
    agent_id=UUID(int=3),
    plan_id=PLAN_ID,
    plan_version=14,
    tier="standard",
    outcome="resolved",
    accepted_at=NOON - timedelta(hours=10),
    ended_at=NOON,
    active_seconds=750,
)
TIP = late.Tipped(UUID(int=1), UUID(int=3), UUID(int=2), "payment-1", 200, "EUR", NOON)
REOPENED = late.Reopened(UUID(int=1), UUID(int=3), UUID(int=2), NOON)

seconds = st.integers(0, 36_000)
cents = st.integers(1, rating.HIGHEST_RATE_CENTS)
outcomes = st.sampled_from(sorted(rating.OUTCOMES))
pay_plans = st.builds(
    lambda chat, minute, paid: replace(
        PLAN, rules=(Rule("per_chat", chat, frozenset(paid)), Rule("per_minute", minute))
    ),
    cents,
    cents,
    st.sets(st.sampled_from(rating.SEEN_THROUGH), min_size=1),
)


def chat(outcome: str = "resolved", active: int = 750) -> Facts:
    return replace(CHAT, outcome=outcome, active_seconds=active)


def fact_of(kind: str, text: str) -> EarningFact:
    return EarningFact(kind=kind, revision=1, canonical=text, sha256=frozen.digest(text))


def paid(facts: Facts, plan: Plan = PLAN) -> dict[str, int]:
    return {line.kind: line.amount_cents for line in rating.rate(facts, plan)}


def test_a_resolved_chat_pays_for_the_chat_and_for_its_active_time() -> None:
    assert paid(chat()) == {"per_chat": 290, "per_minute": 275}


@pytest.mark.parametrize("outcome", ["transferred", "lost"])
def test_a_chat_given_on_or_lost_pays_its_active_time_alone(outcome: str) -> None:
    assert paid(chat(outcome)) == {"per_minute": 275}


def test_a_customer_who_leaves_costs_the_agent_nothing() -> None:
    assert paid(chat("left")) == paid(chat("resolved"))


@pytest.mark.parametrize(("active", "amount"), [(15, 6), (45, 16), (75, 28), (1, 0), (2, 1), (60, 22)])
def test_half_a_cent_goes_to_the_even_one(active: int, amount: int) -> None:
    assert paid(chat(active=active)).get("per_minute", 0) == amount


def test_a_line_of_nothing_is_no_line() -> None:
    assert paid(chat("transferred", active=0)) == {}


def test_a_chat_is_never_paid_by_another_plan_than_its_offer_showed() -> None:
    with pytest.raises(ValueError, match="plan that its offer showed"):
        rating.rate(chat(), replace(PLAN, version=15))


@given(outcomes, seconds, pay_plans)
def test_every_line_agrees_with_exact_decimals_and_none_is_negative(outcome: str, active: int, plan: Plan) -> None:
    exact = {}
    for rule in plan.rules:
        # Multiplied before it is divided: a quotient cut off after 28 digits would miss the half that rounding needs.
        amount = Decimal(active * rule.rate_cents) / 60 if rule.kind == "per_minute" else Decimal(rule.rate_cents)
        exact[rule.kind] = int(amount.quantize(Decimal(1), ROUND_HALF_EVEN))
        if outcome not in rule.outcomes:
            exact[rule.kind] = 0

    lines = paid(chat(outcome, active), plan)

    assert lines == {kind: amount for kind, amount in exact.items() if amount}
    assert all(amount > 0 for amount in lines.values())


@given(outcomes, seconds, pay_plans)
def test_the_order_of_the_rules_changes_no_line(outcome: str, active: int, plan: Plan) -> None:
    turned = replace(plan, rules=plan.rules[::-1])

    assert set(paid(chat(outcome, active), plan).items()) == set(paid(chat(outcome, active), turned).items())


@given(st.sampled_from(rating.SEEN_THROUGH), seconds, pay_plans)
def test_no_chat_seen_through_pays_less_than_the_minimum(outcome: str, active: int, plan: Plan) -> None:
    assert sum(paid(chat(outcome, active), plan).values()) >= rating.minimum(plan)


@given(pay_plans)
def test_the_minimum_is_reached_by_some_chat(plan: Plan) -> None:
    assert rating.minimum(plan) == min(sum(paid(chat(outcome, 0), plan).values()) for outcome in rating.SEEN_THROUGH)


@given(outcomes, seconds, seconds, pay_plans)
def test_more_active_time_never_pays_less(outcome: str, one: int, other: int, plan: Plan) -> None:
    shorter, longer = sorted([one, other])

    assert sum(paid(chat(outcome, shorter), plan).values()) <= sum(paid(chat(outcome, longer), plan).values())


@given(outcomes, seconds, pay_plans)
def test_a_receipt_is_enough_to_compute_its_line_again(outcome: str, active: int, plan: Plan) -> None:
    facts = chat(outcome, active)

    for line in rating.rate(facts, plan):
        assert rating.FORMULAS[line.formula](line.inputs) == line.amount_cents
        assert line.fact_sha256 == rating.digest(rating.canonical(facts))
        assert (line.plan_id, line.plan_version, line.currency) == (plan.plan_id, plan.version, plan.currency)


def test_the_same_facts_have_one_text_in_every_zone() -> None:
    stockholm = ZoneInfo("Europe/Stockholm")
    abroad = replace(
        CHAT, accepted_at=CHAT.accepted_at.astimezone(stockholm), ended_at=CHAT.ended_at.astimezone(stockholm)
    )

    assert rating.canonical(abroad) == rating.canonical(CHAT)
    assert '"ended_at":"2026-11-24T12:00:00.000000Z"' in rating.canonical(CHAT)


@pytest.mark.parametrize(("kind", "facts", "lines"), [("tipped", TIP, 1), ("reopened", REOPENED, 0)])
def test_facts_that_do_not_read_back_as_they_were_written_are_never_rated(kind: str, facts: Any, lines: int) -> None:
    written = frozen.canonical(facts)
    otherwise = written.replace(".000000Z", "+00:00")  # the same instant, in other words

    assert len(replay.lines_of(fact_of(kind, written))) == lines
    with pytest.raises(AssertionError, match="do not read back"):
        replay.lines_of(fact_of(kind, otherwise))


@pytest.mark.parametrize("wrong", [{"outcome": "solved"}, {"active_seconds": -1}, {"active_seconds": 36_001}])
def test_facts_that_cannot_be_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"Unknown outcome|Active time lies"):
        replace(CHAT, **wrong)


def active(*minutes: float, end: float) -> int:
    at = [NOON + timedelta(minutes=minute) for minute in minutes]
    return rating.active_seconds(at, NOON, NOON + timedelta(minutes=end))


def test_a_lively_chat_counts_from_accept_to_end() -> None:
    assert active(1, 2, 3.5, end=5) == 300


def test_a_stretch_of_two_minutes_counts_and_a_longer_one_is_left_out_whole() -> None:
    assert active(1, 3, end=4) == 240
    assert active(1, 3.01, end=4) == 60 + 59


def test_silence_before_the_first_and_after_the_last_word_is_silence_too() -> None:
    assert active(3, 4, end=9) == 60
    assert active(end=9) == 0
    assert active(end=2) == 120


def test_words_from_outside_the_engagement_change_nothing() -> None:
    assert active(-5, 1, 2, 70, end=3) == active(1, 2, end=3) == 180


def test_a_clock_put_back_during_a_chat_adds_no_hour() -> None:
    stockholm = ZoneInfo("Europe/Stockholm")
    before = datetime(2026, 10, 25, 2, 59, tzinfo=stockholm)
    after = datetime(2026, 10, 25, 2, 0, 30, tzinfo=stockholm, fold=1)

    assert rating.active_seconds([], before, after) == 90


def test_an_instant_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        rating.active_seconds([], NOON.replace(tzinfo=None), NOON)


def test_an_engagement_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(ValueError, match="before it was accepted"):
        rating.active_seconds([], NOON, NOON - timedelta(seconds=1))


@given(st.lists(st.integers(0, 3600)), st.randoms(use_true_random=False))
def test_active_time_is_within_the_engagement_whatever_the_order_of_words(
    offsets: list[int], chance: random.Random
) -> None:
    at = [NOON + timedelta(seconds=offset) for offset in offsets]
    shuffled = chance.sample(at, len(at))

    counted = rating.active_seconds(at, NOON, NOON + timedelta(hours=1))

    assert counted == rating.active_seconds(shuffled, NOON, NOON + timedelta(hours=1))
    assert 0 <= counted <= 3600


@given(st.lists(st.integers(0, 3600)), st.integers(0, 3600))
def test_one_more_word_never_takes_active_time_away(offsets: list[int], extra: int) -> None:
    def counted(given: list[int]) -> int:
        return rating.active_seconds([NOON + timedelta(seconds=s) for s in given], NOON, NOON + timedelta(hours=1))

    assert counted([*offsets, extra]) >= counted(offsets)


@pytest.mark.parametrize(
    ("rules", "sentence"),
    [
        ({}, "list of at least one rule"),
        ([], "list of at least one rule"),
        (["per_chat"], "Each rule has a kind"),
        ([{"kind": "tips"}], "Each rule has a kind"),
        ([{"kind": "tip"}], "pays for a chat or for its minutes"),
        ([{"kind": ["per_chat"]}], "Each rule has a kind"),
        ([{"kind": "per_minute", "rate_cents": 2.5}], "whole rate_cents"),
        ([{"kind": "per_minute", "rate_cents": True}], "whole rate_cents"),
        ([{"kind": "per_minute", "rate_cents": 0}], "whole rate_cents"),
        ([{"kind": "per_minute", "rate_cents": 10**15}], "whole rate_cents"),
        ([{"kind": "per_minute", "rate_cents": 22, "outcomes": ["resolved"]}], "exactly these fields"),
        ([{"kind": "per_chat", "rate_cents": 290}], "names outcomes"),
        ([{"kind": "per_chat", "rate_cents": 290, "outcomes": []}], "names outcomes"),
        ([{"kind": "per_chat", "rate_cents": 290, "outcomes": ["lost"]}], "names outcomes"),
        ([{"kind": "per_chat", "rate_cents": 290, "outcomes": "resolved"}], "names outcomes"),
        ([{"kind": "per_minute", "rate_cents": 1}, {"kind": "per_minute", "rate_cents": 2}], "one rule of each kind"),
    ],
)
def test_rules_that_mean_nothing_are_refused_in_a_sentence(rules: object, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        rating.parse_rules(rules)


def test_rules_written_as_data_are_read_as_they_stand() -> None:
    data = [
        {"kind": "per_chat", "rate_cents": 290, "outcomes": ["resolved", "left"]},
        {"kind": "per_minute", "rate_cents": 22},
    ]

    assert rating.parse_rules(data) == PLAN.rules
