"""Why a request still waits, from facts of now: for operators, and for nobody's rank.

Who may be asked is `matching.fitness`, as for the planner. Only here it is looked up how earlier offers of the request
ended, because a reader wants to know; the matching never does.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models.functions import Coalesce

from agents import certified
from agents.models import Agent
from brands.models import Skill
from dispatch import published, supply, waiting_words
from dispatch.matching import Waiting, obstacles
from dispatch.matching.obstacles import Obstacle, Scene
from dispatch.models import Escalation, Offer
from dispatch.waiting_words import Facts

SHOWN = 30


@dataclass(frozen=True, slots=True)
class Still:
    """One request that waits, and why: `code` names the reason, `sentence` says it to an operator."""

    id: UUID
    conversation: UUID
    brand_id: UUID
    brand: str
    language: str
    topic: str
    topic_name: str
    kind: str
    priority: int
    since: datetime
    code: str
    sentence: str


def of_class(languages: Collection[str], topics: Collection[str], *, now: datetime) -> list[Still]:
    """Those who wait in these languages for these topics, the longest first; at most thirty."""
    rows = _waiting().filter(language__in=languages, topic__in=topics)
    return _told(list(rows[:SHOWN]), now)


def why(escalation_id: UUID, *, now: datetime) -> str:
    """The sentence of one request; empty where it does not wait."""
    told = _told(list(_waiting().filter(pk=escalation_id)), now)
    return told[0].sentence if told else ""


def _waiting() -> Any:
    rows = Escalation.objects.filter(state__in=[Escalation.State.WAITING, Escalation.State.OFFERED])
    return rows.select_related("brand").order_by(Coalesce("waits_since", "queued_at"), "pk")


def _told(rows: Sequence[Escalation], now: datetime) -> list[Still]:
    if not rows:
        return []
    found = {row.pk: Facts() for row in rows}
    _add_offers(found, now)
    _add_people([row for row in rows if row.state == Escalation.State.WAITING], found, now)
    skills = Skill.objects.filter(brand__in={row.brand_id for row in rows}, key__in={row.topic for row in rows})
    names = {(brand, key): name for brand, key, name in skills.values_list("brand_id", "key", "name")}
    return [_still(row, names.get((row.brand_id, row.topic), row.topic), found[row.pk], now) for row in rows]


def _still(row: Escalation, topic_name: str, facts: Facts, now: datetime) -> Still:
    facts.gone_s = _seconds(row.customer_gone_since, now, ago=True)
    facts.held_s, facts.held_why = _seconds(row.held_until, now), row.held_why
    told = waiting_words.of(facts, brand=row.brand.name, topic=topic_name, language=row.language)
    return Still(
        id=row.pk,
        conversation=row.conversation_id,
        brand_id=row.brand_id,
        brand=row.brand.name,
        language=row.language,
        topic=row.topic,
        topic_name=topic_name,
        kind=row.kind,
        priority=row.priority,
        since=row.waits_since or row.queued_at,
        code=told.code,
        sentence=told.sentence,
    )


def _seconds(at: datetime | None, now: datetime, *, ago: bool = False) -> float | None:
    if at is None:
        return None
    return max(0.0, (now - at if ago else at - now).total_seconds())


def _add_offers(found: dict[UUID, Facts], now: datetime) -> None:
    """Who is being asked at this moment."""
    ringing = Offer.objects.filter(escalation__in=list(found), state=Offer.State.OPEN)
    names = "escalation_id", "agent__display_name", "expires_at", "automatic"
    for escalation_id, name, until, automatic in ringing.values_list(*names):
        facts = found[escalation_id]
        facts.rings_at, facts.rings_s, facts.opens_itself = name, (until - now).total_seconds(), automatic


# --- who could take it ---


def _add_people(rows: Sequence[Escalation], found: dict[UUID, Facts], now: datetime) -> None:
    """What keeps those who are here from each of these requests, as the next round will see it."""
    if not rows:
        return
    known = supply.Certified(aloud=False)
    seen = supply.look(known, now=now)
    weights = published.in_force(now).hastened(settings.BECKON_HASTE)
    again_after_s = settings.BECKON_WAITS["same_agent_again_seconds"]
    scene = Scene(seen.candidates, now.timestamp(), weights, again_after_s)
    asked: dict[UUID, list[UUID]] = {}
    offline: dict[tuple[UUID, str, str], int] = {}
    line = {one.id: one for one in seen.waiting}
    for row in rows:
        facts, one = found[row.pk], line.get(row.pk)
        facts.plainly = seen.modes.is_plain(row.brand_id)
        facts.unpaid = sorted(tier for brand_id, tier in known.unpaid if brand_id == row.brand_id)
        if one is None:
            continue
        facts.tier, facts.tier_s = one.tier, (_seconds(row.tier_until, now) or 0.0) if one.tier else 0.0
        asked[row.pk] = _add_obstacles(facts, one, seen.waiting, scene)
        if not facts.online and not one.tier:
            of = row.brand_id, row.topic, row.language
            offline.setdefault(of, _certified(*of, now=now))
            facts.offline = max(0, offline[of] - facts.beyond)
    _add_history(asked, found)


def _add_obstacles(facts: Facts, one: Waiting, line: Sequence[Waiting], scene: Scene) -> list[UUID]:
    """The counts; who was asked lately comes back."""
    kept = scene.obstacles(one)
    facts.in_line, facts.online = True, kept.online
    facts.full, facts.ringing = kept.count(Obstacle.FULL), kept.count(Obstacle.RINGING)
    facts.asked, facts.free = kept.count(Obstacle.ASKED), kept.count(Obstacle.FREE)
    facts.beyond = kept.count(Obstacle.BEYOND)
    facts.wider_s = None if kept.wider_at is None else max(0.0, kept.wider_at - scene.now)
    facts.again_s = None if kept.again_at is None else max(0.0, kept.again_at - scene.now)
    if facts.free:
        turn = _turn(one, plainly=facts.plainly)
        free = kept.of[Obstacle.FREE]
        facts.ahead = obstacles.ahead(
            one, line, free, scene, before=lambda other: _turn(other, plainly=facts.plainly) < turn
        )
    return list(kept.of.get(Obstacle.ASKED, []))


def _turn(one: Waiting, *, plainly: bool) -> tuple[float, ...]:
    """Whose number is lower is served first."""
    return (one.queued_at,) if plainly else (-one.priority, one.queued_at)


def _certified(brand_id: UUID, topic: str, language: str, *, now: datetime) -> int:
    """Approved agents who hold topic and language, wherever they are."""
    knows, speaks = certified.in_force(now, "skills"), certified.in_force(now, "languages")
    held = Agent.objects.filter(knows, state="approved", skills__skill__brand=brand_id, skills__skill__key=topic)
    return held.filter(speaks, languages__code=language).distinct().count()


def _add_history(asked: dict[UUID, list[UUID]], found: dict[UUID, Facts]) -> None:
    """How the offers ended of those who were asked lately: declined, or not answered."""
    rows = Offer.objects.filter(escalation__in=[id_ for id_, agents in asked.items() if agents])
    ended = rows.filter(state__in=[Offer.State.DECLINED, Offer.State.EXPIRED]).order_by("ended_at")
    for escalation_id, counts in _by_escalation(ended.values_list("escalation_id", "agent_id", "state"), asked).items():
        facts = found[escalation_id]
        facts.declined, facts.missed = counts[Offer.State.DECLINED], counts[Offer.State.EXPIRED]


def _by_escalation(rows: Iterable[tuple[UUID, UUID, str]], asked: dict[UUID, list[UUID]]) -> dict[UUID, Counter[str]]:
    """Each agent once, by her latest end."""
    latest = {(escalation, agent): state for escalation, agent, state in rows if agent in asked[escalation]}
    counts: dict[UUID, Counter[str]] = {}
    for (escalation, _), state in latest.items():
        counts.setdefault(escalation, Counter())[state] += 1
    return counts
