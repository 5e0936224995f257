"""Celery: its broker is a doorbell, its schedule is code, its tasks look at PostgreSQL and do what is due."""

import gc
import os
import warnings
from typing import Any

import redis
from celery import Celery, Task, bootsteps
from celery.exceptions import CPendingDeprecationWarning
from celery.schedules import crontab
from celery.signals import celeryd_after_setup, celeryd_init, worker_init
from kombu.transport.redis import Channel, Transport

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.settings")

from django.conf import settings
from django.db import InterfaceError, OperationalError

LONG_NICE = 10  # steps of priority, of the nineteen that a process may give up


class Sweep(Task):  # type: ignore[type-arg]
    """Trouble that passes by itself is no failure of a task: whoever sweeps next finds the same work."""

    throws = (OperationalError, InterfaceError)


app = Celery("beckon", task_cls=Sweep)
waits = settings.BECKON_WAITS
app.conf.update(
    broker_url=settings.ENVIRONMENT.broker_url,
    broker_transport_options={"visibility_timeout": 120, "unacked_restore_interval": 5, "unacked_restore_throttle": 1},
    broker_connection_retry_on_startup=True,
    broker_channel_error_retry=True,  # a full Redis, or a damaged answer, costs a new link, not the worker
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    task_soft_time_limit=45,
    task_time_limit=60,
    task_ignore_result=True,
    task_default_queue="default",
    task_routes={
        "payouts.tasks.*": {"queue": "heavy"},
        "shifts.tasks.allot": {"queue": "heavy"},
        "shifts.tasks.look_ahead": {"queue": "heavy"},
        "shifts.tasks.rescale_today": {"queue": "heavy"},
        "dispatch.tasks.try_what_ifs": {"queue": "heavy"},
        "dispatch.tasks.correct_staffing": {"queue": "heavy"},
    },
    worker_consumer="marketplace.consumer:Patient",
    worker_hijack_root_logger=False,
    worker_cancel_long_running_tasks_on_connection_loss=False,
    timezone="UTC",
    beat_schedule={
        "expire-offers": {
            "task": "dispatch.tasks.expire_offers",
            "schedule": waits["sweep_offers_seconds"],
            "options": {"expires": 5},
        },
        "match-if-leaderless": {
            "task": "dispatch.tasks.match_if_leaderless",
            "schedule": waits["sweep_leaderless_seconds"],
            "options": {"expires": 5},
        },
        "sweep-presence": {
            "task": "dispatch.tasks.sweep_presence",
            "schedule": waits["sweep_presence_seconds"],
            "options": {"expires": 5},
        },
        "rest-silent": {
            "task": "dispatch.tasks.rest_silent",
            "schedule": waits["sweep_silence_seconds"],
            "options": {"expires": 10},
        },
        "keep-promises": {
            "task": "dispatch.tasks.keep_promises",
            "schedule": waits["sweep_promises_seconds"],
            "options": {"expires": 5},
        },
        "answer-customers": {
            "task": "assistant.tasks.answer_waiting",
            "schedule": waits["sweep_answers_seconds"],
            "options": {"expires": 5},
        },
        "set-bonuses": {
            "task": "dispatch.tasks.set_bonuses",
            "schedule": waits["sweep_surge_seconds"],
            "options": {"expires": 10},
        },
        "measure-fairness": {
            "task": "dispatch.tasks.measure_fairness",
            "schedule": waits["sweep_fairness_seconds"],
            "options": {"expires": 60},
        },
        "close-silent": {"task": "dispatch.tasks.close_silent", "schedule": 600.0, "options": {"expires": 600}},
        "keep-months-of-decisions": {
            "task": "dispatch.tasks.keep_months_of_decisions",
            "schedule": crontab(minute=7),
            "options": {"expires": 3600},
        },
        "sweep-wire": {
            "task": "realtime.tasks.sweep",
            "schedule": waits["sweep_wire_seconds"],
            "options": {"expires": 30},
        },
        "sweep-shifts": {
            "task": "shifts.tasks.sweep_shifts",
            "schedule": waits["sweep_shifts_seconds"],
            "options": {"expires": 60},
        },
        "try-what-ifs": {
            "task": "dispatch.tasks.try_what_ifs",
            "schedule": waits["sweep_what_ifs_seconds"],
            "options": {"expires": 5},
        },
        "correct-staffing": {
            "task": "dispatch.tasks.correct_staffing",
            "schedule": crontab(minute=23),
            "options": {"expires": 3600},
        },
        "allot-seats": {"task": "shifts.tasks.allot", "schedule": 60.0, "options": {"expires": 60}},
        "roll-up-arrivals": {
            "task": "dispatch.tasks.roll_up_arrivals",
            "schedule": crontab(minute="1,16,31,46"),
            "options": {"expires": 300},
        },
        "rescale-today": {
            "task": "shifts.tasks.rescale_today",
            "schedule": crontab(minute="3,18,33,48"),
            "options": {"expires": 600},
        },
        "look-ahead": {"task": "shifts.tasks.look_ahead", "schedule": 600.0, "options": {"expires": 600}},
        "ask-for-hourly-allotment": {
            "task": "shifts.tasks.ask_for_allotment",
            "schedule": crontab(minute=13),
            "options": {"expires": 600},
        },
        "ask-for-nightly-allotment": {
            "task": "shifts.tasks.ask_for_allotment",
            "schedule": crontab(hour=2, minute=29),
            "kwargs": {"kind": "nightly"},
            "options": {"expires": 3600},
        },
        "give-units": {"task": "payouts.tasks.give_units", "schedule": 60.0, "options": {"expires": 60}},
        "pay-referrals": {"task": "payouts.tasks.pay_referrals", "schedule": 600.0, "options": {"expires": 600}},
        # At an hour, not after so many seconds: beat's memory begins anew with each start.
        "audit-ledger": {
            "task": "payouts.tasks.audit_ledger",
            "schedule": crontab(hour=3, minute=17),
            "options": {"expires": 3600},
        },
        "advance-payout-runs": {
            "task": "payouts.tasks.advance_payout_runs",
            "schedule": 15.0,
            "options": {"expires": 30},
        },
        "fetch-statements": {
            "task": "payouts.tasks.fetch_statements",
            "schedule": crontab(minute=41),
            "options": {"expires": 3600},
        },
        "watch-cases": {
            "task": "payouts.tasks.watch_cases",
            "schedule": crontab(minute=23),
            "options": {"expires": 3600},
        },
        "recover-debts": {
            "task": "payouts.tasks.recover_debts",
            "schedule": crontab(day_of_week="mon", hour=0, minute=41),
            "options": {"expires": 3600},
        },
    },
)
app.autodiscover_tasks()


