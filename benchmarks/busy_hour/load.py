"""What all people of a load share: its clock, its chance, and what is still waited for."""

import asyncio
import random
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from benchmarks.busy_hour.faces import Agent, Customer, Face

PING_S = 10.0
WHEEL = 100  # pings a round
ENOUGH_FAULTS = 100


class Load:
    """Everything is measured on one side: a message until both sockets of its chat have it, an offer from the moment
    its request was queued, by the product's own clock, until it is on an agent's screen.

    Only what begins while `measuring` is written down.
    """

    def __init__(self, questions: Sequence[str], topics: Sequence[str], *, seed: int) -> None:
        self.questions, self.topics = questions, topics
        self.chance = random.Random(seed)
        self.measuring = False
        self.faces: dict[Face, None] = {}
        self.customers: dict[str, Customer] = {}
        self.messages: list[float] = []
        self.offers: list[float] = []
        self.rounds: list[float] = []
        self.answers: list[float] = []
        self.faults: list[str] = []
        self.stored: list[str] = []
        self.lost = 0
        self._open: dict[str, tuple[float, int, bool]] = {}  # said when, not yet heard by, counts
        self._counting = 0
        self._all_heard = asyncio.Event()
        self._requests: set[datetime] = set()
        self._loop = asyncio.get_running_loop()

    def time(self) -> float:
        return time.perf_counter()

    def soon(self, seconds: float, act: Callable[[], None]) -> None:
        self._loop.call_later(seconds, act)

    # --- what is said and heard ---

    def said(self, name: str, hearers: int) -> None:
        self._open[name] = (self.time(), hearers, self.measuring)
        self._counting += self.measuring

    def heard(self, name: str) -> None:
        found = self._open.get(name)
        if found is None:
            return
        at, hearers, counts = found
        if hearers > 1:
            self._open[name] = (at, hearers - 1, counts)
            return
        del self._open[name]
        self.stored.append(name)
        if counts:
            self.messages.append((self.time() - at) * 1e3)
            self._counting -= 1
            if not self._counting:
                self._all_heard.set()

    def answered(self, since: float) -> None:
        if self.measuring:
            self.answers.append((self.time() - since) * 1e3)

    # --- who meets whom ---

    def wants_person(self, conversation: str, customer: "Customer") -> None:
        self.customers[conversation] = customer

    def rung(self, waits_since: datetime, offered_at: datetime) -> None:
        """The first offer of a request is on a screen. The round that made it began at `offered_at`."""
        if waits_since in self._requests:
            return
        self._requests.add(waits_since)
        if self.measuring:
            self.offers.append((time.time() - waits_since.timestamp()) * 1e3)
            self.rounds.append((offered_at - waits_since).total_seconds() * 1e3)

    def met(self, conversation: str, agent: "Agent") -> None:
        customer = self.customers.get(conversation)
        if customer is not None and not customer.leaving:
            agent.talk(customer, first_s=self.chance.uniform(3, 12))

    # --- the sockets ---

    def came(self, face: "Face") -> None:
        self.faces[face] = None

    def gone(self, face: "Face") -> None:
        self.faces.pop(face, None)
        self.customers.pop(getattr(face, "conversation", ""), None)

    def fault(self, words: str) -> None:
        if len(self.faults) < ENOUGH_FAULTS:
            self.faults.append(words)

    async def keep_alive(self) -> None:
        """Every socket pings once in ten seconds, as a page does, evenly spread; whoever was cut off is a fault."""
        due: list[Face] = []
        while True:
            due = due or list(self.faces)
            each = max(1, -(-len(self.faces) // WHEEL))
            now, due = due[:each], due[each:]
            for face in now:
                if face.socket is not None and face.socket.ended and not face.leaving:
                    self.fault(f"{face.kind}: {face.socket.ended}")
                    self.gone(face)
                elif not face.leaving:
                    face.ping()
            await asyncio.sleep(PING_S / WHEEL)

    # --- a stage ---

    def begin(self) -> None:
        self.messages, self.offers, self.rounds, self.answers, self.faults, self.lost = [], [], [], [], [], 0
        self.measuring = True

    async def end(self, *, drain_s: float) -> None:
        """Nothing more is measured; what was said meanwhile and nobody has heard after a while is lost."""
        self.measuring = False
        self._all_heard.clear()
        if self._counting:
            with suppress(TimeoutError):
                async with asyncio.timeout(drain_s):
                    await self._all_heard.wait()
        late = [name for name, (_, _, counts) in self._open.items() if counts]
        self.lost, self._counting = len(late), 0
        for name in late:
            del self._open[name]
