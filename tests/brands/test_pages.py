"""The widget's doors: which pages may frame the panel, and how its script is cached."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.test import Client
from django_vite.core.asset_loader import DjangoViteAssetLoader

from brands.models import Brand
from conversations import customers
from marketplace import clock


@pytest.fixture
def built(tmp_path: Path, settings: LazySettings) -> Path:
    """A front end as the build leaves it: a manifest and the files it names."""
    built = tmp_path / "web" / "dist"
    built.mkdir(parents=True)
    (built / "launcher-1.js").write_text("first()")
    (built / "manifest.json").write_text(json.dumps({"launcher/main.ts": {"file": "launcher-1.js"}}))
    settings.BASE_DIR = tmp_path
    return built


def test_the_script_is_sent_once_and_again_only_when_it_changed(client: Client, built: Path) -> None:
    first = client.get("/widget.js")
    again = client.get("/widget.js", headers={"If-None-Match": first["ETag"]})
    (built / "launcher-1.js").write_text("second()")
    changed = client.get("/widget.js", headers={"If-None-Match": first["ETag"]})

    assert (first.status_code, first.content, first["Cache-Control"]) == (200, b"first()", "public, max-age=300")
    assert again.status_code == 304
    assert (changed.status_code, changed.content) == (200, b"second()")


def test_a_front_end_that_was_not_built_is_said(client: Client, tmp_path: Path, settings: LazySettings) -> None:
    settings.BASE_DIR = tmp_path

    assert client.get("/widget.js").status_code == 503


@pytest.fixture
def lumo_page(lumo: Brand, built: Path, settings: LazySettings) -> Iterator[str]:
    """The widget key of a brand that allows one shop, with a panel that is built."""
    Brand.objects.filter(pk=lumo.pk).update(allowed_origins=["https://shop.example"])
    (built / "manifest.json").write_text(json.dumps({"widget/main.tsx": {"file": "widget-1.js", "isEntry": True}}))
    settings.DJANGO_VITE = {"default": {"dev_mode": False, "manifest_path": built / "manifest.json"}}
    DjangoViteAssetLoader._instance = None  # it reads the manifest once
    yield lumo.widget_key
    DjangoViteAssetLoader._instance = None


def test_only_the_brands_own_pages_may_frame_the_panel(client: Client, lumo_page: str) -> None:
    answer = client.get(f"/panel/{lumo_page}")

    assert "frame-ancestors 'self' https://shop.example" in answer["Content-Security-Policy"]
    assert "X-Frame-Options" not in answer
    assert "https://shop.example" in answer.content.decode()


def test_the_panel_as_a_page_may_be_framed_by_nobody(client: Client, lumo_page: str) -> None:
    answer = client.get(f"/c/{lumo_page}")

    assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]


@pytest.mark.parametrize("address", ["/panel/nobody", "/c/nobody"])
def test_a_key_of_no_brand_is_no_page(client: Client, db: None, address: str) -> None:
    assert client.get(address).status_code == 404


def test_a_brand_that_left_has_no_panel_any_more(client: Client, lumo: Brand) -> None:
    Brand.objects.filter(pk=lumo.pk).update(active=False)

    assert client.get(f"/panel/{lumo.widget_key}").status_code == 404


def test_the_shop_carries_one_script_and_a_plain_link(client: Client, db: None) -> None:
    page = client.get("/demo/shop").content.decode()

    assert page.count("<script") == page.count("<script src=") + page.count("<script async src=") == 2  # none inline
    assert '<script async src="/widget.js" data-brand="lindenpay-demo"></script>' in page
    assert '<a class="help" data-beckon href="/c/lindenpay-demo">' in page
    assert "style=" not in page


def test_the_shop_signs_who_its_customer_is(client: Client, lumo: Brand) -> None:
    Brand.objects.filter(pk=lumo.pk).update(widget_key="lindenpay-demo")
    lumo.refresh_from_db()

    first = client.get("/demo/identity").content.decode()
    again = client.get("/demo/identity").content.decode()

    one, _ = customers.identified(lumo, first, now=clock.now())
    other, _ = customers.identified(lumo, again, now=clock.now())
    assert (one.pk, one.name, one.first_name) == (other.pk, "Maja Lind", "Maja")
