"""Carries the news of one process to the bus, off the path of whoever had it.

In a server process that is a call into its hub. Elsewhere one thread publishes; what piles up meanwhile goes as one.
"""

import atexit
import logging
import os
import threading
import time
from collections import deque
from collections.abc import Callable

import redis
from django.conf import settings

from realtime import bulletins
from realtime.bulletins import Bulletin

log = logging.getLogger(__name__)

WAITING_MOST = 10_000
TOGETHER_MOST = 128
KEPT_SECONDS = 5.0
AGAIN_SECONDS = 0.2


class Courier:
    """Takes bulletins and rings from any thread and never raises. Starts its thread with the first piece of news."""

    def __init__(self) -> None:
        self.sink: Callable[[Bulletin], None] | None = None
        self.lost = 0
        self._begin()
        os.register_at_fork(after_in_child=self._begin)  # a child has no thread and nothing of its parent's to tell

    def _begin(self) -> None:
        self._news: deque[tuple[float, Bulletin | str]] = deque(maxlen=WAITING_MOST)
        self._changed = threading.Condition()
        self._busy = False
        self._thread: threading.Thread | None = None
        self._client: redis.Redis | None = None

    def tell(self, news: Bulletin) -> None:
        """Every server process hears of it, this one's hub first."""
        if self.sink is not None:
            self.sink(news)
        else:
            self._take(news)

    def ring(self, bell: str) -> None:
        """Whoever waits for the bell wakes up."""
        self._take(bell)

    def flush(self, timeout: float) -> bool:
        """Wait until all is told; False after `timeout` seconds."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._news and not self._busy, timeout)

    def _take(self, news: Bulletin | str) -> None:
        with self._changed:
            self._news.append((time.monotonic(), news))
            self._changed.notify_all()
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="courier", daemon=True)
                self._thread.start()
                atexit.register(self.flush, 1.0)

    def _run(self) -> None:
        while True:
            with self._changed:
                self._busy = False
                self._changed.notify_all()
                self._changed.wait_for(lambda: bool(self._news))
                batch = [self._news.popleft() for _ in range(min(len(self._news), TOGETHER_MOST))]
                self._busy = True
            self._deliver(batch)

    def _deliver(self, batch: list[tuple[float, Bulletin | str]]) -> None:
        """Publish the batch, trying again for some seconds; then it is left to healing."""
        while True:
            try:
                self._publish([news for _, news in batch])
                return
            except (redis.RedisError, OSError) as error:
                if time.monotonic() - batch[0][0] > KEPT_SECONDS:
                    self.lost += len(batch)
                    log.warning("Redis could not be told: %s", error)
                    return
                time.sleep(AGAIN_SECONDS)

    def _publish(self, batch: list[Bulletin | str]) -> None:
        name = getattr(settings, "BECKON_BUS", "beckon:bus")
        news = [each for each in batch if isinstance(each, Bulletin)]
        bells = dict.fromkeys(each for each in batch if isinstance(each, str))
        with self._connected().pipeline(transaction=False) as pipe:
            if news:
                pipe.publish(name, bulletins.encode(bulletins.merge("", news)))
            for bell in bells:
                pipe.publish(f"{name}:{bell}", b"")
            pipe.execute()

    def _connected(self) -> redis.Redis:
        if self._client is None:
            self._client = redis.Redis.from_url(settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=0.5)
        return self._client
