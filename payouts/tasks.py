"""Money's doors for Celery."""

import logging

from celery import shared_task

from marketplace import clock
from payouts import ledger

log = logging.getLogger(__name__)


@shared_task(ignore_result=True, expires=3600)
def audit_ledger(**_from_newer_senders: object) -> None:
    """Beat, nightly: prove the whole ledger. Run twice, it proves it twice."""
    report = ledger.audit(clock.now())
    if not report.balanced:
        log.critical("The ledger does not hold: %s", report.faults)
