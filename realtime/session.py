"""One open socket, from `enter` to the end. Knows frames, not ASGI: text comes in by `hear`, goes out by the outbox.

Messages go to the writer as they come; requests are carried out one after the other, each after the messages before
it. A message waits only for requests that may decide whether, or as what, it is stored: those that name its
conversation or may be about to begin it. Nothing is read from the socket while too much of it waits.
"""

import asyncio
import logging
import uuid
from collections import deque
from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

import msgspec

from marketplace import clock
from marketplace.refusals import Refused
from realtime import protocol, reading, tickets, trouble
from realtime.limits import (
    ABUSE,
    CROWDED,
    ENTER_SECONDS,
    LANE_FRAMES,
    RESTART,
    RETRY_SECONDS,
    REVOKED,
    SLOW,
    TICKET,
    TYPING_SECONDS,
)
from realtime.outbox import SLOW_BYE, Outbox
from realtime.pace import Pace
from realtime.ports import Kind, Line, Verdict

if TYPE_CHECKING:
    from realtime.hub import Hub

log = logging.getLogger(__name__)

OUR_FAULT = "Something went wrong on our side. Nothing was changed; please try again."
REFUSALS = {
    "clash": "Another message was already sent under this id.",
    "closed": "This conversation has ended.",
    "forbidden": "You are not part of this conversation.",
    "busy": "This took too long. Please try again.",
}

# What may begin a conversation, or make it one's own, that its sender then writes to without waiting for the answer.
BEGINNINGS = (protocol.Start, protocol.AcceptOffer)

_encode = msgspec.json.Encoder().encode


