"""Who is here: each person's sockets in this process, the streams they may read and their own state.

A person's sockets are brought up to date one change after the other, so an older picture never follows a newer one.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Protocol
from uuid import UUID

import msgspec

from marketplace.refusals import Refused
from realtime import protocol, trouble
from realtime.catching import CatchingUp
from realtime.delivery import Delivery
from realtime.limits import PEOPLE_SOCKETS, REVOKED
from realtime.ports import Held, Product, Resumed, State, Wanted, streams_held
from realtime.threads import Pool
from realtime.together import Together

log = logging.getLogger(__name__)

AGAIN_SECONDS = 1.0
SETTLED_SECONDS = 5.0
HEARD_OUT_SECONDS = 1.0
OWNED = ("person", "away")  # phases in which an agent owns the conversation


class Socket(Protocol):
    """One open socket."""

    principal: str
    keys: set[str]
    log_in: str
    session_key: str

    @property
    def backlog(self) -> int: ...
    def push(self, text: str) -> None: ...
    def fall_behind(self) -> None: ...
    def say_bye(self, code: int, name: str, message: str, retry_seconds: int | None) -> None: ...
    async def drained(self) -> None: ...


class Person:
    """Somebody with at least one socket here. `version` is the newest of her own state that was sent."""

    __slots__ = ("dirty", "principal", "refreshing", "sockets", "turn", "version")

    def __init__(self, principal: str) -> None:
        self.principal = principal
        self.sockets: set[Socket] = set()
        self.version = 0
        self.dirty = False
        self.turn = asyncio.Lock()
        self.refreshing: asyncio.Task[None] | None = None


class People:
    """All people with a socket in this process."""

    def __init__(self, product: Product, delivery: Delivery, pool: Pool) -> None:
        self._product = product
        self._delivery = delivery
        self._pool = pool
        self._streams_of = Together(pool, product.streams_of)
        self._resume = Together(pool, product.resume)
        self._state = Together(pool, product.state)
        self._people: dict[str, Person] = {}
        self.catching_up = CatchingUp(delivery)

    def __len__(self) -> int:
        return len(self._people)

    def sockets(self) -> list[Socket]:
        return [socket for person in self._people.values() for socket in person.sockets]

    def principals(self, kinds: tuple[str, ...]) -> list[str]:
        """Those of these kinds ("agent", ...) who are here."""
        return [principal for principal in self._people if principal.partition(":")[0] in kinds]

    def log_ins(self) -> dict[str, str]:
        """Session key -> the name under which the sockets of that log-in are closed."""
        return {socket.session_key: socket.log_in for socket in self.sockets() if socket.log_in}

    def held(self, among: Callable[[str], bool]) -> list[Held]:
        """What each of these people holds, once for each way in which her sockets differ.

        Left out is whoever is being brought up to date at this moment.
        """
        return [
            Held(person.principal, person.version, streams)
            for person in self._people.values()
            if among(person.principal) and not person.turn.locked()
            for streams in {streams_held(socket.keys) for socket in person.sockets}
        ]

    # --- coming and going ---

    def add(self, socket: Socket) -> bool:
        """The socket belongs to its person from now on; False where she has too many already."""
        person = self._people.setdefault(socket.principal, Person(socket.principal))
        if len(person.sockets) >= PEOPLE_SOCKETS:
            return False
        person.sockets.add(socket)
        return True

    def remove(self, socket: Socket) -> None:
        """Nothing more reaches the socket."""
        for key in socket.keys:
            self._delivery.leave(key, socket)
        socket.keys.clear()
        person = self._people.get(socket.principal)
        if person is None:
            return
        person.sockets.discard(socket)
        if not person.sockets:
            del self._people[socket.principal]

    async def enter(self, socket: Socket, have: Mapping[str, int]) -> None:
        """The socket has all it may read, from where it had stopped, and the person's state. Call after `add`."""
        person = self._people[socket.principal]
        async with person.turn:
            await self._bring_up(person, [socket], have)
        self._dismiss(socket, {UUID(key.partition("/")[0]) for key in have.keys() - socket.keys})

    def close(self, name: str) -> None:
        """The person, or one log-in of somebody's, may not be here any more: all its sockets end."""
        person = self._people.get(name)
        gone = list(person.sockets) if person else [socket for socket in self.sockets() if socket.log_in == name]
        for socket in gone:
            socket.say_bye(REVOKED, "revoked", "You are logged out here.", None)

    # --- changes ---

    def tell(self, principal: str, text: str) -> None:
        """A frame for the person's screens, at once: a hint of what `changed` will bring."""
        person = self._people.get(principal)
        for socket in person.sockets if person else ():
            socket.push(text)

    def changed(self, principal: str) -> None:
        """The person's state or streams may be different now. Several changes may be brought as one."""
        person = self._people.get(principal)
        if person is None:
            return
        person.dirty = True
        if person.refreshing is None:
            person.refreshing = asyncio.get_running_loop().create_task(self._refresh(person))

    async def settled(self, principal: str) -> None:
        """Until the changes known by now have reached the person's sockets."""
        person = self._people.get(principal)
        if person is not None and person.refreshing is not None:
            await asyncio.wait([person.refreshing], timeout=SETTLED_SECONDS)

    async def _refresh(self, person: Person) -> None:
        try:
            while person.dirty and person.sockets:
                person.dirty = False
                async with person.turn:
                    await self._bring_up(person, list(person.sockets), {})
        except Refused:
            self.close(person.principal)
        except Exception as error:
            trouble.tell(log, error, "The changes of %s could not be read; they are tried again", person.principal)
            asyncio.get_running_loop().call_later(AGAIN_SECONDS, self.changed, person.principal)
        finally:
            person.refreshing = None

    async def _bring_up(self, person: Person, sockets: Sequence[Socket], have: Mapping[str, int]) -> None:
        """Register first, then read the past, then let the live events through. The caller holds the person's turn."""
        keys = await self._streams_of.ask(person.principal)
        await self._hear_out(person, set(keys))
        sockets = [socket for socket in sockets if socket in person.sockets]  # some may have closed meanwhile
        for socket in sockets:
            self._leave_all_but(socket, set(keys))
        joins = {key: [socket for socket in sockets if key not in socket.keys] for key in keys}
        wanted = {key: have.get(key) for key, joining in joins.items() if joining}
        for key in wanted:
            for socket in joins[key]:
                self._delivery.register(key, socket)
                socket.keys.add(key)
        pasts = [self._resume.ask(Wanted(person.principal, key, after)) for key, after in wanted.items()]
        try:
            resumed, state = await asyncio.gather(asyncio.gather(*pasts), self._state.ask(person.principal))
        except BaseException:
            for key in wanted:
                for socket in joins[key]:
                    self._leave(socket, key)  # else a later try would take these streams for read
            raise
        for key, past in zip(wanted, resumed, strict=True):
            self._join(key, joins[key], past)
        self._send_state(person, sockets, state)

    async def send_again(self, socket: Socket, key: str, after: int | None) -> None:
        """The socket gets what comes after number `after` of a stream it reads already, or all of it anew.

        Nothing happens where it has left the stream, or closed, before this began.
        """
        seat = self._delivery.seat(key, socket)
        if seat is None:
            return
        seat.hold()
        try:
            past = await self._resume.ask(Wanted(socket.principal, key, after))
        except Exception as error:
            trouble.tell(log, error, "What %s misses could not be read; it is asked for again", socket.principal)
            past = Resumed(head=0, frames=())  # or the socket would wait for its past for ever
        if past is None:
            self._leave(socket, key)
            self.changed(socket.principal)
        else:
            self.catching_up.bring(socket, key, past)

    def _join(self, key: str, sockets: Iterable[Socket], past: Resumed | None) -> None:
        for socket in sockets:
            if past is None:
                self._leave(socket, key)
            elif key in socket.keys:
                self.catching_up.bring(socket, key, past)

    def _send_state(self, person: Person, sockets: Iterable[Socket], state: State) -> None:
        if state is None:
            return
        version, frame = state
        if version and version < person.version:
            return
        person.version = max(version, person.version)
        text = frame.decode()
        for socket in sockets:
            socket.push(text)

    # --- leaving streams ---

    def part(self, text: str) -> None:
        """A conversation's status changed: agents who do not own it (any more) read no further, from this number on.

        Right by the order of the stream alone: no news on the bus, no query and no clock is needed, however long this
        process slept. Whoever does own it is asked about afterwards, and reads on.
        """
        told = msgspec.json.decode(text, type=protocol.Changed)
        if told.status.phase in OWNED and told.change != "joined":
            return
        owner = f"agent:{told.author.id}" if told.change == "joined" else ""
        keys = [f"{told.conversation}/{stream}" for stream in ("talk", "desk")]
        readers = set().union(*map(self._delivery.principals, keys))
        for principal in readers - {owner}:
            if principal.startswith("agent:"):
                self._take_away(self._people[principal], keys, told.conversation)

    async def _hear_out(self, person: Person, allowed: set[str]) -> None:
        """An agent who may read a stream no longer gets the row that says so first, however late it comes: `part`.

        Where it cannot be read within a second, she leaves without it.
        """
        lost = {key for socket in person.sockets for key in socket.keys} - allowed
        heads = list(self._delivery.heads_of(lost))
        if not heads or not person.principal.startswith("agent:"):
            return
        try:
            async with asyncio.timeout(HEARD_OUT_SECONDS):
                rows = await self._pool.run(self._product.missed, heads)
        except Exception as error:
            trouble.tell(log, error, "The last words to %s could not be read", person.principal)
            return
        for row in rows:
            self._delivery.offer(*row)

    def _take_away(self, person: Person, keys: Iterable[str], conversation: UUID) -> None:
        for socket in person.sockets:
            for key in keys:
                self._leave(socket, key)
            self._dismiss(socket, [conversation])
        self.changed(person.principal)

    def _leave_all_but(self, socket: Socket, allowed: set[str]) -> None:
        """Streams the person may read no longer end at once; the client is told to forget them."""
        lost = socket.keys - allowed
        for key in lost:
            self._leave(socket, key)
        self._dismiss(socket, {UUID(key.partition("/")[0]) for key in lost})

    def _leave(self, socket: Socket, key: str) -> None:
        self._delivery.leave(key, socket)
        socket.keys.discard(key)

    def _dismiss(self, socket: Socket, conversations: Iterable[UUID]) -> None:
        """Say `left` for conversations of which no stream remains."""
        kept = {key.partition("/")[0] for key in socket.keys}
        for conversation in conversations:
            if str(conversation) not in kept:
                socket.push(msgspec.json.encode(protocol.Left(conversation=conversation)).decode())
