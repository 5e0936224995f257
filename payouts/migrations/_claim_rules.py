"""What the seventh migration makes the database refuse: claims that are not covered, nights that do not follow."""

from payouts.migrations import _open_books_rules, _run_rules

# Invariants 5 and 6 as before, and 8: nothing takes what a payout has claimed but its own draining posting. Judged at
# one look (materialized), since a plan made for the first fault alone would read all postings once for each account.
POSTING_FOLLOWS = """
create or replace function payouts_posting_follows() returns trigger language plpgsql
  set search_path = public, pg_temp set enable_seqscan = off as $$
declare wrong record; closed_until timestamptz; proved_until timestamptz;
begin
  perform pg_advisory_xact_lock_shared(5, 1);
  select (max(day) + 1)::timestamp at time zone 'UTC' into proved_until from payouts_night;
  if proved_until is not null then
    select into wrong source, created_at from fresh where created_at < proved_until limit 1;
    if found then
      raise exception 'Posting % is dated %, and the nights are proved until %.', wrong.source, wrong.created_at,
        proved_until using errcode = 'check_violation', constraint = 'posting_after_the_last_night',
        table = 'payouts_posting';
    end if;
  end if;
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
  with judged as materialized (
    select f.source, f.seq, f.balance_after, f.amount, a.sequenced, c.sequenced as contra_sequenced,
      a.agent_id, c.agent_id as contra_agent_id,
      coalesce(lag(f.seq) over w, a.last_seq) as seq_before,
      coalesce(lag(f.balance_after) over w, a.balance) as balance_before
    from fresh f
    join payouts_account a on a.id = f.account_id
    join payouts_account c on c.id = f.contra_id
    window w as (partition by f.account_id order by f.seq)
  )
  select into wrong * from judged
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
  if exists (select from fresh where amount < 0) then
    with taken as materialized (
      select distinct on (account_id) account_id, balance_after from fresh
      where seq is not null and account_id in (select account_id from fresh where amount < 0)
      order by account_id, seq desc)
    select into wrong t.balance_after, p.amount, p.id from taken t
    join payouts_payout p on p.account_id = t.account_id and p.drained_seq is null
    where t.balance_after < p.amount limit 1;
    if found then
      raise exception 'Payout % has claimed %, and % would be left.', wrong.id, wrong.amount, wrong.balance_after
        using errcode = 'check_violation', constraint = 'posting_leaves_what_is_claimed', table = 'payouts_posting';
    end if;
  end if;
  return null;
end $$;
"""
POSTING_FOLLOWED = (
    _open_books_rules.POSTING_FOLLOWS + "alter function payouts_posting_follows() set enable_seqscan = off;"
)

