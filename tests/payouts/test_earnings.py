"""What closing an engagement pays, once, and what the agent reads about it."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from rest_framework.test import APIClient

from agents.models import Agent, User
from payouts import earnings, ledger, pages, plans, rating
from payouts.models import EarningFact, PayPlan, Posting
from tests.payouts.conftest import NOON, RULES, FactsMaker

MINUTE = timedelta(minutes=1)
URL = "/api/v1/agent/earnings"
TUESDAY = {"since": "2026-11-24T00:00:00Z", "until": "2026-11-25T00:00:00Z"}


def record(facts: rating.Facts, *, topic: str = "Refund has not arrived", after: timedelta = timedelta()) -> Any:
    with transaction.atomic():
        return earnings.record(facts, topic=topic, now=NOON + after)


def test_a_resolved_chat_is_paid_line_by_line_with_its_receipt(facts: FactsMaker, ilse: Agent) -> None:
    chat = facts()

    postings = record(chat)

    assert [(p.kind, p.amount) for p in postings] == [("per_chat", 290), ("per_minute", 275)]
    assert postings[1].source == f"engagement:{chat.engagement_id}:per_minute:1"
    assert postings[1].receipt == {
        "inputs": {"rate_cents": 22, "active_seconds": 750},
        "formula": "active_time",
        "plan": str(chat.plan_id),
        "plan_version": 1,
        "fact_sha256": rating.digest(rating.canonical(chat)),
    }
    assert ledger.balance(ilse.pk) == (ledger.Balance("EUR", 565, 2),)


def test_recording_the_same_chat_again_pays_nothing(facts: FactsMaker, ilse: Agent) -> None:
    chat = facts()
    first = record(chat)

    again = record(chat, after=MINUTE)

    assert [p.pk for p in again] == [p.pk for p in first]
    assert (Posting.objects.count(), EarningFact.objects.count()) == (2, 1)


def test_frozen_facts_are_not_told_differently_later(facts: FactsMaker, ilse: Agent) -> None:
    chat = facts()
    record(chat)

    with pytest.raises(AssertionError, match="are frozen"):
        record(replace(chat, active_seconds=1200))

    assert ledger.balance(ilse.pk) == (ledger.Balance("EUR", 565, 2),)


def test_an_earning_belongs_to_the_transaction_that_closes_the_chat(fresh_database: object, facts: FactsMaker) -> None:
    with pytest.raises(AssertionError, match="in the transaction"):
        earnings.record(facts(), topic="Refund", now=NOON)

    assert not EarningFact.objects.exists()


def test_a_chat_that_is_not_closed_after_all_is_not_paid(facts: FactsMaker, ilse: Agent) -> None:
    with transaction.atomic():
        earnings.record(facts(), topic="Refund", now=NOON)
        transaction.set_rollback(True)

    assert (Posting.objects.count(), EarningFact.objects.count()) == (0, 0)


def test_a_plan_of_another_tier_cannot_pay(facts: FactsMaker) -> None:
    with pytest.raises(AssertionError, match="another brand or tier"):
        record(facts(tier="expert"))


def test_what_the_offer_showed_is_paid_although_the_rates_fell_meanwhile(facts: FactsMaker, plan: PayPlan) -> None:
    chat, lower = facts(), [{"kind": "per_minute", "rate_cents": 1}]
    now = NOON - 5 * MINUTE
    plans.publish(
        plan.brand_id, tier="standard", currency="EUR", rules=lower, valid_from=now, by="operator:noor", now=now
    )

    assert [p.amount for p in record(chat)] == [290, 275]


def test_a_chat_given_on_at_once_freezes_its_facts_and_pays_nothing(facts: FactsMaker, ilse: Agent) -> None:
    chat = facts(outcome="transferred", active_seconds=0)

    assert record(chat) == ()

    shown = pages.engagement(ilse.pk, chat.engagement_id, locale="en")
    assert shown is not None
    assert (shown.outcome, shown.amount_cents, shown.lines) == ("transferred", 0, ())


def test_earnings_between_two_instants_include_the_first_and_not_the_last(facts: FactsMaker, ilse: Agent) -> None:
    for minutes in (0, 1, 2):
        record(facts(), after=minutes * MINUTE)

    assert earnings.earned_between(ilse.pk, NOON, NOON + 2 * MINUTE) == {"EUR": 2 * 565}
    assert earnings.earned_between(ilse.pk, NOON - MINUTE, NOON) == {}


def test_the_page_shows_totals_days_and_every_line_in_words(facts: FactsMaker, ilse: Agent) -> None:
    chat = facts()
    record(chat)
    record(facts(), topic="Late the same evening", after=timedelta(hours=11, minutes=30))
    stockholm = ZoneInfo("Europe/Stockholm")

    page = pages.page(
        ilse.pk, since=NOON, until=NOON + timedelta(days=1), zone=stockholm, locale="en", now=NOON + timedelta(days=2)
    )

    assert [(t.words, t.chats) for t in page.totals] == [("11.30 EUR", 2)]
    assert [(str(day.day), day.amount_cents, day.chats) for day in page.days] == [
        ("2026-11-25", 565, 1),
        ("2026-11-24", 565, 1),
    ]
    assert page.balances == (ledger.Balance("EUR", 1130, 4),)
    latest, first = page.engagements
    assert (latest.topic, first.topic) == ("Late the same evening", "Refund has not arrived")
    assert (first.engagement_id, first.brand, first.outcome) == (chat.engagement_id, "Lindenpay", "resolved")
    assert [line.words for line in first.lines] == [
        "2.90 EUR for the chat",
        "12 min 30 s active x 0.22 EUR/min = 2.75 EUR",
    ]


def test_a_long_list_goes_on_where_the_page_ended(
    facts: FactsMaker, ilse: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "ENGAGEMENTS_ON_A_PAGE", 2)
    for minutes in (0, 1, 1, 2):
        record(facts(), after=minutes * MINUTE)
    zone = ZoneInfo("UTC")

    first = pages.page(
        ilse.pk, since=NOON, until=NOON + 9 * MINUTE, zone=zone, locale="en", now=NOON + timedelta(days=2)
    )
    assert first.older_until is not None
    second = pages.page(
        ilse.pk, since=NOON, until=first.older_until, zone=zone, locale="en", now=NOON + timedelta(days=2)
    )

    assert (len(first.engagements), len(second.engagements), second.older_until) == (3, 1, None)
    assert first.totals[0].chats == 4


@pytest.fixture
def ilses_browser(ilse: Agent) -> APIClient:
    client = APIClient()
    client.force_authenticate(ilse.user)
    return client


def test_an_agent_reads_their_earnings_over_http(facts: FactsMaker, ilses_browser: APIClient) -> None:
    record(facts())

    answer = ilses_browser.get(URL, {**TUESDAY, "zone": "Europe/Stockholm"})

    assert answer.status_code == 200
    body = answer.json()
    assert body["totals"] == [
        {"currency": "EUR", "amount_cents": 565, "words": "5.65 EUR", "chats": 1, "tips_cents": 0}
    ]
    assert body["balances"] == [{"currency": "EUR", "amount_cents": 565, "seq": 2}]
    assert body["days"][0]["day"] == "2026-11-24"
    assert body["engagements"][0]["lines"][0]["words"] == "2.90 EUR for the chat"
    assert body["older_until"] is None


def test_numbers_come_in_the_readers_notation(facts: FactsMaker, ilses_browser: APIClient) -> None:
    chat = facts()
    record(chat)

    answer = ilses_browser.get(f"{URL}/{chat.engagement_id}", headers={"accept-language": "de"})

    assert answer.json()["words"] == "5,65 EUR"


def test_another_agents_chat_is_not_there(facts: FactsMaker, jonas: Agent) -> None:
    chat = facts()
    record(chat)
    client = APIClient()
    client.force_authenticate(jonas.user)

    assert client.get(f"{URL}/{chat.engagement_id}").status_code == 404
    assert client.get(URL, TUESDAY).json()["engagements"] == []


def test_earnings_are_for_agents_who_are_logged_in(db: None) -> None:
    client = APIClient()
    assert client.get(URL).status_code in (401, 403)

    client.force_authenticate(User.objects.create_user("noor@beckon.example"))
    assert client.get(URL).status_code == 403


@pytest.mark.parametrize(
    "query",
    [
        {"since": "yesterday"},
        {"since": "2026-11-25T00:00:00Z", "until": "2026-11-24T00:00:00Z"},
        {"since": "2026-01-01T00:00:00Z", "until": "2026-11-24T00:00:00Z"},
        {"until": "0001-01-01T00:00:00Z"},
        {"until": "9999-12-31T23:59:59Z"},
        {"zone": "Mars/Olympus"},
        {"zone": "localtime"},
        {"zone": "../../etc/passwd"},
        {"zone": "\x00"},
        {"zone": "x" * 65},
    ],
)
def test_a_question_that_makes_no_sense_gets_one_clear_answer(query: dict[str, str], ilses_browser: APIClient) -> None:
    assert ilses_browser.get(URL, query).status_code == 400


def test_without_a_question_the_last_day_is_meant(ilses_browser: APIClient) -> None:
    body = ilses_browser.get(URL).json()

    assert body["engagements"] == []
    assert body["since"] < body["until"]


def test_the_card_says_what_is_paid(plan: PayPlan) -> None:
    assert plans.card(plan) == {
        "plan_id": str(plan.pk),
        "version": 1,
        "currency": "EUR",
        "minimum_cents": 290,
        "lines": [
            {"kind": "per_chat", "words": "2.90 EUR for the chat", "rate": RULES[0]["rate_cents"]},
            {"kind": "per_minute", "words": "0.22 EUR for each active minute", "rate": RULES[1]["rate_cents"]},
        ],
    }
