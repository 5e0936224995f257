"""The public page of the running weights: what decides who is asked, now and before, to whoever wants to know."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from dispatch import published
from dispatch.models import ScoreWeights
from marketplace import clock

WORDS = {
    "fit": "points for a perfect fit: the topic's share times the language's share",
    "topic_levels": "share of the fit for who is learning the topic, certified in it, expert in it",
    "language_levels": "share of the fit for who gets by in the language, is good at it, fluent in it",
    "family_level": "share of the fit for who is certified in a topic of the same family",
    "brand_level": "share of the fit for who is certified in another topic of the brand",
    "speed": "points off for each time the usual handling time that she needs",
    "load_share": "points off for the share of her places that is taken",
    "load": "points off for each chat under way",
    "idle": "points for waiting without a chat, for each unit of time",
    "idle_unit_s": "seconds in that unit",
    "idle_most": "units that count at most",
    "deficit": "points for having earned less than her group for her time, times how much less",
    "deficit_fair": "the same while a brand is in fair mode",
    "price": "points off for being scarce, times how scarce: so that rare languages stay free for whom needs them",
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


def _shown(version: ScoreWeights, running: int) -> dict[str, Any]:
    ahead = version.version - running
    state = "in force" if ahead == 0 else "to come" if ahead > 0 else "ended"
    rows = [(name, _number(version.values[name]), WORDS[name]) for name in published.NAMES if name in version.values]
    return {"version": version, "state": state, "rows": rows}


def _number(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
