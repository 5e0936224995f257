"""What an agent reads is true also where a round placed several at once, and not each with whoever fitted it best."""

from typing import Any

import pytest

from dispatch import explanations
from dispatch.matching import Candidate, Certificate, Certificates, Waiting, Weights, planner, records

NOW, BRAND = 1_000.0, 1
BOTH, REFUNDS, LATER, LAST = 11, 12, 13, 14
ASKED_FOR_REFUNDS, ASKED_FOR_FRAUD = 101, 102
FRAUD_TOO = "Offered to you: you speak English, and whoever fitted better was offered another chat at that moment."


def agent(number: int, *, idle: float, **topics: int) -> Candidate:
    held = Certificates(
        {(BRAND, topic): Certificate(level) for topic, level in topics.items()}, {"en": Certificate(3)}
    )  # fmt: skip
    return Candidate(number, held, 0, 2, idle_since=NOW - idle)


@pytest.fixture
def facts() -> dict[int, Any]:
    """One expert in refunds is the only one for fraud, too: refunds go to somebody else."""
    waiting = [
        Waiting(ASKED_FOR_REFUNDS, BRAND, "refunds", "en", 0, NOW - 20),
        Waiting(ASKED_FOR_FRAUD, BRAND, "fraud", "en", 0, NOW - 10),
    ]
    here = [
        agent(BOTH, idle=1, refunds=3, fraud=2),
        agent(REFUNDS, idle=90, refunds=2),
        agent(LATER, idle=30, refunds=2),
        agent(LAST, idle=10, refunds=2),
    ]
    plan = planner.plan(waiting, here, NOW, Weights(price=0.0))
    assert {one.escalation_id: one.agent_id for one in plan.placements} == {
        ASKED_FOR_REFUNDS: REFUNDS,
        ASKED_FOR_FRAUD: BOTH,
    }
    found = records.facts(plan)
    assert [her["agent"] for her in found[ASKED_FOR_REFUNDS]["next"]] == [str(BOTH), str(LATER), str(LAST)]
    return found


def test_she_is_not_told_to_have_fitted_best_where_a_better_one_got_another_chat(facts: dict[int, Any]) -> None:
    assert explanations.sentence(facts[ASKED_FOR_REFUNDS], str(REFUNDS)) == FRAUD_TOO
    assert "you fitted best" in explanations.sentence(facts[ASKED_FOR_FRAUD], str(BOTH))


def test_who_got_another_chat_is_not_told_to_have_been_free_and_next(facts: dict[int, Any]) -> None:
    told = explanations.sentence(facts[ASKED_FOR_REFUNDS], str(BOTH))

    assert told == "You were offered another chat at that moment, so this one went to somebody else who was free."
    assert explanations.change(facts[ASKED_FOR_REFUNDS], str(BOTH)) == (
        "Nothing: you were offered another chat at that moment."
    )


def test_who_came_behind_somebody_with_another_chat_was_next(facts: dict[int, Any]) -> None:
    assert explanations.sentence(facts[ASKED_FOR_REFUNDS], str(LATER)).endswith("you were free and next.")
    assert explanations.sentence(facts[ASKED_FOR_REFUNDS], str(LAST)).endswith("you were number 3.")
