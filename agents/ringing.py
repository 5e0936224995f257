"""How long an offer rings at an agent: long enough to answer it where it reaches her, and longer where she asked."""

from django.conf import settings

from agents.models import Slot
from marketplace import waits


def seconds(slot: Slot, *, pushed: bool = False) -> float:
    """Seconds of the clockwork as it runs (`BECKON_WAITS`). `pushed`: her phone is rung, no page of hers is open."""
    running = settings.BECKON_WAITS
    usual: float = running["offer_push_seconds" if pushed else "offer_seconds"]
    if slot.ring_seconds is None:
        return usual
    longest = "offer_longest_seconds"
    return max(usual, slot.ring_seconds * running[longest] / waits.TRUE[longest])
