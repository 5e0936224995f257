"""The round that moves every run as far as it goes without a person. Called by a task: twice, late, or not at all."""

import logging
from datetime import datetime

from django.db import DatabaseError

from payouts.models import PayoutRun
from payouts.runs import approving, preparing, proving, reconciling, schedule, sending

log = logging.getLogger(__name__)


def advance(*, now: datetime) -> None:
    """Weekly runs that are due exist; each run under way has gone on; answers that are missing have been asked for.

    One run that cannot go on holds up no other.
    """
    schedule.open_due(now=now)
    under_way = PayoutRun.objects.exclude(state=PayoutRun.State.CLOSED).order_by("prepared_at")
    for run_id in list(under_way.values_list("pk", flat=True)):
        try:
            preparing.prepare(run_id, now=now)
            proving.prove(run_id, now=now)
            approving.release(run_id, now=now)
            sending.send(run_id, now=now)
            reconciling.close(run_id, now=now)
        except (AssertionError, DatabaseError, LookupError):
            log.exception("Payout run %s cannot go on", run_id)
    sending.poll(now=now)
