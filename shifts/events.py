"""What the plan announces. Each has a sweep that finds the same work."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class SeatTaken:
    """An agent holds a seat: claimed, allotted, moved up from the waiting list, or swapped for."""

    agent_id: UUID
    seat_id: UUID
    way: str


@dataclass(frozen=True, slots=True)
class SeatFreed:
    """A seat of a shift can be had again."""

    shift_id: UUID


@dataclass(frozen=True, slots=True)
class StandByRung:
    """Somebody did not come: this agent may have the rest of the shift, if she is the first to take it."""

    agent_id: UUID
    shift_id: UUID
    at: datetime


@dataclass(frozen=True, slots=True)
class ShiftNear:
    """A reminder: the agent's shift begins soon."""

    agent_id: UUID
    seat_id: UUID
    begins_at: datetime


@dataclass(frozen=True, slots=True)
class WishRefused:
    """A wish was answered with no, and why."""

    agent_id: UUID
    shift_id: UUID
    sentence: str
