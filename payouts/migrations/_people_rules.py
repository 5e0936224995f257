"""What the third migration makes the database refuse: decisions rewritten, foreign lines disputed, pools overdrawn."""

KEPT = """
create trigger never before update or delete or truncate on payouts_recovery
  for each statement execute function payouts_never();
create trigger never before delete or truncate on payouts_dispute for each statement execute function payouts_never();
create trigger never before delete or truncate on payouts_hold for each statement execute function payouts_never();
create trigger never before delete or truncate on payouts_clawback for each statement execute function payouts_never();
create trigger never before delete or truncate on payouts_debt for each statement execute function payouts_never();
create trigger never before delete or truncate on payouts_unitpool for each statement execute function payouts_never();
create trigger never before delete or truncate on payouts_unitsdue for each statement execute function payouts_never();
create trigger never before delete or truncate on payouts_plandraft for each statement execute function payouts_never();
"""
DROP_KEPT = """
drop trigger never on payouts_plandraft;
drop trigger never on payouts_unitsdue;
drop trigger never on payouts_unitpool;
drop trigger never on payouts_debt;
drop trigger never on payouts_clawback;
drop trigger never on payouts_hold;
drop trigger never on payouts_dispute;
drop trigger never on payouts_recovery;
"""

# Invariant 11: what was decided, by whom and why stays; while a case is open, its decision and an answer may come.
CASES = """
create function payouts_case_stays() returns trigger language plpgsql as $$
declare may_change text[] := array['state', 'decided_by', 'decision', 'decided_at', 'alarmed_at', 'reply', 'replied_at',
  'repair_source'];
begin
  if old.state <> 'open' or (to_jsonb(new) - may_change) is distinct from (to_jsonb(old) - may_change)
     or (to_jsonb(old) ->> 'replied_at' is not null
         and to_jsonb(new) ->> 'reply' is distinct from to_jsonb(old) ->> 'reply') then
    raise exception 'What was opened or decided about money stays as it is.' using errcode = 'restrict_violation';
  end if;
  return new;
end $$;
create trigger stays before update on payouts_dispute for each row execute function payouts_case_stays();
create trigger stays before update on payouts_hold for each row execute function payouts_case_stays();
create trigger stays before update on payouts_clawback for each row execute function payouts_case_stays();

create function payouts_case_opens() returns trigger language plpgsql as $$
begin
  if new.state <> 'open' then
    raise exception 'A case begins open.' using errcode = 'check_violation';
  end if;
  return new;
end $$;
create trigger opens before insert on payouts_dispute for each row execute function payouts_case_opens();
create trigger opens before insert on payouts_hold for each row execute function payouts_case_opens();
create trigger opens before insert on payouts_clawback for each row execute function payouts_case_opens();

create function payouts_dispute_of_own_line() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
  if not exists (
    select from payouts_everyposting p join payouts_account a on a.id = p.account_id
    where p.id = new.posting_id and a.agent_id = new.agent_id) then
    raise exception 'An agent disputes a line of their own.'
      using errcode = 'foreign_key_violation', constraint = 'dispute_of_own_line', table = 'payouts_dispute';
  end if;
  return new;
end $$;
create trigger own_line before insert on payouts_dispute for each row execute function payouts_dispute_of_own_line();

create function payouts_debt_stays() returns trigger language plpgsql as $$
begin
  if (to_jsonb(new) - 'recovered') is distinct from (to_jsonb(old) - 'recovered') or new.recovered < old.recovered then
    raise exception 'A debt is recovered, and changes in no other way.' using errcode = 'restrict_violation';
  end if;
  return new;
end $$;
create trigger stays before update on payouts_debt for each row execute function payouts_debt_stays();
"""
DROP_CASES = """
drop trigger stays on payouts_debt;
drop function payouts_debt_stays();
drop trigger own_line on payouts_dispute;
drop function payouts_dispute_of_own_line();
drop trigger opens on payouts_clawback;
drop trigger opens on payouts_hold;
drop trigger opens on payouts_dispute;
drop function payouts_case_opens();
drop trigger stays on payouts_clawback;
drop trigger stays on payouts_hold;
drop trigger stays on payouts_dispute;
drop function payouts_case_stays();
"""

# Units come out of a pool that exists, and the check on the pool keeps them below its ceiling.
POOLS = """
alter table payouts_unitpool
  add constraint unit_pool_account_of_its_currency
    foreign key (account_id, currency) references payouts_account (id, currency),
  add constraint unit_pool_set_by_a_person check (set_by ~ '^operator:.+');
create function payouts_pool_gives() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
  if exists (select from fresh f where f.currency in ('PTS', 'EQU')) then
    update payouts_unitpool u set issued = u.issued + t.total
    from (select contra_id, sum(amount)::bigint as total from fresh group by contra_id) t
    where u.account_id = t.contra_id;
    if exists (select from fresh f where f.currency in ('PTS', 'EQU')
               and not exists (select from payouts_unitpool u where u.account_id = f.contra_id)) then
      raise exception 'Units come out of a pool.'
        using errcode = 'foreign_key_violation', constraint = 'units_out_of_a_pool', table = 'payouts_posting';
    end if;
  end if;
  return null;
end $$;
create trigger gives after insert on payouts_posting referencing new table as fresh
  for each statement execute function payouts_pool_gives();
create function payouts_pool_follows() returns trigger language plpgsql as $$
begin
  -- Only from inside the posting's own trigger: the running role owns no table on which to declare another.
  if (new.account_id, new.brand_id, new.currency) is distinct from (old.account_id, old.brand_id, old.currency)
     or (new.issued <> old.issued and pg_trigger_depth() < 2) then
    raise exception 'A pool has given out what its postings say.'
      using errcode = 'check_violation', constraint = 'unit_pool_follows', table = 'payouts_unitpool';
  end if;
  return new;
end $$;
create trigger follows before update on payouts_unitpool for each row execute function payouts_pool_follows();
create function payouts_pool_begins() returns trigger language plpgsql as $$
begin
  if new.issued <> 0 then
    raise exception 'A pool begins with nothing given out.' using errcode = 'check_violation';
  end if;
  return new;
end $$;
create trigger begins before insert on payouts_unitpool for each row execute function payouts_pool_begins();
"""
DROP_POOLS = """
drop trigger begins on payouts_unitpool;
drop function payouts_pool_begins();
drop trigger follows on payouts_unitpool;
drop function payouts_pool_follows();
drop trigger gives on payouts_posting;
drop function payouts_pool_gives();
alter table payouts_unitpool
  drop constraint unit_pool_account_of_its_currency,
  drop constraint unit_pool_set_by_a_person;
"""
