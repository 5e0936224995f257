"""Brands, topics and articles: ordinary forms that take only what is right and leave a trace."""

import json
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from agents.models import User
from assistant import knowledge
from audit.models import Entry
from brands import origins
from brands.models import Article, Brand, Skill
from marketplace.refusals import Refused
from tests.admin.conftest import Admin
from tests.people import NOON

BRAND: dict[str, Any] = {
    "name": "Nordlys",
    "slug": "nordlys",
    "assistant_name": "Nora",
    "locale": "nb",
    "currency": "NOK",
    "timezone": "Europe/Oslo",
    "theme": '{"brand": "#0F6B62"}',
    "allowed_origins": "https://shop.example\nhttps://pay.shop.example:8443",
    "opening_hours": '{"mon": ["08:00", "20:00"], "sat": ["10:00", "00:00"]}',
    "active": "on",
}
ADD = "admin:brands_brand_add"


@pytest.fixture
def article(lumo: Brand) -> Article:
    return Article.objects.create(
        brand=lumo, slug="times", title="Refund times", topic="refunds", body="Five days.", updated_at=NOON
    )


def change(row: Any) -> str:
    return reverse(f"admin:brands_{row._meta.model_name}_change", args=[row.pk])


def test_a_brand_is_added_with_a_trace(desk: Client, noor: User) -> None:
    assert desk.post(reverse(ADD), BRAND).status_code == 302

    brand = Brand.objects.get(slug="nordlys")
    assert brand.allowed_origins == ["https://shop.example", "https://pay.shop.example:8443"]
    assert brand.opening_hours["sat"] == ["10:00", "00:00"]
    row = Entry.objects.get(action="brand.added")
    assert (row.actor, row.brand_id) == (f"operator:{noor.pk}", brand.pk)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("locale", "klingon"),
        ("currency", "kr"),
        ("timezone", "Mars/Olympus"),
        ("timezone", "../../etc/passwd"),
        ("theme", '{"brand": "red"}'),
        ("theme", '{"brand": "#0F6B62;}body{"}'),
        ("theme", '{"font": "#0F6B62"}'),
        ("theme", '["#0F6B62"]'),
        ("allowed_origins", "https://shop.example/path"),
        ("opening_hours", '{"monday": ["08:00", "20:00"]}'),
        ("opening_hours", '{"mon": ["20:00", "08:00"]}'),
        ("opening_hours", '{"mon": ["8:0", "20:00"]}'),
        ("opening_hours", '{"mon": ["08:00+02:00", "20:00"]}'),
        ("opening_hours", '{"mon": [8, 20]}'),
        ("opening_hours", '{"mon": "08:00"}'),
        ("opening_hours", "always"),
        ("name", ""),
        ("name", "a\x00b"),
    ],
)
def test_a_brand_with_a_wrong_field_is_not_stored(desk: Client, field: str, value: str) -> None:
    answer = desk.post(reverse(ADD), {**BRAND, field: value})

    assert answer.status_code == 200
    assert not Brand.objects.exists()
    assert not Entry.objects.exists()


@pytest.mark.parametrize(
    "origin",
    [
        "https://*.shop.example",
        "https://shop.example/",
        "https://shop.example?x",
        "https://shop.example#x",
        "https://Shop.example",
        "https://shop.example:443",
        "https://shop.example:99999",
        "https://me@shop.example",
        "https://shop.example; script-src *",
        "https://shop_.example",
        "https://-shop.example",
        "https://",
        "shop.example",
        "//shop.example",
        "javascript:alert(1)",
        "null",
        "http://shop.example",
        "https://shöp.example",
        "https://[::1",
    ],
)
def test_only_exact_origins_may_hold_the_chat(origin: str) -> None:
    with pytest.raises(Refused):
        origins.checked([origin])


def test_exact_origins_are_kept_once_and_our_own_are_always_right() -> None:
    ours = ("http://192.168.0.7:8000",)
    given = ["https://a.example", " https://a.example ", "", "http://localhost:8000", "http://[::1]:3000", *ours]

    assert origins.checked(given, ours=ours) == [
        "https://a.example", "http://localhost:8000", "http://[::1]:3000", *ours,
    ]  # fmt: skip


