"""What must never be, looked at after every operation; written anew from the design, sharing no code with the product.

`broken` looks at the tables. `broken_by` looks at what one operation did, beside how the house stood before it.
"""

from collections.abc import Iterator
from typing import NamedTuple

from tests.dispatch_model import rings
from tests.dispatch_model.cast import AGENTS, CLASSES, DISPATCHERS
from tests.dispatch_model.house import AGAIN_S, RING_S, House
from tests.dispatch_model.operations import Operation
from tests.dispatch_model.rows import ENGAGED, OFFERED, WAITING, Offer, Request

ROUNDS = ("round", "beat")  # planned and placed at one moment
BREATH_S = AGAIN_S / 6
MOST_AT_ONCE = 10


class Before(NamedTuple):
    """How the house stood: enough to judge one operation by."""

    requests: tuple[Request | None, ...]
    queued: tuple[float | None, ...]
    offers: tuple[Offer, ...]
    chats: int
    idle: tuple[float | None, ...]
    active: tuple[int, ...]
    asked: tuple[dict[int, float] | None, ...]


def before(house: House, operation: Operation) -> Before:
    places = operation.kind in ("place", *ROUNDS)
    return Before(
        tuple(house.requests),
        tuple([one.queued_at if one else None for one in house.requests]),
        tuple(house.offers),
        len(house.chats),
        tuple([slot.idle_since for slot in house.slots]),
        tuple([slot.active for slot in house.slots]),
        tuple([dict(one.asked) if one else None for one in house.requests]) if places else (),
    )


def broken(house: House) -> str | None:
    """What does not hold between the rows, or None."""
    held, active = [0] * AGENTS, [0] * AGENTS
    offered, owned = set(), set()
    for request, agent, _ in house.offers:
        if request.number in offered:
            return "two live offers for one escalation"
        offered.add(request.number)
        held[agent] += 1
        if held[agent] > 1:
            return "two live offers for one agent"
        if house.requests[request.customer] is not request:
            return "a live offer after the customer left"
    for request, agent in house.chats:
        if request.number in owned:
            return "two owners of one conversation"
        owned.add(request.number)
        active[agent] += 1
        if house.requests[request.customer] is not request:
            return "an owner of a conversation that is over"
    for agent, slot in enumerate(house.slots):
        if slot.held != held[agent] or slot.active != active[agent]:
            return "a slot's counts are not its open offers and live engagements"
        if slot.active + slot.held > MOST_AT_ONCE or slot.active < 0 or slot.held < 0:
            return "a count below nothing or above all bounds"
        if (slot.idle_since is not None and slot.active) or (
            slot.willing and not slot.active and slot.idle_since is None
        ):
            return "an agent is not idle when, and only when, she has no chat"
    return _lost(house, offered, owned)


def _lost(house: House, offered: set[int], owned: set[int]) -> str | None:
    """Each live request is in the queue, held out once with a deadline, or owned once: never between."""
    for request in house.requests:
        if request is None:
            continue
        number, state = request.number, request.state
        if (state == OFFERED) != (number in offered) or (state == ENGAGED) != (number in owned):
            return "an escalation without either a deadline or an owner"
        if state not in (WAITING, OFFERED, ENGAGED):
            return "an escalation that is nowhere"
    return None


def broken_by(house: House, operation: Operation, done: bool, was: Before) -> str | None:
    """What this operation did that must never be done, or None."""
    kind = operation.kind
    for customer, one in enumerate(was.requests):
        if one is not None and house.requests[customer] is one and one.queued_at != was.queued[customer]:
            return "waiting time forgotten"
        if one is not None and house.requests[customer] is not one and not _may_end(kind, done):
            return "a lost escalation"
    if kind in ("accept", "accept_wrongly") and done:
        return _accepted_wrongly(house, operation, was)
    if kind == "decline" and done:
        return _ranked_lower(house, operation, was)
    if kind == "expire" and any(offer.expires_at <= house.now for offer in house.offers):
        return "an offer outlives its time"
    if kind == "change_capacity" and (len(house.chats) < was.chats or tuple(house.offers) != was.offers):
        return "a lower capacity ended something under way"
    if house.made:
        return next(_misplaced(house, operation, was), None)
    if kind in ROUNDS:
        return _idle_beside_waiting(house, operation)
    return None


