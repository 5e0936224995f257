"""How long an offer rings at an agent: long enough to answer it where it reaches her, and longer where she asked."""

from django.conf import settings

from agents.models import Slot
from marketplace import waits


def seconds(slot: Slot, *, pushed: bool = False) -> float:
    """Seconds of the clockwork as it runs (`BECKON_WAITS`). `pushed`: her phone is rung, no page of hers is open."""
    return chosen(slot.ring_seconds, pushed=pushed)


def chosen(ring_seconds: int | None, *, pushed: bool = False) -> float:
    """As `seconds`, of what she chose."""
    running = settings.BECKON_WAITS
    usual: float = running["offer_push_seconds" if pushed else "offer_seconds"]
    if ring_seconds is None:
        return usual
    longest = "offer_longest_seconds"
    return max(usual, ring_seconds * running[longest] / waits.TRUE[longest])
