"""Pay plans: published, in force, and what the offer card says of them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypedDict
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import F

from marketplace.refusals import Refused
from payouts import rating, receipts
from payouts.models import PayPlan

PAID_AT_THE_END = ("per_chat", "per_minute")  # what a running estimate can count by its rate
DEPLOYMENT = "deployment"  # who wrote the rules that come with an installation


class NoPlanInForce(LookupError):  # noqa: N818  (a missing plan is an answer, not a mistake)
    """No pay plan covers this brand and tier at this instant, so no offer can be made."""


class CardLine(TypedDict):
    """A rule in words; `rate` in minor units where the end of the chat pays by it, else 0."""

    kind: str
    words: str
    rate: int


class Card(TypedDict):
    """What an offer says about money. What it says is what is paid."""

    plan_id: str
    version: int
    currency: str
    minimum_cents: int
    lines: list[CardLine]


@transaction.atomic
def publish(
    brand_id: UUID,
    *,
    tier: str,
    currency: str,
    rules: Sequence[dict[str, Any]],
    valid_from: datetime,
    by: str,
    now: datetime,
    prepared_by: str = DEPLOYMENT,
) -> PayPlan:
    """The next version is frozen and in force from `valid_from`; the version before it ends there.

    Whoever publishes has not written it: `by` is never `prepared_by`.

    Only the first version may begin in the past, because no offer can have been made before it.
    Locks: the latest version. Two first versions at once: the exclusion constraint refuses the second.
    """
    if by == prepared_by:
        raise Refused("A second person publishes what the first has written.", code="same_person")
    _parse(rules)
    latest = (
        PayPlan.objects.select_for_update(no_key=True)
        .filter(brand_id=brand_id, tier=tier, currency=currency)
        .order_by("-version")
        .first()
    )
    if latest is not None:
        _end(latest, at=valid_from, now=now)
    try:
        with transaction.atomic():
            return PayPlan.objects.create(
                brand_id=brand_id,
                tier=tier,
                currency=currency,
                version=latest.version + 1 if latest else 1,
                valid=DateTimeTZRange(valid_from, None),
                rules=list(rules),
                published_at=now,
                published_by=by,
                prepared_by=prepared_by,
            )
    except IntegrityError as error:
        raise Refused("This pay plan was not accepted: check the brand, the currency and the start.") from error


def in_force(brand_id: UUID, *, tier: str, at: datetime) -> PayPlan:
    """The version, in the brand's currency, under which an offer made at `at` is paid. Raises NoPlanInForce."""
    plan = PayPlan.objects.filter(
        brand_id=brand_id, tier=tier, valid__contains=at, currency=F("brand__currency")
    ).first()
    if plan is None:
        raise NoPlanInForce(f"brand {brand_id}, tier {tier}, at {at.isoformat()}")
    return plan


def state(plan: PayPlan, *, at: datetime) -> str:
    """`to come`, `in force` or `ended`, at this instant."""
    if at < plan.valid.lower:
        return "to come"
    return "ended" if plan.valid.upper is not None and at >= plan.valid.upper else "in force"


def as_plan(plan: PayPlan) -> rating.Plan:
    """The plan in the form that rating reads."""
    return rating.Plan(plan.pk, plan.version, plan.currency, rating.parse_rules(plan.rules))


def highest_surge(plan: PayPlan) -> int:
    """Minor units: the largest sum on top that this plan pays for a chat while it is busy; 0 where it has no rule."""
    rule = as_plan(plan).rule("surge")
    return rule.highest_cents if rule else 0


def card(plan: PayPlan, *, surge_cents: int = 0, locale: str = "en") -> Card:
    """Minimum and each rate, with their words in the reader's language; a bonus while it is busy as its own line."""
    rated = as_plan(plan)
    return Card(
        plan_id=str(plan.pk),
        version=plan.version,
        currency=plan.currency,
        minimum_cents=rating.minimum(rated) + surge_cents,
        lines=[_card_line(rule, plan.currency, surge_cents, locale) for rule in rated.rules],
    )


def _card_line(rule: rating.Rule, currency: str, surge_cents: int, locale: str) -> CardLine:
    if rule.kind == "surge" and surge_cents:
        words = receipts.surge_words(surge_cents, currency, locale=locale)
        return CardLine(kind=rule.kind, words=words, rate=surge_cents)
    words = receipts.rule_words(rule, currency, locale=locale)
    return CardLine(kind=rule.kind, words=words, rate=rule.rate_cents if rule.kind in PAID_AT_THE_END else 0)


def _parse(rules: Sequence[dict[str, Any]]) -> None:
    try:
        rating.parse_rules(rules)
    except ValueError as error:
        raise Refused(str(error), code="bad_rules") from error


def _end(latest: PayPlan, *, at: datetime, now: datetime) -> None:
    """The open version ends where the next begins. What has been shown on cards is never changed behind them."""
    if latest.valid.upper is not None:
        raise Refused("Another version was published at this moment: look at it first.")
    if at < now:
        raise Refused("A new version cannot begin in the past: offers have been made under the one in force.")
    if at <= latest.valid.lower:
        raise Refused("A new version begins after the one before it.")
    latest.valid = DateTimeTZRange(latest.valid.lower, at)
    latest.save(update_fields=["valid"])
