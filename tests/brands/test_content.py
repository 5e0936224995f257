"""The help articles that ship: every one can be read, fits its row, and no two of them disagree on a figure."""

import re
from collections import Counter
from pathlib import Path

import pytest

from brands import content
from brands.content import ArticleText, MalformedArticle
from brands.models import Article
from marketplace.demo import BRANDS, TOPICS

LINDENPAY = content.load("lindenpay")
FERNHOF = content.load("fernhof")
EVERY = [*LINDENPAY, *FERNHOF]

WELL_FORMED = """---
title: Refund times
topic: refunds
locale: en
updated: 2026-11-02
asks:
- When do I get my money back?
- Where is it: at the bank?
---
Up to 5 bank days.

Then it can be traced.
"""

# (what, how the articles word it, the one value they all must give, the least number of articles that give it)
FIGURES = (
    ("a refund after the shop sent it", r"(\d+) bank days after the shop sen[dt]", "5", 5),
    ("a pause moves the date", r"(?:date (?:of the payment )?moves by|it gives you|paused for) (\d+) days", "21", 5),
    ("one more pause", r"(?:pause the payment for another|one more pause of) (\d+) days", "21", 2),
    (
        "an invoice after the parcel left",
        r"(\d+) days after (?:the shop has sent|sending|the new piece was sent)",
        "30",
        3,
    ),
    ("the second reminder", r"second (?:it is|and the third are) (\d+\.\d+) EUR", "2.50", 2),
    ("the first reminder", r"first reminder(?:, which is free,)? comes (\d+) days after", "3", 2),
    ("all reminder fees together", r"so (\d+\.\d+) EUR at most", "5.00", 1),
    ("more time", r"(?:moved once, by|leaves your) (\d+) days", "14", 1),
    (
        "the shop's answer to a dispute",
        r"(?:has|must answer within|not answer in its) (\d+) days(?: to (?:answer|show)|\.|,)",
        "14",
        4,
    ),
    ("the shop's check of a return", r"shop has (\d+) days (?:to pay|from the day)", "14", 2),
    ("a dispute after the purchase", r"(\d+) days (?:of|after) the purchase", "180", 2),
    ("a transfer on its way", r"transfer (?:takes|after) up to (\d+) bank days", "2", 3),
    ("a surplus on its way back", r"(?:sent|send it) back within (\d+) bank days", "3", 2),
    ("interest of a plan", r"(\d+\.\d+) % a year", "9.90", 2),
    ("a chat is kept", r"chat is kept for (\d+) days", "90", 1),
    ("cash from a machine", r"cash costs (\d+\.\d+) EUR", "3.00", 2),
    ("paying in another currency", r"(\d+\.\d+) %(?! a year)", "1.5", 2),
    ("a second replacement card", r"(?:in the same year|each further one costs) (\d+\.\d+) EUR", "5.00", 2),
    ("a word from the fraud line", r"get an answer within (\d+) working days", "5", 2),
    ("closing deletes", r"locked away for (\d+) years", "7", 1),
)


def named(article: ArticleText) -> str:
    return f"{article.slug}.{article.locale}"


def figures(text: str) -> set[str]:
    return {number.replace(",", ".") for number in re.findall(r"\d+(?:[.,]\d+)?", text)}


@pytest.fixture
def written(tmp_path: Path) -> Path:
    (tmp_path / "shop").mkdir()
    return tmp_path / "shop" / "refund-times.md"


def test_an_article_is_read_as_it_was_written(written: Path) -> None:
    written.write_text(WELL_FORMED, encoding="utf-8")

    (article,) = content.load("shop", root=written.parent.parent)

    assert (article.slug, article.title, article.topic, article.locale) == (
        "refund-times",
        "Refund times",
        "refunds",
        "en",
    )
    assert article.updated.isoformat() == "2026-11-02"
    assert article.asks == ("When do I get my money back?", "Where is it: at the bank?")
    assert article.body == "Up to 5 bank days.\n\nThen it can be traced."


def test_a_translation_shares_the_slug_of_its_original(written: Path) -> None:
    written.with_name("refund-times.de.md").write_text(
        WELL_FORMED.replace("locale: en", "locale: de"), encoding="utf-8"
    )

    (article,) = content.load("shop", root=written.parent.parent)

    assert (article.slug, article.locale) == ("refund-times", "de")


def test_a_brand_that_ships_no_articles_has_none() -> None:
    assert content.load("nobody") == []


