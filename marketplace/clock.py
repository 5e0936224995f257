"""The one clock: PostgreSQL's time, carried between readings by the process's monotonic clock.

Only doors read it; rooms are given `now`. A host with a wrong wall clock does no harm.
"""

import asyncio
import time
from datetime import UTC, datetime

from django.db import DatabaseError, OperationalError, connection

RESYNC_SECONDS = 5.0
SLOW_SECONDS = 0.1
KEPT_SECONDS = 60.0  # monotonic clocks do not run apart by more than a few milliseconds in that time


class _Offset:
    """Database epoch seconds minus monotonic seconds, and when it was taken."""

    value: float | None = None
    taken_at: float = 0.0


def now() -> datetime:
    """The database's time, aware, in UTC. Asks the database at most every five seconds.

    Raises OperationalError until it has answered once: a guess by the host's clock would be written down as the truth.
    """
    if _stale() and _may_ask():
        sync()
    if _Offset.value is None:
        raise OperationalError("the database has not told its time yet")
    return datetime.fromtimestamp(time.monotonic() + _Offset.value, UTC)


def sync() -> None:
    """Take the offset anew. An unreachable database, or one that was slow to answer, leaves the last one in force."""
    try:
        connection.ensure_connection()  # the wait for one is no part of the reading
        with connection.cursor() as cursor:
            before = time.monotonic()
            cursor.execute("select extract(epoch from clock_timestamp())::float8")
            (epoch,) = cursor.fetchone()
            after = time.monotonic()
    except DatabaseError:
        return
    _take(epoch, before, after)


def _take(epoch: float, before: float, after: float) -> None:
    """A reading may be wrong by half its time: a slow one counts only where there is none, or none of this minute."""
    if after - before > SLOW_SECONDS and _Offset.value is not None and after - _Offset.taken_at < KEPT_SECONDS:
        return
    _Offset.value = epoch - (before + after) / 2
    _Offset.taken_at = after


def _stale() -> bool:
    return _Offset.value is None or time.monotonic() - _Offset.taken_at > RESYNC_SECONDS


def _may_ask() -> bool:
    """Not on an event loop (it would block), nor inside a transaction that may already have failed."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return not connection.in_atomic_block or _Offset.value is None
    return False
