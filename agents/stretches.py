"""Time online: written down as it ends, summed for whoever asks what an hour of it paid."""

from datetime import datetime, timedelta
from uuid import UUID

from agents.models import OnlineStretch, Slot


def end(slot: Slot, *, now: datetime) -> None:
    """The stretch under way, if any, is kept, and the slot is in none. The caller holds the slot and saves it."""
    if slot.online_since is not None and slot.online_since <= now:
        kept = {"ended_at": now, "places": slot.capacity}
        OnlineStretch.objects.get_or_create(agent_id=slot.pk, began_at=slot.online_since, defaults=kept)
    slot.online_since = None


def seconds_online(agent_id: UUID, since: datetime, until: datetime, *, now: datetime) -> int:
    """Whole seconds online from `since` up to `until` or now, waiting and the stretch under way included."""
    end_of_all = min(until, now)
    kept = OnlineStretch.objects.filter(agent_id=agent_id, ended_at__gt=since, began_at__lt=end_of_all)
    stretches = list(kept.values_list("began_at", "ended_at"))
    begun = Slot.objects.filter(pk=agent_id, willing=True).values_list("online_since", flat=True).first()
    if begun is not None:
        stretches.append((begun, end_of_all))
    return sum((_within(*stretch, since, end_of_all) for stretch in stretches), timedelta()) // timedelta(seconds=1)


def _within(began: datetime, ended: datetime, since: datetime, until: datetime) -> timedelta:
    return max(timedelta(), min(ended, until) - max(began, since))
