"""A client of the wire, written from docs/protocol.md: tickets, resume, acknowledgement, and coming back after any cut.

It reconnects until told to close, sends again what was not acknowledged, and keeps what it saw of each stream.
"""

import asyncio
import json
import random
import urllib.request
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any
from uuid import uuid4

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException
from websockets.typing import Origin

Frame = dict[str, Any]
PING_SECONDS = 10.0
PATIENCE_SECONDS = 120.0


class GivenUpError(Exception):
    """The other side did not do its part in time, or refused for good."""


class Talk:
    """What this reader saw of one talk stream: events by number, without gap; faults are counted, not hidden."""

    def __init__(self) -> None:
        self.head = 0
        self.events: dict[int, Frame] = {}
        self.by_client_id: dict[str, int] = {}
        self.status: Frame = {}
        self.gaps = 0
        self.doubled = 0

    def take(self, frame: Frame) -> None:
        """One numbered frame: what was seen is dropped, what comes too early is a fault and asked for again."""
        seq = frame["seq"]
        if seq <= self.head:
            return
        if seq != self.head + 1:
            self.gaps += 1
            return
        self.head = seq
        self._keep(frame)

    def reset(self, frame: Frame) -> None:
        self.head = frame["head"]
        for event in frame["events"]:
            if event["seq"] not in self.events:
                self._keep(event)
        self.status = frame["status"] or self.status

    def _keep(self, event: Frame) -> None:
        self.events[event["seq"]] = event
        self.status = event.get("status") or self.status
        client_id = event.get("client_id")
        if client_id and self.by_client_id.setdefault(client_id, event["seq"]) != event["seq"]:
            self.doubled += 1


