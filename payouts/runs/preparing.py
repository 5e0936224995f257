"""Preparing a run: every account that is owed enough gives a range of its postings, and is drained by one more.

The range, its amount and the draining posting are made by one set-based statement; triggers judge all three. Drained at
once, an account can be claimed again by another run, or spend what it earns next, without anything being paid twice.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from payouts import ledger
from payouts.models import PayoutRun
from payouts.models.runs import PayoutRun as Run

CHUNK_ACCOUNTS = 4_000  # so that no agent waits long for the next chat to be paid


def open_run(*, due_key: str, prepared_by: str, now: datetime, **fields: Any) -> Run:
    """The one run of this key, as a draft where it is new. Locks nothing."""
    run, _ = PayoutRun.objects.get_or_create(
        due_key=due_key, defaults={"prepared_by": prepared_by, "prepared_at": now, **fields}
    )
    return run


def prepare(run_id: UUID, *, now: datetime) -> Run:
    """draft -> computed. Each chunk is a transaction of its own, so that a second call goes on where one broke off.

    Locks: the run, and the accounts of a chunk by name.
    """
    after: str | None = ""
    while after is not None:
        after = _chunk(run_id, after=after, now=now)
    return PayoutRun.objects.get(pk=run_id)


@transaction.atomic
def _chunk(run_id: UUID, *, after: str, now: datetime) -> str | None:
    """The next accounts by name are claimed and drained; the last name, or None at the end, which closes the draft."""
    run = locked(run_id)
    if run.state != Run.State.DRAFT:
        return None
    with connection.cursor() as cursor:
        cursor.execute("set local statement_timeout = '2min'; set local lock_timeout = '20s'")
        cursor.execute(_OWED, _asked(run) | {"now": now, "after": after, "limit": CHUNK_ACCOUNTS})
        accounts = cursor.fetchall()
        if accounts:
            transit = ledger.contra_side(f"in_transit:{run.provider}", run.currency, now=now)
            claimed = [account_id for account_id, _ in accounts]
            cursor.execute(_CLAIM, _asked(run) | {"now": now, "accounts": claimed, "transit": transit})
            return str(accounts[-1][1])
        run.totals = _totals(cursor, run, now=now)
    run.state = Run.State.COMPUTED
    run.save(update_fields=["state", "totals"])
    return None


def locked(run_id: UUID) -> Run:
    """The run, held until the transaction ends."""
    return PayoutRun.objects.select_for_update(no_key=True).get(pk=run_id)


def _asked(run: Run) -> dict[str, Any]:
    return {
        "run": run.pk,
        "provider": run.provider,
        "currency": run.currency,
        "zone": run.zone,
        "agent": run.agent_id,
        "cutoff": run.cutoff,
        "minimum": run.minimum,
    }


def _totals(cursor: CursorWrapper, run: Run, *, now: datetime) -> dict[str, int]:
    cursor.execute(_TOTALS, _asked(run) | {"now": now})
    names = [column.name for column in cursor.description]
    return dict(zip(names, cursor.fetchone() or (), strict=True))


# Whose money it may be: the run's currency, provider, zone and agent.
_OF_THE_RUN = """
a.sequenced and a.currency = %(currency)s and d.provider = %(provider)s and d.replaced_at is null
  and (%(zone)s = '' or d.zone = %(zone)s) and (%(agent)s::uuid is null or a.agent_id = %(agent)s)"""
# The range: up to the last posting before the cut-off. Where later deductions have left less than was owed then, it
# reaches to the last posting of all. What an earlier payout has drained is never counted again.
_RANGE = """
cross join lateral (
  select coalesce(max(o.hi), 0) as hi, coalesce(max(o.drained_seq), 0) as drained_seq
  from payouts_payout o where o.account_id = a.id) paid
cross join lateral (
  select e.seq, e.balance_after from payouts_everyposting e
  where e.account_id = a.id and e.created_at < %(cutoff)s order by e.seq desc limit 1) cut
cross join lateral (
  select case when cut.balance_after <= a.balance then cut.seq else a.last_seq end as hi,
         least(cut.balance_after, a.balance) as amount) claim"""
_WORTH_PAYING = "claim.amount >= %(minimum)s and claim.hi > paid.hi and claim.hi >= paid.drained_seq"

_OWED = f"""
select a.id, a.name from payouts_account a
join payouts_payoutdestination d on d.agent_id = a.agent_id and d.currency = a.currency
where {_OF_THE_RUN} and d.usable_from <= %(now)s and a.balance >= %(minimum)s and a.name > %(after)s
order by a.name limit %(limit)s
for no key update of a"""  # noqa: S608  (assembled from constants)

_CLAIM = f"""
with claimed as (
  select uuidv7() as id, a.id as account_id, paid.hi + 1 as lo, claim.hi, claim.amount,
    a.last_seq + 1 as drained_seq, a.balance - claim.amount as left_over, d.id as destination_id
  from payouts_account a
  join payouts_payoutdestination d on d.agent_id = a.agent_id and d.currency = a.currency
  {_RANGE}
  where a.id = any(%(accounts)s) and {_OF_THE_RUN} and d.usable_from <= %(now)s and {_WORTH_PAYING}
  order by a.id
), made as (
  insert into payouts_payout (id, run_id, account_id, currency, lo, hi, amount, drained_seq, destination_id, state,
                              created_at, changed_at, held_by, held_reason)
  select id, %(run)s, account_id, %(currency)s, lo, hi, amount, drained_seq, destination_id, 'due', %(now)s, %(now)s,
    '', ''
  from claimed
)
insert into payouts_posting (id, account_id, contra_id, currency, amount, seq, balance_after, source, kind, receipt,
                             created_at)
select uuidv7(), account_id, %(transit)s, %(currency)s, -amount, drained_seq, left_over, 'payout:' || id,
  'payout', jsonb_build_object('payout', id, 'lo', lo, 'hi', hi), %(now)s
from claimed"""  # noqa: S608  (assembled from constants)

# Control totals, and whom the run leaves out although something is owed.
_TOTALS = f"""
select
  (select count(*) from payouts_payout where run_id = %(run)s) as payouts,
  (select coalesce(sum(amount), 0)::bigint from payouts_payout where run_id = %(run)s) as amount,
  (select coalesce(sum(hi - lo + 1), 0)::bigint from payouts_payout where run_id = %(run)s) as lines,
  count(*) filter (where a.balance < %(minimum)s) as below_minimum,
  count(*) filter (where a.balance >= %(minimum)s and d.usable_from > %(now)s) as cooling_off
from payouts_account a
join payouts_payoutdestination d on d.agent_id = a.agent_id and d.currency = a.currency
where {_OF_THE_RUN} and a.balance > 0"""  # noqa: S608  (assembled from constants)
