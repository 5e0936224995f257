create or replace function conversations_say(
  conv uuid[], who uuid[], once uuid[], body text[], now timestamptz, patient boolean)
returns table (ord bigint, verdict text, seq bigint, role text, name text, status jsonb, asks boolean)
language plpgsql set lock_timeout = '50ms' set enable_seqscan = off set plan_cache_mode = force_generic_plan as $$
-- Planned once per connection, not once per call: planning costs three times as much as a message. So the plan must be
-- right whatever the tables held when it was made: each row is looked up by its key. OFFSET 0 keeps the planner from
-- turning a look-up into a join that reads a whole table or index, and an update by place can only look up.
-- Lock first, judge second: the second statement takes a new snapshot and sees what the locks waited for.
#variable_conflict use_column
declare
  held uuid[];
  shut uuid[];  -- customers of closed conversations: a line may open one again, so nobody else may open one meanwhile
begin
  if patient then
    select array_agg(l.customer_id) filter (where l.state = 'closed') into shut from (
      select customer_id, state from conversations_conversation where id = any(conv) order by id for no key update) l;
    held := conv;
    if shut is not null then
      perform 1 from conversations_customer where id = any(shut) order by id for no key update;
    end if;
  else
    select coalesce(array_agg(l.id), '{}'), array_agg(l.customer_id) filter (where l.state = 'closed') into held, shut
    from (select id, customer_id, state from conversations_conversation where id = any(conv)
          order by id for no key update skip locked) l;
    if shut is not null then
      shut := array(select id from conversations_customer where id = any(shut)
                    order by id for no key update skip locked);
    end if;
  end if;
  return query
  with heard as materialized (
    select l.*, c.brand_id, c.customer_id, c.talk_seq, e.seq as old_seq, p.role, p.name,
      c.state = 'closed' as reopens,
      p.role = 'customer' and not exists (select 1 from conversations_engagement g
        where g.conversation_id = c.id and g.ended_at is null offset 0) as asks,
      case
        when p.person_id is null then 'forbidden'
        when e.seq is not null then
          case when e.text = l.body and e.author_id = l.person_id then 'again' else 'clash' end
        when not l.conversation_id = any(held) then 'busy'
        when c.state = 'closed' and p.role = 'customer' and not c.customer_id = any(shut) then 'busy'
        when not p.may_write then 'forbidden'
        when c.state = 'closed' and not (
          p.role = 'customer' and c.closed_at > now - interval '7 days'
          and not exists (select 1 from conversations_conversation o
                          where o.brand_id = c.brand_id and o.customer_id = c.customer_id and o.state = 'open' offset 0))
          then 'closed'
        else 'new' end as verdict
    from unnest(conv, who, once, body) with ordinality l(conversation_id, person_id, client_id, body, ord)
    left join lateral (
      select * from conversations_conversation where id = l.conversation_id offset 0) c on true
    left join lateral (
      select * from conversations_participant
      where conversation_id = l.conversation_id and person_id = l.person_id offset 0) p on true
    left join lateral (
      select seq, text, author_id from conversations_event
      where conversation_id = l.conversation_id and client_id = l.client_id offset 0) e on true),
  judged as materialized (  -- of a customer's closed conversations one batch opens one
    select h.ord, h.conversation_id, h.person_id, h.client_id, h.body, h.brand_id, h.talk_seq, h.old_seq, h.role,
      h.name, h.reopens, h.asks,
      case when h.verdict = 'new' and h.reopens and h.conversation_id <> first_value(h.conversation_id) over (
        partition by h.customer_id, h.verdict = 'new' and h.reopens order by h.ord) then 'closed'
      else h.verdict end as verdict
    from heard h),
  firsts as materialized (
    select distinct on (conversation_id, client_id) * from judged
    where verdict = 'new' order by conversation_id, client_id, ord),
  fresh as materialized (
    select f.*, f.talk_seq + row_number() over talk as seq,
      case when f.reopens and row_number() over talk = 1 then jsonb_build_object(
        'phase', 'assistant', 'why', 'reopened', 'since', now, 'person', null, 'to_rate', null) end as status
    from firsts f window talk as (partition by conversation_id order by ord)),
  bump as (
    update conversations_conversation c set
      talk_seq = t.top,
      state = 'open', closed_at = null,
      status = coalesce(t.status, c.status),
      asked_seq = coalesce(t.asked_top, c.asked_seq)
    from (select conversation_id, max(fresh.seq) as top,
            max(fresh.seq) filter (where fresh.asks) as asked_top,
            (array_agg(fresh.status) filter (where fresh.status is not null))[1] as status
          from fresh group by 1) t
      cross join lateral (select ctid from conversations_conversation where id = t.conversation_id offset 0) place
    where c.ctid = place.ctid),
  kept as (
    insert into conversations_event
      (brand_id, conversation_id, stream, seq, kind, author_role, author_id, author_name, client_id, text, data, at)
    select brand_id, conversation_id, 'talk', fresh.seq, 'message', fresh.role, person_id, fresh.name, client_id, body,
      case when fresh.status is null then '{}'::jsonb else jsonb_build_object('status', fresh.status) end, now
    from fresh)
  select j.ord,
    case when j.verdict <> 'new' or j.ord = f.ord then j.verdict
         when j.body = f.body and j.person_id = f.person_id then 'again' else 'clash' end,
    case when j.verdict = 'new' then f.seq else j.old_seq end,
    j.role::text, j.name::text, f.status, coalesce(j.asks, false)
  from judged j left join fresh f using (conversation_id, client_id)
  order by j.ord;
end $$;
