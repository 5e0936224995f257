"""Statements: a month's lines, whole and in order, as files that a stranger's program can read."""

import csv
import hashlib
import io
import json
import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from agents.models import Agent
from marketplace.refusals import Refused
from payouts import earnings, ledger, measures, rating, statement_files, statement_pdf, statements
from payouts.models import Posting
from payouts.runs import reversing
from tests.payouts.conftest import NOON, FactsMaker
from tests.payouts.payday import earn, released, settle_at
from tools import verify_statement

LATE_OCTOBER = datetime(2026, 10, 31, 23, 30, tzinfo=ZoneInfo("UTC"))  # in Stockholm it is November already


def november(agent: Agent) -> statements.Statement:
    return statements.of(agent.pk, "EUR", "2026-11", now=NOON)


def test_a_statement_goes_from_the_balance_before_to_the_balance_after(ilse: Agent) -> None:
    earn(ilse, 1_000, at=LATE_OCTOBER - timedelta(days=3))
    earn(ilse, 250, at=NOON - timedelta(days=1))
    earn(ilse, 50, at=NOON - timedelta(hours=1))

    told = november(ilse)

    assert (told.opening, told.closing) == (statements.Point(1, 1_000), statements.Point(3, 1_300))
    assert [line.amount for line in told.lines] == [250, 50]
    assert told.totals == {"goodwill": 300}


def test_a_month_begins_at_midnight_of_the_pay_zone(ilse: Agent) -> None:
    settle_at(ilse)
    earn(ilse, 700, at=LATE_OCTOBER)

    assert [line.amount for line in november(ilse).lines] == [700]
    assert statements.months(ilse.pk, now=NOON) == [("EUR", "2026-11")]


def test_two_months_meet_where_two_clocks_disagree(ilse: Agent) -> None:
    end = statements.month("2026-11", "UTC").since
    earn(ilse, 100, at=end + timedelta(milliseconds=2))  # this server's clock is ahead
    earn(ilse, 200, at=end - timedelta(milliseconds=2))

    october = statements.of(ilse.pk, "EUR", "2026-10", now=NOON)

    assert october.closing == november(ilse).opening == statements.Point(2, 300)
    assert [line.amount for line in (*october.lines, *november(ilse).lines)] == [100, 200]


@pytest.mark.parametrize(("currency", "month"), [("EUR", "2026-13"), ("EUR", "now"), ("JPY", "2026-11")])
def test_what_is_no_month_or_currency_of_hers_is_refused(ilse: Agent, currency: str, month: str) -> None:
    earn(ilse, 100)

    with pytest.raises(Refused):
        statements.of(ilse.pk, currency, month, now=NOON)


def test_the_json_holds_all_that_the_lines_were_computed_from(ilse: Agent, facts: FactsMaker) -> None:
    earnings.record(facts(), topic="Refund", now=NOON - timedelta(minutes=1))

    told = json.loads(statement_files.as_json(november(ilse), locale="en"))

    assert (told["format"], told["closing"]) == ("beckon-statement-2", {"balance": 565, "seq": 2})
    for line in told["lines"]:
        receipt = line["receipt"]
        assert rating.FORMULAS[receipt["formula"]](receipt["inputs"]) == line["amount"]
        text = told["facts"][receipt["fact_sha256"]]
        assert hashlib.sha256(text.encode()).hexdigest() == receipt["fact_sha256"]
    assert json.loads(text)["active_seconds"] == 750


def test_the_json_says_which_payout_took_which_lines(ilse: Agent) -> None:
    settle_at(ilse)
    earn(ilse, 1_200)
    released()

    told = json.loads(statement_files.as_json(november(ilse), locale="en"))

    (payout,) = told["payouts"]
    assert (payout["lo"], payout["hi"], payout["amount"], payout["drained_seq"]) == (1, 1, 1_200, 2)
    assert told["closing"]["balance"] == 0


@pytest.mark.parametrize("words", ["=1+1", "+49 30", "-2", "@SUM(A1)", "\t=1", " =1"])
def test_no_cell_of_the_csv_is_taken_for_a_formula(words: str) -> None:
    assert statement_files.cell(words) == f"'{words}"


