"""An independent reader of a month's rows, in plain SQL: it shares no line with the rooms that wrote them.

Each fault is a query that counts what must never be. The laws are written down here a second time, from their sources.
"""

from typing import Any

from django.db import connection

# country, minutes a day, minutes a week, minutes of rest in 24 hours and in a week, as they hold in 2026
LAWS = """(values ('', 600, 2880, 660, 2100), ('SE', 600, 2400, 660, 2160), ('DE', 480, 2880, 660, 2100),
                  ('ES', 540, 2400, 720, 2160), ('FR', 600, 2880, 660, 2100), ('IN', 480, 2880, 660, 1440))
          as law(country, day_most, week_most, rest, week_rest)"""
HELD = f"""
with terms as (
  select a.id as agent_id, coalesce(t.timezone, 'UTC') as zone, law.day_most, law.rest, law.week_rest,
         least(law.week_most, coalesce(t.week_minutes_most, law.week_most)) as week_most
  from agents_agent a left join shifts_terms t on t.agent_id = a.id
  join {LAWS} on law.country = case when a.country in ('SE', 'DE', 'ES', 'FR', 'IN') then a.country else '' end
), held as (
  select s.*, m.zone, m.day_most, m.week_most, m.rest, m.week_rest,
         extract(epoch from s.ends_at - s.begins_at) / 60 as minutes,
         (s.begins_at at time zone m.zone) as wall
  from shifts_seat s join terms m using (agent_id) where s.state in ('confirmed', 'present', 'over')
)"""
WORK = """
  select e.agent_id, e.accepted_at, sum(p.amount) as cents
  from conversations_engagement e join payouts_everyposting p on p.engagement_id = e.id
  where p.kind in ('per_chat', 'per_minute') group by e.id, e.agent_id, e.accepted_at"""
DUE = f"""
with work as ({WORK}), owed as (
  select s.id, s.agent_id, sh.rate_cents::bigint * (extract(epoch from s.ends_at - s.begins_at)::int - s.absent_seconds)
         as thousands,
         coalesce((select sum(w.cents) from work w where w.agent_id = s.agent_id
                   and w.accepted_at >= s.begins_at and w.accepted_at < s.ends_at), 0) as chats
  from shifts_seat s join shifts_shift sh on sh.id = s.shift_id where s.state = 'over'
), due as (
  select id, greatest(0, thousands / 3600 + case when 2 * (thousands % 3600) > 3600 then 1
                         when 2 * (thousands % 3600) = 3600 then (thousands / 3600) % 2 else 0 end - chats) as cents
  from owed
), paid as (
  select d.id, d.cents, count(p.id) as times, coalesce(sum(p.amount), 0) as got
  from due d left join payouts_everyposting p on p.source like 'shift:' || d.id || ':guarantee:%%'
  group by d.id, d.cents
)"""

