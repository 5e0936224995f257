"""What agents earn for the time that they are available, measured anew each minute, for planner and operators.

Read from rows that are there already: online stretches, slots, postings, offers. `fair_share` says what they mean.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import connection

from agents import certified
from agents.models import AgentLanguage
from dispatch import fair_share
from dispatch.fair_share import Worked
from dispatch.models import Standing
from payouts.rating import WORK

WINDOW = timedelta(days=7)
LONGEST_CHAT = timedelta(days=1)  # of one that began before the window
LOOKED_BACK = timedelta(hours=1)  # an offer older than that says nothing about being passed over now


def measure(*, now: datetime) -> int:
    """Write down every agent's standing who was available in the window; how many. Runs twice without harm.

    Readers see the old row or the new one, never half: one statement writes them all.
    """
    worked = _worked(now)
    shares = fair_share.deficits(worked)
    starved = _starved(now)
    rows = []
    for agent_id, parts in sorted(worked.items()):
        (tier, currency), most = _most_of(parts)
        rows.append(
            Standing(
                agent_id=agent_id,
                tier=tier,
                currency=currency,
                earned_minor=most.earned_minor,
                slot_seconds=most.slot_seconds,
                deficit=shares[agent_id],
                starved=agent_id in starved,
                measured_at=now,
            )
        )
    told = ["tier", "currency", "earned_minor", "slot_seconds", "deficit", "starved", "measured_at"]
    Standing.objects.bulk_create(rows, update_conflicts=True, unique_fields=["agent"], update_fields=told)
    Standing.objects.filter(measured_at__lt=now - WINDOW).delete()
    return len(rows)


Cell = tuple[str, str]  # currency and language: what earnings are told apart by


def _most_of(parts: Sequence[Worked]) -> tuple[tuple[str, str], Worked]:
    """(tier, currency) of that part of her time that was longest, and what she earned in it."""
    by: dict[tuple[str, str], Worked] = {}
    for part in parts:
        assert isinstance(part.group, tuple), "tier, currency, language: see _parts"
        tier, currency, _ = part.group
        had = by.get((tier, currency), Worked(0, 0))
        by[tier, currency] = Worked(had.earned_minor + part.earned_minor, had.slot_seconds + part.slot_seconds)
    return max(sorted(by.items()), key=lambda each: (each[1].slot_seconds, each[1].earned_minor))


def _worked(now: datetime) -> dict[UUID, list[Worked]]:
    """Agent -> what she earned by chats in each currency and language, over her slot-seconds as they fall to each: in
    the proportion of the time she spent in chats there. Without any chat they fall alike to all that she could serve.
    """
    since = now - WINDOW
    with connection.cursor() as cursor:
        cursor.execute(_AVAILABLE, {"since": since, "now": now})
        available = {agent_id: (tier, seconds) for agent_id, tier, seconds in cursor.fetchall()}
        begun = since - LONGEST_CHAT
        cursor.execute(
            _DID, {"ids": list(available), "since": since, "now": now, "begun": begun, "kinds": sorted(WORK)}
        )
        did: dict[UUID, dict[Cell, tuple[int, int]]] = defaultdict(dict)
        for agent_id, currency, language, earned, seconds in cursor.fetchall():
            did[agent_id][currency, language] = int(earned), int(seconds)
        cursor.execute(_COULD, {"ids": [agent_id for agent_id in available if agent_id not in did]})
        for agent_id, currency, language in cursor.fetchall():
            did[agent_id][currency, language] = 0, 0
    return {agent_id: _parts(*of, did[agent_id]) for agent_id, of in available.items() if agent_id in did}


def _parts(tier: str, seconds: int, did: Mapping[Cell, tuple[int, int]]) -> list[Worked]:
    spent = {cell: in_chats for cell, (_, in_chats) in sorted(did.items())}
    shares = fair_share.split(seconds, spent if any(spent.values()) else dict.fromkeys(spent, 1))
    return [Worked(earned, shares[cell], (tier, *cell)) for cell, (earned, _) in sorted(did.items())]


# A stretch under way counts with the capacity of now, one that is over with that of its end: nothing changes as she
# goes offline. Places that her wishes give or take for a chat ("one more", "last one") are no part of either.
_AVAILABLE = """
  select v.agent_id, g.tier, v.s
  from (
    select agent_id,
      sum(extract(epoch from least(ended_at, %(now)s) - greatest(began_at, %(since)s)) * places)::bigint as s
    from (
      select agent_id, began_at, ended_at, places from agents_onlinestretch
      where ended_at > %(since)s and began_at < %(now)s
      union all
      select agent_id, online_since, %(now)s, capacity from agents_slot
      where willing and online_since < %(now)s
    ) stretch group by 1) v
  join agents_agent g on g.id = v.agent_id
  where v.s > 0"""

# A chat counts from its acceptance until it was over or fell asleep.
_DID = """
  select agent_id, currency, language, sum(earned)::bigint, sum(seconds)::bigint
  from (
    select a.agent_id, p.currency, e.language, p.amount as earned, 0 as seconds
    from payouts_account a
    join payouts_posting p on p.account_id = a.id
    join conversations_engagement e on e.id = p.engagement_id
    where a.agent_id = any(%(ids)s) and a.sequenced and p.created_at >= %(since)s and p.kind = any(%(kinds)s)
    union all
    select e.agent_id, b.currency, e.language, 0,
      extract(epoch from coalesce(e.ended_at, e.dormant_since, %(now)s) - greatest(e.accepted_at, %(since)s))
    from conversations_engagement e join brands_brand b on b.id = e.brand_id
    where e.agent_id = any(%(ids)s) and e.accepted_at > %(begun)s and e.accepted_at < %(now)s
      and coalesce(e.ended_at, e.dormant_since, %(now)s) > %(since)s) each_chat
  group by 1, 2, 3"""

_COULD = """
  select distinct k.agent_id, b.currency, l.code
  from agents_agentskill k
  join brands_skill w on w.id = k.skill_id
  join brands_brand b on b.id = w.brand_id
  join agents_agentlanguage l on l.agent_id = k.agent_id
  where k.agent_id = any(%(ids)s)"""


def _starved(now: datetime) -> set[UUID]:
    """Who has room and was asked nothing for long, while others who could be asked for the same had several offers."""
    after = timedelta(seconds=settings.BECKON_WAITS["starved_after_seconds"])
    with connection.cursor() as cursor:
        cursor.execute(_PASSED_OVER, {"now": now, "long_ago": now - after, "back": now - LOOKED_BACK})
        return {
            agent_id
            for agent_id, since, asked in cursor.fetchall()
            if fair_share.is_starved(since, asked, now, after=after)
        }


# Who is learning a topic is asked after the others by rule, so what they are asked passes her over in nothing.
_PASSED_OVER = f"""
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
    and exists (select 1 from agents_agentlanguage l where l.agent_id = w.agent_id and l.code = e.language
                  and {certified.in_force_sql("l")})
    and exists (select 1 from agents_agentskill k join brands_skill b on b.id = k.skill_id
                where k.agent_id = w.agent_id and b.brand_id = e.brand_id and b.key = e.topic
                  and k.level > {certified.LEARNER} and {certified.in_force_sql("k")})
  group by 1, 2"""  # noqa: S608  (the only words put in are conditions)


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
