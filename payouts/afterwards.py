"""What comes after a chat has closed, or beside it: a score, a tip, a reopening, a referral, the end of a shift.

Each is frozen as a fact of its own when it arrives, and paid in the same transaction. Nothing here takes away.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from marketplace.refusals import Refused
from payouts import facts as frozen_facts
from payouts import late, ledger, plans
from payouts.facts import About
from payouts.frozen import parse
from payouts.late import Rated, Referred, Reopened, Shift, Tipped
from payouts.models import EarningFact, PayPlan, Posting, TipPayment
from payouts.rating import Facts

LONGEST_CHAT = timedelta(days=2)  # after a shift, for a chat begun during it to close


def scored(engagement_id: UUID, score: int, *, now: datetime) -> tuple[Posting, ...]:
    """The customer's score is frozen; the bonus that the plan pays for it is posted. Repeated, nothing changes.

    Locks: the agent's ledger account.
    """
    with transaction.atomic():
        closed = _closed(engagement_id)
        reopened = EarningFact.objects.filter(engagement_id=engagement_id, kind=EarningFact.Kind.REOPENED).exists()
        found = EarningFact.objects.filter(engagement_id=engagement_id, kind=EarningFact.Kind.RATED).first()
        facts = parse(Rated, found.canonical) if found else _rated(closed, score, reopened, now)
        if facts.score != score:
            raise AssertionError(f"Engagement {engagement_id} was scored {facts.score}, and is not scored again.")
        fact = frozen_facts.freeze(_about(EarningFact.Kind.RATED, closed), facts, now=now)
        lines = late.rate_score(facts, plans.as_plan(_plan(closed)))
        return ledger.post_all(
            closed.agent_id, _plan(closed).currency, frozen_facts.entries(fact, lines, brand_id=facts.brand_id), now=now
        )


def reopened(engagement_id: UUID, *, now: datetime) -> EarningFact:
    """The customer came back: frozen once, and nothing paid is taken away. A bonus not yet earned is not paid."""
    closed = _closed(engagement_id)
    found = EarningFact.objects.filter(engagement_id=engagement_id, kind=EarningFact.Kind.REOPENED).first()
    facts = Reopened(engagement_id, closed.agent_id, _plan(closed).brand_id, now)
    return found or frozen_facts.freeze(_about(EarningFact.Kind.REOPENED, closed), facts, now=now)


def tipped(engagement_id: UUID, *, payment: str, tip_cents: int, currency: str, now: datetime) -> tuple[Posting, ...]:
    """The customer's tip is the agent's, whole. The same payment tips once. Locks: the agent's ledger account."""
    with transaction.atomic():
        closed = _closed(engagement_id)
        if plans.as_plan(_plan(closed)).rule("tip") is None:
            raise Refused("This brand does not take tips.", code="no_tips")
        _pay_once(payment, closed, now=now)
        ledger.lock(closed.agent_id, currency, now=now)
        tips = EarningFact.objects.filter(engagement_id=engagement_id, kind=EarningFact.Kind.TIPPED)
        known = {parse(Tipped, fact.canonical).payment: fact for fact in tips}
        fact = known.get(payment)
        if fact is None:
            facts = Tipped(engagement_id, closed.agent_id, _plan(closed).brand_id, payment, tip_cents, currency, now)
            about = _about(EarningFact.Kind.TIPPED, closed, revision=len(known) + 1)
            fact = frozen_facts.freeze(about, facts, now=now)
        facts = parse(Tipped, fact.canonical)
        if (facts.tip_cents, facts.currency) != (tip_cents, currency):
            raise Refused(f"This payment has tipped {facts.tip_cents} {facts.currency}.", code="tipped")
        lines = frozen_facts.entries(fact, late.rate_tip(facts), brand_id=facts.brand_id)
        return ledger.post_all(closed.agent_id, currency, lines, now=now)


def _pay_once(payment: str, closed: EarningFact, *, now: datetime) -> None:
    """The payment is this chat's, for ever. Refused where it has tipped another."""
    assert closed.engagement_id is not None
    first, _ = TipPayment.objects.get_or_create(
        brand_id=_plan(closed).brand_id,
        payment=payment,
        defaults={"engagement_id": closed.engagement_id, "told_at": now},
    )
    if first.engagement_id != closed.engagement_id:
        raise Refused("This payment has tipped another chat.", code="tipped")


