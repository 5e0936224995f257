"""Celery's part of the wire: clearing away."""

from celery import shared_task

from marketplace import clock
from realtime import leases, tickets


@shared_task(ignore_result=True, expires=30)
def sweep(**_from_newer_senders: object) -> None:
    """Beat, every half minute: rows of dead server processes and tickets past their use go."""
    leases.reap()
    tickets.forget(now=clock.now())
