"""What the ledger's audit asks the database: each query counts the rows that break one invariant."""

from collections.abc import Mapping

FAULTS: Mapping[str, str] = {
    "1_unbalanced_movement": """
        select count(*) from payouts_everyposting where amount = 0 or account_id = contra_id
    """,
    "2_mixed_currencies": """
        select count(*) from payouts_everyposting p
        left join payouts_account a on a.id = p.account_id
        left join payouts_account c on c.id = p.contra_id
        where a.currency is distinct from p.currency or c.currency is distinct from p.currency
    """,
    "3_paid_twice": """
        select count(*) from (select from payouts_everyposting group by source having count(*) > 1) twice
    """,
    # A guard that is dropped, sleeping or granted away is a fault before anything is lost.
    "4_history_unguarded": """
        with kept(tab) as (values
            ('payouts_posting'), ('payouts_earningfact'), ('payouts_ledgeraudit'), ('payouts_archivedposting'),
            ('payouts_period'), ('payouts_closingbalance'), ('payouts_archiving'), ('payouts_night')),
          guards(tab, name) as (
            select tab, 'never' from kept
            union all values
              ('payouts_posting', 'follows'), ('payouts_posting', 'leaves'), ('payouts_archivedposting', 'comes'),
              ('payouts_period', 'closes'), ('payouts_night', 'follows'), ('payouts_account', 'follows'),
              ('payouts_payplan', 'frozen'),
              ('payouts_payout', 'follows'), ('payouts_payout', 'moves'), ('payouts_payout', 'drains'),
              ('payouts_payoutrun', 'moves'), ('payouts_payoutattempt', 'moves'),
              ('payouts_dispute', 'stays'), ('payouts_hold', 'stays'), ('payouts_clawback', 'stays'),
              ('payouts_posting', 'gives'), ('payouts_unitpool', 'follows'))
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
        select count(*) from payouts_everyposting p
        left join payouts_earningfact f
          on f.engagement_id is not distinct from p.engagement_id and f.sha256 = p.receipt ->> 'fact_sha256'
        where f.id is null and (p.engagement_id is not null or p.receipt ? 'fact_sha256')
    """,
    "5_gap_or_fork": """
        select count(*) from (
          select seq, lag(seq, 1, 0::bigint) over (partition by account_id order by seq) as seq_before
          from payouts_everyposting where seq is not null) walk
        where seq <> seq_before + 1
    """,
    "6_running_balance": """
        select count(*) from (
          select balance_after, sum(amount) over (partition by account_id order by seq) as true_balance
          from payouts_everyposting where seq is not null) walk
        where balance_after <> true_balance
    """,
    "6_account_balance": """
        select count(*) from payouts_account a
        left join (select account_id, max(seq) as last_seq, sum(amount) as balance
                   from payouts_everyposting where seq is not null group by account_id) p on p.account_id = a.id
        where a.last_seq <> coalesce(p.last_seq, 0) or a.balance <> coalesce(p.balance, 0)
    """,
    # A period is what it was when it closed, whether its postings lie in the open books or in the archive.
    "4_closed_period_altered": """
        select count(*) from (
          select d.id, d.postings, d.totals, coalesce(sum(s.many), 0) as many,
            coalesce(jsonb_object_agg(s.currency, s.total) filter (where s.currency is not null), '{}') as sums
          from payouts_period d
          left join lateral (
            select p.currency, count(*) as many, sum(p.amount)::bigint as total from payouts_everyposting p
            where p.created_at >= lower(d.during) and p.created_at < upper(d.during) group by p.currency) s on true
          group by d.id) told
        where postings <> many or totals <> sums
    """,
    "6_closing_balance": """
        select count(*) from payouts_closingbalance b
        join payouts_everyposting p on p.account_id = b.account_id and p.seq = b.last_seq
        where b.balance <> p.balance_after
    """,
    "7_ranges_of_payouts": """
        select count(*) from (
          select lo, lag(hi, 1, 0::bigint) over (partition by account_id order by hi) as hi_before
          from payouts_payout) walk
        where lo <> hi_before + 1
    """,
    # What is claimed and not drained yet has no posting, and stands in the balance whole.
    "8_payout_and_its_lines": """
        select count(*) from payouts_payout p
        full join (select * from payouts_everyposting where kind = 'payout') d on d.source = 'payout:' || p.id
        left join payouts_everyposting l on l.account_id = p.account_id and l.seq = p.hi
        left join payouts_account a on a.id = p.account_id
        where p.id is null or l.balance_after is distinct from p.amount
          or d.account_id is distinct from case when p.drained_seq is not null then p.account_id end
          or d.amount is distinct from case when p.drained_seq is not null then -p.amount end
          or d.seq is distinct from p.drained_seq or p.drained_seq is null and a.balance < p.amount
    """,
    "8_money_on_its_way": """
        select count(*) from (
          select c.name, sum(case when e.contra_id = c.id then -e.amount else e.amount end) as held
          from payouts_account c
          join payouts_everyposting e on e.contra_id = c.id or e.account_id = c.id
          where c.name like 'in_transit:%' group by c.name) books
        full join (
          select 'in_transit:' || r.provider || ':' || p.currency as name, sum(p.amount) as held
          from payouts_payout p join payouts_payoutrun r on r.id = p.run_id
          where p.state in ('due', 'approved', 'sent') and p.drained_seq is not null group by 1) under_way using (name)
        where coalesce(books.held, 0) <> coalesce(under_way.held, 0)
    """,
    "10_second_person": """
        select count(*) from payouts_payoutrun
        where approved_by <> '' and (approved_by in (prepared_by, submitted_by) or approved_digest <> digest)
    """,
    "9_debts": """
        select count(*) from (
          select d.agent_id, d.currency, sum(d.amount - d.recovered) as owed from payouts_debt d
          group by d.agent_id, d.currency) debts
        full join (
          select c.agent_id, c.currency, sum(p.amount) as moved from payouts_everyposting p
          join payouts_account c on c.id = p.contra_id and c.name like 'agent:%:recoverable:%'
          group by c.agent_id, c.currency) sides using (agent_id, currency)
        where coalesce(owed, 0) <> coalesce(moved, 0)
    """,
    "11_holds": """
        select count(*) from (
          select h.agent_id, h.currency, sum(h.amount) as held from payouts_hold h where h.state = 'open'
          group by h.agent_id, h.currency) holds
        full join (
          select c.agent_id, c.currency, sum(p.amount) as moved from payouts_everyposting p
          join payouts_account c on c.id = p.contra_id and c.name like 'agent:%:held:%'
          group by c.agent_id, c.currency) sides using (agent_id, currency)
        where coalesce(held, 0) <> -coalesce(moved, 0)
    """,
    "units_beyond_their_pool": """
        select count(*) from payouts_unitpool u
        left join (select contra_id, sum(amount) as given from payouts_everyposting
                   where currency in ('PTS', 'EQU') group by contra_id) p on p.contra_id = u.account_id
        where u.issued <> coalesce(p.given, 0)
    """,
}

COUNTS = "select (select count(*) from payouts_everyposting), (select count(*) from payouts_earningfact)"
TOTALS = "select currency, sum(amount)::bigint from payouts_everyposting group by currency order by currency"
