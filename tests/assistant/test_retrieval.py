"""Questions find their article.

Of questions.tsv the rows "dev" were tuned on. "test", "fresh" and "second" were written before they were first
measured: 0.79, 0.76 and 0.72 then found their article first; what was learnt from them has since gone into vocabulary
and asks. The rows "blind" were never looked at while tuning: 0.72 of them find their article first, 0.92 among three.
Of banking77 every third question was tuned on; of the next ones, measured here, 0.80 find an article that fits.
"""

import csv
import time
from datetime import date

from assistant.handoff import SURE
from assistant.retrieval import PASSAGE_CHARACTERS, Index, terms
from brands import content
from brands.content import ArticleText
from tests.assistant.conftest import labelled
from tests.real import real

# Intents of the banking77 questions that Lindenpay has articles for, and those articles.
BANK_INTENTS = {
    "card_payment_not_recognised": {"unknown-purchase"},
    "direct_debit_payment_not_recognised": {"unknown-purchase"},
    "cash_withdrawal_not_recognised": {"lost-card", "unknown-purchase"},
    "lost_or_stolen_card": {"lost-card", "replace-card"},
    "compromised_card": {"account-misused", "lost-card", "unknown-purchase"},
    "lost_or_stolen_phone": {"account-misused", "new-phone-number"},
    "declined_card_payment": {"card-declined", "payment-failed", "purchase-declined"},
    "declined_cash_withdrawal": {"card-abroad", "card-declined"},
    "contactless_not_working": {"card-declined"},
    "card_not_working": {"card-declined", "replace-card"},
    "virtual_card_not_working": {"card-declined"},
    "change_pin": {"card-pin"},
    "pin_blocked": {"card-pin"},
    "passcode_forgotten": {"cannot-log-in"},
    "terminate_account": {"close-account"},
    "age_limit": {"who-can-use"},
    "verify_my_identity": {"identity-check"},
    "why_verify_identity": {"identity-check"},
    "unable_to_verify_identity": {"identity-check"},
    "exchange_rate": {"card-abroad"},
    "card_payment_wrong_exchange_rate": {"card-abroad"},
    "card_payment_fee_charged": {"card-abroad", "fees-overview", "wrong-amount"},
    "cash_withdrawal_charge": {"card-abroad", "fees-overview"},
    "Refund_not_showing_up": {"refund-not-sent", "refund-times", "trace-a-refund"},
    "card_about_to_expire": {"change-payment-card", "replace-card"},
    "transaction_charged_twice": {"paid-twice"},
    "edit_personal_details": {"change-e-mail", "change-name-address", "new-phone-number"},
    "country_support": {"card-abroad", "where-it-works"},
    "card_arrival": {"replace-card"},
    "card_swallowed": {"lost-card", "replace-card"},
}


def article(slug: str, title: str, body: str, *, locale: str = "en", asks: tuple[str, ...] = ()) -> ArticleText:
    return ArticleText(slug, title, "general", locale, date(2026, 11, 1), asks, body)


def test_most_questions_that_no_article_lists_find_their_article_first(index: Index) -> None:
    listed = {terms_of for text in content.load("lindenpay") for terms_of in map(_folded, text.asks)}
    rows = [row for row in labelled("questions.tsv") if _folded(row[3]) not in listed]

    found = [index.search(question, language=locale, limit=3) for _, locale, _, question in rows]
    first = sum(bool(hits) and hits[0].article.slug == row[2] for hits, row in zip(found, rows, strict=True))
    third = sum(row[2] in [hit.article.slug for hit in hits] for hits, row in zip(found, rows, strict=True))
    print(f"{len(rows)} questions: {first / len(rows):.3f} first, {third / len(rows):.3f} in three")

    assert len(rows) >= 390
    assert first / len(rows) >= 0.80
    assert third / len(rows) >= 0.90


def test_what_no_article_speaks_of_stays_below_the_line(index: Index) -> None:
    rows = labelled("elsewhere.tsv")

    sure = [text for language, text in rows if _score(index, text, language) >= SURE]

    assert len(sure) <= 3, sure


def test_real_bank_customers_find_what_lindenpay_has(index: Index) -> None:
    with real("banking77", "train.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["category"] in BANK_INTENTS][1::3]

    hits = [index.search(row["text"], language="en", limit=1) for row in rows]
    right = sum(
        bool(hit) and hit[0].article.slug in BANK_INTENTS[row["category"]] for hit, row in zip(hits, rows, strict=True)
    )
    print(f"{len(rows)} questions of bank customers: {right / len(rows):.3f} first")

    assert right / len(rows) >= 0.75


def test_a_slip_of_the_finger_changes_nothing(index: Index) -> None:
    assert index.search("how long does a refnud take")[0].article.slug == "refund-times"


def test_a_reader_gets_the_article_in_her_language(index: Index) -> None:
    found = index.search("Wie lange dauert eine Erstattung?", language="de")

    assert (found[0].article.slug, found[0].article.locale) == ("refund-times", "de")
    assert all(hit.article.locale == "de" for hit in found if hit.article.slug == "refund-times")


def test_the_passage_is_whole_sentences_of_the_article(index: Index) -> None:
    for question in ("when do I get my refund", "my card was stolen", "how much is a reminder"):
        found = index.search(question)[0]
        assert found.passage in " ".join(found.article.body.split())
        assert len(found.passage) <= PASSAGE_CHARACTERS


def test_scores_lie_between_nought_and_one_and_fall(index: Index) -> None:
    for *_, question in labelled("questions.tsv"):
        scores = [found.score for found in index.search(question, limit=10)]
        assert scores == sorted(scores, reverse=True)
        assert all(0 < score <= 1 for score in scores)


def test_an_index_of_nothing_finds_nothing() -> None:
    assert Index([]).search("refund") == []
    assert Index([article("a", "Tulips", "Red.")]).search("the of and") == []


def test_an_index_is_built_and_asked_within_a_moment() -> None:
    articles = content.load("lindenpay")[:60]
    Index(articles)

    began = time.perf_counter()
    index = Index(articles)
    built = time.perf_counter() - began
    began = time.perf_counter()
    for *_, question in labelled("questions.tsv")[:50]:
        index.search(question)
    asked = (time.perf_counter() - began) / 50

    assert built < 0.25  # 0.02 s on an idle machine
    assert asked < 0.02  # 0.001 s on an idle machine


def _folded(text: str) -> frozenset[str]:
    return frozenset(terms(text)) | {text.casefold()}


def _score(index: Index, text: str, language: str) -> float:
    return next((found.score for found in index.search(text, language=language, limit=1)), 0.0)
