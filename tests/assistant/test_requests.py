"""Who asks for a person is heard, in twelve languages; who only speaks of people is not."""

import csv

import pytest

from assistant import requests
from tests.assistant.conftest import labelled
from tests.real import real

ROWS = labelled("requests.tsv")


def test_the_labelled_texts_are_many_and_in_twelve_languages() -> None:
    assert sum(label == "yes" for _, label, _ in ROWS) >= 140
    assert sum(label == "no" for _, label, _ in ROWS) >= 95
    assert len({language for language, _, _ in ROWS}) == 12


@pytest.mark.parametrize(("language", "label", "text"), ROWS, ids=[text for *_, text in ROWS])
def test_a_wish_for_a_person_is_told_from_talk_about_people(language: str, label: str, text: str) -> None:
    assert requests.for_a_person(text) == (label == "yes"), language


def test_it_is_heard_through_capitals_accents_and_hidden_characters() -> None:
    for text in (
        "I WANT A HUMAN",
        "i want a hu\u200bman",
        "\u202eI want a human",
        "i  want\n a \thuman",
        "I wänt a hümán",
    ):
        assert requests.for_a_person(text), ascii(text)


def test_daily_questions_of_bank_customers_are_hardly_ever_taken_for_it() -> None:
    with real("banking77", "train.csv").open(encoding="utf-8") as file:
        texts = [row["text"] for row in csv.DictReader(file)]

    taken = [text for text in texts if requests.for_a_person(text)]

    assert len(texts) > 9_000
    assert len(taken) <= 6, taken


def test_it_is_heard_at_the_end_of_a_very_long_message() -> None:
    story = "The parcel came on Monday and the box was wet. " * 150

    assert not requests.for_a_person(story)
    assert requests.for_a_person(f"{story}Please let me talk to a human.")