class Link:
    """One person's socket. `changed` is notified after every frame."""

    def __init__(self, url: str, path: str, headers: Callable[[], Awaitable[dict[str, str]]], body: Frame) -> None:
        self._url, self._path, self._headers, self._body = url, path, headers, body
        self.changed = asyncio.Condition()
        self.talks: dict[str, Talk] = {}
        self.desk: Frame | None = None
        self.reconnects = -1
        self.trouble = ""
        self.offers_seen: set[str] = set()
        self._answers: dict[str, Frame] = {}
        self._pending: dict[str, Frame] = {}
        self._ticket = ""  # the next to show; each works once, and a welcome brings another
        self._socket: ClientConnection | None = None
        self._runner: asyncio.Task[None] | None = None

    async def __aenter__(self) -> "Link":
        self._runner = asyncio.create_task(self._run())
        return self

    async def __aexit__(self, *raised: object) -> None:
        assert self._runner is not None
        self._runner.cancel()
        with suppress(asyncio.CancelledError):
            await self._runner

    def talk(self, conversation: str) -> Talk:
        return self.talks.setdefault(conversation, Talk())

    async def until(self, holds: Callable[[], Any], what: str, seconds: float = PATIENCE_SECONDS) -> Any:
        """Wait until `holds()` is true and return it."""
        try:
            async with asyncio.timeout(seconds), self.changed:
                return await self.changed.wait_for(holds)
        except TimeoutError:
            raise GivenUpError(f"waited {seconds:.0f} s for {what} ({self.trouble or 'the link was up'})") from None

    async def ask(self, frame: Frame, seconds: float = PATIENCE_SECONDS) -> Frame:
        """A request, sent again after each cut until it is answered; the answer (done or refused)."""
        ref = str(uuid4())
        return await self._settle(ref, {**frame, "ref": ref}, seconds)

    async def say(self, conversation: str, text: str, seconds: float = PATIENCE_SECONDS) -> str:
        """A message, sent until it is acknowledged; its client_id. Raises GivenUpError where it is refused for good."""
        client_id = str(uuid4())
        frame = {"type": "say", "conversation": conversation, "client_id": client_id, "text": text}
        answer = await self._settle(client_id, frame, seconds)
        if answer["type"] == "refused":
            raise GivenUpError(f"a message was refused: {answer['code']}")
        return client_id

    async def _settle(self, ref: str, frame: Frame, seconds: float) -> Frame:
        self._pending[ref] = frame
        await self._send(frame)
        try:
            while True:
                answer: Frame = await self.until(
                    lambda: self._answers.pop(ref, None) or self._kept(ref), frame["type"], seconds
                )
                if answer.get("code") not in ("busy", "error", "slow_down"):
                    return answer
                await asyncio.sleep(0.5)
                await self._send(frame)
        finally:
            self._pending.pop(ref, None)

    def _kept(self, ref: str) -> Frame | None:
        """A message frame is its own acknowledgement, also when it comes in a reset."""
        found = next((talk.by_client_id[ref] for talk in self.talks.values() if ref in talk.by_client_id), None)
        return {"type": "sent", "seq": found} if found else None

    async def _send(self, frame: Frame) -> None:
        if self._socket is not None:
            with suppress(WebSocketException, OSError):
                await self._socket.send(json.dumps(frame))

    async def _run(self) -> None:
        pause = 0.3
        while True:
            self.reconnects += 1
            try:
                await self._live()
                pause = 0.3
            except (OSError, WebSocketException, TimeoutError, ValueError) as error:  # URLError is an OSError
                self.trouble = f"{type(error).__name__}: {error}"
                pause = min(pause * 2, 5.0)
            finally:
                self._socket = None
            await asyncio.sleep(pause * random.uniform(0.5, 1.0))  # noqa: S311  (jitter)

    async def _live(self) -> None:
        headers = await self._headers()
        if not self._ticket:
            self._ticket = (await post(self._url, "/api/v1/ticket", self._body, headers))["ticket"]
        socket_url = self._url.replace("http", "ws", 1) + self._path
        cookie = {name: value for name, value in headers.items() if name == "Cookie"}
        async with connect(
            socket_url,
            origin=Origin(self._url),
            additional_headers=cookie,
            open_timeout=15,
            ping_interval=None,
            max_size=2**22,
        ) as socket:
            await socket.send(json.dumps({"type": "enter", "ticket": self._ticket, "have": self._have()}))
            pinging = asyncio.create_task(self._ping(socket))
            try:
                async for text in socket:
                    await self._hear(json.loads(text), socket)
            finally:
                pinging.cancel()

    async def _hear(self, frame: Frame, socket: ClientConnection) -> None:
        async with self.changed:
            match frame["type"]:
                case "welcome":
                    self._socket, self._ticket = socket, frame["ticket"]
                    for waiting in list(self._pending.values()):
                        await self._send(waiting)
                case "message" | "answer" | "changed" if frame["stream"] == "talk":
                    self.talk(frame["conversation"]).take(frame)
                case "reset" if frame["stream"] == "talk":
                    self.talk(frame["conversation"]).reset(frame)
                case "desk":
                    self.desk = frame if self.desk is None or frame["version"] >= self.desk["version"] else self.desk
                    if frame["offer"]:
                        self.offers_seen.add(frame["offer"]["offer_id"])
                case "done" | "refused" | "sent":
                    self._answers[frame["ref"]] = frame
                case "bye":
                    self._ticket = "" if frame["code"] == "ticket" else self._ticket
                    await socket.close()
            self.changed.notify_all()

    async def _ping(self, socket: ClientConnection) -> None:
        while True:
            await asyncio.sleep(PING_SECONDS)
            await socket.send(json.dumps({"type": "ping", "have": self._have()}))

    def _have(self) -> list[Frame]:
        talks = list(self.talks.items())[-60:]
        return [{"conversation": key, "stream": "talk", "seq": talk.head} for key, talk in talks]


async def post(url: str, path: str, body: Frame, headers: dict[str, str]) -> Frame:
    """POST JSON, in a thread. Raises URLError."""
    request = urllib.request.Request(  # noqa: S310  (the address is the operator's own)
        url + path, json.dumps(body).encode(), {"Content-Type": "application/json", "Origin": url, **headers}
    )

    def send() -> Frame:
        with urllib.request.urlopen(request, timeout=15) as answer:  # noqa: S310
            held: Frame = json.loads(answer.read())
            return held

    return await asyncio.to_thread(send)