FAULTS = {
    "seats oversold": """
        select count(*) from (select s.shift_id from shifts_seat s join shifts_shift h on h.id = s.shift_id
          where s.state in ('confirmed', 'present', 'over')
          group by s.shift_id, h.seat_count having count(*) > h.seat_count or max(s.number) > h.seat_count) x""",
    "seats sold twice": """
        select count(*) from shifts_seat a join shifts_seat b on b.shift_id = a.shift_id and b.number = a.number
          and b.id > a.id and b.begins_at < coalesce(a.given_up_at, a.ends_at)
          and a.begins_at < coalesce(b.given_up_at, b.ends_at)
        where a.state in ('confirmed', 'present', 'over') and b.state in ('confirmed', 'present', 'over')""",
    "in two places": """
        select count(*) from shifts_seat a join shifts_seat b on b.agent_id = a.agent_id and b.id > a.id
          and b.begins_at < a.ends_at and a.begins_at < b.ends_at
        where a.state in ('confirmed', 'present', 'over') and b.state in ('confirmed', 'present', 'over')""",
    "days too long": f"""{HELD}
        select count(*) from (select 1 from held group by agent_id, day_most, wall::date
                              having sum(minutes) > day_most) x""",
    "weeks too long": f"""{HELD}
        select count(*) from (select 1 from held group by agent_id, week_most, date_trunc('week', wall)
                              having sum(minutes) > week_most) x""",
    "rests too short": f"""{HELD}, gaps as (
          select *, begins_at - lag(ends_at) over mine < make_interval(mins => rest) as same_day from held
          window mine as (partition by agent_id order by begins_at)
        ), days as (
          select *, count(*) filter (where same_day is not true) over (partition by agent_id order by begins_at) as day
          from gaps)
        select count(*) from (select 1 from days group by agent_id, day, rest
          having max(ends_at) - min(begins_at) > interval '24 hours' - make_interval(mins => rest)) x""",
    "weeks without rest on end": f"""{HELD}, weeks as (
          select distinct agent_id, zone, week_rest, date_trunc('week', wall + n * interval '7 days') as monday
          from held, generate_series(-1, 1) n
        ), bounds as (
          select *, monday at time zone zone as first, (monday + interval '7 days') at time zone zone as last from weeks
        ), work as (
          select b.*, greatest(h.begins_at, b.first) as begun, least(h.ends_at, b.last) as ended
          from bounds b join held h on h.agent_id = b.agent_id and h.begins_at < b.last and h.ends_at > b.first
        ), free as (
          select agent_id, monday, week_rest, last, ended,
                 begun - coalesce(lag(ended) over (partition by agent_id, monday order by begun), first) as before
          from work)
        select count(*) from (select 1 from free group by agent_id, monday, week_rest, last
          having greatest(max(before), last - max(ended)) < make_interval(mins => week_rest)) x""",
    "seats without a certificate": """
        select count(*) from shifts_seat s join shifts_shift h on h.id = s.shift_id
        where not exists (select from agents_agentskill k join brands_skill b on b.id = k.skill_id
                          where k.agent_id = s.agent_id and b.key = h.topic and b.brand_id = h.brand_id)
           or not exists (select from agents_agentlanguage l where l.agent_id = s.agent_id and l.code = h.language)""",
    "seats never looked at": "select count(*) from shifts_seat where state in ('confirmed', 'present')",
    "absences that presence does not show": """
        select count(*) from (
          select s.absent_seconds, extract(epoch from s.ends_at - s.begins_at) - coalesce((
            select sum(extract(epoch from least(o.ended_at, s.ends_at) - greatest(o.began_at, s.begins_at)))
            from agents_onlinestretch o
            where o.agent_id = s.agent_id and o.began_at < s.ends_at and o.ended_at > s.begins_at), 0) as away
          from shifts_seat s where s.state = 'over') x where abs(absent_seconds - away) > 2""",
    "guarantees unsettled": "select count(*) from shifts_seat where state = 'over' and settled_at is null",
    "guarantees without their fact": """
        select count(*) from shifts_seat s where s.state = 'over' and
          (select count(*) from payouts_earningfact f where f.subject_id = s.id and f.kind = 'shift') <> 1""",
    "guarantees paid to nobody's seat": """
        select count(*) from payouts_everyposting p where p.kind = 'guarantee' and not exists (
          select from shifts_seat s where s.state = 'over' and p.source like 'shift:' || s.id || ':guarantee:%%')""",
    "guarantees paid twice": f"{DUE} select count(*) from paid where times > 1",
    "guarantees of another sum": f"{DUE} select count(*) from paid where got <> cents",
    "wishes never answered": """
        select count(*) from shifts_wish w join shifts_shift h on h.id = w.shift_id
        where w.state = 'open' and h.state = 'published' and h.allotted_at is not null""",
    "days without a forecast": """
        select count(*) from generate_series((select min(begins_at) from shifts_shift),
          (select max(queued_at) from dispatch_escalation), interval '1 day') day
        cross join (select distinct topic, language from shifts_arrivals) of
        where not exists (select from shifts_outlook o where o.topic = of.topic and o.language = of.language
                          and o.day = (day at time zone 'Europe/Stockholm')::date)""",
    "half hours counted wrong": """
        select count(*) from (
          select topic, language, date_bin('30 minutes', queued_at, timestamptz '2000-01-01 00:00+00') as at, count(*) n
          from dispatch_escalation where queued_at < (select max(counted_at) from shifts_arrivals where not imported)
          group by 1, 2, 3) real
        full join (select topic, language, begins_at as at, came from shifts_arrivals where not imported) told
          using (topic, language, at)
        where told.came is distinct from real.n
          and at < (select max(counted_at) - interval '1 hour' from shifts_arrivals where not imported)""",
    "payouts not at rest": "select count(*) from payouts_payout where state in ('due', 'approved', 'sent')",
    "money earned and neither paid nor owed": """
        select abs((select coalesce(sum(amount), 0) from payouts_everyposting
                    where kind in ('per_chat', 'per_minute', 'guarantee'))
                 - (select coalesce(sum(balance), 0) from payouts_account where sequenced)
                 - (select coalesce(sum(amount), 0) from payouts_payout
                    where state in ('due', 'approved', 'sent', 'settled', 'rejected', 'returned')))""",
}


