"""The fixed sentences are there in every language, and no value can break them."""

import string

import pytest

from assistant import languages, phrases


def _blanks(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("language", languages.OFFERED)
def test_every_language_says_everything_with_the_same_blanks(language: str) -> None:
    assert phrases.SAID[language].keys() == phrases.SAID["en"].keys()
    for key, text in phrases.SAID[language].items():
        assert _blanks(text) == _blanks(phrases.SAID["en"][key]), key
        assert text.strip() == text
        assert "!" not in text


@pytest.mark.parametrize(
    ("language", "ai"),
    [("en", "AI"), ("de", "KI"), ("fr", "IA"), ("es", "IA"), ("it", "IA"), ("nl", "AI"), ("sv", "AI"), ("pl", "AI"),
     ("pt", "IA"), ("hi", "AI"), ("ar", "الذكاء الاصطناعي"), ("tr", "yapay zekâ")],
)  # fmt: skip
def test_the_greeting_says_that_it_is_an_ai(language: str, ai: str) -> None:
    assert ai in phrases.say("greeting", language, assistant="Linden", brand="Lindenpay")


def test_an_unknown_language_is_answered_in_english_and_a_region_is_no_matter() -> None:
    assert phrases.say("hello", "xx") == phrases.say("hello", "en")
    assert phrases.say("hello", "pt-BR") == phrases.say("hello", "pt")


def test_braces_in_a_name_stay_as_they_are() -> None:
    assert "{brand}" in phrases.say("introduction", "en", assistant="{brand}", brand="Fernhof")
