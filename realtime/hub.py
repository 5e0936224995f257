"""The hub: one per server process. It joins writer, bus, delivery, people, presence and healing, and knows no table.

Everything here runs on one event loop; the database is reached through small thread pools only. At most one
connection each for writing and for the lease, four for reading, eight for requests.
"""

import asyncio
import logging
import uuid
from collections import Counter
from collections.abc import Coroutine, Sequence
from typing import Any
from uuid import UUID

import msgspec
from django.conf import settings

from marketplace import clock
from realtime import protocol, tickets, trouble, wire
from realtime.boards import Boards
from realtime.bulletins import Bulletin
from realtime.bus import Bus
from realtime.collector import Collector
from realtime.delivery import Delivery
from realtime.healer import Healer
from realtime.limits import (
    ENTRIES_PER_MINUTE,
    GAP_SECONDS,
    REQUEST_THREADS,
    RESTART,
    RETRY_SECONDS,
    RETURNS_PER_SECOND,
    TYPING_RIGHT_SECONDS,
    WORK_THREADS,
)
from realtime.marks import Marks
from realtime.outbox import Outboxes
from realtime.people import People
from realtime.ports import Comer, Kind, Line, Mark, Product, Verdict
from realtime.presence import Presence
from realtime.rights import Rights
from realtime.session import Session
from realtime.threads import Pool
from realtime.tickets import Entry, Shown
from realtime.together import Together
from realtime.turnstile import Turnstile
from realtime.writer import Writer

log = logging.getLogger(__name__)

READ_THREADS = 4
WATCH_SECONDS = 1.0
BURY_EVERY = 5
ENTRIES_EVERY = 60
FAREWELL_SECONDS = 1.0


