"""Public pages: what decides who is asked, and what is paid on top while it is busy, now and before."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import get_language_from_request
from django.views.decorators.http import require_safe

from brands.models import Brand
from dispatch import cards, explanations, published, surge
from dispatch.models import ScoreWeights, Surge, SurgePolicy
from marketplace import clock
from payouts import receipts

HISTORY = timedelta(days=7)

WORDS = {
    "fit": "points for a perfect fit: the topic's share times the language's share",
    "topic_levels": "share of the fit for who is learning the topic, certified in it, expert in it",
    "language_levels": "share of the fit for who gets by in the language, is good at it, fluent in it",
    "family_level": "share of the fit for who is certified in a topic of the same family",
    "brand_level": "share of the fit for who is certified in another topic of the brand",
    "speed": "points off for the usual handling time: the same for everybody, because nobody's own time is measured",
    "load_share": "points off for the share of her places that is taken",
    "load": "points off for each chat under way",
    "idle": "points for waiting without a chat, for each unit of time",
    "idle_unit_s": "seconds in that unit",
    "idle_most": "units that count at most",
    "deficit": "points for having earned less than her group for her time, times how much less",
    "deficit_fair": "the same while a brand is in fair mode",
    "price": "points off for being scarce, times how scarce, times the square of the share of all places taken (of 0.4"
    " where fewer are): so that rare languages stay free for whom needs them. How scarce goes by what was asked for in"
    " the last hour. Whoever is further from the topic counts as no less scarce than those closer to it who have room,"
    " so that scarcity never brings a learner ahead of somebody certified",
    "price_most": "how scarce counts at most",
    "starved": "points for having been passed over for long",
    "reserve": "points off for who wants to be asked only if needed",
    "served": "points for serving anybody at all",
    "age_per_s": "points for each second that the customer has waited",
    "age_most_s": "seconds that count at most",
    "priority": "points for each step of a request's priority",
    "rings_s": "seconds after which learners, the topic's family, the whole brand are asked too",
    "rings_tight_s": "the same where almost everybody is busy",
    "slack_below": "share of places taken from which on almost everybody is busy",
}


@require_safe
def weights(request: HttpRequest) -> HttpResponse:
    """Every version, the latest first; the one in force is marked."""
    now = clock.now()
    running = published.in_force(now).version
    shown = [_shown(version, running) for version in ScoreWeights.objects.all()]
    return render(request, "weights.html", {"versions": shown})


@require_safe
def bonuses(request: HttpRequest, slug: str) -> HttpResponse:
    """What the brand pays on top while it is busy: how it is decided, what is paid now, and the last seven days."""
    brand, now = get_object_or_404(Brand, slug=slug), clock.now()
    locale = get_language_from_request(request)
    names = cards.topic_names(brand.pk)
    policy = SurgePolicy.objects.filter(pk=brand.pk, active=True).first()
    shown = [_height(row, names, brand.currency, locale) for row in surge.history(brand.pk, since=now - HISTORY)]
    money = {
        name: receipts.money(getattr(policy, name), brand.currency, locale=locale) if policy else ""
        for name in ("step_minor", "highest_minor")
    }
    return render(request, "bonuses.html", {"brand": brand, "policy": policy, "heights": shown, **money})


def _height(row: Surge, names: Mapping[str, str], currency: str, locale: str) -> dict[str, Any]:
    return {
        "row": row,
        "topic": names.get(row.topic, row.topic),
        "language": explanations.language_name(row.language, locale),
        "bonus": receipts.money(row.bonus_minor, currency, locale=locale),
    }


def _shown(version: ScoreWeights, running: int) -> dict[str, Any]:
    ahead = version.version - running
    state = "in force" if ahead == 0 else "to come" if ahead > 0 else "ended"
    rows = [(name, _number(version.values[name]), WORDS[name]) for name in published.NAMES if name in version.values]
    return {"version": version, "state": state, "rows": rows}


def _number(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
