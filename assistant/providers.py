"""The built-in assistant: from what was said to what it says. No network, no clock, no chance."""

import logging
from dataclasses import dataclass

from assistant import handoff, languages, phrases, small_talk, words
from assistant.handoff import Packet, Why
from assistant.retrieval import Found, Index

log = logging.getLogger(__name__)
LINES_READ = 5  # of what the customer wrote since the last reply


@dataclass(frozen=True)
class Turn:
    """All that the assistant may know when it replies: the brand's articles and what was said, by whom."""

    brand: str
    assistant: str
    language: str
    lines: tuple[tuple[str, str], ...]
    index: Index
    shown: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()


@dataclass(frozen=True)
class Source:
    """An article under an answer."""

    slug: str
    title: str


@dataclass(frozen=True)
class Reply:
    """What it says, from which articles, whether it hands over, and in which language it spoke."""

    text: str
    sources: tuple[Source, ...] = ()
    hand_off: Packet | None = None
    language: str = "en"


def safe_reply(turn: Turn) -> Reply:
    """As `reply`; whatever fails or comes out empty becomes a hand-over."""
    try:
        said = reply(turn)
        if said.text.strip():
            return said
    except Exception:
        log.exception("the assistant failed to reply")
    text = phrases.say("failure", turn.language)
    return Reply(text, hand_off=handoff.bare_packet(turn), language=turn.language)


def reply(turn: Turn) -> Reply:
    """A few kind words, an answer with its source, or a hand-over; the first also says that an AI speaks."""
    said = _unanswered(turn)
    language = languages.detect("\n".join(said), so_far=turn.language)
    why = handoff.before_searching(said)
    if why:
        return _hand_over(turn, why, language, said)
    question = "\n".join(line for line in said if not small_talk.kind(line))
    if not question:
        kind = (small_talk.kind(said[-1]) if said else None) or "more"
        return _spoken(turn, phrases.say(kind, language), language=language)
    found = _best(turn, question, language)
    why = handoff.after_searching(turn, question, found)
    if why or found is None:
        return _hand_over(turn, why or Why("unsure"), language, said)
    return _spoken(turn, _quoted(found, language), language=language, found=found)


def _unanswered(turn: Turn) -> list[str]:
    """The customer's lines since somebody last replied, as they may be shown, oldest first."""
    said: list[str] = []
    for role, text in reversed(turn.lines):
        if role != "customer" or len(said) == LINES_READ:
            break
        said.append(words.visible(text))
    return [text for text in reversed(said) if text]


def _best(turn: Turn, question: str, language: str) -> Found | None:
    return next(iter(turn.index.search(question, language=language, limit=1)), None)


def _hand_over(turn: Turn, why: Why, language: str, said: list[str]) -> Reply:
    """One line that a person was asked; where money may be at risk, also what to do until then."""
    key = {"asked": "asked_for_person"}.get(why.reason, why.reason)
    text = phrases.say("harm" if why.matter == "harm" else key, language)
    packet = handoff.packet(turn, reason=why.reason, language=language, matter=why.matter)
    found = _best(turn, "\n".join(said), language) if why.matter == "fraud" else None
    if found and (found.score < handoff.SURE or found.article.topic != "fraud"):
        found = None
    if found:
        text = f"{text}\n\n{phrases.say('meanwhile', language)}\n\n{found.passage}"
    return _spoken(turn, text, language=language, found=found, hand_off=packet)


def _quoted(found: Found, language: str) -> str:
    """The passage; said so where it is in another language than the customer's."""
    if found.article.locale[:2] == language:
        return found.passage
    return f"{phrases.say('other_language', language)}\n\n{found.passage}"


def _spoken(
    turn: Turn, text: str, *, language: str, found: Found | None = None, hand_off: Packet | None = None
) -> Reply:
    """The reply; in a conversation without a greeting it begins by saying what the assistant is."""
    if not any(role == "assistant" for role, _ in turn.lines):
        introduction = phrases.say("introduction", language, assistant=turn.assistant, brand=turn.brand)
        text = f"{introduction} {text}"
    sources = (Source(found.article.slug, found.article.title),) if found else ()
    return Reply(text, sources, hand_off, language)
