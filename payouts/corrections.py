"""Corrections: an engagement's facts as they should have been, and the difference as new lines in the open books.

One person proposes and another decides; a dispute that is granted is decided already, by the agent and a person.
"""

from collections import defaultdict
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection, transaction

from audit import journal
from marketplace.refusals import Refused
from payouts import debts, late, ledger, plans, rating
from payouts import facts as frozen_facts
from payouts.facts import About
from payouts.frozen import canonical, parse
from payouts.late import Corrected
from payouts.ledger import Entry
from payouts.models import Correction, EarningFact, Posting
from payouts.rating import Facts

CHANGEABLE = {"outcome", "active_seconds", "first_reply_at", "surge_percent", "surge_cents"}
State = Correction.State
MOST_EXTRA_CENTS = 100_000


@transaction.atomic
def propose(
    engagement_id: UUID, *, changes: dict[str, Any], extra_cents: int = 0, by: str, reason: str, now: datetime
) -> Correction:
    """A second person is asked to have this posted. Refused where it would change nothing, or one is open already."""
    first = _closed(engagement_id)
    if changes:
        _difference(first, changes, by=by, reason=reason, now=now)
    if not 0 <= extra_cents <= MOST_EXTRA_CENTS or not (changes or extra_cents):
        raise Refused(f"A correction changes facts, or adds from 1 to {MOST_EXTRA_CENTS} minor units.", code="nothing")
    assert first.plan is not None
    told = {"changes": changes, "extra_cents": extra_cents, "reason": reason, "currency": first.plan.currency}
    try:
        with transaction.atomic():
            made = Correction.objects.create(
                engagement_id=engagement_id, agent_id=first.agent_id, proposed_by=by, proposed_at=now, **told
            )
    except IntegrityError as error:
        raise Refused("A correction of this chat waits to be decided.", code="open") from error
    _note("correction.propose", made, by=by, reason=reason, now=now)
    return made


@transaction.atomic
def post(correction_id: UUID, *, by: str, reason: str, now: datetime) -> tuple[Posting, ...]:
    """open -> posted, by a second person, with its lines. Locks: the correction, then the agent's account."""
    found = _decide(correction_id, State.POSTED, by=by, reason=reason, now=now)
    posted: tuple[Posting, ...] = ()
    if found.changes:
        told = {"by": found.proposed_by, "reason": found.reason}
        posted = correct(found.engagement_id, changes=found.changes, now=now, **told)
    if found.extra_cents:
        first = _closed(found.engagement_id)
        assert first.plan is not None
        receipt = {"reason": found.reason, "by": found.proposed_by, "approved_by": by}
        entry = Entry(f"correction:{found.pk}", "goodwill", found.extra_cents, None, first.plan.brand_id, receipt)
        posted += debts.post(found.agent_id, found.currency, [entry], now=now)
    return posted


@transaction.atomic
def refuse(correction_id: UUID, *, by: str, reason: str, now: datetime) -> None:
    """open -> refused, by a second person: nothing is posted. Locks: the correction."""
    _decide(correction_id, State.REFUSED, by=by, reason=reason, now=now)


def preview(found: Correction) -> list[rating.Line]:
    """The lines that posting it would make of changed facts, as things stand."""
    if not found.changes:
        return []
    first, at = _closed(found.engagement_id), found.proposed_at
    return list(_difference(first, found.changes, by=found.proposed_by, reason=found.reason, now=at)[1])


@transaction.atomic
def correct(
    engagement_id: UUID, *, changes: dict[str, Any], by: str, reason: str, now: datetime
) -> tuple[Posting, ...]:
    """The engagement is rated anew with these facts changed, under the plan of its offer; the difference is posted.

    The lines paid before stay as they are; the new ones carry the next revision, the reason and who gave it. What the
    balance does not cover is owed. Locks: the agent's account.
    """
    first = _closed(engagement_id)
    assert first.plan is not None
    plan = plans.as_plan(first.plan)
    ledger.lock(first.agent_id, plan.currency, now=now)
    facts, lines = _difference(first, changes, by=by, reason=reason, now=now)
    revision = EarningFact.objects.filter(engagement_id=engagement_id, kind=EarningFact.Kind.CORRECTED).count() + 2
    about = About(
        EarningFact.Kind.CORRECTED, first.agent_id, engagement_id, None, first.plan_id, revision, topic=first.topic
    )
    fact = frozen_facts.freeze(about, facts, now=now)
    brand_id = first.plan.brand_id
    subject = f"engagement:{engagement_id}"
    journal.record("correct_earning", actor=by, subject=subject, reason=reason, now=now, brand_id=brand_id)
    return debts.post(first.agent_id, plan.currency, frozen_facts.entries(fact, lines, brand_id=brand_id), now=now)


def _closed(engagement_id: UUID) -> EarningFact:
    closed = EarningFact.objects.filter(engagement_id=engagement_id, kind=EarningFact.Kind.CLOSED)
    first = closed.select_related("plan").first()
    if first is None or first.plan is None:
        raise Refused("This chat has not closed.", code="not_closed")
    return first


def _difference(
    first: EarningFact, changes: dict[str, Any], *, by: str, reason: str, now: datetime
) -> tuple[Corrected, tuple[rating.Line, ...]]:
    """What these changes make of the chat, and the lines that are missing. Refused where there are none."""
    assert first.plan is not None
    assert first.engagement_id is not None
    plan, amended = plans.as_plan(first.plan), _amended(_latest(first), changes)
    paid = _paid(first.engagement_id, {line.kind for line in rating.rate(amended, plan)} | rating.WORK)
    facts = Corrected(first.engagement_id, first.agent_id, reason, by, canonical(amended), paid, now)
    lines = late.correct(facts, plan, amended)
    if not lines:
        raise Refused("With these facts the chat pays what it paid: there is nothing to correct.", code="no_change")
    return facts, lines


def _decide(correction_id: UUID, state: Correction.State, *, by: str, reason: str, now: datetime) -> Correction:
    found = Correction.objects.select_for_update(no_key=True).filter(pk=correction_id).first()
    if found is None or found.state != State.OPEN:
        raise Refused("This correction was decided already.", code="decided")
    if by == found.proposed_by:
        raise Refused("A second person decides: whoever proposed it does not.", code="second_person")
    found.state, found.decided_by, found.decision, found.decided_at = state, by, reason, now
    found.save(update_fields=["state", "decided_by", "decision", "decided_at"])
    _note(f"correction.{state}", found, by=by, reason=reason, now=now)
    return found


def _note(action: str, found: Correction, *, by: str, reason: str, now: datetime) -> None:
    journal.record(action, actor=by, subject=f"correction:{found.pk}", reason=reason, now=now)


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
