"""What an agent may be asked about, and how much at once: certified by an operator, with a reason and a trace."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

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
def certify_topic(
    agent_id: UUID, *, topic: Skill, level: int, by: User, reason: str, now: datetime, until: datetime | None = None
) -> None:
    """The agent holds the topic at this level until then (None: for good), whatever stood before; at 0 she is not asked
    about it any more. Locks: the slot."""
    _demand(level, TOPIC_LEVELS, until, now)
    slot = slots.locked(agent_id)
    change = _certify(AgentSkill.objects.filter(agent_id=agent_id, skill=topic), level, until)
    if change.is_new:
        AgentSkill.objects.create(agent_id=agent_id, skill=topic, level=level, valid_until=until)
    slots.changed(slot)
    what = f"{topic.brand.slug}/{topic.key}"
    _record("agent.topic", slot.agent, what, change, by=by, reason=reason, now=now, brand_id=topic.brand_id)


@transaction.atomic
def certify_language(
    agent_id: UUID, *, language: str, level: int, by: User, reason: str, now: datetime, until: datetime | None = None
) -> None:
    """The agent works in the language at this level until then (None: for good), whatever stood before; at 0 she is not
    asked in it any more. Locks: the slot."""
    _demand(level, LANGUAGE_LEVELS, until, now)
    if language not in LANGUAGES:
        raise Refused(f"We do not know the language {language}.", code="unknown_language")
    slot = slots.locked(agent_id)
    change = _certify(AgentLanguage.objects.filter(agent_id=agent_id, code=language), level, until)
    if change.is_new:
        AgentLanguage.objects.create(agent_id=agent_id, code=language, level=level, valid_until=until)
    slots.changed(slot)
    _record("agent.language", slot.agent, language, change, by=by, reason=reason, now=now)


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
    _record("agent.capacity", slot.agent, "chats at once", Change(before, most), by=by, reason=reason, now=now)


@dataclass(frozen=True, slots=True)
class Change:
    """A level before and after, and until when each is in force; None: no end."""

    before: int
    after: int
    until_before: datetime | None = None
    until: datetime | None = None

    @property
    def is_new(self) -> bool:
        return self.before == NONE != self.after

    @property
    def detail(self) -> dict[str, Any]:
        """As the journal keeps it: ends only where there are any."""
        ends = {"until_before": self.until_before, "until": self.until}
        told = {name: end.isoformat() for name, end in ends.items() if end}
        return {"before": self.before, "after": self.after, **told}


def _certify(held: QuerySet[Any], level: int, until: datetime | None) -> Change:
    """What is held has this level and end, or is gone; what is new the caller makes, who holds the slot."""
    before = held.values_list("level", "valid_until").first() or (NONE, None)
    if level == NONE:
        held.delete()
        return Change(before[0], NONE, before[1])
    held.update(level=level, valid_until=until)
    return Change(before[0], level, before[1], until)


def _demand(level: int, levels: dict[int, str], until: datetime | None, now: datetime) -> None:
    if level not in levels:
        raise Refused("There is no such level.", code="bad_level")
    if level != NONE and until is not None and until <= now:
        raise Refused("This end is past. To take it away now, choose “not at all”.", code="bad_end")


def _record(
    action: str,
    agent: Agent,
    what: str,
    change: Change,
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
        detail={"what": what, **change.detail},
        now=now,
    )
