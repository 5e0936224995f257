"""What a worker's link to its broker does when it ends."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import pytest
import redis

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
