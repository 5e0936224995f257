"""The customer's language is known from what she writes, and kept where that says too little."""

import pytest

from assistant import languages
from tests.assistant.conftest import labelled

ROWS = labelled("requests.tsv")


def test_a_customer_who_goes_on_in_her_language_keeps_it() -> None:
    kept = sum(languages.detect(text, so_far=language) == language for language, _, text in ROWS)

    assert kept / len(ROWS) >= 0.98


def test_a_sentence_in_another_language_is_noticed() -> None:
    rows = [(language, text) for language, _, text in ROWS if len(text.split()) >= 4]
    noticed = sum(languages.detect(text, so_far="en") == language for language, text in rows)
    print(f"{noticed / len(rows):.3f} of {len(rows)} sentences")

    assert noticed / len(rows) >= 0.93


@pytest.mark.parametrize("text", ["", "   ", "12345", "👍", "...", "Maja Lindqvist", "ok", "IBAN"])
def test_what_says_nothing_changes_nothing(text: str) -> None:
    assert languages.detect(text, so_far="sv") == "sv"


@pytest.mark.parametrize(
    ("text", "language"),
    [("hola", "es"), ("bonjour", "fr"), ("dziękuję", "pl"), ("merhaba", "tr"), ("شكرا", "ar"), ("नमस्ते", "hi")],
)
def test_a_greeting_is_enough_to_change(text: str, language: str) -> None:
    assert languages.detect(text, so_far="en") == language


def test_only_offered_languages_come_out() -> None:
    for text in ("hyvää päivää, missä tilaukseni on", "καλημέρα σας, πού είναι η παραγγελία μου", "今日は元気ですか"):
        assert languages.detect(text, so_far="en") in languages.OFFERED
