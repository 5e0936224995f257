"""What the migration of the payout runs makes the database refuse, numbered as the invariants of the ledger."""

KEPT = ("payoutrun", "payout", "payoutbatch", "payoutattempt", "payoutdestination", "cashoutmandate", "bankentry")
HISTORY = ("payoutfile", "providerevent")

NEVER = "".join(
    f"create trigger never before delete or truncate on payouts_{table}"
    " for each statement execute function payouts_never();\n"
    for table in KEPT
) + "".join(
    f"create trigger never before update or delete or truncate on payouts_{table}"
    " for each statement execute function payouts_never();\n"
    for table in HISTORY
)
DROP_NEVER = "".join(f"drop trigger never on payouts_{table};\n" for table in (*KEPT, *HISTORY))

# Whatever is not in the list is no way a state may change.
MOVES = """
create function payouts_moves() returns trigger language plpgsql set search_path = public, pg_temp as $$
declare
  tab text := substr(tg_table_name, 9);
  now_is jsonb := to_jsonb(new);
  was jsonb;
  kept text;
begin
  if tg_op = 'INSERT' then
    if new.state <> tg_argv[0] then
      raise exception '% begins as %.', tab, tg_argv[0]
        using errcode = 'check_violation', constraint = tab || '_begins', table = tg_table_name;
    end if;
    return new;
  end if;
  if new.state <> old.state and (tab, old.state::text, new.state::text) not in (values
    ('payoutrun', 'draft', 'computed'), ('payoutrun', 'computed', 'proved'), ('payoutrun', 'proved', 'submitted'),
    ('payoutrun', 'submitted', 'approved'), ('payoutrun', 'submitted', 'closed'), ('payoutrun', 'approved', 'releasing'),
    ('payoutrun', 'releasing', 'closed'),
    ('payout', 'due', 'approved'), ('payout', 'due', 'reversed'), ('payout', 'approved', 'sent'),
    ('payout', 'approved', 'reversed'), ('payout', 'sent', 'settled'), ('payout', 'sent', 'rejected'),
    ('payout', 'sent', 'returned'), ('payout', 'settled', 'returned'), ('payout', 'rejected', 'reversed'),
    ('payout', 'returned', 'reversed'),
    ('payoutattempt', 'prepared', 'sent'), ('payoutattempt', 'prepared', 'absent'), ('payoutattempt', 'sent', 'unknown'),
    ('payoutattempt', 'sent', 'accepted'), ('payoutattempt', 'sent', 'settled'), ('payoutattempt', 'sent', 'failed'),
    ('payoutattempt', 'sent', 'returned'), ('payoutattempt', 'unknown', 'accepted'),
    ('payoutattempt', 'unknown', 'settled'), ('payoutattempt', 'unknown', 'failed'),
    ('payoutattempt', 'unknown', 'returned'), ('payoutattempt', 'unknown', 'absent'),
    ('payoutattempt', 'accepted', 'settled'), ('payoutattempt', 'accepted', 'failed'),
    ('payoutattempt', 'accepted', 'returned'), ('payoutattempt', 'settled', 'returned')
  ) then
    raise exception '% does not go from % to %.', tab, old.state, new.state
      using errcode = 'check_violation', constraint = tab || '_moves', table = tg_table_name;
  end if;
  -- The columns named are set once, when they are empty, and never again.
  was := to_jsonb(old);
  foreach kept in array tg_argv[1:] loop
    if coalesce(was ->> kept, '') <> '' and now_is -> kept is distinct from was -> kept then
      raise exception '% of a % is never changed.', kept, tab
        using errcode = 'restrict_violation', constraint = tab || '_kept', table = tg_table_name;
    end if;
  end loop;
  return new;
end $$;
create trigger moves before insert or update on payouts_payoutrun for each row execute function payouts_moves(
  'draft', 'id', 'due_key', 'kind', 'provider', 'currency', 'zone', 'agent_id', 'cutoff', 'minimum', 'prepared_by',
  'prepared_at', 'digest', 'submitted_by', 'submitted_at', 'approved_by', 'approved_at', 'approved_digest',
  'refused_by', 'refused_reason', 'closed_at');
create trigger moves before update on payouts_payout for each row execute function payouts_moves(
  'due', 'id', 'run_id', 'account_id', 'currency', 'lo', 'hi', 'amount', 'drained_seq', 'destination_id', 'created_at');
create trigger moves before insert or update on payouts_payoutattempt for each row execute function payouts_moves(
  'prepared', 'id', 'payout_id', 'batch_id', 'number', 'key', 'prepared_at', 'sent_at');
"""
DROP_MOVES = """
drop trigger moves on payouts_payoutrun;
drop trigger moves on payouts_payout;
drop trigger moves on payouts_payoutattempt;
drop function payouts_moves();
"""