def test_the_csv_says_amounts_as_numbers_and_sources_as_text(ilse: Agent) -> None:
    settle_at(ilse)
    ledger.post(ilse.pk, "EUR", ledger.Entry("=cmd|'x'", "goodwill", 1_205), now=NOON - timedelta(days=2))
    released()

    told = statement_files.as_csv(november(ilse), locale="de")

    first, second = csv.DictReader(io.StringIO(told.removeprefix("\ufeff")))
    assert (first["amount"], first["balance"], first["source"]) == ("12.05", "12.05", "'=cmd|'x'")
    assert (second["amount"], second["balance"], second["kind"]) == ("-12.05", "0.00", "payout")


@pytest.mark.parametrize(
    ("minor", "currency", "written"), [(-5, "EUR", "-0.05"), (275, "JPY", "275"), (1, "KWD", "0.001")]
)
def test_amounts_have_their_currencys_decimals(minor: int, currency: str, written: str) -> None:
    assert statement_files.plain(minor, currency) == written


@pytest.mark.parametrize("locale", ["en", "ar"])
def test_the_pdf_has_every_line_on_as_many_pages_as_it_takes(ilse: Agent, facts: FactsMaker, locale: str) -> None:
    ilse.display_name = "نور Ilse आशा"
    ilse.save()
    for minute in range(40):
        earnings.record(facts(), topic="Refund", now=NOON - timedelta(minutes=minute + 1))

    made = statement_pdf.as_pdf(november(ilse), locale=locale)

    assert made.startswith(b"%PDF-")
    assert len(re.findall(rb"/Type /Page\b", made)) >= 3


def test_a_language_that_the_server_cannot_write_is_english_and_not_half_of_each() -> None:
    assert [statement_pdf._spoken(locale) for locale in ("ar", "he", "de", "en", "sv-SE", "xx")] == [
        "ar",
        "en",
        "de",
        "en",
        "sv-SE",
        "xx",
    ]


def test_a_pdf_of_too_many_lines_is_refused_in_one_sentence(ilse: Agent, monkeypatch: pytest.MonkeyPatch) -> None:
    earn(ilse, 100)
    monkeypatch.setattr(statement_pdf, "MOST_ROWS", 0)

    with pytest.raises(Refused, match="CSV or JSON"):
        statement_pdf.as_pdf(november(ilse), locale="en")


def test_an_agent_fetches_her_own_statements_and_nobody_elses(ilse: Agent, jonas: Agent) -> None:
    earn(ilse, 900, at=NOON - timedelta(days=400))
    month = f"{NOON - timedelta(days=400):%Y-%m}"
    hers, his = Client(), Client()
    hers.force_login(ilse.user)
    his.force_login(jonas.user)

    for kind, begins in (("json", b"{"), ("csv", b"\xef\xbb\xbfnumber"), ("pdf", b"%PDF")):
        address = f"/api/v1/agent/statements/EUR/{month}.{kind}"
        answer = hers.get(address)
        assert (answer.status_code, answer.content[: len(begins)]) == (200, begins)
        assert f"beckon-{month}-EUR.{kind}" in answer["Content-Disposition"]
        assert his.get(address).status_code == 404
        assert Client().get(address).status_code == 403
    assert hers.get(f"/api/v1/agent/statements/EUR/{month}.exe").status_code == 404
    assert Posting.objects.count() == 1


def test_a_payout_that_comes_back_next_month_was_not_back_yet(ilse: Agent) -> None:
    settle_at(ilse)
    earn(ilse, 1_200)
    run = released()
    reversing.reverse(run.payouts.all(), now=NOON + timedelta(days=10))

    told = json.loads(statement_files.as_json(november(ilse), locale="en"))
    later = statements.of(ilse.pk, "EUR", "2026-12", now=NOON + timedelta(days=11))

    assert told["payouts"][0]["state"] == "came_back_later"
    assert list(verify_statement.verify(told)) == []
    assert (later.opening.balance, later.closing.balance) == (0, 1_200)


def test_a_pdf_prints_what_a_person_wrote_whatever_the_letters(ilse: Agent) -> None:
    earn(ilse, 900, at=NOON - timedelta(hours=2))
    measures.hold(
        ilse.pk, "EUR", amount=510, by="operator:noor", reason="حسابان في محادثة\nواحدة", now=NOON - timedelta(hours=1)
    )

    told = november(ilse)

    assert statement_pdf._moved(told.lines[-1], "en").endswith("حسابان في محادثة واحدة")
    assert statement_pdf.as_pdf(told, locale="en").startswith(b"%PDF")