def test_editing_a_brand_keeps_its_name_in_tokens_and_names_what_changed(desk: Client, lumo: Brand) -> None:
    ours = settings.PUBLIC_ORIGINS[0]
    desk.post(change(lumo), {**BRAND, "name": "Lumo", "slug": "other", "allowed_origins": ours})

    lumo.refresh_from_db()
    assert (lumo.name, lumo.slug, lumo.allowed_origins) == ("Lumo", "lumo", [ours])
    fields = Entry.objects.get(action="brand.edited").detail["fields"]
    assert {"name", "allowed_origins"} <= set(fields)
    assert "slug" not in fields


@pytest.mark.parametrize(
    ("action", "field"), [("change_widget_key", "widget_key"), ("change_signing_secret", "signing_secret")]
)
def test_a_key_is_changed_with_a_reason_and_shown_once(desk: Client, lumo: Brand, action: str, field: str) -> None:
    before = getattr(lumo, field)
    page = reverse(f"admin:brands_brand_{action}", args=[lumo.pk])
    assert desk.get(page).status_code == 200
    assert desk.post(page, {"reason": ""}).status_code == 200
    lumo.refresh_from_db()
    assert getattr(lumo, field) == before

    shown = desk.post(page, {"reason": "It was in a public repository"}).content.decode()

    lumo.refresh_from_db()
    assert getattr(lumo, field) not in (before, "")
    assert getattr(lumo, field) in shown
    row = Entry.objects.get(action=f"brand.{field}_changed")
    assert getattr(lumo, field) not in json.dumps([row.reason, row.detail, row.subject])


def test_the_signing_secret_is_on_no_other_page(desk: Client, lumo: Brand) -> None:
    for page in (change(lumo), reverse("admin:brands_brand_changelist")):
        assert lumo.signing_secret not in desk.get(page).content.decode()


def test_a_topic_is_added_once_per_brand(desk: Client, lumo: Brand) -> None:
    given = {"brand": lumo.pk, "key": "roaming", "name": "Roaming"}

    assert desk.post(reverse("admin:brands_skill_add"), given).status_code == 302
    assert desk.post(reverse("admin:brands_skill_add"), given).status_code == 200

    assert Skill.objects.filter(brand=lumo, key="roaming").count() == 1
    assert Entry.objects.get(action="skill.added").brand_id == lumo.pk


def test_an_edited_article_is_read_anew_by_the_assistant(desk: Client, article: Article) -> None:
    desk.post(
        change(article),
        {"title": "How long", "topic": "refunds", "asks": "Where, when?\nWhy so long?", "body": "Three days."},
    )

    article.refresh_from_db()
    assert (article.title, article.slug, article.asks) == ("How long", "times", ["Where, when?", "Why so long?"])
    assert article.updated_at != NOON
    assert set(Entry.objects.get(action="article.edited").detail["fields"]) == {"asks", "body", "title"}


def test_a_withdrawn_article_is_forgotten_and_can_be_published_again(
    desk: Client, lumo: Brand, article: Article
) -> None:
    known = knowledge.index_of(lumo)

    desk.post(reverse("admin:brands_article_withdraw", args=[article.pk]))

    assert not Article.objects.filter(published=True).exists()
    assert knowledge.index_of(lumo) is not known
    again = desk.post(reverse("admin:brands_article_withdraw", args=[article.pk]))
    assert "withdrawn already" in again.content.decode()

    desk.post(reverse("admin:brands_article_publish", args=[article.pk]))

    assert Article.objects.filter(published=True).exists()
    assert list(Entry.objects.order_by("at").values_list("action", flat=True)) == [
        "article.withdrawn", "article.published",
    ]  # fmt: skip


def test_who_may_only_look_edits_nothing(colleague: Admin, lumo: Brand, article: Article) -> None:
    sam = colleague("brands.view_brand", "brands.view_article", "brands.view_skill")

    assert sam.get(change(lumo)).status_code == 200
    assert sam.post(change(lumo), BRAND).status_code == 403
    assert sam.post(reverse(ADD), BRAND).status_code == 403
    assert sam.post(reverse("admin:brands_article_withdraw", args=[article.pk])).status_code == 403
    assert (
        sam.post(reverse("admin:brands_brand_change_widget_key", args=[lumo.pk]), {"reason": "abc"}).status_code == 403
    )
    lumo.refresh_from_db()
    assert lumo.name == "Lumo Mobile"
