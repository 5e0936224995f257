"""Which server processes live and whose sockets they hold. The database's clock decides, on both sides.

A process whose lease has ended is dead to everybody at that moment, before any row is cleared away.
"""

from collections.abc import Iterable, Sequence
from uuid import UUID

from django.conf import settings
from django.db import connection

# A condition for SQL: put the expression for the principal in with `live_sql`.
LIVE_SQL = """exists (
    select 1 from realtime_connection live_c join realtime_serverlease live_s on live_s.id = live_c.server_id
    where live_c.principal = {principal} and live_s.expires_at > statement_timestamp())"""


def live_sql(principal: str) -> str:
    """The condition "this person has a live socket"; `principal` is an SQL expression, never a person's input."""
    return LIVE_SQL.format(principal=principal)


def connected(principals: Iterable[str]) -> set[str]:
    """Those of the given people who have a live socket now."""
    with connection.cursor() as cursor:
        cursor.execute(_CONNECTED, [list(principals)])
        return {principal for (principal,) in cursor.fetchall()}


_CONNECTED = """
  select distinct c.principal from realtime_connection c join realtime_serverlease s on s.id = c.server_id
  where c.principal = any(%s) and s.expires_at > clock_timestamp()"""


def take(server: UUID, *, seconds: float) -> None:
    """The process `server` lives for `seconds` from now."""
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [server, seconds])


_TAKE = """
  insert into realtime_serverlease (id, started_at, expires_at)
  values (%s, clock_timestamp(), clock_timestamp() + make_interval(secs => %s))"""


def renew(server: UUID, *, seconds: float) -> bool:
    """The lease ends `seconds` from now; False, and unchanged, where it has ended already."""
    with connection.cursor() as cursor:
        cursor.execute(_RENEW, [seconds, server])
        return bool(cursor.rowcount == 1)


_RENEW = """
  update realtime_serverlease set expires_at = clock_timestamp() + make_interval(secs => %s)
  where id = %s and expires_at > clock_timestamp()"""


def give_up(server: UUID) -> None:
    """The process and its sockets are gone, rows and all."""
    with connection.cursor() as cursor:
        cursor.execute("delete from realtime_connection where server_id = %s", [server])
        cursor.execute("delete from realtime_serverlease where id = %s", [server])


def record(server: UUID, *, opened: Sequence[tuple[UUID, str]], closed: Sequence[UUID]) -> None:
    """One statement each for the sockets that opened (id, principal) and those that closed.

    Raises IntegrityError where the lease has been cleared away meanwhile.
    """
    with connection.cursor() as cursor:
        if closed:
            cursor.execute("delete from realtime_connection where id = any(%s)", [list(closed)])
        if opened:
            ids, principals = zip(*opened, strict=True)
            cursor.execute(_OPEN, [server, list(ids), list(principals)])


_OPEN = """
  insert into realtime_connection (id, server_id, principal, connected_at)
  select id, %s, principal, clock_timestamp() from unnest(%s::uuid[], %s::text[]) new (id, principal)
  on conflict (id) do nothing"""


def reap() -> int:
    """Clear away the rows of processes that have been dead for two minutes; how many processes."""
    with connection.cursor() as cursor:
        cursor.execute(_REAP, [settings.BECKON_WAITS["dead_server_kept_seconds"]])
        return int(cursor.rowcount)


_REAP = """
  with dead as (
    select id from realtime_serverlease
    where expires_at < clock_timestamp() - make_interval(secs => %s) for update skip locked),
  sockets as (delete from realtime_connection where server_id in (select id from dead))
  delete from realtime_serverlease where id in (select id from dead)"""
