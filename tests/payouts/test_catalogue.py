"""Every sentence about money is there in every language that we offer, with the same blanks."""

import re
from collections import Counter
from typing import Any

import pytest

from assistant import languages
from payouts import catalogue, kinds, receipts, statement_pdf
from payouts.rules import NUMBERS, Rule

BLANK = re.compile(r"%\(\w+\)s|%%")
SENTENCES = {
    *receipts.FORMULAS.values(),
    *receipts.RULES.values(),
    *receipts.UNIT_NAMES.values(),
    *kinds.KINDS.values(),
    *statement_pdf.SENTENCES,
    receipts.SURGE_SUM,
    receipts.SURGE_NOW,
}


def test_the_languages_are_those_that_the_product_offers() -> None:
    assert {"en", *catalogue.LANGUAGES} == set(languages.OFFERED)


@pytest.mark.parametrize("language", sorted(catalogue.LANGUAGES))
def test_a_language_says_everything_and_leaves_no_blank_out(language: str) -> None:
    assert catalogue._words(language).keys() == SENTENCES
    for english, said in catalogue._words(language).items():
        assert said.strip() == said != ""
        assert Counter(BLANK.findall(said)) == Counter(BLANK.findall(english)), said


@pytest.mark.parametrize("language", sorted({"en", *catalogue.LANGUAGES}))
def test_every_rule_and_every_receipt_can_be_said(language: str) -> None:
    numbers: dict[str, Any] = dict.fromkeys(
        ["rate_cents", "highest_cents", "highest_percent", "least_score", "after_chats", "units"], 3
    )
    for kind in NUMBERS:
        assert receipts.rule_words(Rule(kind, **numbers), "EUR", locale=language)
    inputs = dict.fromkeys(
        ["rate_cents", "active_seconds", "percent", "base_cents", "score", "chats", "claimed_seconds", "eligible_cents",
         "paid_cents", "right_cents"], 70,
    )  # fmt: skip
    for formula in receipts.FORMULAS:
        said = receipts.words(formula, inputs, 4_200, "EUR", locale=language)
        assert receipts.money(4_200, "EUR", locale=language) in said


@pytest.mark.parametrize(
    ("locale", "said"),
    [
        ("de-AT", "12 min 30 s aktiv x 0,22 EUR/min = 2,75 EUR"),
        ("pl", "12 min 30 s aktywności x 0,22 EUR/min = 2,75 EUR"),
        ("uk", "12 min 30 s active x 0,22 EUR/min = 2,75 EUR"),
    ],
)
def test_a_receipt_is_read_in_the_readers_language(locale: str, said: str) -> None:
    shown = receipts.words("active_time", {"active_seconds": 750, "rate_cents": 22}, 275, "EUR", locale=locale)

    assert shown.replace("\xa0", " ") == said


@pytest.mark.parametrize("locale", ["", "../../etc/passwd", "xx", "d\x00e", "-"])
def test_a_language_that_is_none_is_english(locale: str) -> None:
    assert catalogue.say("Day", locale) == "Day"
