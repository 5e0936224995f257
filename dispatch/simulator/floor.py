"""The floor as a policy sees it: nothing here that a running product would not know.

Mutable on purpose: the engine moves it, policies read it. Times are seconds since the world began.
"""

from collections import Counter, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from dispatch.simulator.worlds import Arrival, Person, World, certified

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)  # any day: only differences matter
REMEMBERED = 5_000  # offers: an hour of them and more
PRIOR_CHATS = 5.0  # how many average chats a new agent's record begins with


@dataclass(slots=True, eq=False)
class Seat:
    """An agent at work. `expected_s` and `actual_s` add up over her finished chats."""

    number: int
    topics: Mapping[str, int]
    languages: Mapping[str, int]
    capacity: int
    active: int = 0
    held: bool = False
    willing: bool = True
    missed_in_a_row: int = 0
    idle_since: float = 0.0
    last_offered: float = 0.0
    expected_s: float = 0.0
    actual_s: float = 0.0
    earned_minor: int = 0
    online_since: float = 0.0
    online_s: float = 0.0

    @property
    def is_free(self) -> bool:
        return self.willing and not self.held and self.active < self.capacity

    def slot_hours(self, now: float) -> float:
        """Hours online times slots: what earnings are divided by."""
        online = self.online_s + (now - self.online_since if self.willing else 0.0)
        return online * self.capacity / 3600.0


@dataclass(slots=True, eq=False)
class Request:
    """A customer who wants a person. `asked` says when each agent's last offer for her ended."""

    number: int
    topic: str
    language: str
    priority: int
    queued_at: float
    known: int | None
    asked: dict[int, float] = field(default_factory=dict)
    state: str = "waiting"
    offers: int = 0

    @property
    def urgency(self) -> tuple[int, float, int]:
        """The order in which every policy takes the waiting."""
        return (-self.priority, self.queued_at, self.number)


def clock_of(seconds: float) -> datetime:
    """A moment of the virtual clock, for rooms that think in dates."""
    return BEGAN + timedelta(seconds=seconds)


class Floor:
    """Everybody at work, who is certified for what, and what has been observed of topics.

    `touched` numbers the seats that have changed; whoever keeps notes takes them out.
    """

    def __init__(self, world: World, staff: Sequence[Person]) -> None:
        self.seats = [Seat(one.number, one.topics, one.languages, one.capacity) for one in staff]
        self.able = certified(staff)
        self.families = {topic: family for family, topics in world.families.items() for topic in topics}
        self.slots = sum(one.capacity for one in staff)
        self.active = 0
        self._speaking: dict[str, list[int]] = {}
        for one in staff:
            for language in one.languages:
                self._speaking.setdefault(language, []).append(one.number)
        self.touched: set[int] = set()
        self.came: Counter[tuple[str, str]] = Counter()
        self.offered: deque[tuple[float, tuple[str, str]]] = deque(maxlen=REMEMBERED)
        self._handled = dict.fromkeys(self.families, (1.0, world.handling_s))

    def within(self, of: tuple[str | None, str | None]) -> Sequence[int]:
        """Who serves a class (topic, language); None stands for any."""
        topic, language = of
        if topic is not None and language is not None:
            return self.able.get((topic, language), ())
        return self._speaking.get(language, ()) if language else range(len(self.seats))

    def expected_s(self, topic: str) -> float:
        """The mean handling time observed in this topic."""
        chats, seconds = self._handled[topic]
        return seconds / chats

    def handled(self, seat: Seat, topic: str, seconds: float) -> None:
        """One more chat to learn from."""
        seat.expected_s += self.expected_s(topic)
        seat.actual_s += seconds
        chats, total = self._handled[topic]
        self._handled[topic] = (chats + 1.0, total + seconds)

    def speed_ratio(self, seat: Seat) -> float:
        """Running mean of actual over expected handling time; a new agent begins as an average one."""
        prior = PRIOR_CHATS * self.expected_s(next(iter(seat.topics)))
        return (seat.actual_s + prior) / (seat.expected_s + prior)


def request_of(number: int, arrival: Arrival) -> Request:
    return Request(number, arrival.topic, arrival.language, arrival.priority, arrival.at, arrival.known)
