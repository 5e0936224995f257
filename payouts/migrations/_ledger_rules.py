"""What the first migration makes the database refuse, numbered as the invariants of the ledger.

Plain SQL rather than django-pgtrigger: its triggers stand aside for any session that sets `pgtrigger.ignore`.
"""

COMPOSITE_KEYS = """
-- Invariant 2. One row has one currency, and both of its accounts are of that currency.
alter table payouts_posting
  add constraint posting_account_of_its_currency
    foreign key (account_id, currency) references payouts_account (id, currency),
  add constraint posting_contra_of_its_currency
    foreign key (contra_id, currency) references payouts_account (id, currency);
-- Each posting rewrites its account's number and balance: leave room on the page, index neither.
alter table payouts_account set (fillfactor = 70);
alter table payouts_earningfact
  add constraint earning_fact_is_an_object check (canonical is json object),
  add constraint earning_fact_hash_is_its_own
    check (sha256 = encode(sha256(convert_to(canonical, 'UTF8')), 'hex'));
alter table payouts_payplan
  add constraint pay_plan_has_rules check (jsonb_typeof(rules) = 'array' and rules <> '[]');
"""

DROP_COMPOSITE_KEYS = """
alter table payouts_posting
  drop constraint posting_account_of_its_currency,
  drop constraint posting_contra_of_its_currency;
alter table payouts_account reset (fillfactor);
alter table payouts_earningfact
  drop constraint earning_fact_is_an_object,
  drop constraint earning_fact_hash_is_its_own;
alter table payouts_payplan drop constraint pay_plan_has_rules;
"""

# Invariant 4. For every role, the owner too; the running role lacks the rights besides.
APPEND_ONLY = """
create function payouts_never() returns trigger language plpgsql as $$
begin
  raise exception '% on % is refused: its rows are never changed and never deleted.', tg_op, tg_table_name
    using errcode = 'restrict_violation';
end $$;
create trigger never before update or delete or truncate on payouts_posting
  for each statement execute function payouts_never();
create trigger never before update or delete or truncate on payouts_earningfact
  for each statement execute function payouts_never();
create trigger never before update or delete or truncate on payouts_ledgeraudit
  for each statement execute function payouts_never();
create trigger never before delete or truncate on payouts_account
  for each statement execute function payouts_never();
create trigger never before delete or truncate on payouts_payplan
  for each statement execute function payouts_never();
"""

DROP_APPEND_ONLY = """
drop trigger never on payouts_posting;
drop trigger never on payouts_earningfact;
drop trigger never on payouts_ledgeraudit;
drop trigger never on payouts_account;
drop trigger never on payouts_payplan;
drop function payouts_never();
"""

# Invariants 5 and 6. The account's own two columns are the last posting's, by this trigger and in no other way.
SEQUENCE_AND_BALANCE = """
create function payouts_posting_follows() returns trigger language plpgsql set search_path = public, pg_temp as $$
declare wrong record;
begin
  select into wrong * from (
    select f.source, f.seq, f.balance_after, f.amount, a.sequenced, c.sequenced as contra_sequenced,
      coalesce(lag(f.seq) over w, a.last_seq) as seq_before,
      coalesce(lag(f.balance_after) over w, a.balance) as balance_before
    from fresh f
    join payouts_account a on a.id = f.account_id
    join payouts_account c on c.id = f.contra_id
    window w as (partition by f.account_id order by f.seq)
  ) judged
  where not sequenced or contra_sequenced or seq <> seq_before + 1 or balance_after <> balance_before + amount
  limit 1;
  if found then
    raise exception 'Posting % does not follow: number % after %, balance % after % and %.', wrong.source,
      wrong.seq, wrong.seq_before, wrong.balance_after, wrong.balance_before, wrong.amount
      using errcode = 'check_violation', constraint = 'posting_follows', table = 'payouts_posting';
  end if;
  update payouts_account a set last_seq = t.seq, balance = t.balance_after
  from (select distinct on (account_id) account_id, seq, balance_after from fresh order by account_id, seq desc) t
  where a.id = t.account_id;
  return null;
end $$;
create trigger follows after insert on payouts_posting referencing new table as fresh
  for each statement execute function payouts_posting_follows();

create function payouts_account_follows() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
  if tg_op = 'INSERT' then
    if (new.last_seq, new.balance) is distinct from (0::bigint, 0::bigint) then
      raise exception 'Account % cannot begin with a balance.', new.name
        using errcode = 'check_violation', constraint = 'account_begins_empty', table = 'payouts_account';
    end if;
    return new;
  end if;
  if (new.id, new.name, new.currency, new.agent_id, new.sequenced, new.created_at)
     is distinct from (old.id, old.name, old.currency, old.agent_id, old.sequenced, old.created_at) then
    raise exception 'Account % keeps its name, currency and owner.', old.name using errcode = 'restrict_violation';
  end if;
  if (new.last_seq, new.balance) is distinct from (old.last_seq, old.balance) and (
       not exists (select 1 from payouts_posting p
                   where p.account_id = new.id and p.seq = new.last_seq and p.balance_after = new.balance)
       or exists (select 1 from payouts_posting p where p.account_id = new.id and p.seq > new.last_seq)) then
    raise exception 'Account % has the number and balance of its last posting.', old.name
      using errcode = 'check_violation', constraint = 'account_follows', table = 'payouts_account';
  end if;
  return new;
end $$;
create trigger follows before insert or update on payouts_account
  for each row execute function payouts_account_follows();
"""

DROP_SEQUENCE_AND_BALANCE = """
drop trigger follows on payouts_posting;
drop function payouts_posting_follows();
drop trigger follows on payouts_account;
drop function payouts_account_follows();
"""

# A published version changes in one way: its open end is closed, once.
FROZEN_PLANS = """
create function payouts_payplan_frozen() returns trigger language plpgsql as $$
begin
  if to_jsonb(new) - 'valid' is distinct from to_jsonb(old) - 'valid'
     or lower(new.valid) is distinct from lower(old.valid)
     or not upper_inf(old.valid) or upper_inf(new.valid) then
    raise exception 'A published pay plan is frozen.' using errcode = 'restrict_violation';
  end if;
  return new;
end $$;
create trigger frozen before update on payouts_payplan for each row execute function payouts_payplan_frozen();
"""

DROP_FROZEN_PLANS = """
drop trigger frozen on payouts_payplan;
drop function payouts_payplan_frozen();
"""
