"""Who waits and who could take it, read from the database for one planning round."""

import json
from collections import defaultdict
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models.functions import Coalesce

from conversations.models import Engagement
from dispatch.matching import Candidate, Certificate, Certificates, Waiting
from dispatch.models import AbuseReport, Offer


def waiting(*, limit: int = 2_000) -> list[Waiting]:
    """Escalations without an offer whose customer is there, the most urgent first, each with whom it was offered to."""
    with connection.cursor() as cursor:
        cursor.execute(_WAITING, [limit])
        rows = cursor.fetchall()
    asked = _asked([row[0] for row in rows])
    return [
        Waiting(id_, brand_id, topic, language, priority, queued_at.timestamp(), asked.get(id_, {}), first, family)
        for id_, brand_id, topic, language, priority, queued_at, first, family in rows
    ]


_WAITING = """
  select e.id, e.brand_id, e.topic, e.language, e.priority, coalesce(e.waits_since, e.queued_at) as since,
    e.first_agent_id, coalesce(t.family, '')
  from dispatch_escalation e left join brands_skill t on t.brand_id = e.brand_id and t.key = e.topic
  where e.state = 'waiting' and e.customer_gone_since is null and e.held_until is null
  order by e.priority desc, since limit %s"""


def candidates() -> list[Candidate]:
    """Agents who are approved, willing and connected; those who have no place free too."""
    with connection.cursor() as cursor:
        cursor.execute(_CANDIDATES)
        return [_candidate(*row) for row in cursor]


def _candidate(agent_id: UUID, tier: str, languages: str, skills: str, places: int, *facts: Any) -> Candidate:
    active, held, idle_since, reserve, deficit, starved = facts
    return Candidate(
        agent_id=agent_id,
        certificates=_certificates(skills, languages, tier),
        active=active,
        capacity=places,
        held=held,
        idle_since=idle_since.timestamp() if idle_since else None,
        reserve=reserve,
        deficit=deficit,
        starved=starved,
    )


_CANDIDATES = """
  select s.agent_id, g.tier,
    (select jsonb_agg(jsonb_build_array(l.code, l.level, extract(epoch from l.valid_until)) order by l.code)
       from agents_agentlanguage l where l.agent_id = s.agent_id),
    (select jsonb_agg(jsonb_build_array(k.brand_id, k.key, a.level, extract(epoch from a.valid_until), k.family)
                      order by k.brand_id, k.key)
       from agents_agentskill a join brands_skill k on k.id = a.skill_id where a.agent_id = s.agent_id),
    s.places, s.active, s.held, s.idle_since, s.reserve, coalesce(f.deficit, 0),
    coalesce(f.starved and not exists (
      select 1 from dispatch_offer o where o.agent_id = s.agent_id and o.offered_at > f.measured_at), false)
  from agents_slot s join agents_agent g on g.id = s.agent_id
  left join dispatch_standing f on f.agent_id = s.agent_id
  where s.willing and s.gone_since is null and g.state = 'approved'
    and exists (select 1 from agents_agentlanguage l where l.agent_id = s.agent_id)
    and exists (select 1 from agents_agentskill a where a.agent_id = s.agent_id)
    and exists (select 1 from realtime_connection c join realtime_serverlease e on e.id = c.server_id
                where c.principal = 'agent:' || s.agent_id and e.expires_at > clock_timestamp())"""


@lru_cache(maxsize=50_000)
def _certificates(skills: str, languages: str, tier: str) -> Certificates:
    """The same object for the same words of the database, so that the planner works them out once."""
    return Certificates(
        {
            (UUID(brand), topic): Certificate(level, until, family)
            for brand, topic, level, until, family in json.loads(skills)
        },
        {code: Certificate(level, until) for code, level, until in json.loads(languages)},
        tier,
    )


def _asked(escalation_ids: list[UUID]) -> dict[UUID, dict[UUID, float]]:
    """When each agent last had to do with each escalation: the end of her offer, or of the chat that came of it."""
    offers = Offer.objects.filter(escalation_id__in=escalation_ids)
    chats = Engagement.objects.filter(escalation_id__in=escalation_ids, ended_at__isnull=False)
    over = [
        *offers.values_list("escalation_id", "agent_id", Coalesce("ended_at", "offered_at")),
        *chats.values_list("escalation_id", "agent_id", "ended_at"),
    ]
    asked: dict[UUID, dict[UUID, float]] = defaultdict(dict)
    for escalation_id, agent_id, at in sorted(over, key=lambda row: row[2]):
        asked[escalation_id][agent_id] = at.timestamp()
    for escalation_id, agent_id in _parted(escalation_ids):
        asked[escalation_id][agent_id] = NEVER_AGAIN
    return asked


NEVER_AGAIN = datetime(9999, 1, 1, tzinfo=UTC).timestamp()  # asked in the future: never long enough ago


def _parted(escalation_ids: list[UUID]) -> list[tuple[UUID, UUID]]:
    """(escalation, agent): this agent once left a chat because of how this very customer treated her."""
    reports = AbuseReport.objects.filter(customer__conversations__escalations__in=escalation_ids)
    pairs = reports.exclude(finding="unfounded").values_list("customer__conversations__escalations", "agent_id")
    wanted = set(escalation_ids)
    return [pair for pair in pairs if pair[0] in wanted]
