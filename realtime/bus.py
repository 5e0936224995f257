"""The bus between server processes: one Redis pub/sub channel, one connection that listens and one that speaks.

The bus is a doorbell. `deaf` says that it misses things; `turned` is called when it falls deaf and when it hears again.
A process hears itself: a heartbeat every second shows within three that nothing arrives, even on a link that looks
open.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import msgspec
import redis.asyncio as aioredis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from realtime import bulletins
from realtime.bulletins import Bulletin

log = logging.getLogger(__name__)

BEAT_SECONDS = 1.0
DEAF_AFTER_SECONDS = 3.0
AGAIN_SECONDS = 0.2
KEPT_SECONDS = 10.0
WAITING_MOST = 2_000
TOGETHER_MOST = 64
BROKEN = (RedisError, OSError, TimeoutError, RuntimeError)  # the last is what uvloop says of a link that has gone


class Bus:
    """`hear` gets every bulletin of other origins; `turned` is called after each subscription and after each break."""

    def __init__(
        self, origin: str, *, url: str, channel: str, hear: Callable[[Bulletin], None], turned: Callable[[], None]
    ) -> None:
        self.deaf = True
        self._origin = origin
        self._url = url
        self._channel = channel
        self._hear = hear
        self._turned = turned
        self._waiting: deque[tuple[float, Bulletin]] = deque(maxlen=WAITING_MOST)
        self._work = asyncio.Event()

    def tell(self, news: Bulletin) -> None:
        """All other processes hear of it soon. Never waits, never fails."""
        self._waiting.append((asyncio.get_running_loop().time(), news))
        self._work.set()

    # --- listening ---

    async def listen(self) -> None:
        """For ever: subscribe, hear, and after a break subscribe anew."""
        while True:
            try:
                await self._listen_once()
            except BROKEN as error:
                if not self.deaf:
                    log.warning("The bus is deaf: %s", str(error) or "nothing was heard for three seconds")
            if not self.deaf:
                self.deaf = True
                self._turned()
            await asyncio.sleep(AGAIN_SECONDS)

    async def _listen_once(self) -> None:
        client = self._client(socket_timeout=None)
        try:
            listening = client.pubsub()
            async with asyncio.timeout(DEAF_AFTER_SECONDS):
                await listening.subscribe(self._channel)
            while True:
                async with asyncio.timeout(DEAF_AFTER_SECONDS):
                    message = await listening.get_message(timeout=None)
                if message is not None:
                    self._heard(message)
        finally:
            with suppress(Exception):  # a link that is already broken cannot be closed politely
                async with asyncio.timeout(1):
                    await client.aclose()

    def _heard(self, message: dict[str, Any]) -> None:
        if message["type"] == "subscribe":
            if self.deaf:
                log.info("The bus is heard")
            self.deaf = False
            self._turned()
        elif message["type"] == "message":
            self._open(message["data"])

    def _open(self, data: bytes) -> None:
        try:
            bulletin = bulletins.decode(data)
        except msgspec.MsgspecError:
            log.warning("Something that is no bulletin was published on %s", self._channel)
            return
        if bulletin.origin == self._origin:
            return
        try:
            self._hear(bulletin)
        except Exception:
            log.exception("A bulletin could not be handed on")

    # --- speaking ---

    async def speak(self) -> None:
        """For ever: publish what there is as one bulletin; a heartbeat when there is nothing."""
        client = self._client(socket_timeout=2)
        try:
            while True:
                with suppress(TimeoutError):
                    async with asyncio.timeout(BEAT_SECONDS):
                        await self._work.wait()
                self._work.clear()
                await self._publish(client)
        finally:
            with suppress(Exception):
                async with asyncio.timeout(1):
                    await client.aclose()

    async def _publish(self, client: aioredis.Redis) -> None:
        """Publish all that waits. What cannot be published within ten seconds is left to healing."""
        while True:
            batch = [self._waiting.popleft() for _ in range(min(len(self._waiting), TOGETHER_MOST))]
            merged = bulletins.merge(self._origin, [news for _, news in batch])
            while not await self._published(client, bulletins.encode(merged)):
                if not batch or asyncio.get_running_loop().time() - batch[0][0] > KEPT_SECONDS:
                    return
                await asyncio.sleep(AGAIN_SECONDS)
            if not self._waiting:
                return

    async def _published(self, client: aioredis.Redis, data: bytes) -> bool:
        try:
            await client.publish(self._channel, data)
        except BROKEN:
            return False
        return True

    def _client(self, *, socket_timeout: float | None) -> aioredis.Redis:
        """No retries inside the client: a break must be seen here, because it may have cost something."""
        return aioredis.Redis.from_url(
            self._url, socket_timeout=socket_timeout, socket_connect_timeout=1, retry=Retry(NoBackoff(), 0)
        )
