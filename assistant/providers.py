"""The built-in assistant: from what was said to what it says. No network, no clock, no chance."""

import logging
from dataclasses import dataclass

from assistant import handoff, languages, phrases
from assistant.handoff import Packet
from assistant.retrieval import Index

log = logging.getLogger(__name__)
SURE = 0.42


@dataclass(frozen=True)
class Turn:
    """All that the assistant may know when it replies: the brand's articles and what was said."""

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
    """What it says, from where, and whether it hands over."""

    text: str
    sources: tuple[Source, ...] = ()
    hand_off: Packet | None = None
    language: str = "en"


def reply(turn: Turn) -> Reply:
    """An answer with its source, or a hand-over."""
    question = turn.lines[-1][1] if turn.lines else ""
    language = languages.detect(question, so_far=turn.language)
    if handoff.asked(question):
        return _hand_over(turn, "asked", language)
    found = turn.index.search(question, language=language, limit=1)
    if not found or found[0].score < SURE:
        return _hand_over(turn, "unsure", language)
    best = found[0]
    if best.article.slug in turn.shown:
        return _hand_over(turn, "repeated", language)
    return Reply(text=best.passage, sources=(Source(best.article.slug, best.article.title),), language=language)


def _hand_over(turn: Turn, reason: str, language: str) -> Reply:
    said = "unsure" if reason == "unsure" else "asked_for_person"
    return Reply(
        text=phrases.say(said, language),
        hand_off=handoff.packet(turn, reason=reason, language=language),
        language=language,
    )


def safe_reply(turn: Turn) -> Reply:
    """As `reply`; whatever fails or comes out empty becomes a hand-over."""
    try:
        said = reply(turn)
        if said.text.strip():
            return said
    except Exception:
        log.exception("the assistant failed to reply")
    return _failed(turn)


def _failed(turn: Turn) -> Reply:
    return Reply(
        text=phrases.say("asked_for_person", turn.language), hand_off=_bare_packet(turn), language=turn.language
    )


def _bare_packet(turn: Turn) -> Packet:
    """A packet that needs nothing which may have failed."""
    said = [text for role, text in turn.lines if role == "customer"]
    goal = said[-1][: handoff.SUMMARY_CHARACTERS] if said else ""
    return Packet(goal, "failure", handoff.REASONS["failure"], "general", turn.language, tuple(turn.shown), goal)
