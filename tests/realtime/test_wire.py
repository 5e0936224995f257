"""What rooms announce travels after commit, never after a rollback, and never at the price of the request."""

import threading
import time
from collections.abc import Iterator

import pytest
import redis
from django.conf import settings
from django.db import transaction

from marketplace.local.services import Urls
from realtime import bulletins, wire
from realtime.bulletins import Bulletin
from realtime.courier import Courier


@pytest.fixture
def listener(fresh_database: Urls, valkey: str) -> Iterator["Listener"]:
    listener = Listener(valkey)
    yield listener
    listener.close()


class Listener:
    """Another process on the bus."""

    def __init__(self, url: str) -> None:
        self._client = redis.Redis.from_url(url)
        self._listening = self._client.pubsub(ignore_subscribe_messages=True)  # type: ignore[no-untyped-call]
        self._listening.subscribe(wire.channel())
        while not self._listening.subscribed or self._listening.get_message(timeout=0.1) is not None:
            pass

    def heard(self) -> Bulletin:
        """All that was announced up to now, as one."""
        marker = f"marker:{time.monotonic()}"
        wire.after_commit(changed=[marker])
        got: list[Bulletin] = []
        while not got or marker not in got[-1].changed:
            message = self._listening.get_message(timeout=5)
            assert message is not None, "the marker did not arrive"
            got.append(bulletins.decode(message["data"]))
        merged = bulletins.merge("", got)
        merged.changed.remove(marker)
        return merged

    def close(self) -> None:
        self._listening.close()
        self._client.close()


def test_news_travels_after_commit_in_its_order(listener: Listener) -> None:
    with transaction.atomic():
        wire.after_commit(events=[("chat/talk", 1, b'{"a":1}')])
        with transaction.atomic():
            wire.after_commit(events=[("chat/talk", 2, b'{"a":2}')], changed=["agent:dana"])
        wire.after_commit(whispers=[("chat/talk", "agent:dana", b"{}")], closed=["agent:olu"], changed=["agent:dana"])

    heard = listener.heard()

    assert [(key, seq, bytes(frame)) for key, seq, frame in heard.events] == [
        ("chat/talk", 1, b'{"a":1}'),
        ("chat/talk", 2, b'{"a":2}'),
    ]
    assert heard.changed == ["agent:dana"]
    assert [(key, but) for key, but, _ in heard.whispers] == [("chat/talk", "agent:dana")]
    assert heard.closed == ["agent:olu"]


def test_what_is_rolled_back_is_not_announced_not_even_by_a_savepoint(listener: Listener) -> None:
    with transaction.atomic():
        wire.after_commit(changed=["agent:dana"])
        with transaction.atomic():
            wire.after_commit(changed=["agent:olu"], events=[("chat/talk", 1, b"{}")])
            transaction.set_rollback(True)
    with transaction.atomic():
        wire.after_commit(changed=["agent:noor"])
        transaction.set_rollback(True)

    heard = listener.heard()

    assert heard.changed == ["agent:dana"]
    assert heard.events == []


def test_a_hub_in_this_process_hears_first_and_passes_on_by_itself(fresh_database: Urls) -> None:
    heard: list[Bulletin] = []
    wire.attach(heard.append)
    try:
        wire.after_commit(changed=["agent:dana"])
    finally:
        wire.detach(heard.append)

    assert [news.changed for news in heard] == [["agent:dana"]]


def test_redis_being_away_costs_the_request_nothing(fresh_database: Urls, valkey: str) -> None:
    before = settings.REDIS_URL
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    courier = Courier()
    try:
        began = time.monotonic()
        for number in range(100):
            courier.tell(Bulletin("", changed=[f"agent:{number}"]))
        assert time.monotonic() - began < 0.5
        assert not courier.flush(0.2)
    finally:
        settings.REDIS_URL = before
        courier._client = None  # the address is looked up anew

    assert courier.flush(10), "told as soon as Redis is back"


def test_a_bell_wakes_who_waits_for_it(fresh_database: Urls, valkey: str) -> None:
    bell = wire.Doorbell("test-bell")
    assert bell.wait(1), "the first call says: look"
    assert not bell.wait(0.05)

    threading.Timer(0.05, wire.ring, ["test-bell"]).start()
    began = time.monotonic()

    assert bell.wait(5)
    assert time.monotonic() - began < 2


def test_what_rang_while_nobody_waited_counts_once(fresh_database: Urls, valkey: str) -> None:
    bell = wire.Doorbell("test-bell")
    bell.wait(1)
    for _ in range(5):
        wire.ring("test-bell")
    assert wire.flush(5)

    assert bell.wait(1)
    assert not bell.wait(0.05)


def test_a_bell_rings_after_commit_only(fresh_database: Urls, valkey: str) -> None:
    bell = wire.Doorbell("test-bell")
    bell.wait(1)

    with transaction.atomic():
        wire.ring("test-bell")
        assert not bell.wait(0.1)

    assert bell.wait(5)


def test_waiting_sleeps_to_its_time_out_while_redis_is_away_and_looks_at_once_when_it_is_back(
    fresh_database: Urls, valkey: str
) -> None:
    before = settings.REDIS_URL
    bell = wire.Doorbell("test-bell")
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    try:
        began = time.monotonic()
        assert not bell.wait(0.2)
        assert time.monotonic() - began >= 0.2
    finally:
        settings.REDIS_URL = before

    assert bell.wait(0.2)


def test_a_cut_link_is_noticed_and_mended(fresh_database: Urls, valkey: str) -> None:
    bell = wire.Doorbell("test-bell")
    bell.wait(1)
    with redis.Redis.from_url(valkey) as client:
        client.client_kill_filter(_type="pubsub")

    assert bell.wait(1), "the link was mended and says: look"
    wire.ring("test-bell")
    assert bell.wait(5)
