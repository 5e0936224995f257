"""When the assistant gives a conversation to a person, and the packet that it hands over."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from assistant import languages, requests, sensitive, small_talk, words
from assistant.retrieval import Found, terms

if TYPE_CHECKING:
    from assistant.providers import Turn

SURE = 0.36  # the score from which an article is an answer: most wrong ones lie below, few right ones do
SUMMARY_CHARACTERS = 240
SUMMARY_LINES = 3
GUESS = 0.2  # enough to guess a topic by

REASONS = {
    "asked": "The customer asked for a person.",
    "unsure": "The assistant found no help article that answers this.",
    "repeated": "The customer asked again after an answer, so it did not help.",
    "sensitive": "The matter is one that people handle.",
    "failure": "The assistant could not reply.",
    "message": "The customer left a message while nobody could come.",
    "callback": "The customer chose a time to be called back.",
}


@dataclass(frozen=True)
class Packet:
    """What a person needs to go on: the customer's own words, and nothing invented."""

    summary: str
    reason: str
    reason_words: str
    topic: str
    language: str
    tried: tuple[str, ...]
    goal: str


class Why(NamedTuple):
    """A reason to hand over, and the listed matter where it is a sensitive one."""

    reason: str
    matter: str | None = None


def before_searching(said: Sequence[str]) -> Why | None:
    """Reasons that need no article: a danger, a wish for a person, a matter for people."""
    matter = sensitive.matter("\n".join(said))
    if matter == "harm":
        return Why("sensitive", matter)
    if any(requests.for_a_person(line) for line in said):
        return Why("asked")
    if matter:
        return Why("sensitive", matter)
    return None


def after_searching(turn: "Turn", question: str, found: Found | None) -> Why | None:
    """Reasons that what was found gives: asked before, or nothing that fits."""
    if turn.shown and small_talk.says_no_help(question):
        return Why("repeated")
    fits = found is not None and found.score >= SURE
    if (fits and found is not None and found.article.slug in turn.shown) or _asked_before(turn, question):
        return Why("repeated")
    return None if fits else Why("unsure")


def packet(
    turn: "Turn", *, reason: str, language: str | None = None, topic: str | None = None, matter: str | None = None
) -> Packet:
    """The hand-over of this conversation as it stands; what is not given is guessed from the customer's lines."""
    said = _telling(turn)
    goal = said[-1] if said else ""
    return Packet(
        summary=words.within(" / ".join(said[-SUMMARY_LINES:]), SUMMARY_CHARACTERS),
        reason=reason,
        reason_words=sensitive.WORDS[matter] if matter else REASONS[reason],
        topic=topic or (sensitive.TOPICS[matter] if matter else guess_topic(turn, said)),
        language=(language or languages.detect(goal, so_far=turn.language))[:2].lower(),
        tried=tuple(dict.fromkeys(turn.shown)),
        goal=words.within(goal, SUMMARY_CHARACTERS),
    )


def bare_packet(turn: "Turn") -> Packet:
    """A packet for "failure", made without anything that may be what failed."""
    said = [text for role, text in turn.lines if role == "customer"]
    goal = said[-1][:SUMMARY_CHARACTERS] if said else ""
    return Packet(goal, "failure", REASONS["failure"], "general", turn.language[:2], tuple(turn.shown), goal)


def guess_topic(turn: "Turn", said: Sequence[str]) -> str:
    """The topic of the article nearest to the latest line that has one and that the brand has people for."""
    for line in reversed(said[-SUMMARY_LINES:]):
        found = turn.index.search(line, limit=1)
        if found and found[0].score >= GUESS and found[0].article.topic in turn.topics:
            return found[0].article.topic
    return "general"


def _telling(turn: "Turn") -> list[str]:
    """The customer's lines that tell something: no hellos, and no mere wish for a person if there is more."""
    said = [words.visible(text) for role, text in turn.lines if role == "customer"]
    said = [text for text in said if text]
    matters = [text for text in said if not small_talk.kind(text) and not requests.for_a_person(text)]
    return matters or said


def _asked_before(turn: "Turn", question: str) -> bool:
    """Whether an earlier line of the customer, already replied to, has nearly the same words."""
    asked = frozenset(terms(question))
    replied = max((i for i, (role, _) in enumerate(turn.lines) if role != "customer"), default=-1)
    return bool(asked) and any(
        _alike(asked, frozenset(terms(text))) for role, text in turn.lines[:replied] if role == "customer"
    )


def _alike(asked: frozenset[str], before: frozenset[str]) -> bool:
    return len(asked & before) >= 0.8 * len(asked | before)
