"""Doors of the widget: its script, the panel in a frame, the same panel as a page, and the shop it stands on."""

import hashlib
import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import jwt
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import condition, require_safe

from brands.models import Brand
from marketplace import clock

LAUNCHER = "launcher/main.ts"
SCRIPT_SECONDS = 300  # a shop's page gets a new script within five minutes, without asking on every view
SHOP_KEY = "lindenpay-demo"
IDENTITY_LASTS = timedelta(minutes=5)


def _launcher() -> bytes:
    """The built script; nothing where the front end was not built."""
    built: Path = settings.BASE_DIR / "web" / "dist"
    try:
        file: str = json.loads((built / "manifest.json").read_bytes())[LAUNCHER]["file"]
        return (built / file).read_bytes()
    except (FileNotFoundError, KeyError):
        return b""


def _etag(request: HttpRequest) -> str:
    return f'"{hashlib.sha256(_launcher()).hexdigest()[:20]}"'


@require_safe
@condition(etag_func=_etag)
def widget_script(request: HttpRequest) -> HttpResponse:
    """The one script of a shop's page, under a name that never changes."""
    script = _launcher()
    if not script:
        return HttpResponse("The front end was not built.", status=503, content_type="text/plain")
    response = HttpResponse(script, content_type="text/javascript; charset=utf-8")
    response["Cache-Control"] = f"public, max-age={SCRIPT_SECONDS}"
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def _brand(key: str) -> Brand:
    brand = Brand.objects.filter(widget_key=key, active=True).first()
    if brand is None:
        raise Http404("There is no such chat.")
    return brand


@require_safe
@never_cache
@xframe_options_exempt
def panel(request: HttpRequest, key: str) -> HttpResponse:
    """The panel, for a frame on the pages that the brand allows and on our own."""
    brand = _brand(key)
    response = render(request, "panel.html", {"brand": brand, "origins": json.dumps(brand.allowed_origins)})
    response._csp_replace = {"frame-ancestors": ["'self'", *brand.allowed_origins]}  # type: ignore[attr-defined]
    return response


@require_safe
@never_cache
def chat(request: HttpRequest, key: str) -> HttpResponse:
    """The panel as a page of its own: where plain links lead."""
    return render(request, "chat.html", {"brand": _brand(key), "origins": "[]"})


@require_safe
@never_cache
def shop(request: HttpRequest) -> HttpResponse:
    """A page of a garden shop that lets its customers pay with the demo's payments brand."""
    return render(request, "shop.html", {"key": SHOP_KEY, "order": _order(clock.now()), "catalogue": CATALOGUE})


@require_safe
@never_cache
def shop_identity(request: HttpRequest) -> HttpResponse:
    """What the shop's server says of its logged-in customer, signed with the payments brand's secret. Demo only.

    Every browser is another Maja, so that visitors of the demo do not share one conversation.
    """
    brand = Brand.objects.filter(widget_key=SHOP_KEY, active=True).first()
    if settings.PRODUCTION or brand is None:
        raise Http404("There is no demo here.")
    customer = request.session.setdefault("demo_customer", f"fernhof-{uuid4()}")
    claims: dict[str, Any] = {
        "sub": customer,
        "aud": brand.slug,
        "jti": str(uuid4()),
        "name": "Maja Lind",
        "locale": "en",
    }
    claims["exp"] = int((clock.now() + IDENTITY_LASTS).timestamp())
    return HttpResponse(jwt.encode(claims, brand.signing_secret, algorithm="HS256"), content_type="text/plain")


def _order(now: datetime) -> dict[str, Any]:
    """One order on its way back, paid in three parts; the second part is due tomorrow."""
    bought = now - timedelta(days=29)
    due = [bought, bought + timedelta(days=30), bought + timedelta(days=60)]
    return {
        "number": "FH-48213",
        "bought": bought,
        "reported": now - timedelta(days=3),
        "handed_in": now - timedelta(days=9),
        "scanned": now - timedelta(days=5),
        "confirmed_by": now + timedelta(days=9),
        "plan": zip(due, ("Paid", "Due tomorrow", "Planned"), ("paid", "due", "planned"), strict=True),
    }


CATALOGUE = (
    {"name": "Rain boots Moor", "price": "€59.00", "picture": "boots"},
    {"name": "Bulb planter Tulpe", "price": "€24.50", "picture": "planter"},
    {"name": "Storm lantern Kate", "price": "€38.00", "picture": "lantern"},
    {"name": "Bird house Meise", "price": "€32.00", "picture": "house"},
)
