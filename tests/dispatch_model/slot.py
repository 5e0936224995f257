"""What an agent can take, has taken and is asked, and what her wishes make of it."""

from tests.dispatch_model.cast import BEGAN

MISSED, GONE, BREAK, EMERGENCY = "missed", "gone", "break", "emergency"


class Slot:
    """One agent's counts, wishes and pause."""

    __slots__ = (
        "active", "capacity", "connected", "gone_since", "held", "idle_since", "last_begun", "last_one", "missed",
        "one_more", "pause", "reserve", "stopped_at", "willing",
    )  # fmt: skip

    def __init__(self, capacity: int) -> None:
        self.willing = self.connected = True
        self.last_one = self.last_begun = self.one_more = self.reserve = False
        self.capacity = capacity
        self.active = self.held = self.missed = 0
        self.pause = ""
        self.gone_since: float | None = None
        self.stopped_at: float | None = None
        self.idle_since: float | None = BEGAN

    @property
    def places(self) -> int:
        return 1 if self.last_one else self.capacity + self.one_more

    @property
    def is_here(self) -> bool:
        return self.willing and self.connected and self.gone_since is None

    def start(self, now: float) -> None:
        """A pause stops the clock of idleness; going offline sets it back."""
        if self.willing:
            return
        if self.active:
            self.idle_since = None
        elif not self.pause or self.idle_since is None or self.stopped_at is None:
            self.idle_since = now
        else:
            self.idle_since = now - max(self.stopped_at - self.idle_since, 0.0)
        self.willing = True
        self.missed = 0
        self.pause = ""

    def stop(self, reason: str, now: float) -> None:
        if self.willing:
            self.stopped_at = now
        self.willing = self.last_one = self.last_begun = self.one_more = False
        self.reserve = self.reserve and reason != ""
        self.pause = reason

    def take(self) -> None:
        self.active += 1
        self.idle_since = None
        self.one_more = self.one_more and self.active <= self.capacity
        self.last_begun = self.last_one

    def free(self, now: float) -> None:
        self.active -= 1
        self.idle_since = None if self.active else now
        if self.last_one and self.active == self.held == 0:
            self.stop("", now)

    def release(self, now: float) -> None:
        """An offer is over without a chat: beside a chat she is as busy as before."""
        self.held -= 1
        if self.last_begun and self.active == 0:
            self.stop("", now)
        if self.active == 0 and self.idle_since is None:
            self.idle_since = now
