-- What a round reads, planned once for each connection and with nothing left to choose: planning each of these anew took
-- longer than running it, and nobody who waits should wait for that. As functions they suit a transaction pooler.
create function dispatch_supply()
returns table (agent_id uuid, places smallint, active smallint, held smallint, idle_since double precision,
  reserve boolean, deficit double precision, starved boolean)
language plpgsql stable
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
-- Agents who are approved, willing and connected; those who have no place free too. What is asked about each stands by
-- itself, so that no plan made while a table was empty can begin elsewhere than with those who are willing.
begin
  return query
  select s.agent_id, s.places::smallint, s.active::smallint, s.held::smallint,
    extract(epoch from s.idle_since)::float8, s.reserve, coalesce(f.deficit, 0)::float8,
    coalesce(f.starved and not exists (
      select 1 from dispatch_offer o where o.agent_id = s.agent_id and o.offered_at > f.measured_at), false)
  from agents_slot s
  left join lateral (select * from dispatch_standing one where one.agent_id = s.agent_id offset 0) f on true
  where s.willing and s.gone_since is null
    and (select g.state from agents_agent g where g.id = s.agent_id) = 'approved'
    and (
      select true from realtime_connection c where c.principal = 'agent:' || s.agent_id
        and (select r.expires_at from realtime_serverlease r where r.id = c.server_id) > clock_timestamp()
      limit 1);
end $$;

create function dispatch_terms(escalations uuid[], agents uuid[], now timestamptz)
returns table (nth bigint, agent_id uuid, brand_id uuid, brand varchar, topic varchar, topic_name varchar,
  language varchar, context text, waits_since timestamptz, ring_seconds smallint, auto_accept boolean, plan_id uuid,
  bonus_minor bigint)
language plpgsql stable
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set join_collapse_limit = 1
as $$
-- What each of these placements would offer. `plan_id`: null where nobody published a price.
#variable_conflict use_column
begin
  return query
  select a.nth, g.id, e.brand_id, b.name, e.topic, coalesce(t.name, e.topic), e.language,
    left(coalesce(e.packet ->> 'summary', ''), 240), coalesce(e.waits_since, e.queued_at),
    s.ring_seconds, s.auto_accept, p.id, coalesce(u.bonus_minor, 0)::bigint
  from unnest(dispatch_terms.escalations, dispatch_terms.agents) with ordinality a(escalation_id, agent_id, nth)
  cross join lateral (select * from dispatch_escalation one where one.id = a.escalation_id offset 0) e
  cross join lateral (select * from agents_slot one where one.agent_id = a.agent_id offset 0) s
  cross join lateral (select * from agents_agent one where one.id = a.agent_id offset 0) g
  cross join lateral (select * from brands_brand one where one.id = e.brand_id offset 0) b
  left join lateral (
    select * from brands_skill one where one.brand_id = e.brand_id and one.key = e.topic offset 0) t on true
  left join lateral (
    select * from dispatch_surge one
    where one.brand_id = e.brand_id and one.topic = e.topic and one.language = e.language and one.ended_at is null
    offset 0) u on true
  left join lateral (
    select * from payouts_payplan one
    where one.brand_id = e.brand_id and one.tier = g.tier and one.currency = b.currency
      and one.valid @> dispatch_terms.now
    offset 0) p on true
  order by a.nth;
end $$;
