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
SAMPLED_PAYOUTS = 50
SAMPLED_LINES = 4


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
    cursor.execute(_RE_SUM, {"run": run.pk})
    found = dict(zip([column.name for column in cursor.description], cursor.fetchone() or (), strict=True))
    cursor.execute(_CONTROL, {"run": run.pk, "transit": f"in_transit:{run.provider}:{run.currency}"})
    payouts, amount, lines, drained, postings, transit = cursor.fetchone() or (0,) * 6
    told = (run.totals.get("payouts"), run.totals.get("amount"), run.totals.get("lines"))
    return found | {
        "totals_as_computed": int(told != (payouts, amount, lines)),
        "drained_as_much": int((drained, postings, transit) != (amount, payouts, amount)),
        "replayed_line": replayed(cursor, run.pk),
    }


def replayed(cursor: CursorWrapper, run_id: UUID) -> int:
    """How many of a sample of lines have no frozen facts, or do not come out of them again to the byte."""
    cursor.execute(_SAMPLE, {"run": run_id, "payouts": SAMPLED_PAYOUTS, "lines": SAMPLED_LINES})
    found = [row[0] for row in cursor.fetchall()]
    facts = EarningFact.objects.filter(pk__in={fact for fact in found if fact}).select_related("plan")
    return found.count(None) + len(replay.different(list(facts)))


def digest(cursor: CursorWrapper, run_id: UUID) -> str:
    """SHA-256 over each payout with its range, amount and destination: what the approver approves."""
    cursor.execute(_DIGEST, [run_id])
    (told,) = cursor.fetchone() or ("",)
    return str(told)


# One pass over the postings of the run's ranges, by the same key as the ranges.
_RE_SUM = """
select
  count(*) filter (where s.lines is distinct from p.hi - p.lo + 1) as range_has_a_gap,
  count(*) filter (where s.total is distinct from p.amount - coalesce(b.balance_after, 0)) as amount_is_not_its_lines,
  count(*) filter (where p.lo <> coalesce(o.hi, 0) + 1) as range_does_not_follow
from payouts_payout p
left join (
  select p.id, count(*) as lines, sum(e.amount) as total
  from payouts_payout p
  join payouts_everyposting e on e.account_id = p.account_id and e.seq between p.lo and p.hi
  where p.run_id = %(run)s group by p.id) s on s.id = p.id
left join payouts_everyposting b on b.account_id = p.account_id and b.seq = p.lo - 1
left join lateral (
  select o.hi from payouts_payout o
  where o.account_id = p.account_id and o.hi < p.hi order by o.hi desc limit 1) o on true
where p.run_id = %(run)s"""
_CONTROL = """
select count(*), coalesce(sum(p.amount), 0)::bigint, coalesce(sum(p.hi - p.lo + 1), 0)::bigint,
  coalesce(-sum(d.amount), 0)::bigint, count(d.id),
  coalesce(-sum(d.amount) filter (where c.name = %(transit)s), 0)::bigint
from payouts_payout p
left join payouts_everyposting d on d.source = 'payout:' || p.id
left join payouts_account c on c.id = d.contra_id
where p.run_id = %(run)s"""
# By a hash of the ids, which are in order of time: a sample that nobody chooses, and the same whenever it is drawn.
_SAMPLE = """
select f.id
from (select * from payouts_payout where run_id = %(run)s order by hashtext(id::text) limit %(payouts)s) p
cross join lateral (
  select * from payouts_everyposting e
  where e.account_id = p.account_id and e.seq between p.lo and p.hi and e.receipt ? 'fact_sha256'
  order by e.id limit %(lines)s) e
left join payouts_earningfact f
  on f.engagement_id is not distinct from e.engagement_id and f.sha256 = e.receipt ->> 'fact_sha256'"""
_DIGEST = """
select encode(sha256(convert_to(coalesce(string_agg(concat_ws('|',
  p.id, p.account_id, p.lo, p.hi, p.amount, p.currency, p.destination_id, d.fingerprint), E'\\n' order by p.id), ''),
  'UTF8')), 'hex')
from payouts_payout p join payouts_payoutdestination d on d.id = p.destination_id
where p.run_id = %s"""
