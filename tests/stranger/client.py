"""A client of the wire that a stranger wrote from docs/protocol.md, with the `websockets` library and nothing else.

One `Client` is one browser tab: it gets its tickets, enters with what it holds, follows its streams, sends each letter
until it is answered, and comes back after any cut until it is closed or told not to. All that happens goes into its
diary. `haste` divides every wait, for systems that run faster than life.
"""

import asyncio
import json
import random
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any
from uuid import UUID

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException
from websockets.typing import Origin

from tests.stranger import door
from tests.stranger.diary import Diary, Frame, Letter, Sitting, now
from tests.stranger.door import Credentials, RefusedError
from tests.stranger.reader import NUMBERED, Reader

PING_SECONDS = 10.0
SILENT_SECONDS = 10.0  # after a ping that nothing answered, the link is dead
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 15.0
FRAMES_PER_SECOND, FRAMES_AT_ONCE = 18.0, 50.0  # a little less than the server takes
HAVE_AT_MOST = 64
FOR_A_WHILE = frozenset({"busy", "error", "slow_down"})
SHORTEST_PATIENCE = 5.0  # for a handshake, however hasty the system: machines are slow under load


class GivenUpError(Exception):
    """What was waited for did not come in time."""


class Client:
    """One tab of one person. Use it as a context; `over` says why it will not come back, where that is so."""

    def __init__(
        self,
        urls: Sequence[str],
        who: Credentials,
        diary: Diary,
        *,
        person: str,
        tab: str = "1",
        haste: float = 1.0,
        chance: random.Random | None = None,
        origin: str = "",
        hear: Callable[[Frame], None] | None = None,
    ) -> None:
        self.person, self.tab, self.over = person, tab, ""
        self.readers: dict[tuple[str, str], Reader] = {}
        self.desk: Frame | None = None
        self.welcome: Frame | None = None
        self.shows = True  # false: a tab in the background, whose pings carry no heads
        self._urls, self._who, self._diary, self._haste = list(urls), who, diary, haste
        self._chance = chance or random.Random()
        self._origin = origin or self._urls[0]
        self._hear = hear
        self._letters: dict[str, Letter] = {}  # unanswered, in the order in which they were written
        self._outgoing: deque[Letter | Frame] = deque()
        self._waiting: list[tuple[Callable[[], Any], asyncio.Future[Any]]] = []
        self._something_to_send = asyncio.Event()
        self._wanted = asyncio.Event()  # set: this tab is open
        self._socket: ClientConnection | None = None
        self._sitting: Sitting | None = None
        self._heard_at = 0.0
        self._asked_at = 0.0
        self._retry: float | None = None
        self._path, self._next = "", ""  # of the socket, and the ticket that its welcome gave for the next
        self._runner: asyncio.Task[None] | None = None

    async def __aenter__(self) -> "Client":
        self._wanted.set()
        self._runner = asyncio.create_task(self._keep_coming())
        return self

    async def __aexit__(self, *raised: object) -> None:
        assert self._runner is not None
        self._runner.cancel()
        await asyncio.wait([self._runner])  # not `await` with CancelledError passed over: it may be for whoever waits

    # --- what a person does ---

    @property
    def is_in(self) -> bool:
        """This tab was welcomed on a socket that is still open."""
        return self._sitting is not None and self._sitting.entered_at > 0

    @property
    def unanswered(self) -> int:
        return len(self._letters)

    @property
    def letters(self) -> list[Letter]:
        """Those without an answer, in the order in which they were written."""
        return list(self._letters.values())

    def reader(self, conversation: str, stream: str = "talk") -> Reader:
        return self.readers.setdefault((conversation, stream), Reader())

    def say(self, conversation: str, text: str) -> Letter:
        """A message, sent until it is acknowledged or refused for good: await its `answer`."""
        key = self._uuid()
        return self._post(key, {"type": "say", "conversation": conversation, "client_id": key, "text": text})

    def request(self, kind: str, **fields: Any) -> Letter:
        """A request, sent until it is answered: await its `answer`, done or refused."""
        key = self._uuid()
        return self._post(key, {"type": kind, "ref": key, **fields})

    async def ask(self, kind: str, *, seconds: float, **fields: Any) -> Frame:
        """The answer to a request."""
        return await self.settled(self.request(kind, **fields), seconds)

    async def settled(self, letter: Letter, seconds: float) -> Frame:
        try:
            async with asyncio.timeout(seconds):
                return await asyncio.shield(letter.answer)
        except TimeoutError:
            raise GivenUpError(f"{self.person}: no answer to {letter.frame['type']} in {seconds:.0f} s") from None

    def write(self, conversation: str) -> None:
        """I am typing. Lost where the link is down."""
        self._send({"type": "write", "conversation": conversation})

    async def until(self, holds: Callable[[], Any], seconds: float, what: str) -> Any:
        """The first true value of `holds()`, looked at after every frame and every change of the link."""
        if value := holds():
            return value
        coming: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting.append((holds, coming))
        try:
            async with asyncio.timeout(seconds):
                return await coming
        except TimeoutError:
            raise GivenUpError(f"{self.person}: waited {seconds:.0f} s for {what}") from None
        finally:
            self._waiting = [each for each in self._waiting if each[1] is not coming]

    def cut(self) -> None:
        """The link breaks without a word. The tab comes back by itself."""
        if self._socket is not None:
            self._socket.transport.abort()

    async def go_away(self, *, politely: bool = True) -> None:
        """The tab is closed (or vanishes) until `come_back`. Letters are kept."""
        self._wanted.clear()
        if self._socket is not None and politely:
            await self._socket.close()
        self.cut()

    def come_back(self) -> None:
        self._wanted.set()

    # --- letters ---

    def _uuid(self) -> str:
        return str(UUID(int=self._chance.getrandbits(128), version=4))

    def _post(self, key: str, frame: Frame) -> Letter:
        answer: asyncio.Future[Frame] = asyncio.get_running_loop().create_future()
        letter = Letter(self.person, self.tab, len(self._diary.letters), key, frame, answer, now())
        self._diary.letters.append(letter)
        self._letters[key] = letter
        self._send(letter)
        return letter

    def _send(self, what: Letter | Frame) -> None:
        if self.is_in:  # else all that is unanswered is sent upon entering
            self._outgoing.append(what)
            self._something_to_send.set()

    def _acknowledge(self, key: str, how: str, frame: Frame) -> None:
        letter = self._letters.pop(key, None)
        if letter is None:
            return
        letter.acknowledged.append((now(), frame.get("seq", 0), how))
        if not letter.answer.done():
            letter.answer.set_result(frame)

    def _refuse(self, frame: Frame) -> None:
        letter = self._letters.get(frame["ref"])
        if letter is None:
            return
        letter.refused.append((now(), frame["code"]))
        if frame["code"] in FOR_A_WHILE:
            asyncio.get_running_loop().call_later(1.0 / self._haste, self._again, letter)
            return
        del self._letters[letter.key]
        letter.final = frame["code"]
        if not letter.answer.done():
            letter.answer.set_result(frame)

    def _again(self, letter: Letter) -> None:
        if letter.key in self._letters and letter not in self._outgoing:
            self._send(letter)

    # --- the link ---

    async def _keep_coming(self) -> None:
        failed = 0
        while not self.over:
            await self._wanted.wait()
            sitting = Sitting(self.person, self.tab, len(self._diary.sittings), self._chance.choice(self._urls), now())
            self._diary.sittings.append(sitting)
            try:
                await self._sit(sitting)
            except RefusedError as no:
                self.over = str(no)
            except (OSError, TimeoutError, WebSocketException, ValueError, EOFError) as error:
                sitting.why = sitting.why or f"{type(error).__name__}: {error}"
            finally:
                sitting.ended_at = now()
                self._socket = self._sitting = None
                self._look()
            failed = 0 if sitting.entered_at > 0 else failed + 1
            await asyncio.sleep(self._pause(failed))

    def _pause(self, failed: int) -> float:
        """As the server asked for, else longer after each failure; always with some randomness."""
        asked, self._retry = self._retry, None
        longest = min(FIRST_PAUSE * 2**failed, LONGEST_PAUSE) / self._haste if asked is None else asked
        return float(longest * self._chance.uniform(0.5, 1.0))

    async def _sit(self, sitting: Sitting) -> None:
        """One socket from its ticket to its end."""
        patience = max(SHORTEST_PATIENCE, SILENT_SECONDS / self._haste)
        secret = await self._ticket(patience)
        opening = connect(
            sitting.url.replace("http", "ws", 1) + self._path,
            origin=Origin(self._origin),
            additional_headers=self._who.cookie,
            compression=None,
            ping_interval=None,
            max_size=2**23,
            open_timeout=patience,
            close_timeout=1,
        )
        async with opening as socket:
            self._socket, self._heard_at = socket, now()
            sitting.have = self._have()
            await socket.send(json.dumps({"type": "enter", "ticket": secret, "have": sitting.have}))
            helpers = [
                asyncio.create_task(work) for work in (self._ping(socket, sitting), self._deliver(socket, sitting))
            ]
            try:
                await self._listen(socket, sitting)
            finally:
                for helper in helpers:
                    helper.cancel()

    async def _ticket(self, patience: float) -> str:
        """The one of the last welcome, until it is refused; else a new one."""
        if not self._next:
            asked = self._chance.choice(self._urls)
            self._next, self._path = await door.ticket(asked, self._who, origin=self._origin, seconds=patience)
        return self._next

    async def _listen(self, socket: ClientConnection, sitting: Sitting) -> None:
        try:
            while True:
                text = await socket.recv()
                frame = json.loads(text)
                self._heard_at = now()
                sitting.heard.append((self._heard_at, frame))
                self._take(frame, sitting)
        except ConnectionClosed as closed:
            sitting.code = closed.rcvd.code if closed.rcvd else 1006
        finally:
            self._outgoing.clear()

    async def _ping(self, socket: ClientConnection, sitting: Sitting) -> None:
        """Every ten seconds; a link on which nothing came since the ping before is cut."""
        await asyncio.sleep(SILENT_SECONDS / self._haste)
        while True:
            asked_at = now()
            if sitting.entered_at > 0:
                self._outgoing.append({"type": "ping", "have": self._have() if self.shows else []})
                self._something_to_send.set()
            await asyncio.sleep(PING_SECONDS / self._haste)
            if self._heard_at < asked_at:
                sitting.why = "nothing came after a ping"
                socket.transport.abort()
                return

    async def _deliver(self, socket: ClientConnection, sitting: Sitting) -> None:
        """What is to be sent, in its order, no faster than the server takes it."""
        allowed, counted_at = FRAMES_AT_ONCE, now()
        with suppress(ConnectionClosed, OSError):
            while True:
                await self._something_to_send.wait()
                while self._outgoing:
                    at = now()
                    allowed, counted_at = min(FRAMES_AT_ONCE, allowed + (at - counted_at) * FRAMES_PER_SECOND), at
                    if allowed < 1:
                        await asyncio.sleep(1 / FRAMES_PER_SECOND)
                        continue
                    allowed -= 1
                    await self._deliver_one(socket, sitting, self._outgoing.popleft())
                self._something_to_send.clear()

    async def _deliver_one(self, socket: ClientConnection, sitting: Sitting, what: Letter | Frame) -> None:
        if isinstance(what, Letter):
            if what.key not in self._letters:
                return
            what.sent.append((now(), sitting.number))
            await socket.send(json.dumps(what.frame))
        else:
            await socket.send(json.dumps(what))

    # --- what comes ---

    def _take(self, frame: Frame, sitting: Sitting) -> None:
        kind = frame["type"]
        if kind in NUMBERED:
            self._numbered(frame)
        elif kind == "sent":
            self._acknowledge(frame["ref"], "sent", frame)
        elif kind == "done":
            self._acknowledge(frame["ref"], "done", frame)
        elif kind == "refused":
            self._refuse(frame)
        else:
            self._other(frame, sitting)
        if self._hear is not None:
            self._hear(frame)
        self._look()

    def _numbered(self, frame: Frame) -> None:
        if frame["type"] == "message":
            self._acknowledge(frame["client_id"], "message", frame)
        if not self.reader(frame["conversation"], frame["stream"]).take(frame) and self.shows:
            self._ask_for_the_missing()

    def _other(self, frame: Frame, sitting: Sitting) -> None:
        match frame["type"]:
            case "welcome":
                self._enter(frame, sitting)
            case "reset":
                self.reader(frame["conversation"], frame["stream"]).reset(frame)
                for event in frame["events"]:
                    if event["type"] == "message":
                        self._acknowledge(event["client_id"], "reset", event)
            case "left":
                for stream in ("talk", "desk"):
                    self.readers.pop((frame["conversation"], stream), None)
            case "desk":
                if self.desk is None or frame["version"] >= self.desk["version"]:
                    self.desk = frame
            case "bye":
                self._part(frame, sitting)

    def _enter(self, frame: Frame, sitting: Sitting) -> None:
        self.welcome, self.person, self._next = frame, frame["principal"], frame["ticket"]
        sitting.person, sitting.entered_at, self._sitting = self.person, now(), sitting
        self._outgoing.extend(self._letters.values())
        self._something_to_send.set()

    def _part(self, frame: Frame, sitting: Sitting) -> None:
        sitting.why = f"bye: {frame['code']}"
        self._retry = frame["retry_seconds"]
        if frame["code"] == "ticket":
            self._next = ""
        if self._retry is None:
            self.over = sitting.why

    def _ask_for_the_missing(self) -> None:
        if now() - self._asked_at > 0.2:
            self._asked_at = now()
            self._send({"type": "ping", "have": self._have()})

    def _have(self) -> list[Frame]:
        """The streams held, those begun last where there are too many."""
        held = list(self.readers.items())[-HAVE_AT_MOST:]
        return [{"conversation": key[0], "stream": key[1], "seq": reader.head} for key, reader in held]

    def _look(self) -> None:
        for holds, coming in self._waiting:
            if not coming.done() and (value := holds()):
                coming.set_result(value)


__all__ = ["Client", "Credentials", "Diary", "GivenUpError", "Letter"]
