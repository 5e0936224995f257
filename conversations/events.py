"""What happened in the talk, for whoever wants to follow it up after commit."""

from dataclasses import dataclass


@dataclass(frozen=True)
class CustomerAsked:
    """Somebody wrote a line that the assistant should look at."""
