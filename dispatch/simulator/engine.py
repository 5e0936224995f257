"""A virtual clock over events: asking, offering, answering, chatting, leaving. A policy only says who is asked.

An offer rings for the world's countdown, two missed in a row pause an agent, who declines is free at once, and
patience runs on while it rings. All that happens at one instant is followed by one round, and while somebody waits
there is a round each tick, as the dispatcher has it.
"""

import heapq
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import IntEnum, auto
from typing import Any, Protocol

from dispatch.simulator.floor import Floor, Request, Seat, request_of
from dispatch.simulator.worlds import BREAKS, Arrival, Person, World, stream
from marketplace import waits

TICK_S = waits.TRUE["dispatcher_tick_seconds"]
PAY_MINOR = (250, 20)  # for a chat, and for each of its minutes
FITS = {3: 1.0, 2: 0.85, 1: 0.7}
RELATED, UNRELATED, FOREIGN = 0.5, 0.3, 0.2


class Policy(Protocol):
    """Who is asked. Sees the floor and the waiting in order of urgency; each seat and request at most once."""

    name: str

    def choose(
        self, waiting: Sequence[Request], floor: Floor, now: float
    ) -> Sequence[tuple[Request, Seat]]: ...  # pragma: no cover


class Kind(IntEnum):
    ARRIVES = auto()
    LEAVES = auto()
    ANSWERS = auto()
    ENDS = auto()
    RETURNS = auto()
    TICKS = auto()
    COMES = auto()
    GOES = auto()


@dataclass(slots=True, eq=False)
class Chat:
    """Work that is left, in seconds of working alone."""

    request: Request
    began: float
    left_s: float


@dataclass(frozen=True, slots=True)
class Record:
    """What became of one customer. `wait_s` until accepted, abandoned, or the end of the run."""

    number: int
    queued_at: float
    topic: str
    language: str
    priority: int
    end: str
    wait_s: float
    offers: int
    seat: int | None
    speaks: bool
    handled_s: float


