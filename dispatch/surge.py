"""Bonuses while it is busy: decided for each class by a sweep, frozen into offers, shown to agents who are offline.

`surging` does the arithmetic, `payouts.surges` holds the budget; here both meet the rows of the ride.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.db.models import Count, F, Min

from agents import certified
from audit import journal
from brands.models import Brand
from dispatch import queue, surging
from dispatch.events import WantedNow
from dispatch.models import Escalation, Offer, Surge, SurgePolicy, SurgeRaise
from dispatch.surging import Busy, Policy
from marketplace import events
from marketplace.refusals import Refused
from payouts import plans, surges
from payouts.models import PayPlan

Class = tuple[UUID, str, str]  # brand, topic, language
OVER = (Offer.State.DECLINED, Offer.State.EXPIRED, Offer.State.WITHDRAWN)
SHOWN = 200
FIELDS = ("active", "from_s", "each_s", "step_minor", "highest_minor")


@transaction.atomic
def set_policy(brand_id: UUID, *, by: str, reason: str, now: datetime, **changes: int | bool) -> SurgePolicy:
    """When and how much the brand pays on top; unnamed numbers stay. In force from the next sweep on.

    Locks: the policy, where there is one.
    """
    if not Brand.objects.filter(pk=brand_id).exists():
        raise Refused("There is no such brand.", code="not_found")
    found = SurgePolicy.objects.select_for_update(no_key=True).filter(pk=brand_id).first()
    policy = found or SurgePolicy(brand_id=brand_id)
    for name, value in changes.items():
        assert name in FIELDS, name
        setattr(policy, name, value)
    policy.set_by, policy.set_at = by, now
    try:
        with transaction.atomic():
            policy.save(force_insert=found is None)
    except IntegrityError as error:
        raise Refused("These numbers make no sense together.", code="bad_policy") from error
    told = {name: getattr(policy, name) for name in FIELDS}
    subject = f"brand:{brand_id}"
    journal.record(
        "surge.policy_set", actor=by, subject=subject, brand_id=brand_id, reason=reason, detail=told, now=now
    )
    return policy


# --- the sweep ---


def sweep(*, now: datetime) -> None:
    """Free what was promised for offers that came to nothing, then decide every class's bonus. May run twice."""
    promised = surges.promised().values("offer_id")
    over = Offer.objects.filter(pk__in=promised, state__in=OVER)
    surges.release(list(over.values_list("pk", flat=True)), now=now)
    SurgeRaise.objects.filter(ended_at=None, until__lte=now).update(ended_at=F("until"), ended_by="system")
    decide(now=now)


def decide(*, now: datetime) -> None:
    """Each class's bonus is what its wait calls for now. Each change is a row of its own, and one transaction."""
    policies = {policy.pk: policy for policy in SurgePolicy.objects.filter(active=True)}
    standing = {(row.brand_id, row.topic, row.language): row for row in Surge.objects.filter(ended_at=None)}
    raised = _raised(now)
    busy = _busy(policies, {of for of in {*standing, *raised} if of[0] in policies}, now)
    left, highest = surges.left(policies), _highest(policies, now)
    stands_s = settings.BECKON_WAITS["surge_stands_seconds"]
    for of, seen in busy.items():
        policy = _policy(policies[of[0]], highest.get(of[0], 0))
        old = standing.get(of)
        # In the arithmetic's own seconds, whatever the clockwork's haste.
        stood_s = (now - old.began_at).total_seconds() * surging.STANDS_S / stands_s if old else 0.0
        p90_s = surging.predicted_p90_s(seen)
        bonus = surging.next_minor(
            old.bonus_minor if old else 0,
            stood_s,
            p90_s,
            policy,
            left_minor=left.get(of[0], 0),
            raised_minor=raised.get(of, 0),
        )
        if bonus != (old.bonus_minor if old else 0):
            _change(of, old, bonus, seen, p90_s, now=now)
    for of, old in standing.items():
        if of not in busy:  # its brand pays no bonus any more
            _change(of, old, 0, Busy(0, 0, 0.0, 0), 0.0, now=now)


