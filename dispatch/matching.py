"""Which waiting escalation is offered to which agent: a pure function, the same in dispatcher, tests and simulation.

No acceptance or decline history enters the choice. An agent who was asked for this escalation within the last while is
passed over, unless nobody else is left.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Waiting:
    """An escalation that waits. `asked` says when each agent was last offered it; `first` knows the customer."""

    id: UUID
    brand_id: UUID
    topic: str
    language: str
    priority: int
    queued_at: datetime
    asked: Mapping[UUID, datetime] = field(default_factory=dict)
    first: UUID | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """An agent who is connected, willing, without an open offer and with room. Levels run from 1 to 3."""

    agent_id: UUID
    skills: Mapping[tuple[UUID, str], int]
    languages: Mapping[str, int]
    active: int
    capacity: int
    idle_since: datetime | None


@dataclass(frozen=True, slots=True)
class Placement:
    """One offer to make, and why this agent: facts that the agent is shown."""

    escalation_id: UUID
    agent_id: UUID
    why: tuple[str, ...]


def plan(
    waiting: Sequence[Waiting], agents: Sequence[Candidate], now: datetime, *, again_after: timedelta
) -> list[Placement]:
    """At most one offer for each escalation and agent: the most urgent first, each to the longest idle who fits."""
    free = {agent.agent_id: agent for agent in agents}
    placements = []
    for escalation in sorted(waiting, key=lambda one: (-one.priority, one.queued_at, one.id)):
        chosen = _choose(escalation, list(free.values()), now, again_after)
        if chosen:
            del free[chosen.agent_id]
            placements.append(Placement(escalation.id, chosen.agent_id, _why(escalation, chosen)))
    return placements


def fits(escalation: Waiting, agent: Candidate) -> bool:
    """Certified in the brand's topic, speaks the language, has room."""
    return (
        escalation.language in agent.languages
        and (escalation.brand_id, escalation.topic) in agent.skills
        and agent.active < agent.capacity
    )


def _choose(
    escalation: Waiting, agents: Sequence[Candidate], now: datetime, again_after: timedelta
) -> Candidate | None:
    able = [agent for agent in agents if fits(escalation, agent)]
    for agent in able:
        if agent.agent_id == escalation.first and escalation.first not in escalation.asked:
            return agent
    fresh = [agent for agent in able if not _asked_within(escalation, agent, now, again_after)]
    if fresh:
        return min(fresh, key=lambda agent: _order(escalation, agent))
    # Nobody else is left: ask again whoever was asked longest ago, but never ring somebody twice in one breath.
    rested = [agent for agent in able if not _asked_within(escalation, agent, now, again_after / 6)]
    return min(rested, key=lambda agent: (escalation.asked[agent.agent_id], agent.agent_id), default=None)


def _asked_within(escalation: Waiting, agent: Candidate, now: datetime, span: timedelta) -> bool:
    asked = escalation.asked.get(agent.agent_id)
    return asked is not None and now - asked < span


def _order(escalation: Waiting, agent: Candidate) -> tuple[int, float, int, UUID]:
    """Fewest chats under way, then longest idle, then best in topic and language; the id makes it repeatable."""
    level = agent.skills[escalation.brand_id, escalation.topic] * agent.languages[escalation.language]
    idle = agent.idle_since.timestamp() if agent.idle_since else float("inf")
    return (agent.active, idle, -level, agent.agent_id)


def _why(escalation: Waiting, agent: Candidate) -> tuple[str, ...]:
    certified = {1: "learning", 2: "certified", 3: "expert"}[
        min(agent.skills[escalation.brand_id, escalation.topic], 3)
    ]
    spoken = {1: "gets_by", 2: "good", 3: "fluent"}[min(agent.languages[escalation.language], 3)]
    room = "free" if agent.active == 0 else "room"
    if agent.agent_id == escalation.first:
        return ("knows", f"topic_{certified}", f"language_{spoken}", room)
    return (f"topic_{certified}", f"language_{spoken}", room)
