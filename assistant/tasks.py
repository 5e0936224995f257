"""Celery's door to the assistant."""

from celery import shared_task

from assistant import replies
from marketplace import clock


@shared_task(ignore_result=True, expires=5)
def answer_waiting(**_from_newer_senders: object) -> None:
    """At each wake-up, and by beat every two seconds: reply to whoever waits for the assistant."""
    replies.answer_waiting(clock=clock.now)
