"""The product's own choice: every round is `dispatch.matching.planner.plan`, on what the product would know."""

from collections.abc import Iterable, Sequence

from dispatch.matching import Candidate, Certificate, Certificates, Modes, Waiting, Weights, planner
from dispatch.simulator.floor import Floor, Request, Seat
from marketplace import waits

BRAND = 0
AGAIN_AFTER_S = waits.TRUE["same_agent_again_seconds"]
ANEW_S = 30.0  # how often what agents earned is looked up


class Ours:
    """`plan` with the published weights, or others; fair or plain mode as an operator switches them."""

    def __init__(self, *, weights: Weights | None = None, fair: bool = False, plain: bool = False) -> None:
        self.name = "ours, fair" if fair else "ours, plain" if plain else "ours"
        self._weights = weights or Weights()
        only = frozenset((BRAND,))
        self._modes = Modes(plain=only if plain else frozenset(), fair=only if fair else frozenset())
        self._certificates: dict[int, Certificates] = {}
        self._known: dict[int, Candidate] = {}
        self._away: set[int] = set()
        self._deficits: dict[int, float] = {}
        self._looked_up = -ANEW_S

    def choose(self, waiting: Sequence[Request], floor: Floor, now: float) -> list[tuple[Request, Seat]]:
        made = planner.plan(
            [_waiting(request, floor) for request in waiting],
            self._candidates(floor, now),
            now,
            self._weights,
            again_after_s=AGAIN_AFTER_S,
            arrivals={(BRAND, topic, language): count for (topic, language), count in floor.came.items()},
            modes=self._modes,
        )
        requests = {request.number: request for request in waiting}
        return [(requests[one.escalation_id], floor.seats[one.agent_id]) for one in made.placements]

    def _candidates(self, floor: Floor, now: float) -> list[Candidate]:
        """Who is connected and willing. Written anew only where something about her has changed."""
        anew: Iterable[int] = floor.touched
        if now - self._looked_up >= ANEW_S:
            self._looked_up = now
            self._deficits = deficits(floor, now)
            anew = range(len(floor.seats))
        for number in anew:
            self._known[number] = self._candidate(floor.seats[number], floor)
        away = [number for number in anew if not floor.seats[number].willing]
        self._away = {number for number in self._away if not floor.seats[number].willing} | set(away)
        floor.touched.clear()
        if not self._away:
            return list(self._known.values())
        return [known for number, known in self._known.items() if number not in self._away]

    def _candidate(self, seat: Seat, floor: Floor) -> Candidate:
        certificates = self._certificates.get(seat.number)
        if certificates is None:
            certificates = self._certificates[seat.number] = Certificates(
                {
                    (BRAND, topic): Certificate(level, family=floor.families[topic])
                    for topic, level in seat.topics.items()
                },
                {code: Certificate(level) for code, level in seat.languages.items()},
            )
        return Candidate(
            agent_id=seat.number,
            certificates=certificates,
            active=seat.active,
            capacity=seat.capacity,
            held=int(seat.held),
            idle_since=seat.idle_since,
            speed=floor.speed_ratio(seat),
            deficit=self._deficits[seat.number],
        )


def deficits(floor: Floor, now: float) -> dict[int, float]:
    """How far each agent's earnings per available slot-hour lie below everybody's, as a share of it, from -1 to 1."""
    hours = {seat.number: seat.slot_hours(now) for seat in floor.seats}
    total = sum(hours.values())
    usual = sum(seat.earned_minor for seat in floor.seats) / total if total else 0.0
    if not usual:
        return dict.fromkeys(hours, 0.0)
    return {
        seat.number: max(-1.0, min(1.0, 1.0 - seat.earned_minor / hours[seat.number] / usual))
        if hours[seat.number]
        else 0.0
        for seat in floor.seats
    }


def _waiting(request: Request, floor: Floor) -> Waiting:
    return Waiting(
        id=request.number,
        brand_id=BRAND,
        topic=request.topic,
        language=request.language,
        priority=request.priority,
        queued_at=request.queued_at,
        asked=request.asked,
        first=request.known,
        family=floor.families[request.topic],
    )