def _raised(now: datetime) -> dict[Class, int]:
    """What operators have raised, as long as it is to last."""
    rows = SurgeRaise.objects.filter(ended_at=None, until__gt=now)
    return {
        (brand, topic, language): bonus
        for brand, topic, language, bonus in rows.values_list("brand_id", "topic", "language", "bonus_minor")
    }


def end_at_once(of: Class, *, now: datetime) -> None:
    """The class's bonus is decided as if none had stood: it does not wait for its five minutes."""
    Surge.objects.filter(brand_id=of[0], topic=of[1], language=of[2], ended_at=None, began_at__lte=now).update(
        ended_at=now
    )
    decide(now=now)


@dataclass(frozen=True, slots=True)
class Terms:
    """What may be paid on top for a class now; minor units. `most` is what plan, policy and budget allow; 0 where the
    brand has not agreed to any."""

    now_minor: int
    step_minor: int
    most_minor: int
    left_minor: int
    currency: str


def terms(of: Class, *, now: datetime) -> Terms:
    """Raises Refused where there is no such brand."""
    brand_id, topic, language = of
    currency = Brand.objects.filter(pk=brand_id).values_list("currency", flat=True).first()
    if currency is None:
        raise Refused("There is no such brand.", code="not_found")
    stands = Surge.objects.filter(brand_id=brand_id, topic=topic, language=language, ended_at=None)
    bonus = stands.values_list("bonus_minor", flat=True).first() or 0
    left = surges.left([brand_id]).get(brand_id, 0)
    row = SurgePolicy.objects.filter(pk=brand_id, active=True).first()
    if row is None:
        return Terms(bonus, 0, 0, left, currency)
    policy = _policy(row, _highest([brand_id], now).get(brand_id, 0))
    return Terms(bonus, policy.step_minor, surging.affordable_minor(policy, left_minor=left), left, currency)


def _policy(row: SurgePolicy, highest_minor: int) -> Policy:
    return Policy(row.from_s, row.each_s, row.step_minor, min(row.highest_minor, highest_minor))


def _highest(brand_ids: Collection[UUID], now: datetime) -> dict[UUID, int]:
    """The most that any plan in force of each brand pays on top: without such a rule nothing is promised."""
    found = PayPlan.objects.filter(brand_id__in=brand_ids, valid__contains=now)
    highest: dict[UUID, int] = {}
    for plan in found:
        highest[plan.brand_id] = max(highest.get(plan.brand_id, 0), plans.highest_surge(plan))
    return highest


def _busy(brand_ids: Collection[UUID], standing: Collection[Class], now: datetime) -> dict[Class, Busy]:
    """What every class looks like in which somebody waits or a bonus stands."""
    waiting = Escalation.objects.filter(
        brand_id__in=brand_ids, state__in=["waiting", "offered"], customer_gone_since=None
    )
    rows = waiting.order_by().values_list("brand_id", "topic", "language").annotate(Count("pk"), Min("queued_at"))
    lines = {(brand, topic, language): (count, oldest) for brand, topic, language, count, oldest in rows}
    if not lines and not standing:
        return {}
    seen = queue.look(now)
    return {of: _one(of, *lines.get(of, (0, now)), seen, now) for of in {*lines, *standing}}


def _one(of: Class, waiting: int, oldest: datetime, seen: queue.Sight, now: datetime) -> Busy:
    people, served = seen.people.get(of), seen.served.get(of)
    return Busy(
        waiting=waiting,
        free=people.free if people else 0,
        oldest_s=(now - oldest).total_seconds(),
        served=served.accepted if served else 0,
        within_s=served.seconds if served and served.seconds else 900.0,
    )


