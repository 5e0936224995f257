"""Who waits and who could take it, read from the database for one planning round."""

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

import psycopg
from django.db import connection

from dispatch import modes
from dispatch.matching import Candidate, Certificate, Certificates, Modes, Waiting

log = logging.getLogger(__name__)

Rows = list[tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Scene:
    """Who waits, who is there, and what operators have switched. Without anybody who waits the rest is not read."""

    waiting: list[Waiting]
    candidates: list[Candidate]
    modes: Modes


def look(certified: "Certified | None" = None, *, now: datetime, eager: bool = False) -> Scene:
    """All that a round is planned from. `eager`, when somebody is likely to wait, asks for everything in one round trip
    instead of two."""
    line = _WAITING, {**_MOST, "now": now}
    if eager:
        lines, *rest = _together(line, *_REST)
    else:
        (lines,) = _together(line)
        rest = _together(*_REST) if lines else [[], []]
    if not lines:
        return Scene([], [], Modes())
    agents, switched = rest
    on = modes.of(switched)
    return Scene([_in_mode(_waiting(row), on) for row in lines], _candidates(agents, certified, now), on)


def _in_mode(one: Waiting, on: Modes) -> Waiting:
    """Served plainly, a VIP's request is like any other's."""
    return replace(one, tier="") if one.tier and on.is_plain(one.brand_id) else one


def waiting(*, now: datetime, limit: int = 2_000) -> list[Waiting]:
    """Escalations without an offer whose customer is there, the most urgent first, each with whom it was offered to and
    when: the end of the offer, or of the chat that came of it.

    Where more wait than `limit`, brands take turns, and within a brand its classes, each with its most urgent first: a
    pile that nobody can serve hides nobody else.
    """
    (lines,) = _together((_WAITING, {**_MOST, "now": now, "limit": limit}))
    return [_waiting(row) for row in lines]


def candidates(certified: "Certified | None" = None, *, now: datetime) -> list[Candidate]:
    """Agents who are approved, willing, connected and certified in anything that is paid for; those who have no place
    free too."""
    (agents,) = _together((_SUPPLY, {}))
    return _candidates(agents, certified, now)


def _together(*asked: tuple[str, Mapping[str, Any]]) -> list[Rows]:
    """The rows of each query; all of them go to the server before the first answer is waited for."""
    connection.ensure_connection()
    link = connection.connection
    with connection.wrap_database_errors:
        with link.pipeline():
            cursors = [psycopg.Cursor(link).execute(words, given) for words, given in asked]
        return [cursor.fetchall() for cursor in cursors]


def _waiting(row: tuple[Any, ...]) -> Waiting:
    id_, brand_id, topic, language, priority, since, agents, times, first, family, tier = row
    return Waiting(id_, brand_id, topic, language, priority, since, _asked(agents, times), first, family, tier)


def _asked(agents: Sequence[UUID] | None, times: Sequence[float] | None) -> dict[UUID, float]:
    return dict(zip(agents or (), times or (), strict=True))


NEVER_AGAIN = datetime(9999, 1, 1, tzinfo=UTC).timestamp()  # asked in the future: never long enough ago
# The third part: this agent once left a chat because of how this very customer treated her. The latest of an agent's
# times comes last, and stands.
_WAITING = """
  with line as (
    select id, brand_id, topic, language, priority, conversation_id, first_agent_id,
      extract(epoch from coalesce(waits_since, queued_at))::float8 as since,
      case when tier_until > %(now)s then tier else '' end as tier
    from dispatch_escalation
    where state = 'waiting' and customer_gone_since is null and held_until is null),
  of_class as (
    select *, row_number() over (
      partition by brand_id, topic, language, tier order by priority desc, since, id) as nth from line),
  of_brand as (
    select *, row_number() over (partition by brand_id order by nth, priority desc, since, id) as turn from of_class),
  looked_at as materialized (
    select * from of_brand order by turn, priority desc, since, id limit %(limit)s)
  select e.id, e.brand_id, e.topic, e.language, e.priority, e.since, a.agents, a.times,
    e.first_agent_id, coalesce(t.family, ''), e.tier
  from looked_at e
  left join brands_skill t on t.brand_id = e.brand_id and t.key = e.topic
  left join lateral (
    select array_agg(asked.agent_id order by asked.at) as agents, array_agg(asked.at order by asked.at) as times
    from (
      select o.agent_id, extract(epoch from coalesce(o.ended_at, o.offered_at))::float8 as at
      from dispatch_offer o where o.escalation_id = e.id
      union all
      select g.agent_id, extract(epoch from g.ended_at)::float8
      from conversations_engagement g where g.escalation_id = e.id and g.ended_at is not null
      union all
      select r.agent_id, %(never_again)s
      from conversations_conversation c join dispatch_abusereport r on r.customer_id = c.customer_id
      where c.id = e.conversation_id and r.finding <> 'unfounded') asked) a on true
  order by e.priority desc, e.since"""


_MOST = {"limit": 2_000, "never_again": NEVER_AGAIN}
_SUPPLY = "select * from dispatch_supply()"
_REST: tuple[tuple[str, Mapping[str, Any]], ...] = ((_SUPPLY, {}), (modes.ON, {}))


def _candidates(rows: Rows, certified: "Certified | None", now: datetime) -> list[Candidate]:
    held = (certified or Certified()).of([row[0] for row in rows], now=now)
    return [_candidate(hers, *row) for row in rows if (hers := held.get(row[0]))]


def _candidate(held: Certificates, agent_id: UUID, places: int, active: int, ringing: int, *facts: Any) -> Candidate:
    idle_since, reserve, deficit, starved = facts
    return Candidate(
        agent_id=agent_id,
        certificates=held,
        active=active,
        capacity=places,
        held=ringing,
        idle_since=idle_since,
        reserve=reserve,
        deficit=deficit,
        starved=starved,
    )


class Certified:
    """What agents may be asked about. One kept from round to round reads only who is new; `refresh` reads the others
    again, between rounds. Placing judges every certificate anew, so what is a moment old can at most be passed over.

    A brand that has no pay plan for an agent's tier is none that she may be asked about, because an offer needs a
    price; `unpaid` has each such brand and tier, and whoever reads the log is told of it once, if this is `aloud`.
    """

    def __init__(self, *, aloud: bool = True) -> None:
        self._held: dict[UUID, Certificates] = {}
        self._asked: set[UUID] = set()
        self.unpaid: set[tuple[UUID, str]] = set()
        self._aloud = aloud

    def of(self, agent_ids: Sequence[UUID], *, now: datetime) -> Mapping[UUID, Certificates]:
        """Of those of these agents who hold a topic and a language."""
        self._asked.update(agent_ids)
        self._read([agent_id for agent_id in agent_ids if agent_id not in self._held], now)
        return self._held

    def refresh(self, *, now: datetime) -> None:
        """As the database has it now, of those who were asked about since the last time; the others are forgotten."""
        asked, self._asked, self._held = self._asked, set(), {}
        self._read(list(asked), now)

    def _read(self, agent_ids: Sequence[UUID], now: datetime) -> None:
        if not agent_ids:
            return
        with connection.cursor() as cursor:
            cursor.execute(_CERTIFIED, {"ids": list(agent_ids), "now": now})
            for agent_id, tier, languages, skills, unpaid in cursor.fetchall():
                if languages and skills:
                    self._held[agent_id] = _certificates(skills, languages, tier)
                for brand_id in unpaid or ():
                    self._tell(brand_id, tier)

    def _tell(self, brand_id: UUID, tier: str) -> None:
        if (brand_id, tier) in self.unpaid:
            return
        self.unpaid.add((brand_id, tier))
        if self._aloud:
            log.error("Nobody of tier %s is asked for brand %s: publish a pay plan.", tier, brand_id)


_CERTIFIED = """
  with them as materialized (select id, tier from agents_agent where id = any(%(ids)s::uuid[])),
  skills as materialized (
    select g.id, g.tier, k.brand_id, k.key, a.level, a.valid_until, k.family
    from them g join agents_agentskill a on a.agent_id = g.id join brands_skill k on k.id = a.skill_id),
  offered as materialized (
    select brand_id, tier, exists (
      select from payouts_payplan p join brands_brand b on b.id = p.brand_id and b.currency = p.currency
      where p.brand_id = s.brand_id and p.tier = s.tier and p.valid @> %(now)s::timestamptz) as paid
    from (select distinct brand_id, tier from skills) s),
  held as (
    select s.id,
      jsonb_agg(jsonb_build_array(s.brand_id, s.key, s.level, extract(epoch from s.valid_until), s.family)
                order by s.brand_id, s.key) filter (where o.paid) as skills,
      array_agg(distinct s.brand_id) filter (where not o.paid) as unpaid
    from skills s join offered o on o.brand_id = s.brand_id and o.tier = s.tier group by s.id),
  spoken as (
    select l.agent_id,
      jsonb_agg(jsonb_build_array(l.code, l.level, extract(epoch from l.valid_until)) order by l.code) as languages
    from them g join agents_agentlanguage l on l.agent_id = g.id group by l.agent_id)
  select g.id, g.tier, spoken.languages, held.skills, held.unpaid
  from them g left join spoken on spoken.agent_id = g.id left join held on held.id = g.id"""


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
