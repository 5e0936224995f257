"""Where a waiting customer stands: place in the queue and an honest range for the wait.

Her class is what planning keeps apart: brand, topic and language. Where little was seen of it, the brand's language
and then the whole brand answer for it (`estimates.estimate`).
"""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection

from agents import certified
from dispatch import estimates
from dispatch.estimates import Level, Served
from realtime import protocol

COUNTED_EVERY = timedelta(seconds=5)  # what a quarter of an hour saw moves slowly
SEEN_EVERY = timedelta(seconds=2)
LONGEST_WAIT = timedelta(hours=1)  # a wait begun before the window by more than this says nothing of now
Class = tuple[UUID, str | None, str | None]  # brand, topic, language; None: of all


@dataclass(frozen=True, slots=True)
class InLine:
    """One waiting escalation, with how many of its class, its language and its brand are served before it.

    Whose connection is gone is served when she is back, and who is kept back later: neither stands before anybody.
    """

    conversation_id: UUID
    customer_id: UUID
    brand_id: UUID
    topic: str
    language: str
    held_until: datetime | None
    ahead: list[int]

    @property
    def classes(self) -> tuple[Class, Class, Class]:
        return (
            (self.brand_id, self.topic, self.language),
            (self.brand_id, None, self.language),
            (self.brand_id, None, None),
        )


@dataclass(frozen=True, slots=True)
class People:
    """Connected and willing agents of a class, and how many chats they could take now."""

    online: int
    free: int


@dataclass(frozen=True, slots=True)
class Sight:
    """What was seen of all classes at one moment."""

    served: Mapping[Class, Served]
    people: Mapping[Class, People]


class Lookout:
    """Looks again only once what was seen has aged: thousands of readers cost no more than one. Any threads."""

    def __init__(self) -> None:
        self._looking = threading.Lock()
        self._served: tuple[datetime, Mapping[Class, Served]] | None = None
        self._people: tuple[datetime, Mapping[Class, People]] | None = None

    def look(self, now: datetime) -> Sight:
        """Who was served lately, as of some seconds ago at most, and who is here, as of a moment ago."""
        here = self.people(now)
        with self._looking:
            if self._served is None or not timedelta() <= now - self._served[0] < COUNTED_EVERY:
                self._served = now, served_lately(now)
            return Sight(self._served[1], here)

    def people(self, now: datetime) -> Mapping[Class, People]:
        """Who is here, as of a moment ago."""
        with self._looking:
            if self._people is None or not timedelta() <= now - self._people[0] < SEEN_EVERY:
                self._people = now, people(now)
            return self._people[1]

    def online(self, brand_id: UUID, now: datetime) -> dict[str, int]:
        """The brand's connected and willing agents by language, busy ones included, as of a moment ago."""
        return {
            language: found.online
            for (brand, topic, language), found in self.people(now).items()
            if brand == brand_id and topic is None and language is not None
        }

    def forget(self) -> None:
        """Whatever was seen is seen anew."""
        self._served = self._people = None


def in_line(conversation_id: UUID | None = None, *, customers: Sequence[UUID] | None = None) -> list[InLine]:
    """Everybody who waits or is being offered, in the order in which they are served; or some of them."""
    with connection.cursor() as cursor:
        cursor.execute(_IN_LINE, {"one": conversation_id, "some": None if customers is None else list(customers)})
        return [InLine(*row) for row in cursor.fetchall()]


# The window leaves herself out, so that who is not counted stands where she would be served.
_AHEAD = """
  count(*) filter (where e.customer_gone_since is null and e.held_until is null) over (partition by {of} order by {turn}
    rows between unbounded preceding and current row exclude current row)"""
# Whoever is served plainly is served by her waiting time alone, as the planner does it.
_TURN = """case when exists (
      select from dispatch_mode m
      where m.kind = 'plain' and m.ended_at is null and (m.brand_id is null or m.brand_id = e.brand_id))
    then 0 else e.priority end desc, coalesce(e.waits_since, e.queued_at), e.id"""
_IN_LINE = f"""
  select conversation_id, customer_id, brand_id, topic, language, held_until,
    array[in_class, in_language, in_brand] from (
    select e.conversation_id, c.customer_id, e.brand_id, e.topic, e.language, e.held_until,
      {_AHEAD.format(of="e.brand_id, e.topic, e.language", turn=_TURN)} as in_class,
      {_AHEAD.format(of="e.brand_id, e.language", turn=_TURN)} as in_language,
      {_AHEAD.format(of="e.brand_id", turn=_TURN)} as in_brand
    from dispatch_escalation e join conversations_conversation c on c.id = e.conversation_id
    where e.state in ('waiting', 'offered')) line
  where (%(one)s::uuid is null or conversation_id = %(one)s)
    and (%(some)s::uuid[] is null or customer_id = any(%(some)s::uuid[]))
  order by brand_id, language, topic, in_class"""  # noqa: S608  (the only words put in are those above)


def place_of(conversation_id: UUID, *, now: datetime) -> protocol.Place | None:
    """Where this conversation stands; None when it does not wait."""
    found = in_line(conversation_id)
    return place(found[0], seen=look(now), now=now) if found else None


def places_of(
    customer_ids: Sequence[UUID], *, lookout: Lookout, now: datetime
) -> dict[UUID, tuple[UUID, protocol.Place]]:
    """(conversation, place) of each of these customers who waits; one query where nobody does."""
    waiting = in_line(customers=customer_ids) if customer_ids else []
    if not waiting:
        return {}
    seen = lookout.look(now)
    return {line.customer_id: (line.conversation_id, place(line, seen=seen, now=now)) for line in waiting}


def look(now: datetime) -> Sight:
    """What can be seen now; two queries."""
    return Sight(served_lately(now), people(now))


