"""Reconciling: the books beside the bank. A run closes when each of its payouts has arrived or is back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Count, QuerySet, Sum

from audit import journal
from marketplace.refusals import Refused
from payouts.models import BankEntry, Payout
from payouts.models.runs import PayoutRun as Run
from payouts.providers.contract import NoAnswer
from payouts.runs import intake, outlets, preparing

LOOK_BACK = timedelta(days=10)
AGES = (1, 3, 7, 14)  # days
NOBODY = "Nobody is owed what this run could pay."


@dataclass(frozen=True, slots=True)
class Ageing:
    """Money that has left an agent's account and not yet our bank, by how long ago."""

    provider: str
    currency: str
    days_at_least: int
    payouts: int
    amount: int


@transaction.atomic
def close(run_id: UUID, *, now: datetime) -> Run:
    """releasing -> closed, when nothing of it is open; proved -> closed, when it pays nobody: no person is asked.

    A later return still finds its payout. Locks: the run.
    """
    run = preparing.locked(run_id)
    done = [Payout.State.SETTLED, Payout.State.REVERSED]
    if run.state == Run.State.PROVED and not run.payouts.exists():
        _closed(run, now=now)
        journal.record("payout_run.close", actor="system", subject=f"payout_run:{run.pk}", now=now, reason=NOBODY)
    elif run.state == Run.State.RELEASING and not run.payouts.exclude(state__in=done).exists():
        ends = run.payouts.values("state").order_by("state").annotate(many=Count("id"), total=Sum("amount"))
        by_state = {row["state"]: {"payouts": row["many"], "amount": int(row["total"])} for row in ends}
        assert sum(end["amount"] for end in by_state.values()) == run.totals["amount"], run.pk
        run.totals = run.totals | {"ends": by_state}
        _closed(run, now=now)
    return run


def _closed(run: Run, *, now: datetime) -> None:
    run.state, run.closed_at = Run.State.CLOSED, now
    run.save(update_fields=["state", "closed_at", "totals"])


def fetch_statements(*, now: datetime) -> None:
    """What the providers that can be asked say of our account in the last days is booked, once."""
    for provider in outlets.known().values():
        try:
            entries = provider.statement(now - LOOK_BACK)
        except NoAnswer:
            continue
        intake.book(provider.name, entries, now=now)


def unmatched() -> QuerySet[BankEntry]:
    """The queue: movements that nothing of ours explains and no person has explained."""
    return BankEntry.objects.exclude(problem="").filter(explained_by="").order_by("booked_on", "reference")


@transaction.atomic
def explain(entry_id: UUID, *, by: str, explanation: str, now: datetime) -> None:
    """A named person says in words what the movement was; it leaves the queue."""
    if not explanation.strip():
        raise Refused("Say in words what this movement was.", code="reason")
    changed = unmatched().filter(pk=entry_id).update(explained_by=by, explanation=explanation.strip()[:300])
    if changed:
        journal.record("bank_entry.explain", actor=by, subject=f"bank_entry:{entry_id}", now=now, reason=explanation)


def ageing(*, now: datetime) -> Sequence[Ageing]:
    """What is on its way, oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(_AGEING, {"now": now, "ages": list(AGES)})
        return tuple(Ageing(*row) for row in cursor.fetchall())


def drift() -> dict[str, int]:
    """For each transit account, the books' balance less the open payouts: all nothing, or something is lost."""
    with connection.cursor() as cursor:
        cursor.execute(_DRIFT)
        return {name: int(off) for name, off in cursor.fetchall() if off}


_AGEING = """
select r.provider, p.currency, w.days, count(*), sum(p.amount)::bigint
from payouts_payout p
join payouts_payoutrun r on r.id = p.run_id
cross join lateral (
  select coalesce(max(age), 0) as days from unnest(%(ages)s::int[]) age
  where p.created_at <= %(now)s - make_interval(days => age)) w
where p.state in ('due', 'approved', 'sent') and p.drained_seq is not null
group by 1, 2, 3 order by 3 desc, 1, 2"""
_DRIFT = """
with books as (
  select c.name, sum(case when e.contra_id = c.id then -e.amount else e.amount end) as held
  from payouts_account c
  join payouts_everyposting e on e.contra_id = c.id or e.account_id = c.id
  where c.name like 'in_transit:%' group by c.name),
open as (
  select 'in_transit:' || r.provider || ':' || p.currency as name, sum(p.amount) as held
  from payouts_payout p join payouts_payoutrun r on r.id = p.run_id
  where p.state in ('due', 'approved', 'sent') and p.drained_seq is not null group by 1)
select name, coalesce(b.held, 0) - coalesce(o.held, 0) from books b full join open o using (name)"""
