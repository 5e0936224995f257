"""Asking for a run of the matching, without knowing how it is done: web processes hold no solver."""

from datetime import datetime

from shifts.models import Allotment


def ask(kind: str, *, by: str, now: datetime) -> Allotment:
    """A run is asked for; one that is asked for and has not begun is enough for all."""
    waiting = Allotment.objects.filter(state=Allotment.State.ASKED).first()
    return waiting or Allotment.objects.create(kind=kind, asked_by=by, asked_at=now)
