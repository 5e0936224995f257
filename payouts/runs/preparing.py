"""Preparing a run: every account that is owed enough gives a range of its postings, and nothing else takes it then.

One set-based statement claims the ranges of a chunk of accounts; triggers judge each. What a run has claimed stands in
the balances until it is released: see `draining`. What an earlier run claimed and has not paid is drained first, so
that an account can be claimed again, and pays out what it earned since, without anything being paid twice.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from payouts.models import PayoutRun
from payouts.models.runs import PayoutRun as Run
from payouts.runs import draining

CHUNK_ACCOUNTS = 10_000  # a fraction of a second: no agent waits long for the next chat to be paid


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
    run, after = _chunk(run_id, after="", now=now)
    while after is not None:
        run, after = _chunk(run_id, after=after, now=now)
    return run


@transaction.atomic
def _chunk(run_id: UUID, *, after: str, now: datetime) -> tuple[Run, str | None]:
    """The next accounts by name are claimed; the last name, or None with the last chunk, which closes the draft."""
    run = locked(run_id)
    if run.state != Run.State.DRAFT:
        return run, None
    asked = _asked(run) | {"now": now, "after": after, "limit": CHUNK_ACCOUNTS}
    with connection.cursor() as cursor:
        cursor.execute("set local statement_timeout = '2min'; set local lock_timeout = '20s'")
        cursor.execute(_HELD, asked)
        many, last, claimed_before = cursor.fetchone() or (0, None, None)
        if last is not None:
            if claimed_before:
                draining.drain(claimed_before, now=now)
            cursor.execute(_CLAIM, asked | {"last": last})
        if many == CHUNK_ACCOUNTS:
            return run, str(last)
        run.totals = _totals(cursor, run, now=now)
    run.state = Run.State.COMPUTED
    run.save(update_fields=["state", "totals"])
    return run, None


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
_ACCOUNTS = f"""
from payouts_account a
join payouts_payoutdestination d on d.agent_id = a.agent_id and d.currency = a.currency
where {_OF_THE_RUN} and d.usable_from <= %(now)s and a.balance >= %(minimum)s and a.name > %(after)s"""
# The accounts of a chunk are held; told are those from which an earlier run has claimed and which are owed more now.
# What this run has claimed already, before it broke off, is left alone.
_HELD = f"""
with held as materialized (
  select a.id, a.name, a.balance {_ACCOUNTS} order by a.name limit %(limit)s for no key update of a)
select count(*), max(held.name),
  array_agg(held.id) filter (where p.run_id <> %(run)s and held.balance - p.amount >= %(minimum)s)
from held left join payouts_payout p on p.account_id = held.id and p.drained_seq is null"""  # noqa: S608  (constants)

# The range: up to the last posting before the cut-off, where that is not claimed yet. Where an earlier payout has been
# drained since, or later deductions have left less than was owed then, it reaches to the last posting of all, whose
# number and balance stand in the account. Postings are looked up only where some may be of the cut-off or later: asked
# once for each account, behind `offset 0`, and not again wherever the answer is used. The ids of one statement have
# their time in common and are counted on from there (RFC 9562, 6.2): chance for each would take longer than all else.
_CLAIM = f"""
insert into payouts_payout (id, run_id, account_id, currency, lo, hi, amount, destination_id, state, created_at,
                            changed_at, held_by, held_reason)
select ((select left(uuidv7()::text, 24)) || lpad(to_hex(row_number() over (order by a.id)), 12, '0'))::uuid,
  %(run)s, a.id, %(currency)s, coalesce(paid.hi, 0) + 1, claim.hi, claim.amount, a.destination_id, 'due', %(now)s,
  %(now)s, '', ''
from (select a.id, a.last_seq, a.balance, d.id as destination_id {_ACCOUNTS} and a.name <= %(last)s) a
left join lateral (
  select o.hi, o.drained_seq, o.drained_seq is null as waits from payouts_payout o
  where o.account_id = a.id order by o.hi desc limit 1) paid on true
cross join lateral (
  select %(cutoff)s < (select max(upper(during)) from payouts_period) is true or exists (
    select from payouts_posting e where e.account_id = a.id and e.created_at >= %(cutoff)s) as found offset 0) later
left join lateral (
  select e.seq, e.balance_after from payouts_everyposting e
  where later.found and e.account_id = a.id and e.created_at < %(cutoff)s order by e.seq desc limit 1) earlier on true
cross join lateral (
  select case when later.found then earlier.seq else a.last_seq end as seq,
         case when later.found then earlier.balance_after else a.balance end as balance_after) cut
cross join lateral (
  select cut.seq >= coalesce(paid.drained_seq, 0) and cut.balance_after <= a.balance as whole) is_cut
cross join lateral (
  select case when whole then cut.seq else a.last_seq end as hi,
         case when whole then cut.balance_after else a.balance end as amount) claim
where claim.amount >= %(minimum)s and cut.seq > coalesce(paid.hi, 0) and paid.waits is not true
  and not exists (select from payouts_payout o where o.account_id = a.id and o.run_id = %(run)s)
order by a.id"""  # noqa: S608  (assembled from constants)

# Control totals, and whom the run leaves out although something is owed that no run has claimed.
_TOTALS = f"""
select claimed.*, left_out.* from (
  select count(*) as payouts, coalesce(sum(amount), 0)::bigint as amount,
    coalesce(sum(hi - lo + 1), 0)::bigint as lines
  from payouts_payout where run_id = %(run)s) claimed, (
select count(*) filter (where free < %(minimum)s) as below_minimum,
  count(*) filter (where free >= %(minimum)s and d.usable_from > %(now)s) as cooling_off
from payouts_account a
join payouts_payoutdestination d on d.agent_id = a.agent_id and d.currency = a.currency
left join payouts_payout p on p.account_id = a.id and p.drained_seq is null
cross join lateral (select a.balance - coalesce(p.amount, 0) as free) left_over
where {_OF_THE_RUN} and a.balance > 0 and free > 0) left_out"""  # noqa: S608  (assembled from constants)
