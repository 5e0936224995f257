"""DAC7: what a platform tells the tax office of each seller, once a year, as a table with the directive's fields.

Council Directive (EU) 2021/514, Annex V, section III, B. One row a seller and currency. Quarters are those of UTC.
"""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from agents.models import Agent
from audit import journal
from marketplace.refusals import Refused
from payouts.earnings import EARNED
from payouts.models import PayoutDestination
from payouts.runs import destinations, vault
from payouts.statement_files import cell, plain

FIRST_YEAR = 2023  # when the directive began
QUARTERS = (1, 2, 3, 4)
# What the directive asks for and nobody has been asked yet: its columns stay, and are empty.
NOT_KEPT = ("primary_address", "tin", "tin_issued_by", "vat_number", "date_of_birth")
COLUMNS = (
    "seller_id",
    "name",
    *NOT_KEPT,
    "member_state_of_residence",
    "financial_account_identifier",
    "account_holder_if_different",
    "currency",
    *(f"consideration_q{quarter}" for quarter in QUARTERS),
    *(f"activities_q{quarter}" for quarter in QUARTERS),
    *(f"fees_q{quarter}" for quarter in QUARTERS),
    *(f"taxes_withheld_q{quarter}" for quarter in QUARTERS),
)


@dataclass(frozen=True, slots=True)
class Quarter:
    """What one seller was credited in one quarter, minor units, and for how many chats."""

    consideration: int = 0
    activities: int = 0


def export(year: int, *, by: str, now: datetime) -> str:
    """The year's table, every seller who was credited anything. Names full account numbers: who made it is kept."""
    if not FIRST_YEAR <= year <= now.year:
        raise Refused(f"Choose a year from {FIRST_YEAR} to {now.year}.", code="year")
    found = _credited(year)
    table = io.StringIO(newline="")
    writer = csv.writer(table, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    agents = Agent.objects.select_related("user").in_bulk({agent_id for agent_id, _ in found})
    accounts = _accounts(agents.keys())
    for (agent_id, currency), quarters in found.items():
        row = _row(agents[agent_id], currency, quarters, accounts.get((agent_id, currency)))
        writer.writerow([cell(value) for value in row])
    journal.record("dac7.export", actor=by, subject=f"year:{year}", now=now, detail={"sellers": len(agents)})
    return "\ufeff" + table.getvalue()


def _row(
    agent: Agent, currency: str, quarters: Mapping[int, Quarter], account: PayoutDestination | None
) -> Sequence[object]:
    each = [quarters.get(quarter, Quarter()) for quarter in QUARTERS]
    number, holder = _in_clear(account)
    name = agent.user.get_full_name() or agent.display_name
    nothing = plain(0, currency)  # We keep no fee of an agent's pay, and withhold no tax.
    return [
        str(agent.pk),
        name,
        *("" for _ in NOT_KEPT),
        agent.country,
        number,
        holder if holder != name else "",
        currency,
        *(plain(quarter.consideration, currency) for quarter in each),
        *(quarter.activities for quarter in each),
        *(nothing for _ in QUARTERS),
        *(nothing for _ in QUARTERS),
    ]


def _in_clear(account: PayoutDestination | None) -> tuple[str, str]:
    """The account's number and holder, or neither where there is none, or its key is gone."""
    if account is None:
        return "", ""
    try:
        opened = destinations.opened(account)
    except vault.NoKey:
        return "", ""
    return opened.iban or opened.provider_account, opened.holder


def _accounts(agent_ids: Any) -> dict[tuple[UUID, str], PayoutDestination]:
    held = PayoutDestination.objects.filter(agent_id__in=list(agent_ids), replaced_at=None)
    return {(account.agent_id, account.currency): account for account in held}


def _credited(year: int) -> dict[tuple[UUID, str], dict[int, Quarter]]:
    """By agent and currency, then by quarter. Payouts and holds move money, and are no consideration."""
    with connection.cursor() as cursor:
        cursor.execute(_CREDITED, [year, year, [*EARNED, "clawback"]])
        rows = cursor.fetchall()
    found: dict[tuple[UUID, str], dict[int, Quarter]] = {}
    for agent_id, currency, quarter, consideration, activities in rows:
        found.setdefault((agent_id, currency), {})[quarter] = Quarter(consideration, activities)
    return found


_CREDITED = """
select a.agent_id, p.currency, extract(quarter from p.created_at at time zone 'UTC')::int as quarter,
  sum(p.amount)::bigint, count(distinct p.engagement_id) filter (where p.amount > 0)
from payouts_everyposting p
join payouts_account a on a.id = p.account_id and a.sequenced
where p.created_at >= make_timestamptz(%s, 1, 1, 0, 0, 0, 'UTC')
  and p.created_at < make_timestamptz(%s + 1, 1, 1, 0, 0, 0, 'UTC')
  and p.kind = any(%s) and p.currency not in ('PTS', 'EQU')
group by 1, 2, 3 order by 1, 2, 3"""
