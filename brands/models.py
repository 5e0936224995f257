"""The demand: brands, the topics they need people for, and what their help centre says."""

import secrets
import uuid
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models


def new_widget_key() -> str:
    return secrets.token_urlsafe(12)


def new_signing_secret() -> str:
    return secrets.token_urlsafe(32)


def no_theme() -> dict[str, Any]:
    return {}


class Brand(models.Model):
    """A business whose customers are served: the tenant."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=80)
    slug = models.SlugField(unique=True)
    assistant_name = models.CharField(max_length=40, default="Assistant")
    locale = models.CharField(max_length=12, default="en", help_text="Language assumed until the customer writes.")
    currency = models.CharField(max_length=3, default="EUR")
    timezone = models.CharField(max_length=64, default="Europe/Stockholm")
    theme = models.JSONField(
        default=no_theme, blank=True, help_text='Colours by token, for example {"brand": "#0F6B62"}.'
    )
    allowed_origins = ArrayField(
        models.CharField(max_length=255),
        default=list,
        blank=True,
        help_text="Pages that may embed the widget, for example https://shop.example.",
    )
    widget_key = models.CharField(max_length=32, unique=True, default=new_widget_key, editable=False)
    signing_secret = models.CharField(max_length=64, default=new_signing_secret, editable=False)
    opening_hours = models.JSONField(
        default=dict,
        blank=True,
        help_text='Local times by weekday, for example {"mon": ["08:00", "20:00"]}. Empty: always.',
    )
    vip_tier = models.CharField(
        max_length=16,
        blank=True,
        default="",
        db_default="",
        help_text="Tier of agents that is asked first, for twenty seconds, where a customer is a VIP. Empty: any.",
    )
    active = models.BooleanField(default=True)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Skill(models.Model):
    """A topic that a brand's customers need a person for."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    brand = models.ForeignKey(Brand, models.CASCADE, related_name="skills")
    key = models.SlugField(max_length=40)
    name = models.CharField(max_length=60)
    position = models.PositiveSmallIntegerField(default=0, help_text="The lowest is named first.")
    family = models.SlugField(
        max_length=40,
        blank=True,
        default="",
        db_default="",
        help_text="Topics of one family are near each other: who knows one is asked for the others when nobody else is"
        " there.",
    )

    class Meta:
        ordering = ["brand", "position", "name"]
        constraints = [models.UniqueConstraint(fields=["brand", "key"], name="skill_once_per_brand")]

    def __str__(self) -> str:
        return f"{self.brand.name}: {self.name}"


class Article(models.Model):
    """A page of the brand's help centre: all that the built-in assistant knows."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    brand = models.ForeignKey(Brand, models.CASCADE, related_name="articles")
    slug = models.SlugField(max_length=80)
    locale = models.CharField(max_length=12, default="en")
    title = models.CharField(max_length=160)
    topic = models.SlugField(max_length=40)
    asks = ArrayField(
        models.CharField(max_length=200), default=list, blank=True, help_text="Questions this page answers."
    )
    body = models.TextField()
    published = models.BooleanField(default=True)
    updated_at = models.DateTimeField()

    class Meta:
        ordering = ["brand", "locale", "title"]
        constraints = [models.UniqueConstraint(fields=["brand", "locale", "slug"], name="article_once_per_locale")]

    def __str__(self) -> str:
        return self.title
