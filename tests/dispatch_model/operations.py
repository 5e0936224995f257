"""What may happen next, drawn by seed: most of it at a good moment, some of it at a wrong one."""

import random
from typing import NamedTuple

from dispatch.matching import Modes
from tests.dispatch_model.cast import AGENTS, BRAND, CLASSES_OF, CUSTOMERS, DISPATCHERS, HIGHEST_CAPACITY, OTHER, STEP_S
from tests.dispatch_model.house import House, Refused
from tests.dispatch_model.rows import Chat, Offer

# How often each happens, in 256 parts.
SHARES = {
    "escalate": 24,
    "abandon": 7,
    "leave_queue": 5,
    "accept": 42,
    "accept_wrongly": 4,
    "decline": 10,
    "expire": 12,
    "resolve": 23,
    "transfer": 8,
    "go_online": 13,
    "go_offline": 4,
    "change_capacity": 3,
    "pause": 2,
    "last_one": 3,
    "one_more": 4,
    "reserve": 3,
    "emergency": 2,
    "disconnect": 6,
    "reconnect": 13,
    "sweep": 7,
    "time_passes": 9,
    "round": 12,
    "beat": 10,
    "look": 12,
    "place": 12,
    "lose_leader": 1,
    "take_back": 2,
    "to_front": 2,
    "switch_mode": 1,
}
KINDS = tuple(kind for kind, share in SHARES.items() for _ in range(share))
SPANS_S = (0.5, 3.0, 5.0, 11.0, 12.0, 31.0, 61.0, 300.0)
# What operators may have switched: kind and brand, None for every brand.
MODES = (
    Modes(),
    Modes(plain=frozenset({BRAND})),
    Modes(plain=frozenset({None})),
    Modes(fair=frozenset({None})),
    Modes(plain=frozenset({OTHER}), fair=frozenset({BRAND})),
)
assert len(KINDS) == 256, "drawn by eight bits"


class Operation(NamedTuple):
    """One thing that happens. `one` names whom or what, by its place; `other` is a second such, or a number."""

    kind: str
    one: int
    other: int


def draw(house: House, bits: int) -> Operation:
    """An operation out of 32 random bits; who is meant depends on where the house stands."""
    kind, one, other = KINDS[bits & 255], bits >> 8 & 255, bits >> 16
    if not house.offers and kind in ("accept", "decline"):
        kind = "go_online"
    if not house.chats and kind in ("resolve", "transfer"):
        kind = "escalate"
    match kind:
        case "escalate":
            customer = one % CUSTOMERS
            return Operation(kind, customer, CLASSES_OF[customer][other % len(CLASSES_OF[customer])])
        case "abandon" | "leave_queue" | "take_back" | "to_front":
            return Operation(kind, one % CUSTOMERS, 0)
        case "accept" | "accept_wrongly" | "decline":
            return Operation(kind, one % (len(house.offers) or 1), other % AGENTS)
        case "resolve" | "transfer":
            return Operation(kind, one % (len(house.chats) or 1), other % AGENTS if other & 7 == 0 else -1)
        case "change_capacity":
            return Operation(kind, one % AGENTS, 1 + other % HIGHEST_CAPACITY)
        case "time_passes":
            return Operation(kind, one % len(SPANS_S), 0)
        case "switch_mode":
            return Operation(kind, one % len(MODES), 0)
        case "round" | "look" | "place" if one & 128:
            return Operation(kind, house.leader, 0)
        case "round" | "look" | "place" | "lose_leader":
            return Operation(kind, one % DISPATCHERS, 0)
        case _:
            return Operation(kind, one % AGENTS, other & 1)


def passes(operation: Operation) -> float:
    """Seconds that have passed when it happens: always some, so that no two requests are of one moment."""
    return STEP_S + (SPANS_S[operation.one] if operation.kind == "time_passes" else 0.0)


def apply(house: House, operation: Operation) -> bool:
    """The house after it; False where it was refused."""
    house.now += passes(operation)
    house.made = []
    try:
        _apply(house, operation)
    except Refused:
        return False
    return True


def _apply(house: House, operation: Operation) -> None:
    kind, one, other = operation
    match kind:
        case "escalate":
            house.escalate(one, other)
        case "accept" | "accept_wrongly" | "decline":
            _answer(house, operation)
        case "resolve" | "transfer":
            _finish(house, operation)
        case "change_capacity":
            house.change_capacity(one, other)
        case "disconnect":
            house.disconnect(one, noticed=bool(other))
        case "reconnect":
            house.reconnect(one, noticed=bool(other))
        case "last_one" | "one_more" | "reserve" | "emergency":
            getattr(house, kind)(one, bool(other))
        case "time_passes":
            pass
        case "switch_mode":
            house.modes = MODES[one]
        case "expire":
            house.expire()
        case "sweep":
            house.sweep()
        case "round":
            house.look(one)
            house.place(one)
        case "beat":
            house.beat()
        case _:  # those that are named as their act is, and take one argument
            getattr(house, kind)(one)


def _answer(house: House, operation: Operation) -> None:
    offer = meant_offer(house, operation)
    if offer is None:
        raise Refused
    by = operation.other if operation.kind == "accept_wrongly" else offer.agent
    (house.decline if operation.kind == "decline" else house.accept)(offer, by=by)


def _finish(house: House, operation: Operation) -> None:
    chat = meant_chat(house, operation)
    if chat is None:
        raise Refused
    by = chat.agent if operation.other < 0 else operation.other
    (house.resolve if operation.kind == "resolve" else house.transfer)(chat, by=by)


def meant_offer(house: House, operation: Operation) -> Offer | None:
    return house.offers[operation.one] if operation.one < len(house.offers) else None


def meant_chat(house: House, operation: Operation) -> Chat | None:
    return house.chats[operation.one] if operation.one < len(house.chats) else None


def history(seed: int) -> random.Random:
    """The source of a history's bits: a seed always tells the same one."""
    return random.Random(seed)
