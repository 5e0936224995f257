"""The product's own choice: every round is `dispatch.matching.planner.plan`, on what the product would know."""

from collections.abc import Iterable, Sequence
from datetime import timedelta

from dispatch import fair_share
from dispatch.fair_share import Worked
from dispatch.matching import Candidate, Certificate, Certificates, Modes, Waiting, Weights, planner
from dispatch.simulator.floor import Floor, Request, Seat, clock_of
from marketplace import waits

BRAND = 0
AGAIN_AFTER_S = waits.TRUE["same_agent_again_seconds"]
ANEW_S = waits.TRUE["sweep_fairness_seconds"]


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
        self._starved: set[int] = set()
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
            self._starved = starved(floor, now)
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
            starved=seat.number in self._starved and seat.last_offered <= self._looked_up,
        )


def deficits(floor: Floor, now: float) -> dict[int, float]:
    """What the product measures each minute, from what was earned and the slot-hours offered for it."""
    return fair_share.deficits(
        {seat.number: [Worked(seat.earned_minor, round(seat.slot_hours(now) * 3_600))] for seat in floor.seats}
    )


def starved(floor: Floor, now: float) -> set[int]:
    """Who had room for long and was passed over, as the product finds them each minute."""
    after_s = waits.TRUE["starved_after_seconds"]
    found = set()
    for seat in floor.seats:
        since = max(seat.online_since, seat.idle_since, seat.last_offered)
        if seat.is_free and now - since >= after_s:
            hers = {(topic, language) for topic in seat.topics for language in seat.languages}
            asked = sum(at > since and pair in hers for at, pair in floor.offered)
            if fair_share.is_starved(clock_of(since), asked, clock_of(now), after=timedelta(seconds=after_s)):
                found.add(seat.number)
    return found


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