def faults(cursor: Any = None) -> dict[str, int]:
    """Each thing that must never be, and how often it is."""
    return {name: count(name, cursor) for name in FAULTS}


def count(fault: str, cursor: Any = None) -> int:
    """How often this is that must never be."""
    return int(_one(FAULTS[fault], cursor) or 0)


def figures() -> dict[str, Any]:
    """What happened, in numbers."""
    states = dict(_rows("select state, count(*) from shifts_seat group by 1 order by 1"))
    ways = dict(_rows("select way, count(*) from shifts_seat where state = 'over' group by 1 order by 1"))
    return {
        "shifts": _one("select count(*) from shifts_shift"),
        "seats": _one("select sum(seat_count) from shifts_shift"),
        "seats by state": states,
        "seats over by way": ways,
        "hours worked": round(float(_one(
            "select coalesce(sum(extract(epoch from ends_at - begins_at) - absent_seconds), 0) / 3600"
            " from shifts_seat where state = 'over'"
        ))),
        "guarantees": _one("select count(*) from payouts_everyposting where kind = 'guarantee'"),
        "guarantee cents": int(_one(
            "select coalesce(sum(amount), 0) from payouts_everyposting where kind = 'guarantee'"
        )),
        "payouts": dict(_rows("select state, count(*) from payouts_payout group by 1 order by 1")),
        "seats across a change of clocks": _one(
            "select count(*) from shifts_seat where state = 'over' and extract(timezone from begins_at) is not null"
            " and (begins_at at time zone 'Europe/Stockholm') - begins_at at time zone 'UTC'"
            " <> (ends_at at time zone 'Europe/Stockholm') - ends_at at time zone 'UTC'"
        ),
        "requests forecast": int(_one(
            "select coalesce(sum((select sum(x) from unnest(came) x)), 0) from shifts_outlook"
            " where came is not null and not back_tested"
        )),
        "forecast wape": round(float(_one(
            "select sum(missed) / nullif(sum((select sum(x) from unnest(came) x)), 0) from shifts_outlook"
            " where came is not null and not back_tested"
        ) or 0), 4),
        "interval cover": round(float(_one(
            "select sum(inside)::float / sum(cardinality(came)) from shifts_outlook"
            " where came is not null and not back_tested"
        ) or 0), 4),
        "largest gap": _one("select max(gap) from shifts_allotment"),
        "longest solve ms": _one("select max(solve_ms) from shifts_allotment"),
    }  # fmt: skip


def digest() -> str:
    """Of who sat where and when, who was away how long, and what she was paid for it."""
    return str(_one(
        "with paid as (select split_part(source, ':', 2) as seat, sum(amount) as cents"
        "  from payouts_everyposting where kind = 'guarantee' group by 1)"
        " select md5(string_agg(line, E'\\n' order by line)) from (select concat_ws('|', a.display_name, s.begins_at,"
        " s.ends_at, s.state, s.way, s.absent_seconds, p.cents) as line"
        " from shifts_seat s join agents_agent a on a.id = s.agent_id left join paid p on p.seat = s.id::text) lines"
    ))  # fmt: skip


def _one(query: str, cursor: Any = None) -> Any:
    rows = _rows(query, cursor)
    return rows[0][0] if rows else None


def _rows(query: str, cursor: Any = None) -> list[tuple[Any, ...]]:
    if cursor is None:
        with connection.cursor() as opened:
            return _rows(query, opened)
    cursor.execute("set statement_timeout = 0")  # the product's own limit is for its own questions
    cursor.execute(query.replace("%%", "%"))
    rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
