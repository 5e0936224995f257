"""Why an agent cannot be asked by anybody at all, so that nobody waits for a ring that never comes."""

from typing import Literal

from agents import certified

Hindrance = Literal["", "languages", "topics", "unpaid"]


# Of an agent of row `g`, for a query that is given `now`: no language in force, no topic in force, no pay plan for her
# tier at any brand whose topic she holds; empty where she may be asked about something.
HINDRANCE_SQL = f"""case
    when not exists (select from agents_agentlanguage l where l.agent_id = g.id and {certified.in_force_sql("l")})
      then 'languages'
    when not exists (select from agents_agentskill a where a.agent_id = g.id and {certified.in_force_sql("a")})
      then 'topics'
    when not exists (
      select from agents_agentskill a
      join brands_skill k on k.id = a.skill_id
      join brands_brand b on b.id = k.brand_id
      join payouts_payplan p on p.brand_id = b.id and p.tier = g.tier and p.currency = b.currency
        and p.valid @> %(now)s::timestamptz
      where a.agent_id = g.id and {certified.in_force_sql("a")}) then 'unpaid'
    else '' end"""  # noqa: S608  (the only words put in are the condition's)
