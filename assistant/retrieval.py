"""Which help article answers a question: words weighed by rarity, over titles, known questions and text."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from assistant import words
from assistant.vocabulary import FILLERS, IRREGULAR, NEGATIONS, PAIRS, SYNONYMS
from brands.content import ArticleText

_SENTENCE = re.compile(r"(?<=[.!?])\s+")
_WEIGHTS = {"title": 3.0, "asks": 1.0, "body": 1.0}
PASSAGE_CHARACTERS = 420


@dataclass(frozen=True)
class Found:
    """An article that may answer, how surely (0 to 1), and its best lines."""

    article: ArticleText
    score: float
    passage: str


@dataclass(frozen=True)
class _Entry:
    article: ArticleText
    weights: dict[str, float]
    questions: tuple[frozenset[str], ...]


class Index:
    """Made once from a brand's articles and never changed."""

    def __init__(self, articles: Sequence[ArticleText]) -> None:
        bags = [_bag(article) for article in articles]
        seen = Counter(term for bag in bags for term in bag)
        total = len(articles)
        self._rarity = {term: math.log(1 + (total - n + 0.5) / (n + 0.5)) for term, n in seen.items()}
        self._unknown = math.log(1 + (total + 0.5) / 0.5) if total else 1.0
        self._entries = tuple(_entry(article, bag) for article, bag in zip(articles, bags, strict=True))
        self._spellings = _spellings(self._rarity)

    def search(self, text: str, *, language: str | None = None, limit: int = 3) -> list[Found]:
        """The best articles, best first; those in the reader's language where there are any that fit as well."""
        asked = self._terms(text)
        if not asked:
            return []
        scored = [(self._score(asked, entry, language), entry) for entry in self._entries]
        scored.sort(key=lambda pair: (-pair[0], pair[1].article.slug))
        return [
            Found(entry.article, round(score, 4), self._passage(asked, entry.article))
            for score, entry in scored[:limit]
            if score > 0
        ]

    def _terms(self, text: str) -> frozenset[str]:
        found = (self._spelled(term) for term in terms(text))
        return frozenset(term for term in found if term)

    def _spelled(self, term: str) -> str:
        if term in self._rarity or len(term) < 5:
            return term
        for shorter in _without_one(term):
            for known in self._spellings.get(shorter, ()):
                if words.near(term, known):
                    return known
        return term

    def _weight(self, asked: Iterable[str]) -> float:
        return sum(self._rarity.get(term, self._unknown) for term in asked)

    def _score(self, asked: frozenset[str], entry: _Entry, language: str | None) -> float:
        whole = self._weight(asked)
        covered = sum(self._rarity[term] * entry.weights[term] for term in asked if term in entry.weights) / whole
        alike = max((self._alike(asked, question) for question in entry.questions), default=0.0)
        score = 0.5 * covered + 0.5 * alike
        return score * 0.8 if language and entry.article.locale[:2] != language[:2] else score

    def _alike(self, asked: frozenset[str], question: frozenset[str]) -> float:
        shared = self._weight(asked & question)
        return 2 * shared / (self._weight(asked) + self._weight(question)) if shared else 0.0

    def _passage(self, asked: frozenset[str], article: ArticleText) -> str:
        """The paragraph with the most of the question, or as many of its sentences as fit."""
        paragraphs = [part.strip() for part in article.body.split("\n\n") if part.strip()]
        if not paragraphs:
            return article.title
        best = max(paragraphs, key=lambda part: self._weight(asked & frozenset(terms(part))))
        return _shortened(best)


def terms(text: str) -> list[str]:
    """The words that carry meaning, stemmed, one for a group of synonyms; after a "not", once more as its opposite."""
    found: list[str] = []
    said = words.fold(text).split()
    refused = 0  # words ago that a "not" was said
    for first, second in zip(said, [*said[1:], ""], strict=True):
        refused = 1 if first in NEGATIONS else (refused + 1) % 5 if refused else 0
        if (first, second) in PAIRS:
            found.append(PAIRS[first, second])
        if first not in FILLERS and (len(first) > 1 or first.isdigit()):
            term = words.stem(IRREGULAR.get(first, first))
            found.append(SYNONYMS.get(term, term))
            if refused:
                found.append(f"not {found[-1]}")
                refused = 0
    return found


def _bag(article: ArticleText) -> dict[str, float]:
    """Each term's weight in the article, more at the top and with diminishing returns."""
    counted: dict[str, float] = {}
    for field, text in (("title", article.title), ("asks", " ".join(article.asks)), ("body", article.body)):
        for term in terms(text):
            counted[term] = counted.get(term, 0.0) + _WEIGHTS[field]
    return counted


def _entry(article: ArticleText, bag: dict[str, float]) -> _Entry:
    weights = {term: count / (count + 1.2) for term, count in bag.items()}
    questions = tuple(frozenset(terms(text)) for text in (article.title, *article.asks))
    return _Entry(article, weights, questions)


def _spellings(known: Iterable[str]) -> dict[str, list[str]]:
    """Words by their spellings with a letter left out: two words one slip apart meet here."""
    found: dict[str, list[str]] = {}
    for term in known:
        if len(term) >= 4:
            for shorter in _without_one(term):
                found.setdefault(shorter, []).append(term)
    return found


def _without_one(term: str) -> set[str]:
    return {term, *(term[:i] + term[i + 1 :] for i in range(len(term)))}


def _shortened(paragraph: str) -> str:
    said = ""
    for sentence in _SENTENCE.split(" ".join(paragraph.split())):
        if said and len(said) + len(sentence) + 1 > PASSAGE_CHARACTERS:
            break
        said = f"{said} {sentence}".strip()
    return said if len(said) <= PASSAGE_CHARACTERS else said[: PASSAGE_CHARACTERS - 1].rstrip() + "…"