# Invariants 7 and 8. A payout begins where the last one of its account ended, holds the balance after its last posting,
# and is drained by a posting of its own, in the statement that makes it.
FOLLOWS = """
alter table payouts_payout add constraint payout_account_of_its_currency
  foreign key (account_id, currency) references payouts_account (id, currency);
create function payouts_payout_follows() returns trigger language plpgsql set search_path = public, pg_temp as $$
declare wrong record;
begin
  select into wrong f.id, f.lo, f.hi, f.amount, f.drained_seq, p.hi as hi_before, p.drained_seq as drained_before,
    l.balance_after, d.amount as drained, d.source
  from fresh f
  join payouts_account a on a.id = f.account_id
  join payouts_payoutdestination t on t.id = f.destination_id
  left join lateral (select hi, drained_seq from payouts_payout o
                     where o.account_id = f.account_id and o.id <> f.id order by o.hi desc limit 1) p on true
  left join lateral (select balance_after from payouts_everyposting e
                     where e.account_id = f.account_id and e.seq = f.hi) l on true
  left join payouts_posting d on d.account_id = f.account_id and d.seq = f.drained_seq
  where f.state <> 'due' or not a.sequenced or a.agent_id <> t.agent_id or t.currency <> f.currency
     or f.lo <> coalesce(p.hi, 0) + 1 or f.hi < coalesce(p.drained_seq, 0)
     or l.balance_after is distinct from f.amount
     or d.amount is distinct from -f.amount or d.source is distinct from 'payout:' || f.id
  limit 1;
  if found then
    raise exception 'Payout % of postings % to % does not follow: % after %, % drained as %, the last ended at % and %.',
      wrong.id, wrong.lo, wrong.hi, wrong.amount, wrong.balance_after, wrong.drained, wrong.source, wrong.hi_before,
      wrong.drained_before using errcode = 'check_violation', constraint = 'payout_follows', table = 'payouts_payout';
  end if;
  return null;
end $$;
create trigger follows after insert on payouts_payout referencing new table as fresh
  for each statement execute function payouts_payout_follows();
"""
DROP_FOLLOWS = """
drop trigger follows on payouts_payout;
drop function payouts_payout_follows();
alter table payouts_payout drop constraint payout_account_of_its_currency;
"""

# A destination says where money went: only its end, and the key it is sealed with, ever change.
DESTINATIONS = """
create function payouts_destination_kept() returns trigger language plpgsql as $$
begin
  if to_jsonb(new) - 'sealed' - 'replaced_at' is distinct from to_jsonb(old) - 'sealed' - 'replaced_at'
     or old.replaced_at is not null and new.replaced_at is distinct from old.replaced_at then
    raise exception 'A destination is replaced, never changed.' using errcode = 'restrict_violation';
  end if;
  return new;
end $$;
create trigger kept before update on payouts_payoutdestination
  for each row execute function payouts_destination_kept();
"""
DROP_DESTINATIONS = """
drop trigger kept on payouts_payoutdestination;
drop function payouts_destination_kept();
"""