def _may_end(kind: str, done: bool) -> bool:
    return done and kind in ("abandon", "leave_queue", "resolve")


def _accepted_wrongly(house: House, operation: Operation, was: Before) -> str | None:
    offer = was.offers[operation.one]
    if house.now >= offer.expires_at:
        return "a late accept"
    if operation.kind == "accept_wrongly" and operation.other != offer.agent:
        return "an accept by another"
    return None


def _ranked_lower(house: House, operation: Operation, was: Before) -> str | None:
    """Neither idle for less long nor busier: nothing that the order of asking reads has become worse."""
    agent = was.offers[operation.one].agent
    slot, idle_before = house.slots[agent], was.idle[agent]
    later = idle_before is not None and (slot.idle_since is None or slot.idle_since > idle_before)
    return "a decline that lowers an agent's rank" if later or slot.active > was.active[agent] else None


def _misplaced(house: House, operation: Operation, was: Before) -> Iterator[str]:
    if operation.kind != "beat" and house.led[operation.one] != house.epoch:
        yield "a dispatcher that lost the lead places offers"
    for offer, _ in house.made:
        slot = house.slots[offer.agent]
        if not slot.is_here:
            yield "an offer to someone who is not connected and willing"
        if slot.active + slot.held > slot.places:
            yield "an agent placed above capacity"
        if slot.last_begun:
            yield "an offer to somebody who has had her last one"
        if not _is_fit(house, operation, offer.request, offer.agent):
            yield "an uncertified or wrong-language agent outside the ring in force"
        if offer.expires_at != house.now + RING_S:
            yield "an offer without its deadline"
        asked = was.asked[offer.request.customer] or {}
        if operation.kind in ROUNDS and house.modes.is_plain(CLASSES[offer.request.of][0]):
            yield from _out_of_turn(house, offer)
        if operation.kind in ROUNDS and house.now - asked.get(offer.agent, -AGAIN_S) < BREATH_S:
            yield "the same agent asked again at once"


def _out_of_turn(house: House, offer: Offer) -> Iterator[str]:
    """Served plainly, nobody is passed by a younger request for the same: unless this agent was asked for it lately."""
    for one in house.requests:
        if one is None or one.state != WAITING or one.of != offer.request.of:
            continue
        asked_lately = house.now - one.asked.get(offer.agent, -AGAIN_S) < AGAIN_S
        if one.queued_at < offer.request.queued_at and not asked_lately:
            yield "first come is not first served"


def _is_fit(house: House, operation: Operation, request: Request, agent: int) -> bool:
    """She speaks the language, and her certificates, as they are now, are within the ring that was in force when the
    plan was made."""
    sight = house.sights[DISPATCHERS if operation.kind == "beat" else operation.one]
    needed = rings.needed(agent, request.of, house.now)
    return needed is not None and needed <= rings.in_force(request.of, sight.at - request.queued_at, sight)


def _idle_beside_waiting(house: House, operation: Operation) -> str | None:
    """Nothing was offered: then nobody within the ring in force who has room and was not asked could have been."""
    if operation.kind == "round" and house.led[operation.one] != house.epoch:
        return None
    free = [
        agent for agent, slot in enumerate(house.slots) if slot.is_here and not slot.held and slot.active < slot.places
    ]
    for request in house.requests if free else ():
        if request is None or request.state != WAITING:
            continue
        if any(agent not in request.asked and _is_fit(house, operation, request, agent) for agent in free):
            return "an agent who could be asked, and a customer who waits for her"
    return None