def _change(of: Class, old: Surge | None, bonus: int, seen: Busy, p90_s: float, *, now: datetime) -> None:
    """The old height ends, the new one begins; whoever else decides at this moment finds it done."""
    try:
        with transaction.atomic():
            if old and not Surge.objects.filter(pk=old.pk, ended_at=None).update(ended_at=max(now, old.began_at)):
                return
            if bonus:
                brand_id, topic, language = of
                Surge.objects.create(
                    brand_id=brand_id,
                    topic=topic,
                    language=language,
                    bonus_minor=bonus,
                    began_at=now,
                    waiting=seen.waiting,
                    free=seen.free,
                    served=seen.served,
                    predicted_p90_s=None if p90_s == float("inf") else round(p90_s),
                )
            if bonus > (old.bonus_minor if old else 0):
                currency = Brand.objects.values_list("currency", flat=True).get(pk=of[0])
                events.announce(WantedNow(*of, bonus_minor=bonus, currency=currency))
    except IntegrityError:
        return


# --- offers ---


def renewed_card(old: Offer, offer_id: UUID, *, now: datetime) -> dict[str, Any]:
    """The card of an offer taken up again: the same, without its bonus where the budget covers it no more."""
    bonus: int = old.card.get("surge_minor", 0)
    if not bonus or surges.reserve({offer_id: (old.brand_id, bonus)}, now=now):
        return dict(old.card)
    money = plans.card(old.pay_plan)
    pay = [{"kind": line["kind"], "words": line["words"], "amount_minor": line["rate"]} for line in money["lines"]]
    return {**old.card, "surge_minor": 0, "minimum_minor": money["minimum_cents"], "pay": pay}


# --- wanted now ---


@dataclass(frozen=True, slots=True)
class Wanted:
    """A class that pays a bonus now and that an agent is certified for; minor units, as her tier's plan pays them."""

    brand: str
    topic: str
    topic_name: str
    language: str
    waiting: int
    bonus_minor: int
    currency: str
    since: datetime


def wanted_from(agent_id: UUID, *, now: datetime) -> list[Wanted]:
    """Where this agent would be paid a bonus if she were online, the highest first: nothing by a certificate that has
    ended."""
    with connection.cursor() as cursor:
        cursor.execute(_WANTED, {"agent": agent_id, "now": now})
        rows = cursor.fetchall()
    found = []
    for brand_id, tier, brand, currency, topic, name, language, bonus, since, waiting in rows:
        paid = min(bonus, _paid_at_most(brand_id, tier, now))
        if paid:
            found.append(Wanted(brand, topic, name, language, waiting, paid, currency, since))
    return sorted(found, key=lambda one: (-one.bonus_minor, one.brand, one.topic_name, one.language))


def _paid_at_most(brand_id: UUID, tier: str, now: datetime) -> int:
    try:
        return plans.highest_surge(plans.in_force(brand_id, tier=tier, at=now))
    except plans.NoPlanInForce:
        return 0


_WANTED = f"""
  select u.brand_id, g.tier, b.name, b.currency, u.topic, k.name, u.language, u.bonus_minor, u.began_at,
    (select count(*) from dispatch_escalation e where e.brand_id = u.brand_id and e.topic = u.topic
       and e.language = u.language and e.state in ('waiting', 'offered'))
  from dispatch_surge u
  join brands_brand b on b.id = u.brand_id
  join brands_skill k on k.brand_id = u.brand_id and k.key = u.topic
  join agents_agentskill a on a.skill_id = k.id and a.agent_id = %(agent)s and {certified.in_force_sql("a")}
  join agents_agentlanguage l on l.agent_id = a.agent_id and l.code = u.language
    and {certified.in_force_sql("l")}
  join agents_agent g on g.id = a.agent_id and g.state = 'approved'
  where u.ended_at is null"""  # noqa: S608  (the only words put in are conditions)


def history(brand_id: UUID, *, since: datetime) -> list[Surge]:
    """The brand's bonuses that stood at some time since then, the latest first; at most two hundred."""
    rows = Surge.objects.filter(brand_id=brand_id).exclude(ended_at__lt=since)
    return list(rows.order_by("-began_at")[:SHOWN])
