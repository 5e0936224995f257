"""Random operations of the modelled ride: no invariant breaks; each is seen to break when something is; and the same
histories through the product's rooms leave the same rows.
"""

import os

import pytest

from tests import truth
from tests.dispatch_model import operations
from tests.dispatch_model.house import House
from tests.dispatch_model.play import LENGTH, Tally, play
from tests.dispatch_model.rooms import Rooms, standing

# More of both: BECKON_MODEL_OPERATIONS=10000000 or python -m tests.dispatch_model; BECKON_SQL_OPERATIONS=20000.
HISTORIES = -(-int(os.environ.get("BECKON_MODEL_OPERATIONS", "20000")) // LENGTH)
SQL_OPERATIONS = int(os.environ.get("BECKON_SQL_OPERATIONS", "150"))
LOOKED_AT_EVERY = 25


def test_no_operation_of_any_history_breaks_an_invariant() -> None:
    tally = Tally()

    for seed in range(HISTORIES):
        play(seed, LENGTH, tally)

    assert set(tally.operations) == set(operations.SHARES)
    assert tally.placed > HISTORIES * 100, "a history in which nobody is asked shows nothing"
    assert all(tally.refused[kind] < many for kind, many in tally.operations.items())


@pytest.mark.parametrize("seed", [1, 2])
def test_the_rooms_do_what_the_model_does(seed: int, db: None) -> None:
    house, rooms, bits = House(), Rooms(), operations.history(seed)

    for number in range(SQL_OPERATIONS):
        operation = operations.draw(house, bits.getrandbits(32))
        moment = house.now + operations.passes(operation)
        in_rooms = rooms.take(house, operation, moment)
        in_model = operations.apply(house, operation)

        assert in_rooms == in_model, f"operation {number}: {operation}"
        for rows, modelled in zip(rooms.state(), standing(house), strict=True):
            told = f"operation {number}: {operation}\nrows:     {rows}\nmodelled: {modelled}"
            assert rows == modelled, told
        if number % LOOKED_AT_EVERY == 0:
            truth.holds()
    truth.holds()
