"""What a worker's link to its broker does when it ends."""

import logging
import re
import socketserver
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from threading import Event
from typing import Any
from uuid import uuid4

import pytest
import redis
from celery.contrib.testing.worker import start_worker
from celery.signals import task_success

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


class Garbling(socketserver.BaseRequestHandler):
    """A broker of whose answers to some commands nothing but nonsense arrives."""

    answers: Mapping[bytes, bytes] = {}

    def handle(self) -> None:
        while asked := self.request.recv(65_536):
            for command in re.findall(rb"\*\d+\r\n\$\d+\r\n(\w+)", asked):
                self.request.sendall(self.answers.get(command, b"+OK\r\n"))


@contextmanager
def garbling(answers: Mapping[bytes, bytes]) -> Iterator[str]:
    """Such a broker's address."""
    handler = type("Garbling", (Garbling,), {"answers": answers})
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield f"redis://127.0.0.1:{server.server_address[1]}/0"
        server.shutdown()


SOUND = {b"HELLO": b"%1\r\n+proto\r\n:3\r\n", b"PING": b"+PONG\r\n"}


@pytest.mark.parametrize(
    "nonsense", [{b"HELLO": b"+OK\r\n"}, {b"ZADD": b"-ERR\r\n", b"EXEC": b"$3\r\nabc\r\n"}], ids=["hello", "batch"]
)
def test_a_damaged_answer_is_trouble_of_a_workers_link(nonsense: Mapping[bytes, bytes]) -> None:
    with garbling({**SOUND, **nonsense}) as address:
        link = app.connection_for_read(url=address)
        with pytest.raises(link.connection_errors):
            _index_a_message(link)


def _index_a_message(link: Any) -> None:
    with link.channel().conn_or_acquire() as client:
        client.pipeline().zadd("unacked_index", {"tag": 1}).hset("unacked", "tag", "message").execute()


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
