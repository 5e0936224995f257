"""Closing the books, and moving closed ones to the archive. Balances are read from the accounts and do not change."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import DatabaseError, connection, connections, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from marketplace.refusals import Refused
from payouts.models import Archiving, Period

CLOSES_AFTER = timedelta(hours=1)


@transaction.atomic
def close(*, until: datetime, by: str, now: datetime) -> Period:
    """The books are closed up to `until`: no posting is dated before it again. What each account stands at is kept.

    Locks: every transaction that posts is waited for, and those that begin wait. Refused within the hour.
    """
    if now < until + CLOSES_AFTER:
        raise Refused("A period is closed an hour after its end at the earliest.", code="too_early")
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(5, 1)")
        begins = _begin(cursor)
        if begins is None or until <= begins:
            raise Refused("There is nothing to close before this instant.", code="nothing_to_close")
        period = Period.objects.create(
            during=DateTimeTZRange(begins, until), **_sums(cursor, begins, until), closed_at=now, closed_by=by
        )
        cursor.execute(_BALANCES, {"period": period.pk, "until": until})
    return period


def archive(period_id: UUID, *, now: datetime) -> Archiving:
    """The period's postings lie in the archive, as many and of the same sums, and no longer in the open books.

    Done by the role that owns the tables, since the one that runs can take nothing out. Repeated, it changes nothing.
    Earlier periods go first, so that what stays is always the end of each account's history.
    """
    earlier = Period.objects.filter(archiving=None, during__fully_lt=Period.objects.get(pk=period_id).during)
    if earlier.exists():
        raise Refused("An earlier period is archived first.", code="earlier_first")
    done = Archiving.objects.filter(period_id=period_id).first()
    return done or _archive(period_id, now=now)


def _archive(period_id: UUID, *, now: datetime) -> Archiving:
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        period = Period.objects.using("owner").get(pk=period_id)
        ends = [period.during.lower, period.during.upper]
        cursor.execute(_MOVE, ends)
        cursor.execute(_LEAVE, ends)
        if cursor.rowcount != period.postings:
            raise DatabaseError(f"{cursor.rowcount} postings were moved, and the period holds {period.postings}.")
        made = Archiving.objects.using("owner").create(
            period=period, postings=period.postings, totals=period.totals, archived_at=now
        )
    with connections["owner"].cursor() as cursor:
        cursor.execute("analyze payouts_posting, payouts_archivedposting")
    return made


def _begin(cursor: Any) -> datetime | None:
    """Where the next period begins: at the end of the last, or at the first posting there is."""
    cursor.execute(
        "select coalesce((select max(upper(during)) from payouts_period),"
        " (select min(created_at) from payouts_posting))"
    )
    begins: datetime | None = cursor.fetchone()[0]
    return begins


def _sums(cursor: Any, begins: datetime, until: datetime) -> dict[str, Any]:
    cursor.execute(
        "select currency, count(*), sum(amount)::bigint from payouts_posting"
        " where created_at >= %s and created_at < %s group by currency order by currency",
        [begins, until],
    )
    rows = cursor.fetchall()
    return {"postings": sum(row[1] for row in rows), "totals": {row[0]: row[2] for row in rows}}


# Numbered accounts stand at their last posting; contra sides at the sum of what went in less what went out.
_BALANCES = """
insert into payouts_closingbalance (id, period_id, account_id, last_seq, balance)
select gen_random_uuid(), %(period)s, account_id, max(seq), sum(amount)::bigint from (
  select p.account_id, p.seq, p.amount from payouts_posting p where p.created_at < %(until)s
  union all
  select p.contra_id, null, -p.amount from payouts_posting p where p.created_at < %(until)s
  union all
  select b.account_id, b.last_seq, b.balance from payouts_closingbalance b
  where b.period_id = (select d.id from payouts_period d join payouts_archiving g on g.period_id = d.id
                       order by upper(d.during) desc limit 1)) sides
group by account_id"""
_MOVE = """
insert into payouts_archivedposting (id, account_id, contra_id, currency, amount, seq, balance_after, source, kind,
                                     receipt, engagement_id, brand_id, created_at)
select id, account_id, contra_id, currency, amount, seq, balance_after, source, kind, receipt, engagement_id, brand_id,
  created_at
from payouts_posting where created_at >= %s and created_at < %s"""
_LEAVE = "delete from payouts_posting where created_at >= %s and created_at < %s"
