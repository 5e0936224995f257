"""The sentences about money in the languages we offer, a file each. English is the key, and what else is read in."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "words"
LANGUAGES = frozenset(file.stem for file in FOLDER.glob("*.json"))


def say(english: str, locale: str) -> str:
    """The sentence in the language of this locale, its blanks still open; in English where we have no other."""
    return _words(language(locale)).get(english, english)


def language(locale: str) -> str:
    """Which of our languages this locale is read in: `de` for `de-AT`, `en` for one that we do not have."""
    named = locale.replace("_", "-").partition("-")[0].lower()
    return named if named in LANGUAGES else "en"


@cache
def _words(code: str) -> Mapping[str, str]:
    if code == "en":
        return {}
    told: dict[str, str] = json.loads((FOLDER / f"{code}.json").read_text(encoding="utf-8"))
    return told