class Hub:
    """Made on the event loop. `start` before the first socket, `stop` after the last."""

    def __init__(self, product: Product) -> None:
        self.origin = uuid.uuid4().hex
        self._product = product
        self._loop = asyncio.get_running_loop()
        self._reads = Pool("hub", READ_THREADS)
        # However many customers ask at once, an offer is accepted in time.
        self._requests, self._work = Pool("request", REQUEST_THREADS), Pool("work", WORK_THREADS)
        self._sessions: set[Session] = set()
        self._tasks: set[asyncio.Task[Any]] = set()
        self._rights: dict[tuple[str, UUID], tuple[float, str | None]] = {}
        self._entries: Counter[str] = Counter()
        self._came = 0
        self._stopping = False
        waits = settings.BECKON_WAITS
        self._spend = Together(self._reads, _spend)
        self._greet = Together(self._reads, product.welcome)
        self.turnstile = Turnstile()
        self.outboxes = Outboxes()
        self.bus = Bus(
            self.origin, url=settings.REDIS_URL, channel=wire.channel(),
            hear=self._hear, turned=lambda: self.healer.wake(),
        )  # fmt: skip
        self.delivery = Delivery(
            lambda key: self.healer.ask(key), lambda text: self.people.part(text), self._read_again_soon
        )
        self.people = People(product, self.delivery, self._reads)
        self.healer = Healer(
            product, self._reads, self.people, self.delivery,
            seconds=waits["heal_seconds"], is_deaf=lambda: self.bus.deaf,
        )  # fmt: skip
        self.writer = Writer(product, self._stored)
        self.marks = Marks(product, self._reads, self._read_on)
        self.presence = Presence(product, self._reads, seconds=waits["lease_seconds"], lost=self._lease_lost)
        self.boards = Boards(product, self._reads)
        self.rights = Rights(product, self._reads, self.people, seconds=waits["rights_seconds"])

    # --- life ---

    async def start(self) -> None:
        """Leased, listening, healing. Waits for the database, not for Redis."""
        await self.presence.start()
        wire.attach(self._from_any_thread)
        for name in (
            "presence.keep",
            "presence.record",
            "bus.listen",
            "bus.speak",
            "healer.run",
            "writer.run",
            "boards.run",
            "rights.run",
            "marks.run",
        ):
            part, _, work = name.partition(".")
            self.spawn(self._for_ever(name, getattr(getattr(self, part), work)))
        self.spawn(self._for_ever("watch", self._watch))

    async def stop(self) -> None:
        """Everything taken in is written, everybody has been sent away with a hint, the lease is given up.

        The product is not told person by person: its sweep finds those who do not come back to another process.
        """
        await self.farewell()
        try:
            async with asyncio.timeout(2 * FAREWELL_SECONDS):
                await self.writer.drained()
        except TimeoutError:
            log.warning("Messages without a verdict are left; their senders send them again")
        wire.detach(self._from_any_thread)
        await self.presence.end()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for pool in (self._reads, self._requests, self._work, self.writer):
            pool.stop()

    async def farewell(self) -> None:
        """Every socket gets `bye` with a hint and is closed with 1012. Later ones are refused."""
        self._stopping = True
        sessions = list(self._sessions)
        self._send_away()
        if sessions:
            flushing = [asyncio.ensure_future(session.outbox.flushed()) for session in sessions]
            await asyncio.wait(flushing, timeout=FAREWELL_SECONDS)

    @property
    def open(self) -> bool:
        """May a socket come in?"""
        return self.presence.held and not self._stopping

    def _send_away(self) -> None:
        """With a hint each, so that they do not all come to the next server in the same second."""
        for number, session in enumerate(list(self._sessions)):
            wait = RETRY_SECONDS + number // RETURNS_PER_SECOND
            session.say_bye(RESTART, "restart", "The connection moves to another server.", wait)

    def _lease_lost(self) -> None:
        self._send_away()

    def spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """A task that lives as long as the hub at most."""
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _for_ever(self, name: str, work: Any) -> None:
        """A part that fails is started again: a hub with a dead part would look healthy."""
        while True:
            try:
                await work()
            except Exception as error:
                trouble.tell(log, error, "%s failed and is started again", name)
                await asyncio.sleep(WATCH_SECONDS)

    async def _watch(self) -> None:
        """Every second: cut links that are stuck, and give the collector its turn."""
        collector, rounds = Collector(), 0
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            rounds += 1
            self.outboxes.watch(self._loop.time())
            if rounds % BURY_EVERY == 0:
                self.outboxes.bury([session.outbox for session in self._sessions])
                self._rights.clear()
            if rounds % ENTRIES_EVERY == 0:
                self._entries.clear()
            collector.tick(self._came)

    # --- sessions ---

    def welcome(self, session: Session) -> None:
        """The socket is open; who it is shows when it enters."""
        self._sessions.add(session)
        self._came += 1

    def forget(self, session: Session) -> None:
        """The socket is gone."""
        self._sessions.discard(session)
        self.people.remove(session)
        self.boards.remove(session)
        if session.connection is not None:
            self.presence.closed(session.connection, session.principal)

    async def admit(
        self, secret: str, *, origin: str, session_key: str, kind: Kind
    ) -> tuple[str, protocol.Welcome] | None:
        """Spend the ticket: who comes, and the words of welcome. Raises Refused for somebody who may not be here."""
        entry = await self._spend.ask(Shown(secret, origin, session_key))
        if entry is None or entry.principal.partition(":")[0] != kind or not self._may_enter_again(entry.principal):
            return None
        log_in = session_key if kind != "customer" else ""
        return entry.principal, await self._greet.ask(Comer(entry.principal, log_in, entry.next))

    def _may_enter_again(self, principal: str) -> bool:
        """As often as she may ask for tickets, and no oftener. Counts it."""
        self._entries[principal] += 1
        return self._entries[principal] <= ENTRIES_PER_MINUTE

    async def carry_out(self, principal: str, frame: protocol.Frame) -> list[protocol.Frame]:
        """The product's answers, once what the request changed has reached the person's sockets. Raises Refused."""
        pool = self._requests if principal.startswith("customer:") else self._work
        answers = await pool.run(self._product.handle, principal, frame)
        await self.people.settled(principal)
        return answers

    def compare_heads(self, session: Session, have: Sequence[protocol.Have]) -> None:
        """The end-to-end check: a client that lags gets again what it misses. No query unless it does."""
        now = self._loop.time()
        for each in have:
            key = f"{each.conversation}/{each.stream}"
            if self.delivery.lags(key, session, each.seq, now):
                self.spawn(self.people.send_again(session, key, each.seq))

    def _read_again_soon(self, key: str, reader: Session, head: int) -> None:
        """A moment later, so that a database that does not answer is not asked without a pause."""

        def begin() -> None:
            if self.delivery.seat(key, reader) is not None:
                self.spawn(self.people.send_again(reader, key, head))

        self._loop.call_later(GAP_SECONDS, begin)

    def has_read(self, session: Session, conversation: UUID, seq: int) -> None:
        """The person has the talk before her eyes up to `seq`; no further than this socket was sent."""
        key = f"{conversation}/talk"
        seat = self.delivery.seat(key, session)
        if seat is not None and seat.head:
            self.marks.note(Mark(key, session.principal, min(seq, seat.head)))

    async def typing(self, principal: str, conversation: UUID) -> None:
        """The other readers see that the person writes, if she may write there (looked up every few seconds)."""
        allowed_until, text = self._rights.get((principal, conversation), (0.0, None))
        if allowed_until < self._loop.time():
            try:
                frame = await self._reads.run(self._product.typing, principal, conversation)
            except Exception as error:
                trouble.tell(log, error, "Nobody is told that %s is writing", principal)
                return
            text = None if frame is None else msgspec.json.encode(frame).decode()
            self._rights[principal, conversation] = (self._loop.time() + TYPING_RIGHT_SECONDS, text)
        if text is not None:
            key = f"{conversation}/talk"
            self.delivery.whisper(key, principal, text)
            self.bus.tell(Bulletin("", whispers=[(key, principal, msgspec.Raw(text.encode()))]))

    # --- news ---

    def _stored(self, stored: Sequence[tuple[Line, Verdict]]) -> None:
        """New messages of a batch: our own sockets first, without Redis; then one bulletin to the others."""
        events = [(f"{line.conversation}/talk", verdict.seq, msgspec.Raw(verdict.frame)) for line, verdict in stored]
        for key, seq, frame in events:
            self.delivery.offer(key, seq, frame)
        if events:
            self.bus.tell(Bulletin("", events=events))

    def _read_on(self, moved: Sequence[Mark]) -> None:
        """Marks that were kept: our own sockets first, then the others."""
        for mark in moved:
            self.delivery.marked(mark)
        if moved:
            self.bus.tell(Bulletin("", marks=[(mark.key, mark.principal, mark.seq) for mark in moved]))

    def _from_any_thread(self, news: Bulletin) -> None:
        """What rooms of this process announce after commit."""
        self._loop.call_soon_threadsafe(self._announce, news)

    def _announce(self, news: Bulletin) -> None:
        self.bus.tell(news)
        self._hear(news)

    def _hear(self, news: Bulletin) -> None:
        """News for our own sockets. After a sleep beyond the lease they may not hear it any more: they are closed."""
        if not self.presence.fresh:
            return
        for key, seq, frame in news.events:
            self.delivery.offer(key, seq, frame)
        for key, but, frame in news.whispers:
            self.delivery.whisper(key, but, bytes(frame).decode())
        for principal, frame in news.ahead:
            self.people.tell(principal, bytes(frame).decode())
        for principal in news.changed:
            self.people.changed(principal)
        for key, principal, seq in news.marks:
            self.delivery.marked(Mark(key, principal, seq))
        for name in news.closed:
            self.people.close(name)


def _spend(shown: Sequence[Shown]) -> list[Entry | None]:
    return tickets.spend_all(shown, now=clock.now())
