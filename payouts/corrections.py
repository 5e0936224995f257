"""Corrections: an engagement's facts as they should have been, and the difference as new lines in the open books."""

from collections import defaultdict
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from audit import journal
from marketplace.refusals import Refused
from payouts import debts, late, ledger, plans, rating
from payouts import facts as frozen_facts
from payouts.facts import About
from payouts.frozen import canonical, parse
from payouts.late import Corrected
from payouts.models import EarningFact, Posting
from payouts.rating import Facts

CHANGEABLE = {"outcome", "active_seconds", "first_reply_at", "surge_percent", "surge_cents"}


@transaction.atomic
def correct(
    engagement_id: UUID, *, changes: dict[str, Any], by: str, reason: str, now: datetime
) -> tuple[Posting, ...]:
    """The engagement is rated anew with these facts changed, under the plan of its offer; the difference is posted.

    The lines paid before stay as they are; the new ones carry the next revision, the reason and who gave it. What the
    balance does not cover is owed. Locks: the agent's account.
    """
    closed = EarningFact.objects.filter(engagement_id=engagement_id, kind=EarningFact.Kind.CLOSED)
    first = closed.select_related("plan").first()
    if first is None or first.plan is None:
        raise Refused("This chat has not closed.", code="not_closed")
    plan = plans.as_plan(first.plan)
    ledger.lock(first.agent_id, plan.currency, now=now)
    amended = _amended(_latest(first), changes)
    revision = EarningFact.objects.filter(engagement_id=engagement_id, kind=EarningFact.Kind.CORRECTED).count() + 2
    paid = _paid(engagement_id, {line.kind for line in rating.rate(amended, plan)} | rating.WORK)
    facts = Corrected(engagement_id, first.agent_id, reason, by, canonical(amended), paid, now)
    lines = late.correct(facts, plan, amended)
    if not lines:
        raise Refused("With these facts the chat pays what it paid: there is nothing to correct.", code="no_change")
    about = About(
        EarningFact.Kind.CORRECTED, first.agent_id, engagement_id, None, first.plan_id, revision, topic=first.topic
    )
    fact = frozen_facts.freeze(about, facts, now=now)
    brand_id = first.plan.brand_id
    subject = f"engagement:{engagement_id}"
    journal.record("correct_earning", actor=by, subject=subject, reason=reason, now=now, brand_id=brand_id)
    return debts.post(first.agent_id, plan.currency, frozen_facts.entries(fact, lines, brand_id=brand_id), now=now)


def _latest(first: EarningFact) -> Facts:
    """The facts as they were last put right."""
    corrected = EarningFact.objects.filter(engagement_id=first.engagement_id, kind=EarningFact.Kind.CORRECTED)
    last = corrected.order_by("-revision").first()
    return parse(Facts, parse(Corrected, last.canonical).facts if last else first.canonical)


def _amended(facts: Facts, changes: dict[str, Any]) -> Facts:
    if not changes or set(changes) - CHANGEABLE:
        raise Refused(f"What can be put right is: {', '.join(sorted(CHANGEABLE))}.", code="not_changeable")
    told = {name: getattr(facts, name) for name in Facts.__dataclass_fields__}
    try:
        return Facts(**(told | changes))
    except ValueError as error:
        raise Refused(str(error), code="impossible") from error


def _paid(engagement_id: UUID, kinds: set[str]) -> tuple[tuple[str, str, int], ...]:
    """What the engagement's lines of these kinds came to, corrections included, in the archive too."""
    sums: dict[tuple[str, str], int] = defaultdict(int)
    with connection.cursor() as cursor:
        cursor.execute(
            "select kind, currency, amount from payouts_everyposting where engagement_id = %s and kind = any(%s)"
            " and currency not in ('PTS', 'EQU')",
            [engagement_id, sorted(kinds)],
        )
        for kind, currency, amount in cursor.fetchall():
            sums[kind, currency] += amount
    return tuple(sorted((kind, currency, amount) for (kind, currency), amount in sums.items()))
