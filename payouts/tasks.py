"""Money's doors for Celery."""

import logging

from celery import shared_task

from marketplace import clock
from payouts import debts, ledger, measures, nights, pools, referrals
from payouts.runs import clockwork, reconciling

log = logging.getLogger(__name__)


@shared_task(ignore_result=True, expires=3600)
def audit_ledger(**_from_newer_senders: object) -> None:
    """Beat, nightly: give the days that are over their roots, prove the whole ledger. Run twice, it proves twice."""
    now = clock.now()
    nights.make_due(now=now)
    report = ledger.audit(now)
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


@shared_task(ignore_result=True, expires=60)
def give_units(**_from_newer_senders: object) -> None:
    """Beat, every minute: points and equity that are due come out of their pools."""
    pools.give_due(now=clock.now())


@shared_task(ignore_result=True, expires=600)
def pay_referrals(**_from_newer_senders: object) -> None:
    """Beat, every ten minutes: whoever brought an agent who has helped often enough is paid."""
    referrals.pay_due(now=clock.now())


@shared_task(ignore_result=True, expires=3600)
def watch_cases(**_from_newer_senders: object) -> None:
    """Beat, hourly: disputes, holds and clawbacks that nobody has decided for ten days raise an alarm, once."""
    late = measures.alarm_due(now=clock.now())
    if late:
        log.error("%s cases about money have waited ten days: four are left to decide them.", late)


@shared_task(ignore_result=True, expires=3600)
def recover_debts(**_from_newer_senders: object) -> None:
    """Beat, on Mondays before the payouts: a fifth of last week's earnings, at most, goes to what is owed."""
    debts.recover_due(now=clock.now())