@pytest.mark.parametrize(
    ("was", "becomes", "fault"),
    [
        (WELL_FORMED, "", "must begin with a head"),
        (WELL_FORMED, "Just words.", "must begin with a head"),
        ("---\ntitle", "+++\ntitle", "must begin with a head"),
        ("---\nUp to 5", "Up to 5", "must begin with a head"),
        ("title: Refund times\n", "", "the head has no title"),
        ("title: Refund times\n", "title:\n", "the head has no title"),
        ("topic: refunds\n", "", "the head has no topic"),
        ("topic: refunds\n", "topic refunds\n", "line 3 is not understood: topic refunds"),
        ("topic: refunds\n", "subject: refunds\n", "line 3 is not understood: subject: refunds"),
        ("topic: refunds\n", "title: Again\n", "line 3 says title a second time"),
        ("topic: refunds\n", "- lost\ntopic: refunds\n", "line 3 is not understood: - lost"),
        ("2026-11-02", "2 Nov 2026", "updated must be a day like 2026-11-02, not 2 Nov 2026"),
        ("- When do I get my money back?\n- Where is it: at the bank?\n", "", "the head has no list of asks"),
        ("asks:\n", "asks: when?\n", "is not understood: - When do I"),
        ("Up to 5 bank days.\n\nThen it can be traced.\n", "\n", "there is nothing below the head"),
    ],
)
def test_a_malformed_article_is_named_with_its_fault(written: Path, was: str, becomes: str, fault: str) -> None:
    assert was in WELL_FORMED
    written.write_text(WELL_FORMED.replace(was, becomes), encoding="utf-8")

    with pytest.raises(MalformedArticle, match=re.escape("shop/refund-times.md: ") + ".*" + re.escape(fault)):
        content.load("shop", root=written.parent.parent)


def test_an_article_named_for_another_language_is_malformed(written: Path) -> None:
    written.with_name("refund-times.de.md").write_text(WELL_FORMED, encoding="utf-8")

    with pytest.raises(MalformedArticle, match=r"refund-times\.de\.md: its name says de, its locale en"):
        content.load("shop", root=written.parent.parent)


def test_an_article_that_is_not_text_is_malformed(written: Path) -> None:
    written.write_bytes(b"---\n\xff\xfe\n---\n")

    with pytest.raises(MalformedArticle, match="is not UTF-8 text"):
        content.load("shop", root=written.parent.parent)


def test_the_demo_has_its_articles() -> None:
    assert {brand["slug"] for brand in BRANDS} == {"lindenpay", "fernhof"}
    assert sum(article.locale == "en" for article in LINDENPAY) >= 44
    assert sum(article.locale == "de" for article in LINDENPAY) >= 6
    assert len(FERNHOF) >= 6


@pytest.mark.parametrize("article", EVERY, ids=named)
def test_an_article_fits_its_row_and_the_eye(article: ArticleText) -> None:
    assert article.topic in TOPICS
    assert 3 <= len(article.asks) <= 12
    assert 60 <= len(article.body.split()) <= 180
    fields = {name: getattr(article, name) for name in ("slug", "title", "topic", "locale", "body")}
    Article(**fields, asks=list(article.asks)).clean_fields(exclude=["brand", "updated_at"])


@pytest.mark.parametrize("articles", [LINDENPAY, FERNHOF], ids=["lindenpay", "fernhof"])
def test_no_slug_title_or_question_belongs_to_two_articles(articles: list[ArticleText]) -> None:
    claims = [("slug", a.locale, a.slug) for a in articles] + [("title", a.locale, a.title) for a in articles]
    claims += [("ask", a.locale, ask.casefold()) for a in articles for ask in a.asks]

    assert [claim for claim, count in Counter(claims).items() if count > 1] == []


def test_every_topic_of_the_demo_can_be_read_about() -> None:
    assert {article.topic for article in LINDENPAY} == set(TOPICS)


@pytest.mark.parametrize(("what", "wording", "value", "at_least"), FIGURES, ids=[figure[0] for figure in FIGURES])
def test_all_articles_give_the_same_figure(what: str, wording: str, value: str, at_least: int) -> None:
    english = [article for article in LINDENPAY if article.locale == "en"]

    given = {article.slug: set(re.findall(wording, article.body)) for article in english}

    saying = {slug: found for slug, found in given.items() if found}
    assert {slug: found for slug, found in saying.items() if found != {value}} == {}, what
    assert len(saying) >= at_least


@pytest.mark.parametrize("article", [a for a in EVERY if a.locale != "en"], ids=named)
def test_a_translation_says_nothing_that_its_original_does_not(article: ArticleText) -> None:
    (original,) = [other for other in LINDENPAY if other.slug == article.slug and other.locale == "en"]

    assert article.topic == original.topic
    assert article.updated == original.updated
    assert figures(article.body) <= figures(original.body)
