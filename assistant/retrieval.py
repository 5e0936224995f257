"""Which help article answers a question: words weighed by rarity, over titles, known questions and text.

The score joins two views. Covered: how much of the question the article speaks of, saturating as in Okapi BM25
(Robertson and Zaragoza, "The Probabilistic Relevance Framework", 2009, section 3.4). Alike: the greatest overlap with
its title or with one of its known questions (Dice's coefficient over the words' rarity).
"""

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from assistant import words
from assistant.vocabulary import FILLERS, IRREGULAR, NEGATIONS, OF_PARCELS, PAIRS, SAYINGS, SYNONYMS
from brands.content import ArticleText

TITLE, ASKS, BODY = 2.0, 1.0, 0.3  # what one mention weighs, by place
SATURATION = 4.0  # mentions until half of a word's weight is reached
DENIED = 0.5  # a word after a "not" stands there a second time, and must not outvote the rest
FLATTENED = 0.75
ALIKE = 0.5  # share of the second view
FOREIGN = 0.8  # an article in another language than the question's counts for less
PASSAGE_CHARACTERS = 420
LONGEST_WORD = 40  # letters; what is longer is nobody's slip of the finger

_SENTENCE = re.compile(r"(?<=[.!?])\s+")


@dataclass(frozen=True)
class Found:
    """An article that may answer, how surely (0 to 1), and its best lines."""

    article: ArticleText
    score: float
    passage: str


@dataclass(frozen=True)
class _Entry:
    """An article, taken apart: its words' weights, and its title and questions as sets of words."""

    article: ArticleText
    weights: dict[str, float]
    questions: tuple[frozenset[str], ...]


class Index:
    """Made once from a brand's articles and never changed."""

    def __init__(self, articles: Sequence[ArticleText]) -> None:
        self._entries = tuple(_entry(article) for article in articles)
        anywhere = Counter(term for entry in self._entries for term in entry.weights)
        in_questions = Counter(term for entry in self._entries for term in frozenset[str]().union(*entry.questions))
        self._languages = {(entry.article.slug, entry.article.locale[:2]) for entry in self._entries}
        self._unknown = _rarity(len(articles), 0)
        self._rarity = {
            term: (_rarity(len(articles), n) + _rarity(len(articles), in_questions[term] or n)) / 2 * _share(term)
            for term, n in anywhere.items()
        }
        self._spellings = _spellings(self._rarity)

    def search(self, text: str, *, language: str | None = None, limit: int = 3) -> list[Found]:
        """The best articles, best first; one that is there in the reader's language in that language only."""
        asked = frozenset(self._spelled(term) for term in terms(text))
        if not asked:
            return []
        read = [entry for entry in self._entries if not self._translated(entry.article, language)]
        scored = [(self._score(asked, entry, language), entry) for entry in read]
        scored.sort(key=lambda pair: (-pair[0], pair[1].article.slug, pair[1].article.locale))
        return [
            Found(entry.article, min(1.0, round(score, 4)), self._passage(asked, entry.article))
            for score, entry in scored[:limit]
            if score > 0
        ]

    def _translated(self, article: ArticleText, language: str | None) -> bool:
        """Whether the same article is there in the reader's language."""
        if not language or article.locale[:2] == language[:2]:
            return False
        return (article.slug, language[:2]) in self._languages

    def _spelled(self, term: str) -> str:
        """The term as the articles spell it, where one slip parts them."""
        if term in self._rarity or not 5 <= len(term) <= LONGEST_WORD or " " in term:
            return term
        close = {known for shorter in _without_one(term) for known in self._spellings.get(shorter, ())}
        return min((known for known in close if words.near(term, known)), default=term)

    def _weight(self, asked: Iterable[str]) -> float:
        return sum(self._rarity.get(term, self._unknown) for term in asked)

    def _score(self, asked: frozenset[str], entry: _Entry, language: str | None) -> float:
        covered = sum(self._rarity[term] * entry.weights[term] for term in asked if term in entry.weights)
        alike = max((self._alike(asked, question) for question in entry.questions), default=0.0)
        score = (1 - ALIKE) * covered / self._weight(asked) + ALIKE * alike
        return score * FOREIGN if language and entry.article.locale[:2] != language[:2] else score

    def _alike(self, asked: frozenset[str], question: frozenset[str]) -> float:
        shared = self._weight(asked & question)
        return 2 * shared / (self._weight(asked) + self._weight(question)) if shared else 0.0

    def _passage(self, asked: frozenset[str], article: ArticleText) -> str:
        """The first paragraph, or another that has clearly more of the question; whole sentences only."""
        paragraphs = [part.strip() for part in article.body.split("\n\n") if part.strip()] or [article.title]
        weights = [self._weight(asked & frozenset(_meanings_of(part))) for part in paragraphs]
        best = max(range(len(paragraphs)), key=lambda i: (weights[i] - (0.0 if i == 0 else self._unknown), -i))
        return _shortened(paragraphs[best])


