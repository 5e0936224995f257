"""A line is read in the reader's own notation."""

import pytest

from payouts import receipts
from payouts.rules import Rule


@pytest.mark.parametrize(
    ("locale", "sentence"),
    [
        ("en", "12 min 30 s active x 0.22 EUR/min = 2.75 EUR"),
        ("de", "12 min 30 s aktiv x 0,22 EUR/min = 2,75 EUR"),
        ("xx-nowhere", "12 min 30 s active x 0.22 EUR/min = 2.75 EUR"),
    ],
)
def test_active_time_shows_its_arithmetic(locale: str, sentence: str) -> None:
    inputs = {"active_seconds": 750, "rate_cents": 22}

    assert receipts.words("active_time", inputs, 275, "EUR", locale=locale) == sentence


def test_a_flat_line_says_what_it_is_for() -> None:
    assert receipts.words("flat", {"rate_cents": 290}, 290, "EUR", locale="en") == "2.90 EUR for the chat"


@pytest.mark.parametrize(
    ("minor_units", "currency", "text"),
    [(275, "EUR", "2.75 EUR"), (275, "JPY", "275 JPY"), (2750, "KWD", "2.750 KWD"), (-5, "EUR", "-0.05 EUR")],
)
def test_money_has_the_decimals_of_its_currency(minor_units: int, currency: str, text: str) -> None:
    assert receipts.money(minor_units, currency, locale="en") == text


@pytest.mark.parametrize(("seconds", "text"), [(0, "0 s"), (59, "59 s"), (750, "12 min 30 s"), (3900, "1 h 5 min 0 s")])
def test_a_duration_names_each_unit(seconds: int, text: str) -> None:
    assert receipts.duration(seconds, locale="en") == text


def test_a_formula_without_words_is_a_fault_and_not_an_empty_line() -> None:
    with pytest.raises(ValueError, match="No words"):
        receipts.words("guess", {}, 1, "EUR", locale="en")
    with pytest.raises(ValueError, match="No words"):
        receipts.rule_words(Rule("guess"), "EUR", locale="en")


def test_in_a_language_that_runs_left_each_value_is_kept_together() -> None:
    inputs = {"active_seconds": 277, "rate_cents": 22}

    said = receipts.words("active_time", inputs, 102, "EUR", locale="ar")

    assert [part.partition("\u2069")[0] for part in said.split("\u2066")[1:]] == ["4 min 37 s", "0.22 EUR", "1.02 EUR"]
    assert "\u2066" not in receipts.words("active_time", inputs, 102, "EUR", locale="de")
    assert receipts.isolated("-1.02 EUR", locale="he") == "-1.02 EUR", "a language without words of ours is English"
