"""What the second migration makes the database refuse: accounts out of place, postings into closed books.

The lock (5, 1) is shared by every transaction that posts and taken alone by the one that closes a period: when it
closes, nothing dated before its end is still under way. It ends with the transaction.
"""

from payouts.migrations import _ledger_rules

ACCOUNTS = """
alter table payouts_account
  -- An agent's account says whose it is, once; only these two kinds are numbered, so there is one of each a currency.
  add constraint account_of_an_agent_names_the_agent
    check ((agent_id is not null) = (name like 'agent:%')
           and (agent_id is null or split_part(name, ':', 2) = agent_id::text)),
  add constraint account_sequenced_is_payable_or_units
    check (sequenced = (name ~ '^agent:[^:]+:(payable|units):[A-Z]{3}$')),
  -- Points and equity are never mixed with money: their units come out of a pool, and nowhere else.
  add constraint account_of_units_is_no_money
    check ((currency in ('PTS', 'EQU')) = (name ~ '^(agent:[^:]+:units|pool:.+):[A-Z]{3}$'));
"""
DROP_ACCOUNTS = """
alter table payouts_account
  drop constraint account_of_an_agent_names_the_agent,
  drop constraint account_sequenced_is_payable_or_units,
  drop constraint account_of_units_is_no_money;
"""

EVERY_POSTING = """
alter table payouts_archivedposting
  add constraint archived_account_of_its_currency
    foreign key (account_id, currency) references payouts_account (id, currency),
  add constraint archived_contra_of_its_currency
    foreign key (contra_id, currency) references payouts_account (id, currency);
create view payouts_everyposting as
  select id, account_id, contra_id, currency, amount, seq, balance_after, source, kind, receipt, engagement_id,
    brand_id, created_at
  from payouts_posting
  union all
  select id, account_id, contra_id, currency, amount, seq, balance_after, source, kind, receipt, engagement_id,
    brand_id, created_at
  from payouts_archivedposting;
"""
DROP_EVERY_POSTING = "drop view payouts_everyposting;"

# Invariants 5 and 6, for numbered and for contra sides; and no posting dated into closed books or paid twice by
# way of the archive. An agent's contra sides move against that same agent's numbered account alone.
POSTING_FOLLOWS = """
create or replace function payouts_posting_follows() returns trigger language plpgsql
  set search_path = public, pg_temp as $$
declare wrong record; closed_until timestamptz;
begin
  perform pg_advisory_xact_lock_shared(5, 1);
  select max(upper(during)) into closed_until from payouts_period;
  if closed_until is not null then
    select into wrong source, created_at from fresh where created_at < closed_until limit 1;
    if found then
      raise exception 'Posting % is dated %, and the books are closed until %.', wrong.source, wrong.created_at,
        closed_until using errcode = 'check_violation', constraint = 'posting_in_open_books', table = 'payouts_posting';
    end if;
    select into wrong f.source from fresh f join payouts_archivedposting a on a.source = f.source limit 1;
    if found then
      raise exception 'Posting % stands in the archive.', wrong.source
        using errcode = 'unique_violation', constraint = 'posting_source_once', table = 'payouts_posting';
    end if;
  end if;
  select into wrong * from (
    select f.source, f.seq, f.balance_after, f.amount, a.sequenced, c.sequenced as contra_sequenced,
      a.agent_id, c.agent_id as contra_agent_id,
      coalesce(lag(f.seq) over w, a.last_seq) as seq_before,
      coalesce(lag(f.balance_after) over w, a.balance) as balance_before
    from fresh f
    join payouts_account a on a.id = f.account_id
    join payouts_account c on c.id = f.contra_id
    window w as (partition by f.account_id order by f.seq)
  ) judged
  where contra_sequenced
     or (sequenced and (seq is distinct from seq_before + 1
                        or balance_after is distinct from balance_before + amount))
     or (not sequenced and (seq is not null or balance_after is not null))
     or (not sequenced and agent_id is not null)
     or (contra_agent_id is not null and contra_agent_id is distinct from agent_id)
  limit 1;
  if found then
    raise exception 'Posting % does not follow: number % after %, balance % after % and %.', wrong.source,
      wrong.seq, wrong.seq_before, wrong.balance_after, wrong.balance_before, wrong.amount
      using errcode = 'check_violation', constraint = 'posting_follows', table = 'payouts_posting';
  end if;
  update payouts_account a set last_seq = t.seq, balance = t.balance_after
  from (select distinct on (account_id) account_id, seq, balance_after from fresh
        where seq is not null order by account_id, seq desc) t
  where a.id = t.account_id;
  return null;
end $$;
"""

