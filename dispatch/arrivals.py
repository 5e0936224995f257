"""Requests for a person, rolled up by class and half hour for the forecast: one statement over the ride's own rows.

It may run at any time, twice, or late: what it writes depends on the rows alone. A stretch of days is counted anew each
time, since its chats end, its promises are kept and its topics are corrected for days afterwards.
"""

from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Max, Min

from dispatch.models import Escalation
from shifts.models import Arrivals

ANEW = timedelta(days=3)
LONGEST_CHAT_SECONDS = 3_600  # of a chat that fell asleep no more counts: asleep it takes no place

_ROLL_UP = """
WITH asked AS (
    SELECT e.id, e.brand_id, e.topic, e.language, e.conversation_id, e.reached_at,
           date_bin('30 minutes', e.queued_at, timestamptz '2000-01-01 00:00+00') AS begins_at,
           e.kind = 'chat' AND e.waits_since IS NULL AS waited_live,
           e.reached_at IS NULL AND e.state IN ('abandoned', 'returned_to_assistant') AS gave_up,
           greatest(extract(epoch FROM coalesce(e.reached_at, e.ended_at, %(now)s) - e.queued_at), 0) AS wait,
           coalesce(s.target_seconds, 20) AS target
    FROM dispatch_escalation e LEFT JOIN shifts_staffing s ON s.brand_id = e.brand_id
    WHERE e.queued_at >= %(since)s AND e.queued_at < %(until)s
), handled AS (
    SELECT a.brand_id, a.topic, a.language, a.begins_at, count(*) AS chats,
           sum(least(extract(epoch FROM g.ended_at - g.accepted_at), %(longest)s)) AS seconds
    FROM asked a
    JOIN conversations_engagement g ON g.conversation_id = a.conversation_id AND g.escalation_id = a.id
    WHERE g.ended_at IS NOT NULL AND NOT g.by_staff
    GROUP BY 1, 2, 3, 4
), fresh AS (
    SELECT a.brand_id, a.topic, a.language, a.begins_at, count(*) AS came, count(a.reached_at) AS reached,
           count(*) FILTER (WHERE a.reached_at IS NOT NULL AND a.wait <= a.target) AS in_time,
           count(*) FILTER (WHERE a.waited_live AND a.gave_up) AS abandoned,
           coalesce(sum(a.wait) FILTER (WHERE a.waited_live), 0) AS waited
    FROM asked a GROUP BY 1, 2, 3, 4
), gone AS (
    DELETE FROM shifts_arrivals old
    WHERE old.begins_at >= %(since)s AND old.begins_at < %(until)s AND NOT old.imported
      AND NOT EXISTS (SELECT FROM fresh f WHERE (f.brand_id, f.topic, f.language, f.begins_at)
                      = (old.brand_id, old.topic, old.language, old.begins_at))
    RETURNING 1
), written AS (
    INSERT INTO shifts_arrivals AS old (id, brand_id, topic, language, begins_at, came, reached, in_time, abandoned,
                                        waited_seconds, chats, handled_seconds, imported, counted_at)
    SELECT gen_random_uuid(), f.brand_id, f.topic, f.language, f.begins_at, f.came, f.reached, f.in_time, f.abandoned,
           f.waited::bigint, coalesce(h.chats, 0), coalesce(h.seconds, 0)::bigint, false, %(now)s
    FROM fresh f LEFT JOIN handled h USING (brand_id, topic, language, begins_at)
    ON CONFLICT (brand_id, topic, language, begins_at) DO UPDATE SET
        (came, reached, in_time, abandoned, waited_seconds, chats, handled_seconds, counted_at) =
        (excluded.came, excluded.reached, excluded.in_time, excluded.abandoned, excluded.waited_seconds,
         excluded.chats, excluded.handled_seconds, excluded.counted_at)
    WHERE NOT old.imported
      AND (old.came, old.reached, old.in_time, old.abandoned, old.waited_seconds, old.chats, old.handled_seconds)
          IS DISTINCT FROM (excluded.came, excluded.reached, excluded.in_time, excluded.abandoned,
                            excluded.waited_seconds, excluded.chats, excluded.handled_seconds)
    RETURNING 1
)
SELECT (SELECT count(*) FROM gone) + (SELECT count(*) FROM written)
"""


@transaction.atomic
def roll_up(since: datetime, until: datetime, *, now: datetime) -> int:
    """The roll-ups of these half hours are as the rows say; how many changed. Imported ones are left alone.

    `since` is moved back to the beginning of its half hour. Locks: the roll-ups, against another run, not readers.
    """
    since -= timedelta(minutes=since.minute % 30, seconds=since.second, microseconds=since.microsecond)
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE shifts_arrivals IN SHARE ROW EXCLUSIVE MODE")
        given: dict[str, Any] = {"since": since, "until": until, "now": now, "longest": LONGEST_CHAT_SECONDS}
        cursor.execute(_ROLL_UP, given)
        changed: int = cursor.fetchone()[0]
    return changed


def roll_up_due(*, now: datetime) -> int:
    """Everything that may have changed since the last run, however long ago that was; how many half hours changed."""
    counted = Arrivals.objects.filter(imported=False).aggregate(last=Max("begins_at"))["last"]
    first = Escalation.objects.aggregate(first=Min("queued_at"))["first"]
    if first is None:
        return 0
    since = first if counted is None else max(first, min(counted, now) - ANEW)
    return roll_up(since, now, now=now)
