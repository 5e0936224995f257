"""Domain events: what may follow once a transaction has committed.

An event is a wake-up and may be lost; each reaction has a sweep that finds the same work in the database.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from django.db import transaction

Reaction = Callable[[Any], None]
Reactions = Mapping[type, Sequence[Reaction]]

_reactions: dict[type, tuple[Reaction, ...]] = {}


def connect(table: Reactions) -> None:
    """Make `table` the whole answer to "what follows what". Called once, at start-up."""
    _reactions.clear()
    _reactions.update({kind: tuple(reactions) for kind, reactions in table.items()})


def announce(event: object) -> None:
    """Deliver `event` to its reactions after the surrounding transaction commits; never if it rolls back.

    A reaction that fails is logged by Django and hinders neither the caller nor the other reactions.
    """
    for reaction in _reactions.get(type(event), ()):
        transaction.on_commit(partial(reaction, event), robust=True)
