"""The wire as rooms see it: "when this commits, tell the readers" and "ring the dispatcher".

Nothing here blocks on Redis and nothing here fails because of it. What cannot be told is found by healing.
"""

import time
from collections.abc import Callable, Iterable

import msgspec
import redis
from django.conf import settings
from django.db import transaction

from realtime.bulletins import Bulletin
from realtime.courier import Courier

FrameLike = bytes | msgspec.Struct

_courier = Courier()


def channel() -> str:
    """Name of the one bus channel of this cluster."""
    return getattr(settings, "BECKON_BUS", "beckon:bus")


def after_commit(
    *,
    events: Iterable[tuple[str, int, FrameLike]] = (),
    changed: Iterable[str] = (),
    whispers: Iterable[tuple[str, str, FrameLike]] = (),
    closed: Iterable[str] = (),
    ahead: Iterable[tuple[str, FrameLike]] = (),
) -> None:
    """Tell every server process once the surrounding transaction has committed; never if it is rolled back.

    `ahead`: (principal, frame) that goes to her screens before what changed for her has been read.
    News of one transaction travels together as far as possible. Outside a transaction it travels at once.
    """
    news = Bulletin(
        "",
        [(key, seq, _raw(frame)) for key, seq, frame in events],
        list(changed),
        [(key, principal, _raw(frame)) for key, principal, frame in whispers],
        list(closed),
        ahead=[(principal, _raw(frame)) for principal, frame in ahead],
    )
    transaction.on_commit(lambda: _courier.tell(news), robust=True)


def ring(bell: str) -> None:
    """Whoever waits for `bell` wakes up once the surrounding transaction has committed."""
    transaction.on_commit(lambda: _courier.ring(bell), robust=True)


def attach(sink: Callable[[Bulletin], None]) -> None:
    """Bulletins of this process go to its own hub, which passes them on. `sink` may be called from any thread."""
    _courier.sink = sink


def detach(sink: Callable[[Bulletin], None]) -> None:
    """The hub is gone: bulletins go over Redis again."""
    if _courier.sink == sink:
        _courier.sink = None


def flush(timeout: float = 1.0) -> bool:
    """Wait until everything told so far has left this process; False after `timeout` seconds."""
    return _courier.flush(timeout)


def wait(bell: str, timeout: float) -> bool:
    """Block until `bell` rings or `timeout` seconds have passed; was it rung?

    What rang since the last call counts. While Redis is away this sleeps to the time-out. The first call, and the
    first after a lost link, answers True at once: something may have been missed.
    """
    return _doorbell(bell).wait(timeout)


_doorbells: dict[str, "Doorbell"] = {}


def _doorbell(bell: str) -> "Doorbell":
    return _doorbells.setdefault(bell, Doorbell(bell))


class Doorbell:
    """One subscription to one bell. Belongs to one thread."""

    def __init__(self, bell: str) -> None:
        self._name = f"{channel()}:{bell}"
        self._client: redis.Redis | None = None
        self._listening: redis.client.PubSub | None = None

    def wait(self, timeout: float) -> bool:
        """See `wire.wait`."""
        deadline = time.monotonic() + timeout
        try:
            if self._listening is not None:
                return self._heard(deadline)
        except (redis.RedisError, OSError):
            self._drop()
        try:
            self._subscribe()
            return True
        except (redis.RedisError, OSError):
            self._drop()
            time.sleep(max(0.0, deadline - time.monotonic()))
            return False

    def _subscribe(self) -> None:
        # The client is kept: when it is collected it cuts the links it made.
        client = self._client = redis.Redis.from_url(
            settings.REDIS_URL, socket_timeout=5, socket_connect_timeout=1, health_check_interval=5
        )
        listening = client.pubsub()  # type: ignore[no-untyped-call]
        listening.subscribe(self._name)
        if listening.get_message(timeout=1) is None:
            raise redis.TimeoutError("the subscription was not confirmed")
        self._listening = listening

    def _heard(self, deadline: float) -> bool:
        """Any message counts: a ring, and the confirmation that follows when the client mended its link by itself."""
        assert self._listening is not None
        while (left := deadline - time.monotonic()) > 0:
            if self._listening.get_message(timeout=left) is not None:
                while self._listening.get_message(timeout=0) is not None:
                    pass  # several rings are one reason to look
                return True
        return self._listening.get_message(timeout=0) is not None

    def _drop(self) -> None:
        listening, self._listening = self._listening, None
        if listening is not None:
            try:
                listening.close()
            except (redis.RedisError, OSError):
                return


def _raw(frame: FrameLike) -> msgspec.Raw:
    return msgspec.Raw(frame if isinstance(frame, bytes) else msgspec.json.encode(frame))
