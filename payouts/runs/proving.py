"""Proving a run before a person sees it: summed again from the postings, sampled, and its totals held together."""

import logging
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from payouts import replay
from payouts.models import EarningFact
from payouts.models.runs import PayoutRun as Run
from payouts.runs import preparing

log = logging.getLogger(__name__)
SAMPLED_PAYOUTS = 50  # all of them, where a run has no more
SAMPLED_LINES = 4  # of each
SHARE_READ_WHOLE = 0.2


@transaction.atomic
def prove(run_id: UUID, *, now: datetime) -> Run:
    """computed -> proved, with the digest of what was proved; or the faults are kept and nothing goes on.

    Locks: the run.
    """
    run = preparing.locked(run_id)
    if run.state != Run.State.COMPUTED:
        return run
    with connection.cursor() as cursor:
        cursor.execute("set local statement_timeout = '10min'")
        run.faults = {name: count for name, count in faults(cursor, run).items() if count}
        if run.faults:
            log.critical("Payout run %s does not hold: %s", run.pk, run.faults)
        else:
            run.digest = digest(cursor, run.pk)
            run.state = Run.State.PROVED
    run.save(update_fields=["faults", "digest", "state"])
    return run


def faults(cursor: CursorWrapper, run: Run) -> dict[str, int]:
    """How many payouts, or totals, break each rule."""
    found = _summed_again(cursor, run)
    cursor.execute(_CONTROL, [run.pk])
    told = (run.totals.get("payouts"), run.totals.get("amount"), run.totals.get("lines"))
    return found | {
        "totals_as_computed": int(told != cursor.fetchone()),
        "drained_as_much": drained_otherwise(cursor, run),
        "replayed_line": replayed(run.pk),
    }


def drained_otherwise(cursor: CursorWrapper, run: Run) -> int:
    """How many payouts a posting has taken out of their account, or not, otherwise than they say."""
    cursor.execute(_DRAINED, {"run": run.pk, "transit": f"in_transit:{run.provider}:{run.currency}"})
    return int((cursor.fetchone() or (0,))[0])


def _summed_again(cursor: CursorWrapper, run: Run) -> dict[str, int]:
    """One pass over the run's lines.

    The planner knows nothing of payouts made a moment ago: it is told whether they cover so much of the ledger that
    reading it from end to end is cheaper than looking up each range.
    """
    cursor.execute(_WAY, [run.totals.get("lines", 0), SHARE_READ_WHOLE])
    cursor.execute(_RE_SUM, {"run": run.pk})
    found = dict(zip([column.name for column in cursor.description], cursor.fetchone() or (), strict=True))
    cursor.execute("set local enable_nestloop = on; set local enable_sort = on")
    return found


def replayed(run_id: UUID) -> int:
    """How many of a sample of lines have no frozen facts, or do not come out of them again to the byte."""
    asked = {"run": run_id, "payouts": SAMPLED_PAYOUTS, "lines": SAMPLED_LINES}
    sampled = list(EarningFact.objects.raw(_SAMPLE, asked))
    facts = {fact.pk: fact for fact in sampled if fact.pk}
    return sum(not fact.pk for fact in sampled) + len(replay.different(list(facts.values())))


def digest(cursor: CursorWrapper, run_id: UUID) -> str:
    """SHA-256 over each payout with its range, amount and destination: what the approver approves."""
    cursor.execute(_DIGEST, [run_id])
    (told,) = cursor.fetchone() or ("",)
    return str(told)


_WAY = """
select set_config('enable_nestloop', way, true), set_config('enable_sort', way, true)
from (select case when %s > coalesce(max(reltuples), 0) * %s then 'off' else 'on' end as way
      from pg_class where oid = 'payouts_posting'::regclass) known"""
# Each range with the line before it, where there is one, and what the account held before that: as little as can be is
# asked of each line. Nothing is joined to the sums: taken for few, they would be computed anew for each row on the
# other side.
_RE_SUM = """
select
  count(*) filter (where lines <> hi - greatest(lo - 1, 1) + 1)
    + (select count(*) from payouts_payout where run_id = %(run)s) - count(*) as range_has_a_gap,
  count(*) filter (where coalesce(held, 0) + total <> amount or ends is distinct from amount)
    as amount_is_not_its_lines,
  (select count(*) from payouts_payout p where p.run_id = %(run)s and p.lo > 1 and not exists (
     select from payouts_payout o where o.account_id = p.account_id and o.hi = p.lo - 1)) as range_does_not_follow
from (
  select p.id, p.lo, p.hi, p.amount, count(*) as lines, sum(e.amount) as total,
    max(e.balance_after - e.amount) filter (where e.seq < p.lo) as held,
    max(e.balance_after) filter (where e.seq = p.hi) as ends
  from payouts_payout p
  join payouts_everyposting e on e.account_id = p.account_id and e.seq between p.lo - 1 and p.hi
  where p.run_id = %(run)s group by p.id) sums"""
_CONTROL = """
select count(*), coalesce(sum(amount), 0)::bigint, coalesce(sum(hi - lo + 1), 0)::bigint
from payouts_payout where run_id = %s"""
_DRAINED = """
select count(*) from payouts_payout p
left join payouts_everyposting d on d.source = 'payout:' || p.id
left join payouts_account c on c.id = d.contra_id
where p.run_id = %(run)s and (p.drained_seq is null) <> (d.id is null)
  or p.run_id = %(run)s and d.id is not null
     and ((d.account_id, d.seq, -d.amount) is distinct from (p.account_id, p.drained_seq, p.amount)
          or c.name <> %(transit)s)"""
# The facts of some lines, and a row of nothing for a line that has none. By hashes of the ids: a sample that nobody
# chooses, and the same whenever it is drawn. Of each payout at even distances from a start of its own, so that one of
# few lines is read whole.
_SAMPLE = """
with drawn as materialized (
  select distinct p.account_id, p.lo + ((hashtext(p.id::text) & 2147483647)
      + (n - 1) * (p.hi - p.lo + 1) / %(lines)s) %% (p.hi - p.lo + 1) as seq
  from (select * from payouts_payout where run_id = %(run)s order by hashtext(id::text) limit %(payouts)s) p
  cross join generate_series(1, %(lines)s) n),
sampled as materialized (
  select e.engagement_id, e.receipt ->> 'fact_sha256' as sha256
  from drawn d join payouts_everyposting e on e.account_id = d.account_id and e.seq = d.seq
  where e.receipt ? 'fact_sha256')
select f.* from sampled s
left join lateral (
  select * from payouts_earningfact where engagement_id = s.engagement_id and sha256 = s.sha256
  union all
  select * from payouts_earningfact where s.engagement_id is null and engagement_id is null and sha256 = s.sha256
) f on true"""
_DIGEST = """
select encode(sha256(convert_to(coalesce(string_agg(concat_ws('|',
  p.id, p.account_id, p.lo, p.hi, p.amount, p.currency, p.destination_id, d.fingerprint), E'\\n' order by p.id), ''),
  'UTF8')), 'hex')
from payouts_payout p join payouts_payoutdestination d on d.id = p.destination_id
where p.run_id = %s"""
