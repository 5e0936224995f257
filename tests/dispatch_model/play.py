"""Histories: draw, apply, look; until nothing is left to do or something broke."""

from collections import Counter
from dataclasses import dataclass, field

from tests.dispatch_model import invariants, operations
from tests.dispatch_model.house import House
from tests.dispatch_model.operations import Operation

# A history is begun anew so often, that what happened early is not all that is ever met.
LENGTH = 5_000
SHOWN = 12


class InvariantError(AssertionError):
    """An invariant does not hold. Says which, after which operation of which history."""

    def __init__(self, fault: str, seed: int, number: int, last: list[Operation]) -> None:
        told = "\n".join(f"  {operation.kind} {operation.one} {operation.other}" for operation in last)
        super().__init__(f"{fault}, in history {seed} after operation {number}; the last were\n{told}")
        self.fault = fault


@dataclass
class Tally:
    """What was played: operations by kind, and how many of them were refused."""

    operations: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    placed: int = 0
    faults: list[str] = field(default_factory=list)


def play(seed: int, length: int, tally: Tally) -> House:
    """One history from its beginning. Raises InvariantError once something does not hold."""
    house, bits = House(), operations.history(seed)
    last: list[Operation] = []
    for number in range(length):
        operation = operations.draw(house, bits.getrandbits(32))
        was = invariants.before(house, operation)
        done = operations.apply(house, operation)
        last = [*last[-SHOWN:], operation]
        fault = invariants.broken_by(house, operation, done, was) or invariants.broken(house)
        if fault:
            raise InvariantError(fault, seed, number, last)
        tally.operations[operation.kind] += 1
        tally.refused[operation.kind] += not done
        tally.placed += len(house.made)
    return house
