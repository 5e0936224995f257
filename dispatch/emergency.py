"""One tap for when an agent must stop at once: no offer more, none left ringing, her chats given on if she wishes."""

from datetime import datetime
from uuid import UUID

from agents import pace
from conversations.models import Engagement
from dispatch import desk, offers


def stop(agent_id: UUID, *, hand_back: bool, now: datetime) -> int:
    """Offers stop first, in a transaction of its own; the open one goes to somebody else and counts as nothing; then,
    on wish, each chat waits in front of the queue for a colleague, and is paid. How many chats were given on.

    A repeat goes on where the last one ended. Locks, one step after another: the slot; escalation, slot, offer; and for
    each chat escalation, slot, conversation, ledger account.
    """
    pace.stop_at_once(agent_id, now=now)
    offers.withdraw_from(agent_id, only_if=lambda slot: not slot.willing, now=now)
    if not hand_back:
        return 0
    chats = list(Engagement.objects.filter(agent_id=agent_id, ended_at=None).order_by("accepted_at"))
    for chat in chats:
        desk.hand_back(chat.pk, by=agent_id, now=now)
    return len(chats)
