"""What a worker's link to its broker does when it ends."""

from typing import Any
from uuid import uuid4

import redis

from marketplace.celery import app


def test_a_link_that_is_closed_asks_nothing_more_of_its_broker(valkey: str) -> None:
    queue = f"test-{uuid4().hex}"
    with app.connection_for_write() as sender, sender.SimpleQueue(queue) as filled:
        filled.put({"task": "something"})
    link = app.connection_for_read()
    link.connect()
    channel: Any = link.default_channel
    held = channel.basic_get(queue)
    assert held is not None

    link.close()

    with redis.Redis.from_url(valkey) as broker:
        assert broker.llen(queue) == 0
        assert broker.hexists("unacked", held.delivery_tag)
        broker.hdel("unacked", held.delivery_tag)
        broker.zrem("unacked_index", held.delivery_tag)