def terms(text: str) -> list[str]:
    """The words that carry meaning, one for each group of synonyms, and what sayings mean."""
    folded = words.fold(text)
    found = _meanings_of(folded) + [meaning for meaning, saying in SAYINGS if saying.search(folded)]
    return [term for term in found if term not in OF_PARCELS] if "refund" in found else found


def _meanings_of(text: str) -> list[str]:
    """The words that carry meaning, stemmed; the first after a "not" once more as its opposite."""
    found: list[str] = []
    said = words.fold(text).split()
    refused = 0  # words since a "not"; none is pending at 0
    for first, second in zip(said, [*said[1:], ""], strict=False):
        refused = 1 if first in NEGATIONS else (refused + 1) % 5 if refused else 0
        if (first, second) in PAIRS:
            found.append(PAIRS[first, second])
        if first in FILLERS or (first not in SYNONYMS and (len(first) == 1 or first.isdigit())):
            continue  # amounts and order numbers are in no article
        found.extend(_meanings(first))
        if refused:
            found.append(f"not {found[-1]}")
            refused = 0
    return found


@lru_cache(maxsize=20_000)
def _meanings(word: str) -> tuple[str, ...]:
    """What stands for the word; for a compound of two listed words, both."""
    term = words.stem(IRREGULAR.get(word, word))
    if term in SYNONYMS or not 8 <= len(word) <= LONGEST_WORD:
        return (SYNONYMS.get(term, term),)
    for cut in range(4, len(word) - 3):
        first, second = words.stem(word[:cut]), words.stem(word[cut:])
        if first in SYNONYMS and second in SYNONYMS:
            return (SYNONYMS[first], SYNONYMS[second])
    return (term,)


def _entry(article: ArticleText) -> _Entry:
    questions = tuple(frozenset(terms(text)) for text in (article.title, *article.asks))
    mentions: dict[str, float] = {}
    for weight, found in ((TITLE, questions[:1]), (ASKS, questions[1:]), (BODY, [_meanings_of(article.body)])):
        for term in (term for part in found for term in part):
            mentions[term] = mentions.get(term, 0.0) + weight
    return _Entry(article, {term: n / (n + SATURATION) for term, n in mentions.items()}, questions)


def _rarity(articles: int, having: int) -> float:
    """BM25's inverse frequency, flattened: a help centre's most telling words stand in many of its articles."""
    return math.pow(math.log(1 + (articles - having + 0.5) / (having + 0.5)), FLATTENED)


def _share(term: str) -> float:
    return DENIED if term.startswith("not ") else 1.0


def _spellings(known: Iterable[str]) -> dict[str, list[str]]:
    """Words by their spellings with a letter left out: two words that one slip parts meet here."""
    found: dict[str, list[str]] = {}
    for term in known:
        if len(term) >= 4 and " " not in term:
            for shorter in _without_one(term):
                found.setdefault(shorter, []).append(term)
    return found


def _without_one(term: str) -> set[str]:
    return {term, *(term[:i] + term[i + 1 :] for i in range(len(term)))}


def _shortened(paragraph: str) -> str:
    """As many whole sentences as fit; at least one, cut if it must be."""
    said = ""
    for sentence in _SENTENCE.split(" ".join(paragraph.split())):
        if said and len(said) + len(sentence) + 1 > PASSAGE_CHARACTERS:
            break
        said = f"{said} {sentence}".strip()
    return words.within(said, PASSAGE_CHARACTERS)
