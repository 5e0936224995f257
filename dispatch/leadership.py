"""One planner at a time: a row with an epoch, taken by one conditional UPDATE once its time has run out.

A frozen leader that wakes up finds a higher epoch and places nothing: placing joins this row.
"""

from django.conf import settings
from django.db import connection

SHARD = 0


def hold(holder: str) -> int | None:
    """Renew or take the lead for a term; the epoch in force, or None while another leads, by the database's clock."""
    with connection.cursor() as cursor:
        term = settings.BECKON_WAITS["lead_seconds"]
        cursor.execute(_HOLD, {"shard": SHARD, "holder": holder, "seconds": term})
        row = cursor.fetchone()
    return row[0] if row else None


_HOLD = """
  insert into dispatch_leadership (shard, holder, epoch, until)
  values (%(shard)s, %(holder)s, 1, clock_timestamp() + make_interval(secs => %(seconds)s))
  on conflict (shard) do update set
    epoch = dispatch_leadership.epoch + (dispatch_leadership.holder <> excluded.holder)::int,
    holder = excluded.holder,
    until = excluded.until
  where dispatch_leadership.holder = excluded.holder or dispatch_leadership.until < clock_timestamp()
  returning epoch"""


def let_go(holder: str) -> None:
    """A leader that stops in good order lets the next one begin at once."""
    with connection.cursor() as cursor:
        cursor.execute("update dispatch_leadership set until = clock_timestamp() where holder = %s", [holder])


def seconds_left() -> float:
    """How long the lead is held still, by the database's clock; 0 where nobody leads."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select extract(epoch from until - clock_timestamp()) from dispatch_leadership where shard = %s", [SHARD]
        )
        row = cursor.fetchone()
    return max(0.0, float(row[0])) if row else 0.0


def is_led() -> bool:
    """Does any dispatcher lead now?"""
    with connection.cursor() as cursor:
        cursor.execute(
            "select exists (select 1 from dispatch_leadership where shard = %s and until > clock_timestamp())", [SHARD]
        )
        return bool(cursor.fetchone()[0])
