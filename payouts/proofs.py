"""What the ledger's audit asks the database: each query counts the rows that break one invariant."""

from collections.abc import Mapping

# Each trigger and right that keeps history as it is; a dropped or sleeping one is a fault before anything is lost.
GUARDED = "('payouts_posting', 'never'), ('payouts_earningfact', 'never'), ('payouts_ledgeraudit', 'never')"
FOLLOWING = "('payouts_posting', 'follows'), ('payouts_account', 'follows'), ('payouts_payplan', 'frozen')"

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
    "4_history_unguarded": f"""
        select (select count(*) from (values {GUARDED}, {FOLLOWING}) t(tab, name) where not exists (
                  select 1 from pg_trigger g
                  where g.tgrelid = t.tab::regclass and g.tgname = t.name and g.tgenabled in ('O', 'A')))
             + (select count(*) from (values {GUARDED}) t(tab, name)
                where has_table_privilege(current_user, t.tab, 'UPDATE, DELETE, TRUNCATE'))
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
