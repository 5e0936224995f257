"""Why an agent is asked, in words she can check."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from babel import Locale, UnknownLocaleError


@lru_cache(maxsize=4_096)
def why_words(why: tuple[str, ...], *, topic_name: str, language: str) -> tuple[str, ...]:
    """The facts of a placement as the offer card says them."""
    spoken = language_name(language)
    words = {
        "knows": "you were in this chat before",
        "topic_learning": f"learning {topic_name}",
        "topic_certified": f"certified in {topic_name}",
        "topic_expert": f"an expert in {topic_name}",
        "topic_family": f"certified in something close to {topic_name}",
        "topic_brand": f"you know this brand, and nobody closer to {topic_name} is free",
        "language_gets_by": f"you get by in {spoken}",
        "language_good": f"good {spoken}",
        "language_fluent": f"fluent in {spoken}",
        "free": "you are free",
        "room": "you have room for one more",
    }
    return tuple(words[fact] for fact in why)


def sentence(facts: Mapping[str, Any], agent: str) -> str:
    """Why the offer went where it went, in one sentence to this agent, who was asked or would have been next.

    A round places many at once for the best of all: whoever would have fitted better may have got another of its chats.
    Such a one was not next, and whoever came behind her was.
    """
    chosen, others = facts["chosen"], facts["next"]
    spoken = language_name(facts["language"])
    if chosen["agent"] == agent:
        return _to_her(chosen, others, spoken)
    mine = next(other for other in others if other["agent"] == agent)
    if mine.get("placed"):
        return "You were offered another chat at that moment, so this one went to somebody else who was free."
    place = [other["agent"] for other in others if not other.get("placed")].index(agent)
    turn = "you were free and next" if place == 0 else f"you were number {place + 2}"
    if "knows" in chosen["why"]:
        return f"Offered to somebody who was in this chat before; {turn}."
    return f"Offered to {_what_decided(chosen, mine, spoken)}; {turn}."


def _to_her(chosen: Mapping[str, Any], others: Sequence[Mapping[str, Any]], spoken: str) -> str:
    if "knows" in chosen["why"]:
        return "Offered to you because you were in this chat before."
    if "total" not in chosen:
        return "Offered to you because you waited longest; this brand is served first come, first served."
    if any(other.get("placed") and other["total"] > chosen["total"] for other in others):
        return f"Offered to you: you speak {spoken}, and whoever fitted better was offered another chat at that moment."
    return f"Offered to you: you speak {spoken}, and of those free you fitted best."


def _what_decided(chosen: Mapping[str, Any], mine: Mapping[str, Any], spoken: str) -> str:
    """The part of the score that made the largest difference, in words."""
    part = deciding(chosen, mine)
    return _fit_words(chosen["why"], mine["why"], spoken) if part == "fit" else DECIDED[part]


def deciding(chosen: Mapping[str, Any], mine: Mapping[str, Any]) -> str:
    """The part of the score that differed most; `turn` where only waiting counts, `tie` where none differed."""
    if "total" not in chosen:
        return "turn"
    ahead = {part: float(chosen.get(part, 0.0)) - float(mine.get(part, 0.0)) for part in PARTS}
    part = max(PARTS, key=ahead.__getitem__)
    return part if ahead[part] > 0 else "tie"


def change(facts: Mapping[str, Any], agent: str) -> str:
    """What would have brought the offer to this agent, in one sentence; nothing where it was hers."""
    chosen = facts["chosen"]
    mine = next((other for other in facts["next"] if other["agent"] == agent), None)
    if mine is None or chosen["agent"] == agent:
        return ""
    if mine.get("placed"):
        return "Nothing: you were offered another chat at that moment."
    if "knows" in chosen["why"]:
        return "Nothing: whoever knows a chat is asked first, and you are for those that you know."
    part = deciding(chosen, mine)
    if part != "fit":
        return CHANGES[part]
    if _language(chosen["why"]) not in mine["why"]:
        return f"A higher level in {language_name(facts['language'])}, once you have certified it."
    return "A certificate in this topic, or a higher one."


def _language(why: Sequence[str]) -> str:
    return next(fact for fact in why if fact.startswith("language_"))


PARTS = ("fit", "load", "idle", "deficit", "starved", "reserve", "price", "ring")
DECIDED: Mapping[str, str] = {
    "turn": "somebody who had waited longer",
    "tie": "somebody who fitted equally well and came first in order",
    "load": "somebody with fewer chats under way",
    "idle": "somebody who had waited longer",
    "deficit": "somebody who earned less for her time lately",
    "starved": "somebody who had been passed over for long",
    "reserve": "somebody who is not on reserve",
    "price": "somebody whose skills fewer waiting customers need, so that yours stay free",
    "ring": "somebody whose certificates are closer to the topic",
}
CHANGES: Mapping[str, str] = {
    "turn": "Nothing you need to do: the longer you wait, the sooner it is your turn.",
    "tie": "Nothing: it could have gone either way.",
    "load": "Fewer chats at once: with none under way you are asked before those who have some.",
    "idle": "Nothing you need to do: the longer you wait, the sooner it is your turn.",
    "deficit": "Nothing: it evens out. Who has earned less for her time is asked sooner, and so are you then.",
    "starved": "Nothing: whoever has been passed over for long comes first, and so do you then.",
    "reserve": "Leaving reserve, on Home.",
    "price": "Nothing: your skills are rare just now and are kept for a customer who needs them.",
    "ring": "A certificate in this topic, or a higher one.",
}


def _fit_words(chosen: Sequence[str], mine: Sequence[str], spoken: str) -> str:
    if _language(chosen) not in mine:
        return f"somebody who speaks {spoken} better"
    return "somebody who knows the topic better"


@lru_cache(maxsize=4_096)
def language_name(code: str, locale: str = "en") -> str:
    """The language's name in the reader's language; the bare code where nobody knows it."""
    try:
        return Locale.parse(code.replace("-", "_")).get_display_name(locale) or code
    except (UnknownLocaleError, ValueError):
        return code
