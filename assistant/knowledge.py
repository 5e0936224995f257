"""The brand's published articles as a searchable index, kept as long as none of them changes."""

from datetime import datetime
from uuid import UUID

from django.db.models import Count, Max

from assistant.retrieval import Index
from brands.content import ArticleText
from brands.models import Article, Brand

_kept: dict[UUID, tuple[tuple[int, datetime | None], Index]] = {}


def index_of(brand: Brand) -> Index:
    """The index over this brand's published articles; built anew when one was added, changed or withdrawn."""
    published = Article.objects.filter(brand=brand, published=True)
    found = published.aggregate(count=Count("pk"), latest=Max("updated_at"))
    version = (found["count"], found["latest"])
    held = _kept.get(brand.pk)
    if held is None or held[0] != version:
        held = _kept[brand.pk] = (version, Index([_text(article) for article in published.order_by("pk")]))
    return held[1]


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