def referred(agent_id: UUID, referred_id: UUID, *, plan_id: UUID, chats: int, now: datetime) -> tuple[Posting, ...]:
    """Whoever brought an agent is paid once that agent has helped often enough. Before, and again, nothing happens.

    Locks: the referring agent's ledger account.
    """
    with transaction.atomic():
        plan = PayPlan.objects.get(pk=plan_id)
        facts = Referred(agent_id, referred_id, plan.brand_id, plan.pk, plan.version, chats, now)
        lines = late.rate_referral(facts, plans.as_plan(plan))
        if not lines or agent_id == referred_id:
            return ()
        ledger.lock(agent_id, plan.currency, now=now)
        paid = EarningFact.objects.filter(subject_id=referred_id, kind=EarningFact.Kind.REFERRED).first()
        if paid:
            return tuple(Posting.objects.filter(source=frozen_facts.source(paid, "referral")))
        about = About(EarningFact.Kind.REFERRED, agent_id, subject_id=referred_id, plan_id=plan.pk)
        fact = frozen_facts.freeze(about, facts, now=now)
        entries = frozen_facts.entries(fact, lines, brand_id=plan.brand_id)
        return ledger.post_all(agent_id, plan.currency, entries, now=now)


def shift_over(shift: Shift, *, now: datetime) -> tuple[Posting, ...]:
    """The shift's guarantee is posted: what its work lacks of the rate promised. `shift.lines` are found here.

    Chats accepted during the shift count whole, those of other brands too. Repeated, the first answer stands.
    Locks: the agent's ledger account.
    """
    with transaction.atomic():
        ledger.lock(shift.agent_id, shift.currency, now=now)
        found = EarningFact.objects.filter(subject_id=shift.shift_id, kind=EarningFact.Kind.SHIFT).first()
        facts = parse(Shift, found.canonical) if found else with_lines(shift)
        about = About(EarningFact.Kind.SHIFT, shift.agent_id, subject_id=shift.shift_id)
        fact = frozen_facts.freeze(about, facts, now=now)
        entries = frozen_facts.entries(fact, late.guarantee(facts), brand_id=facts.brand_id)
        return ledger.post_all(shift.agent_id, shift.currency, entries, now=now)


def with_lines(shift: Shift) -> Shift:
    """The shift with the lines posted so far for the chats that were accepted during it: also for its meter."""
    closed = EarningFact.objects.filter(
        agent_id=shift.agent_id,
        kind=EarningFact.Kind.CLOSED,
        created_at__gte=shift.began_at,
        created_at__lt=shift.ended_at + LONGEST_CHAT,
    )
    during = [
        fact.engagement_id
        for fact in closed
        if shift.began_at <= parse(Facts, fact.canonical).accepted_at < shift.ended_at
    ]
    lines = Posting.objects.filter(engagement_id__in=during, currency=shift.currency).order_by("source")
    return replace(shift, lines=tuple(lines.values_list("source", "kind", "amount")))


def _closed(engagement_id: UUID) -> EarningFact:
    """The facts frozen when the engagement closed. Raises Refused for one that has not."""
    facts = EarningFact.objects.filter(engagement_id=engagement_id, kind=EarningFact.Kind.CLOSED)
    found = facts.select_related("plan").first()
    if found is None:
        raise Refused("This chat has not closed.", code="not_closed")
    return found


def _plan(closed: EarningFact) -> PayPlan:
    assert closed.plan is not None, "what was closed was closed under a plan"
    return closed.plan


def _rated(closed: EarningFact, score: int, reopened: bool, now: datetime) -> Rated:
    plan = _plan(closed)
    assert closed.engagement_id is not None
    return Rated(
        closed.engagement_id, closed.agent_id, plan.brand_id, plan.pk, plan.version, score, reopened=reopened, at=now
    )


def _about(kind: EarningFact.Kind, closed: EarningFact, *, revision: int = 1) -> About:
    return About(
        kind, closed.agent_id, closed.engagement_id, plan_id=closed.plan_id, revision=revision, topic=closed.topic
    )