class Link(Channel):
    """A link to the broker, whose end is trouble of the broker's and not a worker's.

    Closed, it asks nothing more: a second close, after the first had failed half way, would ask over a transport that
    is gone. A task that ends afterwards and asks is told that the link is lost, which its worker expects, in place of
    an AttributeError, which ends it. What it held comes back after the visibility time-out; a sweep has long done it.
    """

    do_restore = False

    def _connparams(self, asynchronous: bool = False) -> Any:
        if self.connection is None:
            raise redis.ConnectionError("The link to the broker is closed")
        link: Any = super()  # its type stubs leave this one out
        return link._connparams(asynchronous)


Transport.Channel = Link
# Over an answer that was damaged on its way the client stumbles with an error of its own. It costs a new link, not the
# worker.
Transport.connection_errors = (*Transport.connection_errors, AttributeError, TypeError)


class Tidied(bootsteps.StartStopStep):
    """Once the broker is reached again, what its failed attempts left open is closed: Celery leaves each one's links in
    circles that the collector finds late."""

    requires = ("celery.worker.consumer.connection:Connection",)

    def start(self, parent: object) -> None:
        gc.collect()


app.steps["consumer"].add(Tidied)


@celeryd_init.connect
def stand_back(sender: object, **_: object) -> None:
    """Long computations take what processor time is left over. Sweeps do not: they keep the clock's promises."""
    if str(sender).startswith("heavy@"):
        os.nice(LONG_NICE)


@celeryd_after_setup.connect
def let_tasks_go_on(**_: object) -> None:
    """Tasks under way when the broker's link breaks go on: each may run twice. Celery would rather hear the opposite,
    and says so; it is told after Celery has set up its own log, which asks for all such words."""
    words = r"celery\.worker|marketplace\.consumer"
    warnings.filterwarnings("ignore", category=CPendingDeprecationWarning, module=words)


@worker_init.connect
def refuse_unfit(**_: object) -> None:
    from marketplace import guards

    guards.refuse_unfit()