class Session:
    """The socket of one principal once its ticket is spent; until then nobody's."""

    __slots__ = (
        "_awaited", "_carrying", "_entering", "_hub", "_kind", "_lane", "_lines", "_origin", "_outbox", "_pace",
        "_room", "_said", "_typed_at", "_unsettled", "_walking", "connection", "keys", "log_in", "principal",
        "session_key",
    )  # fmt: skip

    def __init__(self, hub: "Hub", outbox: Outbox, *, kind: Kind, origin: str, session_key: str) -> None:
        loop = asyncio.get_running_loop()
        self._hub = hub
        self._outbox = outbox
        self._kind = kind
        self._origin = origin
        self.session_key = session_key
        self._pace = Pace(loop.time())
        self._entering: asyncio.TimerHandle | None = loop.call_later(ENTER_SECONDS, self._too_late)
        self._lane: deque[protocol.Frame] = deque()
        self._walking: asyncio.Task[None] | None = None
        self._room: asyncio.Future[None] | None = None
        self._carrying: protocol.Frame | None = None
        self._lines = 0
        self._unsettled: set[int] = set()
        self._awaited: set[int] = set()
        self._said: asyncio.Future[None] | None = None
        self._typed_at = 0.0
        self.principal = ""
        self.keys: set[str] = set()
        self.connection: UUID | None = None
        self.log_in = tickets.log_in(session_key) if session_key and kind != "customer" else ""

    # --- out ---

    @property
    def outbox(self) -> Outbox:
        return self._outbox

    def push(self, text: str) -> None:
        self._outbox.push(text)

    @property
    def backlog(self) -> int:
        return self._outbox.backlog

    def fall_behind(self) -> None:
        self._outbox.close(SLOW, farewell=SLOW_BYE)

    async def drained(self) -> None:
        await self._outbox.drained()

    def tell(self, frame: protocol.Frame) -> None:
        self._outbox.push(_encode(frame).decode())

    def say_bye(self, code: int, name: str, message: str, retry_seconds: int | None) -> None:
        """Say why, then close."""
        bye = protocol.Bye(code=name, message=message, retry_seconds=retry_seconds)
        self._outbox.close(code, farewell=_encode(bye).decode())

    def refuse(self, ref: str, code: str, message: str) -> None:
        self.tell(protocol.Refused(ref=ref, code=code, message=message))

    # --- in ---

    async def hear(self, text: str) -> None:
        """Take one frame. Returns when the next one may be read."""
        now = asyncio.get_running_loop().time()
        if not self._pace.allows(now):
            self._bother(now, reading.ref_of(text), "slow_down", "Too fast. Please wait a moment.")
            return
        try:
            frame = reading.read(text, self._kind)
        except reading.UnreadableError as error:
            self._bother(now, error.ref, "invalid", error.message)
            return
        if not self.principal:
            await self._enter(frame)
        else:
            await self._take(frame, now)

    def hear_bytes(self) -> None:
        """A binary frame: there are none in this protocol."""
        self._bother(asyncio.get_running_loop().time(), "", "invalid", "Frames are text, never binary.")

    def _bother(self, now: float, ref: str, code: str, message: str) -> None:
        if self._pace.annoyed(now):
            self.say_bye(ABUSE, "abuse", "Too many frames that cannot be taken.", None)
        else:
            self.refuse(ref, code, message)

    async def _take(self, frame: protocol.Frame, now: float) -> None:
        match frame:
            case protocol.Ping():
                self._hub.compare_heads(self, frame.have)
                self.tell(protocol.Pong(now=clock.now()))
            case protocol.Read():
                self._hub.has_read(self, frame.conversation, frame.seq)
            case protocol.Write():
                await self._type(frame, now)
            case protocol.Say() if not self._waits(frame):
                await self._say(frame)
            case protocol.Enter():
                self.refuse("", "invalid", "This socket has entered already.")
            case _:
                await self._line_up(frame)

    # --- entering ---

    def _too_late(self) -> None:
        self.say_bye(TICKET, "ticket", "No ticket came in time.", 0)

    async def _enter(self, frame: protocol.Frame) -> None:
        if self._entering is not None:
            self._entering.cancel()
            self._entering = None
        if not isinstance(frame, protocol.Enter):
            self.say_bye(TICKET, "ticket", "The first frame must be enter.", 0)
            return
        try:
            await self._hub.turnstile.through(partial(self._admit, frame))
        except Refused as refused:
            self.say_bye(REVOKED, refused.code, refused.message, None)
        except Exception as error:
            trouble.tell(log, error, "A socket could not be let in")
            self.say_bye(RESTART, "error", OUR_FAULT, RETRY_SECONDS)

    async def _admit(self, frame: protocol.Enter) -> None:
        """A good ticket makes this the person's socket: recorded, welcomed, brought up to date."""
        admitted = await self._hub.admit(
            frame.ticket, origin=self._origin, session_key=self.session_key, kind=self._kind
        )
        if admitted is None:
            self.say_bye(TICKET, "ticket", "This ticket is not good (any more). Please ask for a new one.", 0)
            return
        self.principal, welcome = admitted
        if not self._hub.people.add(self):
            self.say_bye(CROWDED, "crowded", "You have too many windows open. Please close some first.", None)
            return
        self.connection = uuid.uuid4()
        await self._hub.presence.opened(self.connection, self.principal)
        self.tell(welcome)
        await self._hub.people.enter(self, {f"{each.conversation}/{each.stream}": each.seq for each in frame.have})
        if self._kind == "operator":
            await self._hub.boards.add(self)

    # --- messages ---

    def _waits(self, say: protocol.Say) -> bool:
        """Is there something before it that it must not overtake?"""
        before = [self._carrying, *self._lane] if self._walking else ()
        return any(
            isinstance(frame, BEGINNINGS) or getattr(frame, "conversation", None) == say.conversation
            for frame in before
        )

    async def _say(self, frame: protocol.Say) -> None:
        self._lines += 1
        number = self._lines
        self._unsettled.add(number)
        line = Line(frame.conversation, self.principal, frame.client_id, frame.text)
        await self._hub.writer.put(line, lambda verdict: self._said_so(number, frame, verdict))

    def _said_so(self, number: int, frame: protocol.Say, verdict: Verdict | None) -> None:
        """The writer has decided. A new line is acknowledged by its own frame, which its seat has had already."""
        ref = str(frame.client_id)
        if verdict is None:
            self.refuse(ref, "error", OUR_FAULT)
        elif verdict.kind == "again":
            self.tell(protocol.Sent(ref=ref, conversation=frame.conversation, seq=verdict.seq))
        elif verdict.kind != "new":
            self.refuse(ref, verdict.kind, REFUSALS[verdict.kind])
        elif f"{frame.conversation}/talk" not in self.keys:
            self.push(verdict.frame.decode())
        self._unsettled.discard(number)
        self._awaited.discard(number)
        if self._said is not None and not self._awaited and not self._said.done():
            self._said.set_result(None)

    async def _all_said(self) -> None:
        """All messages that came so far are settled; what comes meanwhile is not waited for."""
        if self._unsettled:
            self._awaited = set(self._unsettled)
            self._said = asyncio.get_running_loop().create_future()
            await self._said
            self._said = None

    # --- requests ---

    async def _line_up(self, frame: protocol.Frame) -> None:
        """Carried out after all that came before it; waits while too many do."""
        while len(self._lane) >= LANE_FRAMES and not self._outbox.closed:
            if self._room is None:
                self._room = asyncio.get_running_loop().create_future()
            await asyncio.shield(self._room)
        self._lane.append(frame)
        if self._walking is None:
            self._walking = self._hub.spawn(self._walk())

    async def _walk(self) -> None:
        try:
            while self._lane and not self._outbox.revoked:
                frame = self._carrying = self._lane.popleft()
                if self._room is not None:
                    self._room.set_result(None)
                    self._room = None
                if isinstance(frame, protocol.Say):
                    await self._say(frame)
                else:
                    await self._all_said()
                    await self._carry_out(frame)
        finally:
            self._walking = self._carrying = None

    async def _carry_out(self, frame: protocol.Frame) -> None:
        """The answer, after all that the request changed for this person."""
        ref = getattr(frame, "ref", "")
        try:
            answers = await self._hub.carry_out(self.principal, frame)
        except Refused as refused:
            self.refuse(ref, refused.code, refused.message)
        except Exception as error:
            trouble.tell(log, error, "A %s of %s failed", type(frame).__name__, self.principal)
            self.refuse(ref, "error", OUR_FAULT)
        else:
            for answer in answers:
                await self._answer(answer)

    async def _answer(self, answer: protocol.Frame) -> None:
        """A reset is read anew in its turn: the one in hand may be older than what its readers have had since."""
        if isinstance(answer, protocol.Reset) and f"{answer.conversation}/{answer.stream}" in self.keys:
            await self._hub.people.send_again(self, f"{answer.conversation}/{answer.stream}", None)
        else:
            self.tell(answer)

    # --- typing ---

    async def _type(self, frame: protocol.Write, now: float) -> None:
        """Best effort: at most every two seconds, and only to a conversation that is open to this socket."""
        if f"{frame.conversation}/talk" not in self.keys or now - self._typed_at < TYPING_SECONDS:
            return
        self._typed_at = now
        await self._hub.typing(self.principal, frame.conversation)

    # --- the end ---

    def leave(self) -> None:
        """The socket is closed. What it asked for before is still carried out."""
        if self._entering is not None:
            self._entering.cancel()
            self._entering = None
        self._outbox.gone()
        self._hub.forget(self)
