"""When the assistant gives a conversation to a person, and the packet that it hands over."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant import languages, requests, words

if TYPE_CHECKING:
    from assistant.providers import Turn

SUMMARY_CHARACTERS = 240

REASONS = {
    "asked": "The customer asked for a person.",
    "unsure": "The assistant found no help article that answers this.",
    "repeated": "The customer asked the same thing again after an answer.",
    "sensitive": "The matter is one that people handle.",
    "failure": "The assistant could not reply.",
}


@dataclass(frozen=True)
class Packet:
    """What a person needs to go on: in the customer's own words, nothing invented."""

    summary: str
    reason: str
    reason_words: str
    topic: str
    language: str
    tried: tuple[str, ...]
    goal: str


def packet(turn: "Turn", *, reason: str, language: str | None = None, topic: str | None = None) -> Packet:
    """The hand-over of this conversation as it stands; what is not given is guessed."""
    said = [words.visible(text) for role, text in turn.lines if role == "customer"]
    said = [text for text in said if text]
    goal = said[-1] if said else ""
    return Packet(
        summary=words_within(" / ".join(said[-3:]), SUMMARY_CHARACTERS),
        reason=reason,
        reason_words=REASONS[reason],
        topic=topic or guess_topic(turn, goal),
        language=(language or languages.detect(goal, so_far=turn.language))[:2],
        tried=tuple(dict.fromkeys(turn.shown)),
        goal=words_within(goal, SUMMARY_CHARACTERS),
    )


def words_within(text: str, characters: int) -> str:
    """The text, cut at a word with an ellipsis where it is longer."""
    if len(text) <= characters:
        return text
    return text[: characters - 1].rsplit(" ", 1)[0][: characters - 1] + "…"


def guess_topic(turn: "Turn", text: str) -> str:
    """The topic of the nearest article, where the brand has people for it; else `general`."""
    found = turn.index.search(text, limit=1)
    if found and found[0].score >= 0.2 and found[0].article.topic in turn.topics:
        return found[0].article.topic
    return "general"


def asked(text: str) -> bool:
    return requests.for_a_person(text)
