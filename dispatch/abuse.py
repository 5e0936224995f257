"""An agent leaves a chat because of how she is treated: paid in full, told to the customer, reviewed by a person."""

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction

from agents.models import User
from audit import journal
from conversations import lifecycle, masking
from dispatch import desk, escalations
from dispatch.models import AbuseReport, Escalation
from marketplace.refusals import Refused

WORDS_LONGEST = 1_000
FINDINGS = ("confirmed", "unfounded")


@transaction.atomic
def stop(engagement_id: UUID, *, by: UUID, reason: str, words: str, now: datetime) -> None:
    """live -> left, paid as a chat seen through, and put before a person. A repeat changes nothing.

    The customer may ask again: her next chat begins after a rest, and with somebody else. Locks: escalation, slot,
    conversation, ledger account.
    """
    held = desk.locked(engagement_id, by=by)
    if AbuseReport.objects.filter(pk=engagement_id).exists():
        return
    desk.demand_live(held)
    again = now + timedelta(seconds=settings.BECKON_WAITS["abuse_rest_seconds"])
    held.engagement.outcome = "abuse"
    lifecycle.leave_word(held.conversation, held.engagement, words, now=now)
    escalations.end(held.escalation, state=Escalation.State.CLOSED, now=now)
    desk.free_place(held, now=now)
    lifecycle.stopped(held.conversation, held.engagement, again=again, now=now)
    AbuseReport.objects.create(
        engagement=held.engagement,
        brand_id=held.engagement.brand_id,
        customer_id=held.conversation.customer_id,
        agent_id=by,
        reason=reason,
        words=masking.mask(words)[:WORDS_LONGEST],
        at=now,
        rest_until=again,
    )


@transaction.atomic
def review(report_id: UUID, *, by: User, finding: str, reason: str, now: datetime) -> None:
    """A person looked at it. An unfounded report lifts the parting from this agent and the rest, also of a request that
    is kept back already; it takes no pay back.

    Locks: the customer's requests that are kept back, the report.
    """
    if finding not in FINDINGS:
        raise Refused("Say whether the report is confirmed or unfounded.", code="bad_finding")
    customer_id = AbuseReport.objects.values_list("customer_id", flat=True).get(pk=report_id)
    kept_back = escalations.resting(customer_id)
    report = AbuseReport.objects.select_for_update(no_key=True).get(pk=report_id)
    if report.reviewed_at is not None:
        raise Refused("Somebody has reviewed this already.", code="reviewed")
    report.reviewed_by, report.reviewed_at, report.finding = by, now, finding
    report.save(update_fields=["reviewed_by", "reviewed_at", "finding"])
    if finding == "unfounded":
        escalations.reconsider(kept_back, customer_id, now=now)
    subject = f"engagement:{report.pk}"
    journal.record(
        f"abuse.{finding}", actor=f"operator:{by.pk}", subject=subject, brand_id=report.brand_id, reason=reason, now=now
    )
