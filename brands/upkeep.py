"""What staff change about a brand and its help centre, each change with a trace in the audit."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from audit import journal
from brands.models import Article, Brand, Skill, new_signing_secret, new_widget_key
from marketplace.refusals import Refused

Kept = Brand | Skill | Article


@transaction.atomic
def keep(row: Kept, *, changed: Iterable[str], by: str, now: datetime) -> None:
    """The new or edited row is stored. Its audit row names the fields that changed, not their long texts."""
    new = row._state.adding
    if isinstance(row, Brand) and new:
        row.created_at = now
    if isinstance(row, Article):
        row.updated_at = now  # the assistant reads it anew
    row.save()
    _record(row, "added" if new else "edited", detail={"fields": sorted(changed)}, by=by, now=now)


@transaction.atomic
def publish(article_id: UUID, *, by: str, now: datetime) -> None:
    """withdrawn -> published: the assistant answers from it."""
    _set_published(article_id, True, by=by, now=now)


@transaction.atomic
def withdraw(article_id: UUID, *, by: str, now: datetime) -> None:
    """published -> withdrawn: the assistant forgets it; the text stays for later."""
    _set_published(article_id, False, by=by, now=now)


@transaction.atomic
def change_widget_key(brand_id: UUID, *, by: str, reason: str, now: datetime) -> str:
    """The brand's pages need the key that this returns; with the old one no chat begins any more."""
    brand = _locked(brand_id)
    brand.widget_key = new_widget_key()
    brand.save(update_fields=["widget_key"])
    _record(brand, "widget_key_changed", by=by, reason=reason, now=now)
    return brand.widget_key


@transaction.atomic
def change_signing_secret(brand_id: UUID, *, by: str, reason: str, now: datetime) -> str:
    """The brand's server signs with the secret that this returns, once; what the old one signed is refused."""
    brand = _locked(brand_id)
    brand.signing_secret = new_signing_secret()
    brand.save(update_fields=["signing_secret"])
    _record(brand, "signing_secret_changed", by=by, reason=reason, now=now)
    return brand.signing_secret


def _locked(brand_id: UUID) -> Brand:
    return Brand.objects.select_for_update(no_key=True).get(pk=brand_id)


def _set_published(article_id: UUID, published: bool, *, by: str, now: datetime) -> None:
    article = Article.objects.select_for_update(no_key=True).get(pk=article_id)
    if article.published == published:
        raise Refused(f"This article is {'published' if published else 'withdrawn'} already.", code="no_change")
    article.published = published
    article.updated_at = now
    article.save(update_fields=["published", "updated_at"])
    _record(article, "published" if published else "withdrawn", by=by, now=now)


def _record(
    row: Kept, what: str, *, by: str, now: datetime, reason: str = "", detail: dict[str, Any] | None = None
) -> None:
    kind = row._meta.model_name
    brand_id = row.pk if isinstance(row, Brand) else row.brand_id
    journal.record(
        f"{kind}.{what}",
        actor=by,
        subject=f"{kind}:{row.pk}",
        brand_id=brand_id,
        reason=reason,
        detail=detail,
        now=now,
    )
