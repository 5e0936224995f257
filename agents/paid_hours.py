"""Who is in a paid shift now, for whoever rings agents. The shifts write these rows; nobody else asks why."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from agents.models import PaidHours
from marketplace.refusals import Refused


def in_them(agent_ids: Collection[UUID], *, now: datetime) -> set[UUID]:
    """Those of these agents who are paid for being there at this moment; no query for nobody."""
    if not agent_ids:
        return set()
    running = PaidHours.objects.filter(agent_id__in=agent_ids, begins_at__lte=now, ends_at__gt=now)
    return set(running.values_list("agent_id", flat=True))


def in_them_sql(agent: str) -> str:
    """The condition "she is in them now" for a query that is given `now`; `agent` is an expression for her id."""
    return f"""exists (select from agents_paidhours paid
      where paid.agent_id = {agent} and paid.begins_at <= %(now)s and paid.ends_at > %(now)s)"""


def grant(agent_id: UUID, begins_at: datetime, ends_at: datetime) -> PaidHours:
    """These hours are paid, or end at another time than was said before. Refused where they would end before they
    begin."""
    if ends_at <= begins_at:
        raise Refused("Paid hours end after they begin.", code="bad_hours")
    hours, _ = PaidHours.objects.update_or_create(agent_id=agent_id, begins_at=begins_at, defaults={"ends_at": ends_at})
    return hours


def withdraw(agent_id: UUID, begins_at: datetime) -> None:
    """The hours that begin at this moment are paid no more; a repeat changes nothing."""
    PaidHours.objects.filter(agent_id=agent_id, begins_at=begins_at).delete()
