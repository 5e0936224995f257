"""Who may let a run go: one person submits, another approves over the digest; one payout can be held, the rest goes."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction

from audit import journal
from marketplace.refusals import Refused
from payouts.models import Payout, PayoutAttempt
from payouts.models.runs import PayoutRun as Run
from payouts.runs import draining, preparing, proving, reversing

LONGEST_REPLY = timedelta(days=14)
SPENT = (PayoutAttempt.State.FAILED, PayoutAttempt.State.ABSENT)


@transaction.atomic
def submit(run_id: UUID, *, by: str, now: datetime) -> Run:
    """proved -> submitted: a person has looked at it and asks for a second one. Locks: the run."""
    run = _locked(run_id, Run.State.PROVED, done=Run.State.SUBMITTED, refusal="Only a proved run can be submitted.")
    if run.state == Run.State.PROVED:
        run.state, run.submitted_by, run.submitted_at = Run.State.SUBMITTED, by, now
        run.save(update_fields=["state", "submitted_by", "submitted_at"])
        _note("payout_run.submit", run, by=by, now=now)
    return run


@transaction.atomic
def approve(run_id: UUID, *, by: str, digest: str, now: datetime) -> Run:
    """submitted -> approved, over the digest that the approver has seen. Its payouts may go, held ones wait.

    Locks: the run, its payouts.
    """
    run = _locked(run_id, Run.State.SUBMITTED, done=Run.State.APPROVED, refusal="Only a submitted run can be approved.")
    if run.state == Run.State.APPROVED:
        return run
    if by in (run.prepared_by, run.submitted_by):
        raise Refused("A second person approves: whoever prepared or submitted a run does not.", code="second_person")
    if digest != run.digest or digest != _digest(run):
        raise Refused("The run is not the one you have seen: look at it again.", code="digest")
    run.state, run.approved_by, run.approved_at, run.approved_digest = Run.State.APPROVED, by, now, digest
    run.save(update_fields=["state", "approved_by", "approved_at", "approved_digest"])
    run.payouts.filter(state=Payout.State.DUE, held_by="").update(state=Payout.State.APPROVED, changed_at=now)
    _note("payout_run.approve", run, by=by, now=now)
    return run


@transaction.atomic
def refuse(run_id: UUID, *, by: str, reason: str, now: datetime) -> Run:
    """submitted -> closed: nothing is paid, every amount is back in its balance. Locks: run, payouts, accounts."""
    run = _locked(run_id, Run.State.SUBMITTED, done=Run.State.CLOSED, refusal="Only a submitted run can be refused.")
    if run.state == Run.State.CLOSED:
        return run
    if not reason.strip():
        raise Refused("A refusal needs its reason.", code="reason")
    reversing.reverse(run.payouts.filter(state=Payout.State.DUE), now=now)
    run.state, run.refused_by, run.refused_reason, run.closed_at = Run.State.CLOSED, by, reason, now
    run.save(update_fields=["state", "refused_by", "refused_reason", "closed_at"])
    _note("payout_run.refuse", run, by=by, now=now, reason=reason)
    return run


def release(run_id: UUID, *, now: datetime) -> Run:
    """approved -> releasing, if it is still what was approved: anything else must never be. Its money is in transit.

    What it claimed leaves the accounts a chunk at a time, so that a second call goes on where one broke off.
    Locks: the accounts of a chunk by name, then its payouts; at the end the run.
    """
    run = Run.objects.get(pk=run_id)
    if run.state == Run.State.APPROVED:
        _as_approved(run)
        draining.drain_run(run, now=now)
    return _releasing(run_id)


@transaction.atomic
def _releasing(run_id: UUID) -> Run:
    run = preparing.locked(run_id)
    if run.state == Run.State.APPROVED:
        _as_approved(run)
        with connection.cursor() as cursor:
            if wrong := proving.drained_otherwise(cursor, run):
                raise AssertionError(f"Payout run {run.pk} was not drained as it was approved: {wrong}.")
        run.state = Run.State.RELEASING
        run.save(update_fields=["state"])
    return run


def _as_approved(run: Run) -> None:
    if _digest(run) != run.approved_digest:
        raise AssertionError(f"Payout run {run.pk} is not what {run.approved_by} approved.")


@transaction.atomic
def hold(payout_id: UUID, *, by: str, reason: str, reply_by: datetime, now: datetime) -> Payout:
    """The payout stays behind when the rest goes, with a person's name, a reason and a day of answer.

    Locks: the payout.
    """
    payout = Payout.objects.select_for_update(no_key=True).get(pk=payout_id)
    if payout.state not in (Payout.State.DUE, Payout.State.APPROVED):
        raise Refused("This payout has left already.", code="gone")
    if not reason.strip() or not now < reply_by <= now + LONGEST_REPLY:
        raise Refused("A hold needs its reason, and an answer within 14 days.", code="reason")
    payout.held_by, payout.held_reason, payout.reply_by, payout.changed_at = by, reason, reply_by, now
    payout.save(update_fields=["held_by", "held_reason", "reply_by", "changed_at"])
    _note("payout.hold", payout.run, by=by, now=now, reason=reason, payout=payout)
    return payout


@transaction.atomic
def lift(payout_id: UUID, *, by: str, now: datetime) -> Payout:
    """The payout goes where it would have gone without the hold. Locks: the run, the payout."""
    run = preparing.locked(Payout.objects.values_list("run_id", flat=True).get(pk=payout_id))
    payout = Payout.objects.select_for_update(no_key=True).get(pk=payout_id)
    if payout.held_by:
        payout.held_by, payout.held_reason, payout.reply_by, payout.changed_at = "", "", None, now
        if payout.state == Payout.State.DUE and run.state in (Run.State.APPROVED, Run.State.RELEASING):
            payout.state = Payout.State.APPROVED
        payout.save(update_fields=["state", "held_by", "held_reason", "reply_by", "changed_at"])
        _note("payout.lift", run, by=by, now=now, payout=payout)
    return payout


@transaction.atomic
def give_back(payout_id: UUID, *, by: str, reason: str, now: datetime) -> None:
    """A payout that has not left is back in the agent's balance. Locks: the account, the payout."""
    draining.drain_all(Payout.objects.filter(pk=payout_id), now=now)
    payout = Payout.objects.select_for_update(no_key=True).get(pk=payout_id)
    if (
        payout.state not in (Payout.State.DUE, Payout.State.APPROVED)
        or payout.attempts.exclude(state__in=SPENT).exists()
    ):
        raise Refused("This payout has left already.", code="gone")
    reversing.reverse(Payout.objects.filter(pk=payout_id), now=now)
    _note("payout.give_back", payout.run, by=by, now=now, reason=reason, payout=payout)


def _locked(run_id: UUID, expected: str, *, done: str, refusal: str) -> Run:
    """The run, held; a repeated click finds it done already, which is no error."""
    run = preparing.locked(run_id)
    if run.state not in (expected, done):
        raise Refused(refusal, code="state")
    return run


def _digest(run: Run) -> str:
    with connection.cursor() as cursor:
        return proving.digest(cursor, run.pk)


def _note(action: str, run: Run, *, by: str, now: datetime, reason: str = "", payout: Payout | None = None) -> None:
    subject = f"payout:{payout.pk}" if payout else f"payout_run:{run.pk}"
    journal.record(action, actor=by, subject=subject, now=now, reason=reason, detail={"digest": run.digest})