# The function as the first migration left it.
POSTING_FOLLOWED = _ledger_rules.SEQUENCE_AND_BALANCE.partition("create trigger")[0].replace(
    "create function", "create or replace function"
)

CLOSING = """
alter table payouts_period
  add constraint period_closed_an_hour_after_its_end check (closed_at >= upper(during) + interval '1 hour'),
  add constraint period_counts_from_nothing check (postings >= 0 and jsonb_typeof(totals) = 'object');
create function payouts_period_closes() returns trigger language plpgsql set search_path = public, pg_temp as $$
declare closed_until timestamptz; counted bigint; summed jsonb;
begin
  perform pg_advisory_xact_lock(5, 1);
  select max(upper(during)) into closed_until from payouts_period;
  if closed_until is not null and lower(new.during) <> closed_until
     or closed_until is null and exists (select 1 from payouts_posting where created_at < lower(new.during)) then
    raise exception 'A period begins where the one before it ended.'
      using errcode = 'check_violation', constraint = 'period_follows', table = 'payouts_period';
  end if;
  select coalesce(sum(many), 0), coalesce(jsonb_object_agg(currency, total), '{}') into counted, summed
  from (select currency, count(*) as many, sum(amount)::bigint as total from payouts_posting
        where created_at >= lower(new.during) and created_at < upper(new.during) group by currency) sums;
  if (new.postings, new.totals) is distinct from (counted, summed) then
    raise exception 'The period holds % postings of %.', counted, summed
      using errcode = 'check_violation', constraint = 'period_is_its_postings', table = 'payouts_period';
  end if;
  return new;
end $$;
create trigger closes before insert on payouts_period for each row execute function payouts_period_closes();
create trigger never before update or delete or truncate on payouts_period
  for each statement execute function payouts_never();
create trigger never before update or delete or truncate on payouts_closingbalance
  for each statement execute function payouts_never();
create trigger never before update or delete or truncate on payouts_archiving
  for each statement execute function payouts_never();
create trigger never before update or delete or truncate on payouts_archivedposting
  for each statement execute function payouts_never();
"""
DROP_CLOSING = """
drop trigger never on payouts_archivedposting;
drop trigger never on payouts_archiving;
drop trigger never on payouts_closingbalance;
drop trigger never on payouts_period;
drop trigger closes on payouts_period;
drop function payouts_period_closes();
alter table payouts_period
  drop constraint period_closed_an_hour_after_its_end,
  drop constraint period_counts_from_nothing;
"""

# Invariant 4, with its one exception: the owner may take out of the open books what the archive holds unchanged.
ARCHIVE = """
drop trigger never on payouts_posting;
create trigger never before update or truncate on payouts_posting
  for each statement execute function payouts_never();
create function payouts_posting_leaves() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
  if exists (
    select from gone g
    left join payouts_archivedposting a on a.id = g.id
    where (to_jsonb(a) is distinct from to_jsonb(g))
       or not exists (select 1 from payouts_period p where g.created_at < upper(p.during))) then
    raise exception 'DELETE on payouts_posting is refused: its rows are never changed and never deleted.'
      using errcode = 'restrict_violation';
  end if;
  return null;
end $$;
create trigger leaves after delete on payouts_posting referencing old table as gone
  for each statement execute function payouts_posting_leaves();
create function payouts_archived_comes() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
  if exists (
    select from come c
    left join payouts_posting p on p.id = c.id
    where (to_jsonb(p) is distinct from to_jsonb(c))
       or not exists (select 1 from payouts_period d where c.created_at < upper(d.during))) then
    raise exception 'The archive takes postings of closed periods, unchanged, and nothing else.'
      using errcode = 'restrict_violation', constraint = 'archived_as_it_was', table = 'payouts_archivedposting';
  end if;
  return null;
end $$;
create trigger comes after insert on payouts_archivedposting referencing new table as come
  for each statement execute function payouts_archived_comes();
"""
DROP_ARCHIVE = """
drop trigger comes on payouts_archivedposting;
drop function payouts_archived_comes();
drop trigger leaves on payouts_posting;
drop function payouts_posting_leaves();
drop trigger never on payouts_posting;
create trigger never before update or delete or truncate on payouts_posting
  for each statement execute function payouts_never();
"""
