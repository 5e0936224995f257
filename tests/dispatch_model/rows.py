"""The rows of the model: what is asked for, what is offered and which chats there are."""

from typing import NamedTuple

WAITING, OFFERED, ENGAGED = "waiting", "offered", "engaged"


class Request:
    """A customer's request for a person; `state` is one of three while it lives."""

    __slots__ = ("asked", "customer", "ended", "number", "of", "priority", "queued_at", "state")

    def __init__(self, number: int, customer: int, of: int, now: float) -> None:
        self.number = number
        self.customer = customer
        self.of = of
        self.state = WAITING
        self.priority = 0
        self.queued_at = now
        self.asked: dict[int, float] = {}
        self.ended: tuple[int, str, float] | None = None  # its latest engagement: whose, how, when


class Offer(NamedTuple):
    request: Request
    agent: int
    expires_at: float


class Chat(NamedTuple):
    request: Request
    agent: int
