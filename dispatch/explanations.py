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
    """Why the offer went where it went, in one sentence to this agent, who was asked or would have been next."""
    chosen, others = facts["chosen"], facts["next"]
    spoken = language_name(facts["language"])
    if chosen["agent"] == agent:
        return _to_her(chosen, spoken)
    place = [other["agent"] for other in others].index(agent)
    mine = others[place]
    turn = "you were free and next" if place == 0 else f"you were number {place + 2}"
    if "knows" in chosen["why"]:
        return f"Offered to somebody who was in this chat before; {turn}."
    return f"Offered to {_what_decided(chosen, mine, spoken)}; {turn}."


def _to_her(chosen: Mapping[str, Any], spoken: str) -> str:
    if "knows" in chosen["why"]:
        return "Offered to you because you were in this chat before."
    if "total" not in chosen:
        return "Offered to you because you waited longest; this brand is served first come, first served."
    return f"Offered to you: you speak {spoken}, and of those free you fitted best."


def _what_decided(chosen: Mapping[str, Any], mine: Mapping[str, Any], spoken: str) -> str:
    """The part of the score that made the largest difference."""
    if "total" not in chosen:
        return "somebody who had waited longer"
    words = {
        "fit": _fit_words(chosen["why"], mine["why"], spoken),
        "speed": "somebody who has needed less time than expected for such chats",
        "load": "somebody with fewer chats under way",
        "idle": "somebody who had waited longer",
        "deficit": "somebody who earned less for her time lately",
        "starved": "somebody who had been passed over for long",
        "reserve": "somebody who is not on reserve",
        "price": "somebody whose skills fewer waiting customers need, so that yours stay free",
    }
    part = max(words, key=lambda name: float(chosen[name]) - float(mine[name]))
    if chosen[part] <= mine[part]:
        return "somebody who fitted equally well and came first in order"
    return words[part]


def _fit_words(chosen: Sequence[str], mine: Sequence[str], spoken: str) -> str:
    spoke = next(fact for fact in chosen if fact.startswith("language_"))
    if spoke not in mine:
        return f"somebody who speaks {spoken} better"
    return "somebody who knows the topic better"


@lru_cache(maxsize=4_096)
def language_name(code: str, locale: str = "en") -> str:
    """The language's name in the reader's language; the bare code where nobody knows it."""
    try:
        return Locale.parse(code.replace("-", "_")).get_display_name(locale) or code
    except (UnknownLocaleError, ValueError):
        return code
