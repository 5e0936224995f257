"""What the plan announces. Each has a sweep that finds the same work."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class NewsWritten:
    """Agents' screens are to hear something about their shifts: see `shifts.news`."""

    at: datetime
