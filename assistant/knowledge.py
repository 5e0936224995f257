"""The brand's published articles as a searchable index, kept as long as none of them changes."""

from datetime import datetime
from functools import lru_cache
from uuid import UUID

from django.db.models import Count, Max, QuerySet

from assistant.retrieval import Index
from brands.content import ArticleText
from brands.models import Article, Brand

KEPT_INDEXES = 16  # one takes a megabyte or two, and brands are many


def index_of(brand: Brand) -> Index:
    """The index over this brand's published articles; built anew when one was added, changed or withdrawn."""
    found = _published(brand.pk).aggregate(count=Count("pk"), latest=Max("updated_at"))
    return _index(brand.pk, found["count"], found["latest"])


@lru_cache(maxsize=KEPT_INDEXES)
def _index(brand_id: UUID, count: int, latest: datetime | None) -> Index:
    """What is published now. `count` and `latest` tell one state of the articles from another."""
    return Index([_text(article) for article in _published(brand_id).order_by("pk")])


def _published(brand_id: UUID) -> QuerySet[Article]:
    return Article.objects.filter(brand=brand_id, published=True)


def _text(article: Article) -> ArticleText:
    return ArticleText(
        slug=article.slug,
        title=article.title,
        topic=article.topic,
        locale=article.locale,
        updated=article.updated_at.date(),
        asks=tuple(article.asks),
        body=article.body,
    )
