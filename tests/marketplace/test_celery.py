"""What a worker's link to its broker does when it ends."""

import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event
from typing import Any
from uuid import uuid4

import pytest
import redis
from celery.contrib.testing.worker import start_worker
from celery.signals import task_success

from dispatch import tasks
from marketplace import celery
from marketplace.celery import app


@contextmanager
def held_by_a_lost_link(valkey: str) -> Iterator[tuple[str, Any]]:
    """A queue's name and the message that a worker held when its link was closed."""
    queue = f"test-{uuid4().hex}"
    with app.connection_for_write() as sender, sender.SimpleQueue(queue) as filled:
        filled.put({"task": "something"})
    link = app.connection_for_read()
    link.connect()
    channel: Any = link.default_channel
    held = channel.basic_get(queue)
    assert held is not None
    link.close()
    yield queue, held
    with redis.Redis.from_url(valkey) as broker:
        broker.hdel("unacked", held.delivery_tag)
        broker.zrem("unacked_index", held.delivery_tag)


def test_a_link_that_is_closed_asks_nothing_more_of_its_broker(valkey: str) -> None:
    with held_by_a_lost_link(valkey) as (queue, held), redis.Redis.from_url(valkey) as broker:
        assert broker.llen(queue) == 0
        assert broker.hexists("unacked", held.delivery_tag)


def test_a_task_that_ends_after_its_link_is_told_so(valkey: str, caplog: pytest.LogCaptureFixture) -> None:
    lost = app.connection_for_read().connection_errors

    with held_by_a_lost_link(valkey) as (_, held):
        held.ack_log_error(logging.getLogger("celery"), lost)

    assert "link to the broker is closed" in caplog.text
    assert not held.acknowledged


@contextmanager
def full(valkey: str) -> Iterator[None]:
    """The session's Valkey refuses whatever would need memory."""
    with redis.Redis.from_url(valkey) as broker:
        broker.config_set("maxmemory", 1)
        try:
            yield
        finally:
            broker.config_set("maxmemory", 0)


@contextmanager
def heard_of() -> Iterator[tuple[Any, Event]]:
    """A task of this test's own, and what is set once it has run."""
    done = Event()

    def note(**_: object) -> None:
        done.set()

    def nothing() -> None:
        pass

    task = app.task(name=f"test-{uuid4().hex}", ignore_result=True)(nothing)
    task_success.connect(note, sender=task)
    yield task, done
    task_success.disconnect(note, sender=task)
    app.tasks.unregister(task.name)


def until_refused(valkey: str, caplog: pytest.LogCaptureFixture, times: int) -> list[float]:
    """Whoever waits for tasks is cut off, and has been refused so often as it came again: when. Raises after 30 s."""
    pause = Event()
    with redis.Redis.from_url(valkey) as broker:
        for _ in range(600):
            refused = [record.created for record in caplog.records if "Cannot connect" in record.getMessage()]
            if len(refused) >= times:
                return refused
            for client in broker.client_list():
                if client["cmd"] == "brpop":
                    broker.client_kill_filter(_id=client["id"])
            pause.wait(0.05)
    raise AssertionError(caplog.text)


@contextmanager
def consumers_words(into: logging.Handler) -> Iterator[None]:
    """What a worker's consumer logs. For workers that run: as one starts, logging begins anew."""
    logger = logging.getLogger("celery.worker.consumer.consumer")
    logger.addHandler(into)
    yield
    logger.removeHandler(into)


@pytest.mark.usefixtures("fresh_database")
def test_a_worker_whose_broker_is_full_asks_again_at_leisure_and_works_afterwards(
    valkey: str, caplog: pytest.LogCaptureFixture
) -> None:
    product: Any = app  # its type stubs know no other kind of task than Celery's
    with heard_of() as (task, done), start_worker(product, perform_ping_check=False, queues=[task.name]):
        with consumers_words(caplog.handler), full(valkey):
            refused = until_refused(valkey, caplog, times=4)
            assert refused[3] - refused[0] > 3, "half a second, one and two"
            assert "Frequent restarts" not in caplog.text
        task.apply_async(queue=task.name)
        assert done.wait(30)


@contextmanager
def a_slow_sweep(*, alone: bool) -> Iterator[tuple[Any, list[str], Event]]:
    """A task whose first run waits for the event, with what has run so far."""
    ran: list[str] = []
    begun, go_on = Event(), Event()

    def sweep() -> None:
        ran.append("run")
        if len(ran) == 1:
            begun.set()
            assert go_on.wait(10)

    task = app.task(name=f"test-{uuid4().hex}", ignore_result=True, alone=alone)(sweep)
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(task)
        assert begun.wait(10)
        try:
            yield task, ran, go_on
        finally:
            go_on.set()
            first.result(10)
            app.tasks.unregister(task.name)


def test_wake_ups_behind_a_slow_sweep_leave_the_work_to_it() -> None:
    with a_slow_sweep(alone=True) as (task, ran, _):
        task()
        task()

        assert ran == ["run"]

    task()
    assert ran == ["run", "run"]


def test_a_sweep_that_is_not_said_to_be_alone_runs_beside_itself() -> None:
    with a_slow_sweep(alone=False) as (task, ran, _):
        task()

        assert ran == ["run", "run"]


def test_a_sweep_that_does_not_come_back_keeps_no_later_one_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(celery, "ALONE_SECONDS", 0.0)
    with a_slow_sweep(alone=True) as (task, ran, _):
        task()

        assert ran == ["run", "run"]


def test_a_sweep_that_failed_has_ended() -> None:
    def fail() -> None:
        raise ZeroDivisionError

    task = app.task(name=f"test-{uuid4().hex}", ignore_result=True, alone=True)(fail)
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            task()
    app.tasks.unregister(task.name)


def test_the_sweeps_of_the_ride_run_alone() -> None:
    assert all(task.alone for task in (tasks.expire_offers, tasks.sweep_presence, tasks.keep_promises))
