"""Cash-out: an agent's whole balance, now and free, within the limits that a named person has approved in advance."""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Sum

from agents.models import Agent
from audit import journal
from marketplace.refusals import Refused
from payouts import receipts
from payouts.models import CashOutMandate, Payout, PayoutDestination, PayoutRun
from payouts.runs import approving, preparing, proving

DAY = timedelta(hours=24)


@transaction.atomic
def grant(
    provider: str, currency: str, *, each_at_most: int, daily_at_most: int, by: str, now: datetime
) -> CashOutMandate:
    """Cash-outs up to these limits need nobody's click from now on. The mandate before ends."""
    if not 0 < each_at_most <= daily_at_most:
        raise Refused("A limit is positive, and a day's is no less than one cash-out's.", code="limits")
    CashOutMandate.objects.filter(provider=provider, currency=currency, revoked_at=None).update(revoked_at=now)
    made = CashOutMandate.objects.create(
        provider=provider,
        currency=currency,
        each_at_most=each_at_most,
        daily_at_most=daily_at_most,
        granted_by=by,
        granted_at=now,
    )
    journal.record("cash_out.grant", actor=by, subject=f"mandate:{made.pk}", now=now)
    return made


@transaction.atomic
def revoke(mandate_id: UUID, *, by: str, now: datetime) -> None:
    """No cash-out goes under this mandate any more; those that have been approved go on."""
    if CashOutMandate.objects.filter(pk=mandate_id, revoked_at=None).update(revoked_at=now):
        journal.record("cash_out.revoke", actor=by, subject=f"mandate:{mandate_id}", now=now)


def request(agent_id: UUID, currency: str, *, now: datetime, request_id: UUID | None = None) -> PayoutRun:
    """The agent's balance is claimed, proved and approved by the mandate, and leaves with the next sending.

    The same `request_id` again is the same cash-out. Refused above the limits, and where nothing can be paid; then
    nothing has changed. Locks: the agent, the account.
    """
    with transaction.atomic():
        Agent.objects.select_for_update(no_key=True).get(pk=agent_id)
        destination = _destination(agent_id, currency, now=now)
        run = preparing.open_run(
            due_key=f"instant:{agent_id}:{request_id or uuid4()}",
            prepared_by=f"agent:{agent_id}",
            now=now,
            kind=PayoutRun.Kind.INSTANT,
            provider=destination.provider,
            currency=currency,
            agent_id=agent_id,
            cutoff=now + timedelta(microseconds=1),
        )
        if run.state != PayoutRun.State.DRAFT:
            return run
        mandate = _mandate(destination, currency)
        run = preparing.prepare(run.pk, now=now)
        _within(mandate, run, agent_id, now=now)
        return _let_go(run, mandate, now=now)


def _let_go(run: PayoutRun, mandate: CashOutMandate, *, now: datetime) -> PayoutRun:
    """Through the same gates as every run."""
    run = proving.prove(run.pk, now=now)
    assert run.state == PayoutRun.State.PROVED, run.faults
    approving.submit(run.pk, by=run.prepared_by, now=now)
    approving.approve(run.pk, by=mandate.granted_by, digest=run.digest, now=now)
    return approving.release(run.pk, now=now)


def _destination(agent_id: UUID, currency: str, *, now: datetime) -> PayoutDestination:
    found = PayoutDestination.objects.filter(agent_id=agent_id, currency=currency, replaced_at=None).first()
    if found is None:
        raise Refused("Say first where you want to be paid.", code="destination")
    if found.usable_from > now:
        raise Refused("Your account was changed lately: it can be paid to again 48 hours later.", code="cooling_off")
    return found


def _mandate(destination: PayoutDestination, currency: str) -> CashOutMandate:
    found = CashOutMandate.objects.filter(provider=destination.provider, currency=currency, revoked_at=None).first()
    if found is None:
        raise Refused("Cash-outs are not open just now; the weekly payout is.", code="closed")
    return found


def _within(mandate: CashOutMandate, run: PayoutRun, agent_id: UUID, *, now: datetime) -> None:
    amount = run.totals["amount"]
    if not amount:
        raise Refused("There is nothing to pay out just now.", code="nothing")
    lately = Payout.objects.filter(
        run__kind=PayoutRun.Kind.INSTANT,
        account__agent_id=agent_id,
        currency=run.currency,
        created_at__gt=now - DAY,
    ).exclude(state=Payout.State.REVERSED)
    total = lately.aggregate(total=Sum("amount"))["total"] or 0
    if amount > mandate.each_at_most or total > mandate.daily_at_most:
        most = receipts.money(min(mandate.each_at_most, mandate.daily_at_most), run.currency, locale="en")
        raise Refused(f"A cash-out is at most {most}; the weekly payout has no limit.", code="limit")
