"""Texts as words: folded so that case, accents, invisible characters and scripts' marks make no difference."""

import re
import unicodedata
from functools import lru_cache

LONGEST = 3_000  # characters read of one text, half from either end: a question fits many times over
_LETTERS = str.maketrans({"ł": "l", "ø": "o", "æ": "ae", "œ": "oe", "ß": "ss", "ı": "i", "đ": "d", "ð": "d", "þ": "th"})
_APART = re.compile(r"[\W_]+")


def excerpt(text: str) -> str:
    """The text, or the beginning and the end of a very long one: people ask at either."""
    half = LONGEST // 2
    return text if len(text) <= LONGEST else f"{text[:half]} … {text[-half:]}"


@lru_cache(maxsize=256)  # one reply folds the same few lines again and again
def fold(text: str) -> str:
    """Lower-case words with one blank between them; marks, controls and directions are gone. Folding again is idle."""
    text = excerpt(text)
    if text.isascii():
        return _APART.sub(" ", text.lower()).strip()
    plain = unicodedata.normalize("NFKD", text.casefold())
    kept = "".join(c for c in plain if unicodedata.category(c)[0] != "M" and unicodedata.category(c) != "Cf")
    return _APART.sub(" ", kept.casefold().translate(_LETTERS)).strip()


def visible(text: str) -> str:
    """The text as a reader may be shown it: no controls, no directions, few marks on one letter, single blanks."""
    kept: list[str] = []
    marks = 0
    for c in excerpt(text):
        kind = unicodedata.category(c)
        marks = marks + 1 if kind == "Mn" else 0
        if kind in ("Cf", "Cs", "Co", "Cn") or marks > 3:
            continue
        kept.append(" " if kind in ("Cc", "Zl", "Zp", "Zs") else c)
    return " ".join("".join(kept).split())


def near(word: str, other: str) -> bool:
    """Whether one slip of the finger parts them: a letter more, less, wrong, or two swapped."""
    if abs(len(word) - len(other)) > 1 or word == other:
        return word == other
    start = next((i for i, (a, b) in enumerate(zip(word, other, strict=False)) if a != b), min(len(word), len(other)))
    a, b = word[start:], other[start:]
    swapped = len(a) > 1 and len(b) > 1 and a[:2] == b[1::-1] and a[2:] == b[2:]
    return swapped or a[1:] == b[1:] or a == b[1:] or a[1:] == b


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """The word without its commonest English or German endings: crude, but the same on both sides."""
    for ending, least in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= least:
            word = word[: -len(ending)]
            break
    if len(word) > 4 and word[-1] == word[-2] and word[-1] not in "aeiousl":
        word = word[:-1]
    if len(word) > 3 and word[-1] in "ey":
        word = word[:-1]
    return word


_ENDINGS = (
    ("ments", 4), ("ment", 4), ("ations", 4), ("ation", 4), ("ings", 3), ("ing", 3), ("ungen", 4), ("ung", 4),
    ("ies", 3), ("ied", 3), ("ers", 4), ("est", 5), ("ed", 3), ("es", 3), ("en", 4), ("er", 4), ("em", 4), ("ly", 4),
    ("s", 3),
)  # fmt: skip


def within(text: str, characters: int) -> str:
    """The text, cut after a word and marked with an ellipsis where it is longer."""
    if len(text) <= characters:
        return text
    return f"{text[: characters - 1].rsplit(' ', 1)[0].rstrip()}…"
