"""What an agent may be asked about, and how much at once: certified by an operator, with a reason and a trace."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from agents import slots
from agents.models import Agent, AgentLanguage, AgentSkill, User
from agents.profile import LANGUAGES
from audit import journal
from brands.models import Skill
from marketplace.refusals import Refused

NONE = 0
CAPACITY_LONGEST = 5
TOPIC_LEVELS = {NONE: "not at all", 1: "learning", 2: "certified", 3: "expert"}
LANGUAGE_LEVELS = {NONE: "not at all", 1: "gets by", 2: "good", 3: "fluent"}


@transaction.atomic
def certify_topic(agent_id: UUID, *, topic: Skill, level: int, by: User, reason: str, now: datetime) -> None:
    """The agent holds the topic at this level; at 0 she is not asked about it any more. Locks: the slot."""
    _demand_level(level, TOPIC_LEVELS)
    slot = slots.locked(agent_id)
    held = AgentSkill.objects.filter(agent_id=agent_id, skill=topic)
    before = held.values_list("level", flat=True).first() or NONE
    if level == NONE:
        held.delete()
    else:
        AgentSkill.objects.update_or_create(agent_id=agent_id, skill=topic, defaults={"level": level})
    slots.changed(slot)
    what = f"{topic.brand.slug}/{topic.key}"
    _record("agent.topic", slot.agent, what, (before, level), by=by, reason=reason, now=now, brand_id=topic.brand_id)


@transaction.atomic
def certify_language(agent_id: UUID, *, language: str, level: int, by: User, reason: str, now: datetime) -> None:
    """The agent works in the language at this level; at 0 she is not asked in it any more. Locks: the slot."""
    _demand_level(level, LANGUAGE_LEVELS)
    if language not in LANGUAGES:
        raise Refused(f"We do not know the language {language}.", code="unknown_language")
    slot = slots.locked(agent_id)
    held = AgentLanguage.objects.filter(agent_id=agent_id, code=language)
    before = held.values_list("level", flat=True).first() or NONE
    if level == NONE:
        held.delete()
    else:
        AgentLanguage.objects.update_or_create(agent_id=agent_id, code=language, defaults={"level": level})
    slots.changed(slot)
    _record("agent.language", slot.agent, language, (before, level), by=by, reason=reason, now=now)


@transaction.atomic
def certify_capacity(agent_id: UUID, *, most: int, by: User, reason: str, now: datetime) -> None:
    """The agent may choose up to so many chats at once; one who chose more has so many. Chats under way stay.

    Locks: the slot.
    """
    if not 1 <= most <= CAPACITY_LONGEST:
        raise Refused(f"Choose between 1 and {CAPACITY_LONGEST} chats at once.", code="bad_capacity")
    slot = slots.locked(agent_id)
    before, slot.capacity_most = slot.capacity_most, most
    slot.capacity = min(slot.capacity, most)
    slots.changed(slot, "capacity_most", "capacity")
    _record("agent.capacity", slot.agent, "chats at once", (before, most), by=by, reason=reason, now=now)


def _demand_level(level: int, levels: dict[int, str]) -> None:
    if level not in levels:
        raise Refused("There is no such level.", code="bad_level")


def _record(
    action: str,
    agent: Agent,
    what: str,
    levels: tuple[int, int],
    *,
    by: User,
    reason: str,
    now: datetime,
    brand_id: UUID | None = None,
) -> None:
    journal.record(
        action,
        actor=f"operator:{by.pk}",
        subject=f"agent:{agent.pk}",
        reason=reason,
        brand_id=brand_id,
        detail={"what": what, "before": levels[0], "after": levels[1]},
        now=now,
    )
