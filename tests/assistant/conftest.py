"""The assistant's tests: Lindenpay's own articles, labelled texts beside this file."""

from collections.abc import Callable
from pathlib import Path

import pytest

from assistant.providers import Turn
from assistant.retrieval import Index
from brands import content

TEXTS = Path(__file__).parent / "texts"
TOPICS = ("refunds", "returns", "payments", "disputes", "fraud", "account", "delivery", "complaints", "general")

Say = Callable[..., Turn]


def labelled(name: str) -> list[list[str]]:
    """The rows of a file of labelled texts."""
    return [line.split("\t") for line in (TEXTS / name).read_text(encoding="utf-8").splitlines() if line]


@pytest.fixture(scope="session")
def index() -> Index:
    return Index(content.load("lindenpay"))


@pytest.fixture
def say(index: Index) -> Say:
    """A turn in which the customer says these lines after the greeting."""

    def turn(*lines: str, language: str = "en", shown: tuple[str, ...] = (), before: tuple[str, ...] = ()) -> Turn:
        earlier = [line for text in before for line in (("customer", text), ("assistant", "An answer."))]
        said = (("assistant", "Hello."), *earlier, *(("customer", text) for text in lines))
        return Turn("Lindenpay", "Linden", language, tuple(said), index, shown, TOPICS)

    return turn
