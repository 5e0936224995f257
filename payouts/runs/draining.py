"""What a payout has claimed leaves its agent's account: by one posting each, at the latest when the run is released.

Until then it stands in the balance, where nothing else can take it: see `ledger.balance` and `ledger.available`.
"""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction
from django.db.models import QuerySet

from payouts import ledger
from payouts.models import Payout, PayoutRun

CHUNK_PAYOUTS = 4_000  # so that no agent waits long for the next chat to be paid


def drain_run(run: PayoutRun, *, now: datetime) -> int:
    """Every payout of the run has left its account; how many did now. A chunk is a transaction of its own.

    Locks: the accounts of a chunk by name, then its payouts.
    """
    drained = 0
    while True:
        waiting = run.payouts.filter(drained_seq=None).order_by("account_id").values_list("account_id", flat=True)
        accounts = list(waiting[:CHUNK_PAYOUTS])
        if not accounts:
            return drained
        drained += drain(accounts, now=now)


def drain_all(payouts: QuerySet[Payout], *, now: datetime) -> int:
    """Those of these payouts that have not left their accounts yet, do. Locks: the accounts by name, then the payouts.

    Called before any of the payouts is held, so that whoever claims and whoever gives back never wait for each other.
    """
    return drain(payouts.filter(drained_seq=None).values_list("account_id", flat=True), now=now)


@transaction.atomic
def drain(accounts: Iterable[UUID], *, now: datetime) -> int:
    """Whatever is claimed of these accounts leaves them; how many payouts. Locks: the accounts by name, the payouts."""
    wanted = list(accounts)
    if not wanted:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(_HOLD, [wanted])
        cursor.execute(_TRANSITS, [wanted])
        for provider, currency in cursor.fetchall():
            ledger.contra_side(f"in_transit:{provider}", currency, now=now)
        cursor.execute(_DRAIN, {"accounts": wanted, "now": now})
        return int(cursor.rowcount)


_HOLD = "select 1 from payouts_account where id = any(%s) order by name for no key update"
_TRANSITS = """
select distinct r.provider, p.currency from payouts_payout p join payouts_payoutrun r on r.id = p.run_id
where p.account_id = any(%s) and p.drained_seq is null"""
# One of each account at most, behind its last posting.
_DRAIN = """
with claimed as (
  select p.id, p.account_id, p.currency, p.amount, p.lo, p.hi, c.id as transit, a.last_seq + 1 as seq,
    a.balance - p.amount as left_over
  from payouts_payout p
  join payouts_account a on a.id = p.account_id
  join payouts_payoutrun r on r.id = p.run_id
  join payouts_account c on c.name = 'in_transit:' || r.provider || ':' || p.currency
  where p.account_id = any(%(accounts)s) and p.drained_seq is null
), posted as (
  insert into payouts_posting (id, account_id, contra_id, currency, amount, seq, balance_after, source, kind, receipt,
                               created_at)
  select uuidv7(), account_id, transit, currency, -amount, seq, left_over, 'payout:' || id, 'payout',
    jsonb_build_object('payout', id, 'lo', lo, 'hi', hi), %(now)s
  from claimed order by account_id
)
update payouts_payout p set drained_seq = c.seq from claimed c where p.id = c.id"""
