"""Why an agent is asked, in words she can check."""

from collections.abc import Sequence

from babel import Locale, UnknownLocaleError


def why_words(why: Sequence[str], *, topic_name: str, language: str) -> list[str]:
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
    return [words[fact] for fact in why]


def language_name(code: str, locale: str = "en") -> str:
    """The language's name in the reader's language; the bare code where nobody knows it."""
    try:
        return Locale.parse(code.replace("-", "_")).get_display_name(locale) or code
    except (UnknownLocaleError, ValueError):
        return code