class Engine:
    """One run of one policy. `records` has a line for every arrival once `run` is over."""

    def __init__(
        self, world: World, staff: Sequence[Person], arrivals: Sequence[Arrival], policy: Policy, *, seed: int
    ) -> None:
        self.world, self.staff, self.arrivals, self.policy = world, staff, arrivals, policy
        self.floor = Floor(world, staff)
        self.now = 0.0
        self.waiting: dict[int, Request] = {}
        self.records: list[Record | None] = [None] * len(arrivals)
        self.chats: list[list[Chat]] = [[] for _ in staff]
        self._worked_at = [0.0] * len(staff)
        self._turn = [0] * len(staff)  # which planned end of a chat is the latest
        self._offers: dict[int, tuple[Request, Seat]] = {}
        self._breaks = stream(seed, BREAKS).exponential(world.break_s, size=4096)
        self._break = 0
        self._events: list[tuple[float, int, Kind, Any]] = []
        self._order = 0
        self._ticking = False
        self.watch: Callable[[Request, Sequence[Request], Floor], None] | None = None
        self._busy: list[tuple[float, float]] = []  # when each chat began and ended
        self._off: set[int] = {one.number for one in staff if one.there}  # whose stretch has not begun, or is over
        self._handlers: dict[Kind, Callable[[Any], None]] = {
            Kind.ARRIVES: self._arrives,
            Kind.LEAVES: self._leaves,
            Kind.ANSWERS: self._answers,
            Kind.ENDS: self._ends,
            Kind.RETURNS: self._returns,
            Kind.TICKS: self._ticks,
            Kind.COMES: self._comes,
            Kind.GOES: self._goes,
        }

    def run(self, *, until_s: float) -> list[Record]:
        """Every arrival up to `until_s` with what became of it by then."""
        for number in self._off:
            self.floor.seats[number].willing = False
            for begins, ends in self.staff[number].there:
                self._at(begins, Kind.COMES, self.floor.seats[number])
                self._at(ends, Kind.GOES, self.floor.seats[number])
        if self.arrivals:
            self._at(self.arrivals[0].at, Kind.ARRIVES, 0)
        events = self._events
        while events and events[0][0] <= until_s:
            self.now = events[0][0]
            while events and events[0][0] == self.now:
                _, _, kind, what = heapq.heappop(events)
                self._handlers[kind](what)
            if self.waiting:
                self._round()
        self.now = until_s
        self._close_the_books()
        return [record for record in self.records if record is not None]

    def ringing(self) -> list[int]:
        """The numbers of the customers for whom an offer rings."""
        return list(self._offers)

    def busy_s(self, since_s: float, until_s: float) -> float:
        """Seconds of chats between two moments, those under way included."""
        live = [(chat.began, self.now) for chats in self.chats for chat in chats]
        return sum(max(0.0, min(end, until_s) - max(began, since_s)) for began, end in [*self._busy, *live])

    def _at(self, when: float, kind: Kind, what: Any) -> None:
        self._order += 1
        heapq.heappush(self._events, (when, self._order, kind, what))

    def _arrives(self, number: int) -> None:
        arrival = self.arrivals[number]
        request = request_of(number, arrival)
        self.waiting[number] = request
        self.floor.came[request.topic, request.language] += 1
        if self.watch:
            ringing = [request for request, _ in self._offers.values()]
            self.watch(request, [*self.waiting.values(), *ringing], self.floor)
        if math.isfinite(arrival.patience_s):
            self._at(arrival.at + arrival.patience_s, Kind.LEAVES, request)
        if number + 1 < len(self.arrivals):
            self._at(self.arrivals[number + 1].at, Kind.ARRIVES, number + 1)

    def _round(self) -> None:
        waiting = sorted(self.waiting.values(), key=lambda request: request.urgency)
        for request, seat in self.policy.choose(waiting, self.floor, self.now):
            self._offer(request, seat)
        if self.waiting and not self._ticking:
            self._ticking = True
            self._at(self.now + TICK_S, Kind.TICKS, None)

    def _ticks(self, _: None) -> None:
        self._ticking = False

    def _offer(self, request: Request, seat: Seat) -> None:
        assert seat.is_free, "a policy asked somebody who is not free"
        assert request.state == "waiting", "a policy offered what does not wait"
        del self.waiting[request.number]
        request.state, seat.held = "offered", True
        request.offers += 1
        seat.last_offered = self.now
        self.floor.offered.append((self.now, (request.topic, request.language)))
        self.floor.touched.add(seat.number)
        self._offers[request.number] = (request, seat)
        answer, after_s = self._answer(request, seat)
        self._at(self.now + after_s, Kind.ANSWERS, (request, request.offers, answer))

    def _answer(self, request: Request, seat: Seat) -> tuple[str, float]:
        """What this agent does with this offer, and after how many seconds."""
        person, world = self.staff[seat.number], self.world
        if person.opens_at_once:
            return "accepted", 0.0
        rolls = self.arrivals[request.number].rolls
        choice, speed = rolls[(request.offers - 1) % len(rolls)]
        reaction_s = world.reaction_s * math.exp(world.reaction_sigma * speed)
        if choice < person.ignores or reaction_s >= world.countdown_s:
            return "expired", world.countdown_s
        willing = person.accepts * (1.0 - world.refused_by_misfit * (1.0 - self.fit(request, seat)))
        willing *= 1.0 - world.refused_by_load * seat.active
        rest = (choice - person.ignores) / (1.0 - person.ignores)
        return ("accepted" if rest < willing else "declined"), reaction_s

    def fit(self, request: Request, seat: Seat) -> float:
        """1 for an expert who is fluent; less with less of either."""
        level = seat.topics.get(request.topic)
        family = self.floor.families[request.topic]
        related = any(self.floor.families[topic] == family for topic in seat.topics)
        topic = FITS[level] if level else RELATED if related else UNRELATED
        spoken = seat.languages.get(request.language)
        return topic * (FITS[spoken] if spoken else FOREIGN)

    def _answers(self, what: tuple[Request, int, str]) -> None:
        request, attempt, answer = what
        if request.state != "offered" or request.offers != attempt:
            return  # The customer left meanwhile.
        _, seat = self._offers.pop(request.number)
        seat.held = False
        self.floor.touched.add(seat.number)
        if answer == "accepted":
            self._accept(request, seat)
            return
        request.state = "waiting"
        request.asked[seat.number] = self.now
        self.waiting[request.number] = request
        seat.missed_in_a_row = seat.missed_in_a_row + 1 if answer == "expired" else 0
        if seat.missed_in_a_row >= waits.MISSES_THAT_PAUSE:
            self._pause(seat)

    def _comes(self, seat: Seat) -> None:
        """A stretch at work begins."""
        self._off.discard(seat.number)
        self._returns(seat)

    def _goes(self, seat: Seat) -> None:
        """It is over: she is asked no more; chats under way, and an offer that rings, end as they would."""
        self._off.add(seat.number)
        if seat.willing:
            seat.willing = False
            seat.online_s += self.now - seat.online_since
            self.floor.touched.add(seat.number)

    def _pause(self, seat: Seat) -> None:
        if not seat.willing:
            return  # Her time was over while it rang.
        seat.willing = False
        seat.online_s += self.now - seat.online_since
        self._at(self.now + float(self._breaks[self._break % len(self._breaks)]), Kind.RETURNS, seat)
        self._break += 1

    def _returns(self, seat: Seat) -> None:
        if seat.willing or seat.number in self._off:
            return  # Her time was over before the break was.
        seat.willing, seat.missed_in_a_row = True, 0
        seat.online_since = seat.idle_since = self.now
        self.floor.touched.add(seat.number)

    def _leaves(self, request: Request) -> None:
        if request.state == "offered":
            _, seat = self._offers.pop(request.number)
            seat.held = False
            self.floor.touched.add(seat.number)
        elif request.state == "waiting":
            del self.waiting[request.number]
        else:
            return
        request.state = "abandoned"
        self._record(request, None)

    def _accept(self, request: Request, seat: Seat) -> None:
        request.state = "engaged"
        seat.missed_in_a_row = 0
        self._record(request, seat)
        person, arrival = self.staff[seat.number], self.arrivals[request.number]
        misfit = 1.0 - self.fit(request, seat)
        work_s = arrival.work_s * person.pace * (1.0 + self.world.slower_by_misfit * misfit)
        self._work(seat)
        self.chats[seat.number].append(Chat(request, self.now, work_s))
        seat.active += 1
        self.floor.active += 1
        self._plan_end(seat)

    def _stretch(self, seat: Seat) -> float:
        """How much slower each chat of this agent goes than alone."""
        return 1.0 + self.world.slower_per_chat * max(0, seat.active - 1)

    def _work(self, seat: Seat) -> None:
        """All chats of this agent have gone on until now."""
        done = (self.now - self._worked_at[seat.number]) / self._stretch(seat)
        for chat in self.chats[seat.number]:
            chat.left_s -= done
        self._worked_at[seat.number] = self.now

    def _plan_end(self, seat: Seat) -> None:
        self._turn[seat.number] += 1
        chats = self.chats[seat.number]
        if chats:
            soonest = max(0.0, min(chat.left_s for chat in chats)) * self._stretch(seat)
            self._at(self.now + soonest, Kind.ENDS, (seat, self._turn[seat.number]))

    def _ends(self, what: tuple[Seat, int]) -> None:
        seat, turn = what
        if turn != self._turn[seat.number]:
            return  # Planned before another chat began or ended.
        self._work(seat)
        chats = self.chats[seat.number]
        chat = min(chats, key=lambda one: one.left_s)
        chats.remove(chat)
        seat.active -= 1
        self.floor.touched.add(seat.number)
        self.floor.active -= 1
        seat.idle_since = self.now
        self._book(chat, seat)
        self._plan_end(seat)

    def _book(self, chat: Chat, seat: Seat) -> None:
        lasted_s = self.now - chat.began
        self._busy.append((chat.began, self.now))
        self.floor.handled(seat, chat.request.topic, lasted_s)
        per_chat, per_minute = PAY_MINOR
        seat.earned_minor += per_chat + round(per_minute * lasted_s / 60.0)
        chat.request.state = "closed"
        self._record(chat.request, seat, handled_s=lasted_s)

    def _record(self, request: Request, seat: Seat | None, *, handled_s: float = 0.0) -> None:
        before = self.records[request.number]
        waited_s = before.wait_s if before else self.now - request.queued_at
        ends = {"abandoned": "abandoned", "waiting": "waiting", "offered": "waiting"}
        self.records[request.number] = Record(
            number=request.number,
            queued_at=request.queued_at,
            topic=request.topic,
            language=request.language,
            priority=request.priority,
            end=ends.get(request.state, "served"),
            wait_s=waited_s,
            offers=request.offers,
            seat=seat.number if seat else None,
            speaks=seat is None or request.language in seat.languages,
            handled_s=handled_s,
        )

    def _close_the_books(self) -> None:
        """Who still waits or chats is written down as that."""
        for request in [*self.waiting.values(), *(request for request, _ in self._offers.values())]:
            self._record(request, None)
