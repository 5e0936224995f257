"""What the supply announces. Each has a sweep that finds the same work."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class AgentDismissed:
    """The agent may not work any more: deactivated, or without her log-in."""

    agent_id: UUID
    at: datetime


@dataclass(frozen=True, slots=True)
class AgentPaused:
    """The agent was paused or taken offline without having asked for it: she is told, also where no page is open."""

    agent_id: UUID
    reason: str
    at: datetime
