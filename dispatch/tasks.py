"""Celery's doors to the ride: look at PostgreSQL, do what is due. Each may run twice, late or never."""

from celery import shared_task

from dispatch import (
    absence,
    arrivals,
    automatic,
    customer_absence,
    decisions,
    dormancy,
    fairness,
    idle,
    leadership,
    offers,
    promises,
    rounds,
    surge,
    what_ifs,
)
from marketplace import clock
from marketplace.sweeps import alone


@shared_task(ignore_result=True, expires=5)
@alone
def expire_offers(**_from_newer_senders: object) -> None:
    """Beat, every second: open what opens by itself and was left behind, give back what nobody answered."""
    now = clock.now()
    automatic.open_left(now=now)
    offers.expire_due(now=now)


@shared_task(ignore_result=True, expires=5)
@alone
def sweep_presence(**_from_newer_senders: object) -> None:
    """Beat, every two seconds: agents and customers who vanished or came back without anybody noticing, and customers
    who write again after a long silence."""
    now = clock.now()
    absence.sweep(now=now)
    customer_absence.sweep(now=now)
    dormancy.wake_spoken(now=now)


@shared_task(ignore_result=True, expires=10)
@alone
def rest_silent(**_from_newer_senders: object) -> None:
    """Beat, every ten seconds: chats whose customer is silent take no place."""
    dormancy.rest_silent(now=clock.now())


@shared_task(ignore_result=True, expires=5)
@alone
def keep_promises(**_from_newer_senders: object) -> None:
    """Beat, every two seconds: call-backs and messages whose time has come, and what was kept back long enough."""
    promises.keep(now=clock.now())


@shared_task(ignore_result=True, expires=5)
@alone
def match_if_leaderless(**_from_newer_senders: object) -> None:
    """Beat, every two seconds: while no dispatcher leads, plan a round here."""
    if not leadership.is_led():
        rounds.match_waiting(now=clock.now())


@shared_task(ignore_result=True, expires=600)
@alone
def close_silent(**_from_newer_senders: object) -> None:
    """Beat, every ten minutes: close what has been silent for a day."""
    idle.close_silent(now=clock.now())


@shared_task(ignore_result=True, expires=10)
@alone
def set_bonuses(**_from_newer_senders: object) -> None:
    """Beat, every ten seconds: what is paid on top where it is busy, and what was promised for nothing."""
    surge.sweep(now=clock.now())


@shared_task(ignore_result=True, expires=60)
@alone
def measure_fairness(**_from_newer_senders: object) -> None:
    """Beat, every minute: what each agent earns for her time, and who is passed over."""
    fairness.measure(now=clock.now())


@shared_task(ignore_result=True, expires=3_600)
def keep_months_of_decisions(**_from_newer_senders: object) -> None:
    """Beat, every hour: tables for the months to come stand ready; decisions, and what was tried out, are dropped once
    they are older than six months."""
    now = clock.now()
    decisions.keep_months(now=now)
    what_ifs.forget(now=now)


@shared_task(ignore_result=True, expires=60, soft_time_limit=300, time_limit=330)
def try_what_ifs(**_from_newer_senders: object) -> None:
    """Beat, every three seconds, on the heavy queue: simulate what an operator asked, one question a task. The
    simulator is known to this process alone."""
    taken = what_ifs.take_up(now=clock.now())
    if taken is not None:
        from dispatch import what_if_runs

        what_if_runs.run(taken, clock=clock.now)


@shared_task(ignore_result=True, expires=3_600, soft_time_limit=900, time_limit=930)
def correct_staffing(**_from_newer_senders: object) -> None:
    """Beat, every hour, on the heavy queue: what each brand's seats must be more than Erlang says, once a week."""
    from dispatch import corrections

    corrections.measure_due(now=clock.now())


@shared_task(ignore_result=True, expires=300)
def roll_up_arrivals(**_from_newer_senders: object) -> None:
    """Beat, every quarter of an hour: requests by class and half hour, for the forecast."""
    arrivals.roll_up_due(now=clock.now())
