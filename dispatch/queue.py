"""Where a waiting customer stands: place in the queue and an honest range for the wait."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection
from django.db.models import Count

from dispatch.models import Offer
from realtime import protocol

OBSERVED = timedelta(minutes=15)
FEWEST_OBSERVED = 3


@dataclass(frozen=True, slots=True)
class InLine:
    """One waiting escalation, with how many of its class (brand and language) stand before it."""

    conversation_id: UUID
    customer_id: UUID
    brand_id: UUID
    language: str
    ahead: int


def in_line(conversation_id: UUID | None = None, *, customers: Sequence[UUID] | None = None) -> list[InLine]:
    """Everybody who waits or is being offered, in the order in which they are served; or some of them."""
    with connection.cursor() as cursor:
        cursor.execute(_IN_LINE, {"one": conversation_id, "some": None if customers is None else list(customers)})
        return [InLine(*row) for row in cursor.fetchall()]


_IN_LINE = """
  select conversation_id, customer_id, brand_id, language, ahead from (
    select e.conversation_id, c.customer_id, e.brand_id, e.language,
      row_number() over (partition by e.brand_id, e.language order by e.priority desc, e.queued_at, e.id) - 1 as ahead
    from dispatch_escalation e join conversations_conversation c on c.id = e.conversation_id
    where e.state in ('waiting', 'offered')) line
  where (%(one)s::uuid is null or conversation_id = %(one)s)
    and (%(some)s::uuid[] is null or customer_id = any(%(some)s::uuid[]))
  order by brand_id, language, ahead"""


def place_of(conversation_id: UUID, *, now: datetime) -> protocol.Place | None:
    """Where this conversation stands; None when it does not wait."""
    found = in_line(conversation_id)
    return place(found[0], accepted=accepted_lately(now), online=people_online(), now=now) if found else None


def places_of(customer_ids: Sequence[UUID], *, now: datetime) -> dict[UUID, tuple[UUID, protocol.Place]]:
    """(conversation, place) of each of these customers who waits; one query where nobody does."""
    waiting = in_line(customers=customer_ids) if customer_ids else []
    if not waiting:
        return {}
    accepted, online = accepted_lately(now), people_online()
    return {
        line.customer_id: (line.conversation_id, place(line, accepted=accepted, online=online, now=now))
        for line in waiting
    }


def place(
    line: InLine, *, accepted: dict[tuple[UUID, str], int], online: dict[tuple[UUID, str], int], now: datetime
) -> protocol.Place:
    """The wait is the queue ahead over the rate at which this class was lately served, from half to twice of it.

    While people are free and nobody is ahead it is the time of a ring or two. With neither, nobody can say.
    """
    of_class = (line.brand_id, line.language)
    served, people = accepted.get(of_class, 0), online.get(of_class, 0)
    low: int | None = None
    high: int | None = None
    if people and served >= FEWEST_OBSERVED:
        each = OBSERVED.total_seconds() / served
        low, high = round(line.ahead * each / 2), max(60, round((line.ahead + 1) * each * 2))
    elif people and line.ahead < people:
        low, high = 0, 120
    return protocol.Place(place=line.ahead + 1, low_s=low, high_s=high, people_online=people, at=now)


def accepted_lately(now: datetime) -> dict[tuple[UUID, str], int]:
    """Offers accepted in the last quarter of an hour, by brand and language."""
    accepted = Offer.objects.filter(state=Offer.State.ACCEPTED, ended_at__gt=now - OBSERVED)
    rows = accepted.values_list("brand_id", "escalation__language").annotate(Count("pk"))
    return {(brand, language): count for brand, language, count in rows.order_by()}


def people_online() -> dict[tuple[UUID, str], int]:
    """Connected and willing agents by brand and language, busy ones included."""
    with connection.cursor() as cursor:
        cursor.execute(_ONLINE)
        return {(brand, language): count for brand, language, count in cursor.fetchall()}


_ONLINE = """
  select k.brand_id, l.code, count(distinct s.agent_id)
  from agents_slot s
  join agents_agent g on g.id = s.agent_id and g.state = 'approved'
  join agents_agentlanguage l on l.agent_id = s.agent_id
  join agents_agentskill a on a.agent_id = s.agent_id
  join brands_skill k on k.id = a.skill_id
  where s.willing and s.gone_since is null
    and exists (select 1 from realtime_connection c join realtime_serverlease e on e.id = c.server_id
                where c.principal = 'agent:' || s.agent_id and e.expires_at > clock_timestamp())
  group by 1, 2"""


def demand_for(agent_ids: Sequence[UUID]) -> dict[UUID, list[tuple[str, str, str, int]]]:
    """For each agent (topic, topic name, language, how many wait) of those of her topics that somebody waits in."""
    demand: dict[UUID, list[tuple[str, str, str, int]]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_DEMAND, [list(agent_ids)])
        for agent_id, topic, name, language, waiting in cursor.fetchall():
            demand.setdefault(agent_id, []).append((topic, name, language, waiting))
    return demand


_DEMAND = """
  select a.agent_id, w.topic, k.name, w.language, w.waiting
  from (select brand_id, topic, language, count(*) as waiting from dispatch_escalation
        where state in ('waiting', 'offered') group by 1, 2, 3) w
  join brands_skill k on k.brand_id = w.brand_id and k.key = w.topic
  join agents_agentskill a on a.skill_id = k.id and a.agent_id = any(%s)
  join agents_agentlanguage l on l.agent_id = a.agent_id and l.code = w.language
  order by w.waiting desc, k.name"""
