"""What agents earn for the time that they are available, measured anew each minute, for planner and operators.

Read from rows that are there already: online stretches, slots, postings, offers. `fair_share` says what they mean.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection

from agents.models import AgentLanguage
from dispatch import fair_share
from dispatch.fair_share import Worked
from dispatch.models import Standing
from payouts.rating import WORK

WINDOW = timedelta(days=7)
LOOKED_BACK = timedelta(hours=1)  # an offer older than that says nothing about being passed over now


def measure(*, now: datetime) -> int:
    """Write down every agent's standing who was available in the window; how many. Runs twice without harm.

    Readers see the old row or the new one, never half: one statement writes them all.
    """
    worked = _worked(now)
    shares = fair_share.deficits(worked)
    starved = _starved(now)
    rows = [
        Standing(
            agent_id=agent_id,
            tier=each.group[0],
            currency=each.group[1],
            earned_minor=each.earned_minor,
            slot_seconds=each.slot_seconds,
            deficit=shares[agent_id],
            starved=agent_id in starved,
            measured_at=now,
        )
        for agent_id, each in sorted(worked.items())
    ]
    told = ["tier", "currency", "earned_minor", "slot_seconds", "deficit", "starved", "measured_at"]
    Standing.objects.bulk_create(rows, update_conflicts=True, unique_fields=["agent"], update_fields=told)
    Standing.objects.filter(measured_at__lt=now - WINDOW).delete()
    return len(rows)


def _worked(now: datetime) -> dict[Any, Any]:
    """Agent -> what she earned by chats over her slot-seconds, in the currency in which she earned most."""
    since = now - WINDOW
    with connection.cursor() as cursor:
        cursor.execute(_WORKED, {"since": since, "now": now, "kinds": sorted(WORK)})
        return {
            agent_id: Worked(int(earned), int(seconds), (tier, currency))
            for agent_id, tier, currency, earned, seconds in cursor.fetchall()
        }


# An agent without any earning is compared in the currency of a brand she is certified for.
_WORKED = """
  with available as (
    select agent_id, sum(extract(epoch from least(ended_at, %(now)s) - greatest(began_at, %(since)s)) * places) as s
    from (
      select agent_id, began_at, ended_at, places from agents_onlinestretch
      where ended_at > %(since)s and began_at < %(now)s
      union all
      select agent_id, online_since, %(now)s, capacity from agents_slot
      where willing and online_since < %(now)s
    ) stretch group by 1)
  select v.agent_id, g.tier, coalesce(e.currency, b.currency), coalesce(e.earned, 0), v.s
  from available v
  join agents_agent g on g.id = v.agent_id
  left join lateral (
    select p.currency, sum(p.amount) as earned
    from payouts_account a join payouts_posting p on p.account_id = a.id
    where a.agent_id = v.agent_id and a.sequenced and p.created_at >= %(since)s and p.kind = any(%(kinds)s)
    group by 1 order by 2 desc, 1 limit 1) e on true
  left join lateral (
    select min(r.currency) as currency from agents_agentskill k
    join brands_skill w on w.id = k.skill_id join brands_brand r on r.id = w.brand_id
    where k.agent_id = v.agent_id) b on true
  where v.s > 0 and coalesce(e.currency, b.currency) is not null"""


def _starved(now: datetime) -> set[UUID]:
    """Who has room and was asked nothing for long, while others who could be asked for the same had several offers."""
    after = timedelta(seconds=settings.BECKON_WAITS["starved_after_seconds"])
    with connection.cursor() as cursor:
        cursor.execute(_PASSED_OVER, {"long_ago": now - after, "back": now - LOOKED_BACK})
        return {
            agent_id
            for agent_id, since, asked in cursor.fetchall()
            if fair_share.is_starved(since, asked, now, after=after)
        }


_PASSED_OVER = """
  with open as materialized (
    select s.agent_id, greatest(s.online_since, s.idle_since, last.at) as since
    from agents_slot s
    left join lateral (
      select max(coalesce(o.ended_at, o.offered_at)) as at from dispatch_offer o
      where o.agent_id = s.agent_id and o.offered_at > %(back)s) last on true
    where s.willing and s.held = 0 and s.active < s.places and s.gone_since is null
        and not s.reserve)
  select w.agent_id, w.since, count(*)
  from open w
  join dispatch_offer o on o.offered_at > greatest(w.since, %(back)s)
  join dispatch_escalation e on e.id = o.escalation_id
  where w.since <= %(long_ago)s
    and exists (select 1 from agents_agentlanguage l where l.agent_id = w.agent_id and l.code = e.language)
    and exists (select 1 from agents_agentskill k join brands_skill b on b.id = k.skill_id
                where k.agent_id = w.agent_id and b.brand_id = e.brand_id and b.key = e.topic)
  group by 1, 2"""


@dataclass(frozen=True, slots=True)
class Spread:
    """How an hour of one slot was paid, over the agents of a group: minor units; Gini over their hourly earnings."""

    language: str
    tier: str
    currency: str
    agents: int
    slot_hours: int
    mean: int
    low: int
    median: int
    high: int
    gini: float
    starved: int


def spreads() -> list[Spread]:
    """By language, tier and currency; an agent with two languages counts in both. Two queries."""
    standings = list(Standing.objects.filter(slot_seconds__gt=0))
    spoken: dict[UUID, list[str]] = defaultdict(list)
    for agent_id, code in AgentLanguage.objects.values_list("agent_id", "code"):
        spoken[agent_id].append(code)
    groups: dict[tuple[str, str, str], list[Standing]] = defaultdict(list)
    for standing in standings:
        for code in spoken[standing.pk]:
            groups[code, standing.tier, standing.currency].append(standing)
    return [_spread(*group, found) for group, found in sorted(groups.items())]


def hourly(standing: Standing) -> int:
    """Minor units for an hour of one slot."""
    return fair_share.per_slot_hour(Worked(standing.earned_minor, standing.slot_seconds))


def _spread(language: str, tier: str, currency: str, found: list[Standing]) -> Spread:
    ordered = sorted(map(hourly, found))
    seconds = sum(each.slot_seconds for each in found)
    return Spread(
        language=language,
        tier=tier,
        currency=currency,
        agents=len(found),
        slot_hours=seconds // fair_share.HOUR_SECONDS,
        mean=fair_share.per_slot_hour(Worked(sum(each.earned_minor for each in found), seconds)),
        low=fair_share.quantile(ordered, 0.1) or 0,
        median=fair_share.quantile(ordered, 0.5) or 0,
        high=fair_share.quantile(ordered, 0.9) or 0,
        gini=round(fair_share.gini(ordered), 3),
        starved=sum(each.starved for each in found),
    )
