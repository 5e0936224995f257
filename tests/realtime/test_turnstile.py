"""Who comes alone goes straight in; who comes meanwhile goes in together, and nobody waits for long."""

import asyncio

import pytest

from realtime import turnstile
from realtime.together import TOGETHER_MOST
from realtime.turnstile import Turnstile


class Visit:
    """Somebody's work inside, which ends when it is told to."""

    def __init__(self, way_in: Turnstile) -> None:
        self.begun = False
        self.end = asyncio.Event()
        self.task = asyncio.create_task(way_in.through(self._stay))

    async def _stay(self) -> None:
        self.begun = True
        await self.end.wait()


async def a_moment() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_who_comes_alone_goes_straight_in() -> None:
    way_in = Turnstile()

    for _ in range(2):
        visit = Visit(way_in)
        await a_moment()
        assert visit.begun
        visit.end.set()
        await visit.task


async def test_who_comes_meanwhile_goes_in_together_when_the_first_group_is_done() -> None:
    way_in = Turnstile()
    first = Visit(way_in)
    await a_moment()
    others = [Visit(way_in) for _ in range(TOGETHER_MOST + 1)]
    await a_moment()
    assert not any(visit.begun for visit in others)

    first.end.set()
    await a_moment()
    assert [visit.begun for visit in others] == [True] * TOGETHER_MOST + [False]

    for visit in others:
        visit.end.set()
    await asyncio.gather(*(visit.task for visit in others))


async def test_a_group_that_takes_long_does_not_keep_the_next_one_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turnstile, "GROUP_SECONDS", 0.01)
    way_in = Turnstile()
    slow = Visit(way_in)
    await a_moment()
    next_, after = Visit(way_in), Visit(way_in)

    next_.end.set()
    after.end.set()
    async with asyncio.timeout(5):
        await asyncio.gather(next_.task, after.task)
    assert not slow.task.done()

    last = Visit(way_in)
    await a_moment()
    assert last.begun
    for visit in (slow, last):
        visit.end.set()
        await visit.task


async def test_who_leaves_while_she_waits_and_whose_work_fails_keep_nobody_out() -> None:
    way_in = Turnstile()
    first = Visit(way_in)
    await a_moment()
    leaving, staying = Visit(way_in), Visit(way_in)
    await a_moment()

    leaving.task.cancel()
    first.task.cancel()
    await a_moment()
    assert staying.begun

    staying.end.set()
    await staying.task
    last = Visit(way_in)
    await a_moment()
    assert last.begun
    last.task.cancel()
