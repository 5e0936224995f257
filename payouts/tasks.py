"""Money's doors for Celery."""

import logging

from celery import shared_task

from marketplace import clock
from payouts import ledger
from payouts.runs import clockwork, reconciling

log = logging.getLogger(__name__)


@shared_task(ignore_result=True, expires=3600)
def audit_ledger(**_from_newer_senders: object) -> None:
    """Beat, nightly: prove the whole ledger. Run twice, it proves it twice."""
    report = ledger.audit(clock.now())
    if not report.balanced:
        log.critical("The ledger does not hold: %s", report.faults)


@shared_task(ignore_result=True, expires=30)
def advance_payout_runs(**_from_newer_senders: object) -> None:
    """Beat, every 15 s: each payout run goes on as far as it can without a person."""
    clockwork.advance(now=clock.now())


@shared_task(ignore_result=True, expires=3600)
def fetch_statements(**_from_newer_senders: object) -> None:
    """Beat, hourly: what moved on our accounts, by the providers that can be asked."""
    now = clock.now()
    reconciling.fetch_statements(now=now)
    if off := reconciling.drift():
        log.critical("Money on its way is not what the books say: %s", off)
