"""What desks do: each customer in order of urgency to one certified agent who speaks her language, by a simple rule.

They ring as we do, for the same seconds, and spare an agent who had to do with the same customer lately just as long.
"""

from collections.abc import Callable, Sequence

from dispatch.matching import fitness
from dispatch.simulator.floor import Floor, Request, Seat
from marketplace import waits

AGAIN_AFTER_S = waits.TRUE["same_agent_again_seconds"]
Order = Callable[[Seat], tuple[float, ...]]


class Desk:
    """Offers to the least by `order` among those who may be asked."""

    def __init__(self, name: str, order: Order) -> None:
        self.name = name
        self.order = order

    def choose(self, waiting: Sequence[Request], floor: Floor, now: float) -> list[tuple[Request, Seat]]:
        taken: set[int] = set()
        chosen: list[tuple[Request, Seat]] = []
        for request in waiting:
            able = [seat for seat in free_for(request, floor) if seat.number not in taken]
            if seats := spared(request, able, now):
                seat = min(seats, key=self.order)
                taken.add(seat.number)
                self.chose(seat, floor)
                chosen.append((request, seat))
        return chosen

    def chose(self, seat: Seat, floor: Floor) -> None:
        """Told after each choice."""


class RoundRobin(Desk):
    """The next in the circle of agents."""

    def __init__(self) -> None:
        super().__init__("round robin", self._distance)
        self._latest = -1
        self._agents = 1

    def _distance(self, seat: Seat) -> tuple[float, ...]:
        return ((seat.number - self._latest - 1) % self._agents,)

    def chose(self, seat: Seat, floor: Floor) -> None:
        self._latest, self._agents = seat.number, len(floor.seats)


def longest_idle() -> Desk:
    return Desk("longest idle", lambda seat: (seat.idle_since, seat.last_offered, seat.number))


def least_loaded() -> Desk:
    return Desk("least loaded", lambda seat: (seat.active / seat.capacity, seat.idle_since, seat.number))


def free_for(request: Request, floor: Floor) -> list[Seat]:
    """Certified agents who speak her language and may be asked now."""
    able = floor.able.get((request.topic, request.language), ())
    return [floor.seats[number] for number in able if floor.seats[number].is_free]


def spared(request: Request, able: Sequence[Seat], now: float) -> list[Seat]:
    """Without those asked for her lately; where nobody else is left, without those asked within a breath."""
    fresh = [seat for seat in able if not _asked_within(request, seat, now, AGAIN_AFTER_S)]
    return fresh or [seat for seat in able if not _asked_within(request, seat, now, AGAIN_AFTER_S / fitness.ONE_BREATH)]


def _asked_within(request: Request, seat: Seat, now: float, span_s: float) -> bool:
    asked = request.asked.get(seat.number)
    return asked is not None and now - asked < span_s
