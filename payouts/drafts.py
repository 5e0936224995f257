"""Pay plans being written: by one person, published by a second, and frozen from then on."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from audit import journal
from marketplace.refusals import Refused
from payouts import plans, rules
from payouts.models import PayPlan, PlanDraft


def save(draft: PlanDraft, *, by: str, now: datetime) -> PlanDraft:
    """The draft stands as it is given, if its rules could be published. Whoever changed it last has prepared it.

    Locks: the draft.
    """
    found = rules.problems(draft.rules)
    if found:
        raise Refused(found[0].sentence, code="bad_rules")
    with transaction.atomic():
        if not draft._state.adding and _open(draft.pk) is None:
            raise Refused("This draft was decided: write another.", code="decided")
        draft.prepared_by, draft.prepared_at, draft.state = by, now, PlanDraft.State.OPEN
        draft.save()
        journal.record("draft_pay_plan", actor=by, subject=f"plan_draft:{draft.pk}", now=now, brand_id=draft.brand_id)
    return draft


@transaction.atomic
def publish(draft_id: UUID, *, by: str, now: datetime) -> PayPlan:
    """The draft is the next version of its plan, published by another person than the one who wrote it.

    Repeated, the same version is returned. Locks: the draft, then the latest version.
    """
    draft = PlanDraft.objects.select_for_update(no_key=True).get(pk=draft_id)
    if draft.plan is not None:
        return draft.plan
    if draft.state != PlanDraft.State.OPEN:
        raise Refused("This draft was dropped.", code="dropped")
    draft.plan = plans.publish(
        draft.brand_id,
        tier=draft.tier,
        currency=draft.currency,
        rules=_rules(draft),
        valid_from=draft.valid_from or now,
        by=by,
        prepared_by=draft.prepared_by,
        now=now,
    )
    draft.state = PlanDraft.State.PUBLISHED
    draft.save(update_fields=["plan", "state"])
    subject = f"pay_plan:{draft.plan.pk}"
    journal.record("publish_pay_plan", actor=by, subject=subject, now=now, brand_id=draft.brand_id)
    return draft.plan


@transaction.atomic
def drop(draft_id: UUID, *, by: str, reason: str, now: datetime) -> None:
    """The draft is not published, and says so. Locks: the draft."""
    draft = _open(draft_id)
    if draft is None:
        raise Refused("This draft was decided already.", code="decided")
    draft.state = PlanDraft.State.DROPPED
    draft.save(update_fields=["state"])
    journal.record(
        "drop_pay_plan",
        actor=by,
        subject=f"plan_draft:{draft_id}",
        reason=reason,
        now=now,
        brand_id=draft.brand_id,
    )


def _open(draft_id: UUID) -> PlanDraft | None:
    drafts = PlanDraft.objects.select_for_update(no_key=True)
    return drafts.filter(pk=draft_id, state=PlanDraft.State.OPEN).first()


def _rules(draft: PlanDraft) -> Sequence[dict[str, Any]]:
    written: Sequence[dict[str, Any]] = draft.rules
    return written
