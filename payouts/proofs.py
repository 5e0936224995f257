"""What the ledger's audit asks the database: each query counts the rows that break one invariant."""

from collections.abc import Mapping

FAULTS: Mapping[str, str] = {
    "1_unbalanced_movement": """
        select count(*) from payouts_posting where amount = 0 or account_id = contra_id
    """,
    "2_mixed_currencies": """
        select count(*) from payouts_posting p
        left join payouts_account a on a.id = p.account_id
        left join payouts_account c on c.id = p.contra_id
        where a.currency is distinct from p.currency or c.currency is distinct from p.currency
    """,
    "3_paid_twice": """
        select count(*) from (select from payouts_posting group by source having count(*) > 1) twice
    """,
    # A guard that is dropped, sleeping or granted away is a fault before anything is lost.
    "4_history_unguarded": """
        with kept(tab) as (values ('payouts_posting'), ('payouts_earningfact'), ('payouts_ledgeraudit')),
          guards(tab, name) as (
            select tab, 'never' from kept
            union all values
              ('payouts_posting', 'follows'), ('payouts_account', 'follows'), ('payouts_payplan', 'frozen'))
        select (select count(*) from guards where not exists (
                  select 1 from pg_trigger t
                  where t.tgrelid = guards.tab::regclass and t.tgname = guards.name and t.tgenabled in ('O', 'A')))
             + (select count(*) from kept
                where has_table_privilege(current_user, kept.tab, 'UPDATE, DELETE, TRUNCATE'))
    """,
    "4_facts_rewritten": """
        select count(*) from payouts_earningfact where sha256 <> encode(sha256(convert_to(canonical, 'UTF8')), 'hex')
    """,
    "4_paid_without_facts": """
        select count(*) from payouts_posting p
        left join payouts_earningfact f
          on f.engagement_id = p.engagement_id and f.sha256 = p.receipt ->> 'fact_sha256'
        where f.id is null
    """,
    "5_gap_or_fork": """
        select count(*) from (
          select seq, lag(seq, 1, 0::bigint) over (partition by account_id order by seq) as seq_before
          from payouts_posting) walk
        where seq <> seq_before + 1
    """,
    "6_running_balance": """
        select count(*) from (
          select balance_after, sum(amount) over (partition by account_id order by seq) as true_balance
          from payouts_posting) walk
        where balance_after <> true_balance
    """,
    "6_account_balance": """
        select count(*) from payouts_account a
        left join (select account_id, max(seq) as last_seq, sum(amount) as balance
                   from payouts_posting group by account_id) p on p.account_id = a.id
        where a.last_seq <> coalesce(p.last_seq, 0) or a.balance <> coalesce(p.balance, 0)
    """,
}

COUNTS = "select (select count(*) from payouts_posting), (select count(*) from payouts_earningfact)"
TOTALS = "select currency, sum(amount)::bigint from payouts_posting group by currency order by currency"
