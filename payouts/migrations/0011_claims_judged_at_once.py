"""The payouts of a statement are judged by a plan made for as many as there are."""

from django.db import migrations

from payouts.migrations import _claim_rules

# Invariants 7 and 8 as before. The two queries are planned anew for each statement (execute): a plan kept from a
# cash-out would look thousands up one by one, and one kept from a run would read all accounts to judge a single payout.
# Postings are looked up in queries of their own, by index, however many there are. Where a payout reaches to the last
# posting, the balance after it stands in the account, which is held here and follows its postings by their triggers.
FOLLOWS = """
create or replace function payouts_payout_follows() returns trigger language plpgsql
  set search_path = public, pg_temp as $$
declare wrong record;
begin
  execute 'select from payouts_account where id in (select account_id from fresh) order by id for no key update';
  execute $query$
  with judged as materialized (
    select f.id, f.lo, f.hi, f.amount, f.drained_seq, f.state, f.currency,
      r.id as run_id, r.currency as run_currency, t.id as destination_id, t.currency as destination_currency,
      a.id as account_id, a.sequenced, a.balance, a.agent_id, t.agent_id as paid_to,
      p.id as before, p.hi as hi_before, p.drained_seq as drained_before,
      case when f.hi = a.last_seq then a.balance
        else (select balance_after from payouts_everyposting l where l.account_id = f.account_id and l.seq = f.hi)
      end as balance_after
    from fresh f
    left join payouts_payoutrun r on r.id = f.run_id
    left join payouts_payoutdestination t on t.id = f.destination_id
    left join payouts_account a on a.id = f.account_id and a.currency = f.currency
    left join lateral (select id, hi, drained_seq from payouts_payout o
                       where o.account_id = f.account_id and o.id <> f.id order by o.hi desc limit 1) p on true)
  select j.*, d.amount as drained, d.source from judged j
  left join lateral (select amount, source from payouts_posting e where j.drained_seq is not null
                     and e.account_id = j.account_id and e.seq = j.drained_seq limit 1) d on true
  where j.state <> 'due' or j.run_id is null or j.destination_id is null or j.account_id is null
     or j.run_currency <> j.currency or j.destination_currency <> j.currency
     or not j.sequenced or j.agent_id <> j.paid_to
     or j.lo <> coalesce(j.hi_before, 0) + 1 or j.hi < coalesce(j.drained_before, 0)
     or j.before is not null and j.drained_before is null
     or j.balance_after is distinct from j.amount
     or j.drained_seq is null and j.balance < j.amount
     or j.drained_seq is not null
        and (d.amount is distinct from -j.amount or d.source is distinct from 'payout:' || j.id)
  limit 1
  $query$ into wrong;
  if wrong.id is not null then
    raise exception
      'Payout % of postings % to % does not follow: % after %, % drained as %, the last ended at % and %.', wrong.id,
      wrong.lo, wrong.hi, wrong.amount, wrong.balance_after, wrong.drained, wrong.source, wrong.hi_before,
      wrong.drained_before using errcode = 'check_violation', constraint = 'payout_follows', table = 'payouts_payout';
  end if;
  return null;
end $$;
"""
# The function as the seventh migration left it.
_BEFORE = _claim_rules.FOLLOWS.partition("create or replace function")
FOLLOWED = _BEFORE[1] + _BEFORE[2]


class Migration(migrations.Migration):
    dependencies = [
        ("payouts", "0010_empty_runs_close"),
    ]

    operations = [migrations.RunSQL(FOLLOWS, FOLLOWED)]
