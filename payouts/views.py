"""The public page of a brand's pay: every version of every plan, in words, to whoever asks."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import get_language_from_request
from django.views.decorators.http import require_safe

from brands.models import Brand
from marketplace import clock
from payouts import catalogue, plans, receipts
from payouts.models import PayPlan


@require_safe
def versions(request: HttpRequest, slug: str) -> HttpResponse:
    """The latest first; those to come are marked as such."""
    brand = get_object_or_404(Brand, slug=slug)
    locale, now = get_language_from_request(request), clock.now()
    found = PayPlan.objects.filter(brand=brand).order_by("tier", "currency", "-version")
    shown = [_shown(plan, locale=locale) | {"state": plans.state(plan, at=now)} for plan in found]
    told = {"brand": brand, "plans": shown, "language": catalogue.language(locale)}
    return render(request, "pay.html", told)


def _shown(plan: PayPlan, *, locale: str) -> dict[str, Any]:
    rated = plans.as_plan(plan)
    return {
        "plan": plan,
        "begins": plan.valid.lower,
        "ends": plan.valid.upper,
        "lines": [receipts.rule_words(rule, plan.currency, locale=locale) for rule in rated.rules],
    }