# Invariants 7 and 8. A payout begins where the last one of its account ended and holds the balance after its last
# posting, of which nothing is missing; the account is held, so that nothing is taken from it meanwhile. What it leads
# to is looked up here rather than by foreign keys, one row at a time: a run claims thousands at once. Looked up by
# index, whatever the planner guesses: reading all postings to judge some payouts takes three times as long.
FOLLOWS = """
alter table payouts_payout drop constraint payout_account_of_its_currency;
create or replace function payouts_payout_follows() returns trigger language plpgsql
  set search_path = public, pg_temp set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare wrong record;
begin
  perform 1 from payouts_account where id in (select account_id from fresh) order by id for no key update;
  with judged as materialized (
    select f.id, f.lo, f.hi, f.amount, f.drained_seq, f.state, f.currency,
      r.id as run_id, r.currency as run_currency, t.id as destination_id, t.currency as destination_currency,
      a.id as account_id, a.sequenced, a.balance, a.agent_id, t.agent_id as paid_to,
      p.id as before, p.hi as hi_before, p.drained_seq as drained_before,
      coalesce(l.balance_after, shelf.balance_after) as balance_after
    from fresh f
    left join payouts_payoutrun r on r.id = f.run_id
    left join payouts_payoutdestination t on t.id = f.destination_id
    left join payouts_account a on a.id = f.account_id and a.currency = f.currency
    left join lateral (select id, hi, drained_seq from payouts_payout o
                       where o.account_id = f.account_id and o.id <> f.id order by o.hi desc limit 1) p on true
    left join payouts_posting l on l.account_id = f.account_id and l.seq = f.hi
    left join payouts_archivedposting shelf
      on l.id is null and shelf.account_id = f.account_id and shelf.seq = f.hi)
  select into wrong j.*, d.amount as drained, d.source from judged j
  left join payouts_posting d on j.drained_seq is not null and d.account_id = j.account_id and d.seq = j.drained_seq
  where j.state <> 'due' or j.run_id is null or j.destination_id is null or j.account_id is null
     or j.run_currency <> j.currency or j.destination_currency <> j.currency
     or not j.sequenced or j.agent_id <> j.paid_to
     or j.lo <> coalesce(j.hi_before, 0) + 1 or j.hi < coalesce(j.drained_before, 0)
     or j.before is not null and j.drained_before is null
     or j.balance_after is distinct from j.amount
     or j.drained_seq is null and j.balance < j.amount
     or j.drained_seq is not null
        and (d.amount is distinct from -j.amount or d.source is distinct from 'payout:' || j.id)
  limit 1;
  if found then
    raise exception
      'Payout % of postings % to % does not follow: % after %, % drained as %, the last ended at % and %.', wrong.id,
      wrong.lo, wrong.hi, wrong.amount, wrong.balance_after, wrong.drained, wrong.source, wrong.hi_before,
      wrong.drained_before using errcode = 'check_violation', constraint = 'payout_follows', table = 'payouts_payout';
  end if;
  return null;
end $$;
"""
FOLLOWED = _run_rules.FOLLOWS.partition("create trigger")[0].replace("create function", "create or replace function")

# Whoever says that a payout is drained shows the posting: as much, out of its account, under its own name.
DRAINS = """
create function payouts_payout_drains() returns trigger language plpgsql set search_path = public, pg_temp
  set enable_seqscan = off as $$
declare wrong record;
begin
  with changed as materialized (
    select n.id, n.account_id, n.amount, n.drained_seq from now_is n join was o on o.id = n.id
    where n.drained_seq is distinct from o.drained_seq)
  select into wrong c.id, c.drained_seq, c.amount, d.amount as drained from changed c
  left join payouts_posting d on d.account_id = c.account_id and d.seq = c.drained_seq
  where d.amount is distinct from -c.amount or d.source is distinct from 'payout:' || c.id limit 1;
  if found then
    raise exception 'Payout % of % does not follow: posting % drained %.', wrong.id, wrong.amount, wrong.drained_seq,
      wrong.drained using errcode = 'check_violation', constraint = 'payout_drains', table = 'payouts_payout';
  end if;
  return null;
end $$;
create trigger drains after update on payouts_payout referencing old table as was new table as now_is
  for each statement execute function payouts_payout_drains();
"""
DROP_DRAINS = """
drop trigger drains on payouts_payout;
drop function payouts_payout_drains();
"""

# A night follows the one before, over a day that is over; none is ever altered.
NIGHTS = """
create function payouts_night_follows() returns trigger language plpgsql set search_path = public, pg_temp as $$
declare last record;
begin
  perform pg_advisory_xact_lock(5, 1);
  select into last day, sha256 from payouts_night order by day desc limit 1;
  if new.day <> coalesce(last.day + 1, new.day) or new.previous <> coalesce(last.sha256, repeat('0', 64))
     or last.day is null and exists (
       select 1 from payouts_everyposting where created_at < new.day::timestamp at time zone 'UTC')
     or new.made_at < (new.day + 1)::timestamp at time zone 'UTC' + interval '1 hour'
     or new.sha256 <> encode(sha256(convert_to(
          concat_ws('|', to_char(new.day, 'YYYY-MM-DD'), new.postings, new.tree, new.previous), 'UTF8')), 'hex') then
    raise exception 'The night of % does not follow the one before.', new.day
      using errcode = 'check_violation', constraint = 'night_follows', table = 'payouts_night';
  end if;
  return new;
end $$;
create trigger follows before insert on payouts_night for each row execute function payouts_night_follows();
create trigger never before update or delete or truncate on payouts_night
  for each statement execute function payouts_never();
"""
DROP_NIGHTS = """
drop trigger never on payouts_night;
drop trigger follows on payouts_night;
drop function payouts_night_follows();
"""
