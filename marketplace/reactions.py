"""What follows what, after commit. A reaction is only a wake-up; each has a sweep that finds the same work.

A bell rings in a thread of its own: however slow Redis is, whoever committed goes on at once, and rings that come
while one is under way melt into one more.
"""

import logging
import os
import threading
from collections.abc import Callable

from kombu.exceptions import OperationalError

from agents.events import AgentDismissed
from assistant.tasks import answer_waiting
from conversations.events import CustomerAsked
from dispatch import absence
from dispatch.events import SupplyOrDemandChanged
from marketplace.events import Reactions
from realtime import wire
from shifts import news
from shifts.events import NewsWritten

log = logging.getLogger(__name__)


class Bell:
    """Calls `ring` soon, off the caller's thread; many pulls make few rings."""

    def __init__(self, ring: Callable[[], object]) -> None:
        self._ring = ring
        self._pulled = threading.Event()
        self._process: int | None = None
        self._starting = threading.Lock()

    def pull(self, event: object) -> None:
        self._pulled.set()
        with self._starting:
            if self._process != os.getpid():  # a thread does not survive a fork
                self._process = os.getpid()
                threading.Thread(target=self._keep_ringing, name="bell", daemon=True).start()

    def _keep_ringing(self) -> None:
        while self._pulled.wait():
            self._pulled.clear()
            try:
                self._ring()
            except (OperationalError, OSError) as error:
                log.warning("a wake-up was lost, its sweep will find the work: %s", error)


def ring_dispatcher(event: SupplyOrDemandChanged) -> None:
    wire.ring("dispatch")


def take_chats(event: AgentDismissed) -> None:
    absence.dismissed(event.agent_id, now=event.at)


def tell_of_shifts(event: NewsWritten) -> None:
    news.tell(now=event.at)


assistant = Bell(lambda: answer_waiting.apply_async(expires=5, retry=False))

REACTIONS: Reactions = {
    SupplyOrDemandChanged: (ring_dispatcher,),  # else the dispatcher's tick of a second
    CustomerAsked: (assistant.pull,),  # else the beat of two seconds
    AgentDismissed: (take_chats,),  # else the sweep of presence
    NewsWritten: (tell_of_shifts,),  # else the sweep of shifts
}
