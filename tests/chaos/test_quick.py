"""Six faults of the rig on every change: the whole product in one world, a seed's people for each fault, the oracle."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.chaos import faults, run, schedule, world
from tests.chaos.contract import Size
from tests.chaos.leaks import Books
from tests.chaos.world import World

HASTE = 5.0
SEED = 1_000  # far from those that `make chaos` runs
SMALL = Size(agents=12, customers=20, messages=2_000)  # a build machine does other work beside it
SPEED = "SLOW: "  # left to `make chaos`: no test of the house is timed

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]


@pytest.fixture(scope="module")
def books() -> Books:
    return Books()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def place() -> AsyncIterator[World]:
    async with world.made(haste=HASTE) as made:
        yield made


@pytest.mark.parametrize("fault", faults.QUICK)
async def test_nothing_is_lost_when(fault: str, place: World, books: Books) -> None:
    plan = schedule.only((fault,), SEED + faults.QUICK.index(fault), haste=HASTE)

    async with asyncio.timeout(120):
        result = await run.seed(place, plan, emptied=False, books=books, size=SMALL)

    broke = [sentence for sentence in result.broke if not sentence.startswith(SPEED)]
    assert broke == [], "\n".join([*result.broke, *result.notes])
    assert result.acked > 0
