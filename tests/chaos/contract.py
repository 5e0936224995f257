"""What the rig and the load agree on: the rig makes the world and breaks it, the load lives in it, the oracle judges.

Load and oracle run in the rig's own process and event loop. Every time is `time.monotonic()` of that process.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

Disturbance = Literal["race", "deactivate", "log_out", "reassign", "reconnect", "vanish"]
# What a fault may delay: what was said and what desks show; news of it, until a process knows that the bus is silent;
# or what the clockwork (dispatcher, sweeps) does by time.
Promise = Literal["delivery", "bus", "clockwork"]


@dataclass(frozen=True)
class Order:
    """What one seed's load is to do. `urls` lead through the rig's proxy to either web process, each also its origin.

    `database_url` is the owner's, direct. Messages flow from `start` for `seconds`; the faults happen in between.
    `environment` is a product process's own with direct addresses (DATABASE_URL, REDIS_URL, BECKON_STATE_DIR or the
    secret key): the cast is made by a child process that runs the product's code with it.
    """

    urls: tuple[str, ...]
    database_url: str
    seed: int
    seconds: float
    brands: int = 2
    agents: int = 24
    customers: int = 48
    messages: int = 6_500
    haste: float = 5.0
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class Size:
    """How many people play, and how much they are to say."""

    agents: int = 24
    customers: int = 48
    messages: int = 6_500


@dataclass(frozen=True)
class Happened:
    """What the rig did. `calm_from..began` is this seed's own calm; every fault was over at `ended`.

    `faults` are names of tests/chaos/faults.py. `logs` holds what each process said during this seed. `share` is the
    part of the machine that others left to this seed, as measured: with half of it everything takes twice as long.
    `excused` is what any of the faults may delay while it lasts.
    """

    faults: tuple[str, ...]
    calm_from: float
    began: float
    ended: float
    haste: float
    logs: Mapping[str, str] = field(default_factory=dict, repr=False)
    share: float = 1.0
    excused: frozenset[Promise] = frozenset(("delivery", "bus", "clockwork"))


class Load(Protocol):
    """tests/chaos/load.py: `Load(order)`. The rig calls these in this order; `disturb` any time in between."""

    record: Any  # the oracle's own; the rig reads `record.acked`, the number of acknowledged messages

    async def prepare(self) -> None:
        """Two brands, their agents and customers exist, with names of this seed alone."""

    async def start(self) -> None:
        """Everybody is connected and messages flow from now on, by tasks that go on after the return."""

    async def lively(self) -> None:
        """Returns when the load is as high as it will be, after some seconds at most."""

    async def disturb(self, kind: Disturbance) -> str:
        """People do what faults of people are, now, chosen by the seed, and recorded for the oracle.

        race: two sockets of one agent, and an operator or second agent, answer the same offer at once.
        deactivate, log_out, reassign: through the doors made for it, while messages stream. reconnect: half of all
        clients leave and come back at once. vanish: busy agents lose every link for longer than their chats are kept.
        Returns a word about whom it met; bounded by 10 s.
        """

    async def settle(self, seconds: float) -> list[str]:
        """Nothing new begins; what is under way ends: messages acknowledged or refused, chats resolved, queue empty.

        Returns sentences about what did not end within `seconds`. Sockets stay open for the oracle's last look.
        """

    async def close(self) -> None:
        """Every socket is closed and no task is left."""


class Judge(Protocol):
    """tests/chaos/oracle.py: `judge`. After `settle`, before `close`; sentences about what broke, none if all held."""

    async def __call__(self, record: Any, database_url: str, happened: Happened) -> list[str]: ...
