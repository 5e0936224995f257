create function dispatch_place(
  led_in bigint, now timestamptz, living boolean,
  escalations uuid[], agents uuid[], rings integer[], offers uuid[], plans uuid[], expiries timestamptz[],
  automatics boolean[], cards jsonb[],
  round uuid, weights integer, method text, inputs bytea, facts jsonb[])
returns table (made uuid, told_as bigint)
language plpgsql
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set join_collapse_limit = 1
as $$
-- One batch of placements becomes open offers, as far as each still holds: the ids of those made, each with the version
-- of its agent's slot that shows it. With `led_in` only while that epoch leads. Locks: leadership, escalations, slots,
-- ids ascending; none is waited for, because whoever holds one is changing what the plan was made from. Lock first,
-- judge second: each statement takes a new snapshot. What may be asked of whom is said in dispatch/matching/fitness.py
-- and once more here.
--
-- Each line looks up the rows it needs by their keys, whatever the statistics say: a plan that was made while nobody
-- waited had read all who wait for each of them. So no state of a row is a condition of the statement that locks it
-- (it could be answered from a partial index), the settings above leave the planner no other way, what was locked is
-- carried along instead of being joined again, and what is asked about a line is a scalar of its own: no join could
-- turn around.
#variable_conflict use_variable
declare
  lines dispatch_line[];
begin
  if led_in is not null then
    perform 1 from dispatch_leadership l where l.shard = 0 and l.epoch = led_in and l.until > clock_timestamp() for share;
    if not found then
      return;
    end if;
  end if;
  lines := array(
    select row(a.nth, a.escalation_id, a.agent_id, e.brand_id, e.topic, e.language,
      e.state = 'waiting' and e.held_until is null and e.customer_gone_since is null)::dispatch_line
    from unnest(escalations, agents) with ordinality a(escalation_id, agent_id, nth)
    join dispatch_escalation e on e.id = a.escalation_id
    order by e.id for no key update of e skip locked);
  lines := array(
    select row(a.nth, a.escalation_id, a.agent_id, a.brand_id, a.topic, a.language,
      s.willing and s.gone_since is null and s.held = 0 and s.active < s.places)::dispatch_line
    from unnest(lines) a join agents_slot s on s.agent_id = a.agent_id
    where a.holds
    order by s.agent_id for no key update of s skip locked);
  return query
  with asked as materialized (
    select a.*, rings[a.nth] as ring, plans[a.nth] as plan_id,
      row_number() over (partition by a.escalation_id order by a.nth) as nth_agent,
      row_number() over (partition by a.agent_id order by a.nth) as nth_escalation
    from unnest(lines) a where a.holds),
  fit as materialized (
    select a.*
    from asked a
    where a.nth_agent = 1 and a.nth_escalation = 1
      and (
        select p.brand_id = a.brand_id and p.valid @> now and p.tier = (
          select g.tier from agents_agent g
          where g.id = a.agent_id and g.state = 'approved'
            and (select u.is_active from agents_user u where u.id = g.user_id))
        from payouts_payplan p where p.id = a.plan_id)
      and (
        select true from agents_agentlanguage l
        where l.agent_id = a.agent_id and l.code = a.language and (l.valid_until is null or l.valid_until > now))
      and (
        select true from agents_agentskill k
        where k.agent_id = a.agent_id and (k.valid_until is null or k.valid_until > now) and (
          select t.brand_id = a.brand_id
            and (t.key = a.topic and (k.level >= 2 or a.ring >= 1)
              or k.level >= 2 and a.ring >= 3
              or k.level >= 2 and a.ring >= 2 and t.family <> '' and t.family = (
                select f.family from brands_skill f where f.brand_id = a.brand_id and f.key = a.topic))
          from brands_skill t where t.id = k.skill_id)
        limit 1)
      and (not living or (
        select true from realtime_connection c where c.principal = 'agent:' || a.agent_id
          and (select r.expires_at from realtime_serverlease r where r.id = c.server_id) > clock_timestamp()
        limit 1))),
  rung as (
    insert into dispatch_offer (id, brand_id, escalation_id, agent_id, pay_plan_id, state, offered_at, expires_at, card,
                                automatic, reason)
    select offers[f.nth], f.brand_id, f.escalation_id, f.agent_id, f.plan_id, 'open', now, expiries[f.nth], cards[f.nth],
      automatics[f.nth], ''
    from fit f),
  held_out as (update dispatch_escalation e set state = 'offered' from fit f where e.id = f.escalation_id),
  ringing as (update agents_slot s set held = s.held + 1, version = s.version + 1 from fit f
              where s.agent_id = f.agent_id returning f.nth, s.version),
  kept as (
    insert into dispatch_round (id, at, weights, method, epoch, packed)
    select round, now, weights, method, led_in, inputs where round is not null and exists (select 1 from fit)),
  told as (
    insert into dispatch_decision (id, at, round, brand, escalation, agent, offer, ring, weights, facts, others)
    select gen_random_uuid(), now, round, f.brand_id, f.escalation_id, f.agent_id, offers[f.nth], f.ring, weights,
      facts[f.nth], array(select (o ->> 'agent')::uuid from jsonb_array_elements(facts[f.nth] -> 'next') o)
    from fit f where round is not null)
  select offers[r.nth], r.version from ringing r;
end $$;