def place(line: InLine, *, seen: Sight, now: datetime) -> protocol.Place:
    """Her place in her class and the range of her wait; no range while nobody is online who could come."""
    online = seen.people.get(line.classes[0], People(0, 0)).online
    expected = estimates.estimate(_levels(line, seen)) if online else None
    held_s = max(0, round((line.held_until - now).total_seconds())) if line.held_until else 0
    return protocol.Place(
        place=line.ahead[0] + 1,
        low_s=expected.low_s + held_s if expected else None,
        high_s=expected.high_s + held_s if expected else None,
        people_online=online,
        at=now,
    )


def _levels(line: InLine, seen: Sight) -> list[Level]:
    nothing, nobody = Served(0, 0.0), People(0, 0)
    return [
        Level(ahead, seen.people.get(class_, nobody).free, seen.served.get(class_, nothing))
        for class_, ahead in zip(line.classes, line.ahead, strict=True)
    ]


def served_lately(now: datetime) -> dict[Class, Served]:
    """`estimates.observed` of every class and pool, counted by the database; one query."""
    since = now - estimates.WINDOW
    with connection.cursor() as cursor:
        cursor.execute(_SERVED, {"now": now, "since": since, "begun": since - LONGEST_WAIT})
        return {
            (brand, topic, language): Served(accepted, float(seconds))
            for brand, topic, language, accepted, seconds in cursor.fetchall()
        }


_SERVED = """
  with waits as (
    select brand_id, topic, language, coalesce(waits_since, queued_at) as since, reached_at,
      coalesce(reached_at, ended_at, %(now)s) as until
    from dispatch_escalation
    where (queued_at > %(begun)s or state in ('waiting', 'offered'))
      and (reached_at is not null or state not in ('callback_due', 'left_message'))),
  seen as (
    select brand_id, topic, language,
      count(*) filter (where reached_at > %(since)s and reached_at <= %(now)s) as accepted,
      range_agg(tstzrange(greatest(since, %(since)s), least(until, %(now)s))) as waited
    from waits where until > %(since)s and greatest(since, %(since)s) <= least(until, %(now)s)
    group by grouping sets ((brand_id, topic, language), (brand_id, language), (brand_id)))
  select brand_id, topic, language, accepted,
    (select coalesce(sum(extract(epoch from upper(one) - lower(one))), 0) from unnest(waited) one)
  from seen"""


def people(now: datetime) -> dict[Class, People]:
    """Connected and willing agents of each class and pool, busy ones included, and their free places; one query.

    A certificate that has ended counts nobody. Who is learning a topic may come, and so is counted as here, but is not
    asked at once: her places are not free ones of that topic.
    """
    with connection.cursor() as cursor:
        cursor.execute(_PEOPLE, {"now": now})
        return {
            (brand, topic, language): People(online, free) for brand, topic, language, online, free in cursor.fetchall()
        }


# Who is here is found once; then each pool counts its own: within a topic and language, within a language, within a
# brand an agent stands once, with the places of her slot.
_PEOPLE = f"""
  with here as materialized (
    select s.agent_id, greatest(s.places - s.active - s.held, 0) as room
    from agents_slot s
    join agents_agent g on g.id = s.agent_id and g.state = 'approved'
    where s.willing and s.gone_since is null
      and s.agent_id in (select substr(c.principal, 7)::uuid from realtime_connection c
                         join realtime_serverlease e on e.id = c.server_id
                         where c.principal like 'agent:%%' and e.expires_at > clock_timestamp())),
  knows as materialized (
    select h.agent_id, case when a.level > {certified.LEARNER} then h.room else 0 end as room, k.brand_id, k.key
    from here h
    join agents_agentskill a on a.agent_id = h.agent_id and {certified.in_force_sql("a")}
    join brands_skill k on k.id = a.skill_id),
  speaks as materialized (
    select h.agent_id, l.code
    from here h
    join agents_agentlanguage l on l.agent_id = h.agent_id and {certified.in_force_sql("l")}),
  serves as materialized (select agent_id, brand_id, max(room) as room from knows group by 1, 2)
  select brand_id, key, code, count(*), sum(room) from knows join speaks using (agent_id) group by 1, 2, 3
  union all
  select brand_id, null, code, count(*), sum(room) from serves join speaks using (agent_id) group by 1, 3
  union all
  select brand_id, null, null, count(*), sum(room) from serves
  where agent_id in (select agent_id from speaks) group by 1"""  # noqa: S608  (the only words put in are conditions)


def demand_for(agent_ids: Sequence[UUID], *, now: datetime) -> dict[UUID, list[tuple[str, str, str, int]]]:
    """For each agent (topic, topic name, language, how many wait) of those of her topics that somebody waits in, as far
    as her certificates have not ended."""
    demand: dict[UUID, list[tuple[str, str, str, int]]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_DEMAND, {"ids": list(agent_ids), "now": now})
        for agent_id, topic, name, language, waiting in cursor.fetchall():
            demand.setdefault(agent_id, []).append((topic, name, language, waiting))
    return demand


_DEMAND = f"""
  select a.agent_id, w.topic, k.name, w.language, w.waiting
  from (select brand_id, topic, language, count(*) as waiting from dispatch_escalation
        where state in ('waiting', 'offered') group by 1, 2, 3) w
  join brands_skill k on k.brand_id = w.brand_id and k.key = w.topic
  join agents_agentskill a on a.skill_id = k.id and a.agent_id = any(%(ids)s)
    and {certified.in_force_sql("a")}
  join agents_agentlanguage l on l.agent_id = a.agent_id and l.code = w.language
    and {certified.in_force_sql("l")}
  order by w.waiting desc, k.name"""  # noqa: S608  (the only words put in are conditions)
