"""Help articles as text files: what a brand's assistant knows before anybody writes in the admin."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class ArticleText:
    """One help article: what it is called, what it answers, and its words."""

    slug: str
    title: str
    topic: str
    locale: str
    updated: date
    asks: tuple[str, ...]
    body: str


def load(brand_slug: str) -> list[ArticleText]:
    """The articles that come with this brand."""
    return []
