"""Questions asked while a query is under way share the next one; each asker gets her own answer or her own error."""

import asyncio
import threading
from collections.abc import AsyncIterator, Sequence

import pytest
from django.db import OperationalError

from realtime.threads import Pool
from realtime.together import TOGETHER_MOST, Together

FATAL = 1_000_000


class Job:
    """Doubles numbers; the first call waits until it is let go on."""

    def __init__(self) -> None:
        self.calls: list[list[int]] = []
        self.begun = threading.Event()
        self.go_on = threading.Event()
        self.down = False

    def __call__(self, numbers: Sequence[int]) -> list[int | Exception]:
        self.calls.append(list(numbers))
        self.begun.set()
        if self.down:
            raise OperationalError("the database is away")
        if len(self.calls) == 1:
            self.go_on.wait(5)
        if FATAL in numbers:
            raise ZeroDivisionError
        return [LookupError(str(number)) if number < 0 else 2 * number for number in numbers]


@pytest.fixture
async def pool(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Pool]:
    monkeypatch.setattr("realtime.threads.close_old_connections", lambda: None)
    pool = Pool("together", 1)
    yield pool
    pool.stop()


async def all_of(job: Job, together: Together[int, int], first: int, others: Sequence[int]) -> list[object]:
    """The answers to all, the others asked while the first is being answered."""
    asking = [asyncio.create_task(together.ask(first))]
    await asyncio.to_thread(job.begun.wait, 5)
    asking += [asyncio.create_task(together.ask(number)) for number in others]
    await asyncio.sleep(0)
    job.go_on.set()
    return await asyncio.gather(*asking, return_exceptions=True)


async def test_what_is_asked_meanwhile_goes_as_one(pool: Pool) -> None:
    job = Job()

    assert await all_of(job, Together(pool, job), 1, [2, 3, 4]) == [2, 4, 6, 8]
    assert job.calls == [[1], [2, 3, 4]]


async def test_a_call_answers_a_bounded_number(pool: Pool) -> None:
    job = Job()
    many = list(range(2, TOGETHER_MOST + 3))

    assert await all_of(job, Together(pool, job), 1, many) == [2, *(2 * number for number in many)]
    assert [len(call) for call in job.calls] == [1, TOGETHER_MOST, 1]


async def test_an_error_in_the_place_of_an_answer_is_raised_to_its_asker(pool: Pool) -> None:
    job = Job()

    first, refused, other = await all_of(job, Together(pool, job), 1, [-5, 3])

    assert (first, other) == (2, 6)
    assert isinstance(refused, LookupError)


async def test_a_question_that_brings_the_job_down_does_so_alone(pool: Pool) -> None:
    job = Job()

    first, fatal, other = await all_of(job, Together(pool, job), 1, [FATAL, 3])

    assert (first, other) == (2, 6)
    assert isinstance(fatal, ZeroDivisionError)


async def test_an_absent_database_is_not_asked_once_for_each(pool: Pool) -> None:
    job = Job()
    job.down = True

    answers = await asyncio.gather(*map(Together(pool, job).ask, range(5)), return_exceptions=True)

    assert all(isinstance(answer, OperationalError) for answer in answers)
    assert len(job.calls) == 1


async def test_an_asker_who_has_left_hinders_nobody(pool: Pool) -> None:
    job = Job()
    together: Together[int, int] = Together(pool, job)
    leaving = asyncio.create_task(together.ask(1))
    await asyncio.to_thread(job.begun.wait, 5)
    staying = asyncio.create_task(together.ask(2))
    await asyncio.sleep(0)

    leaving.cancel()
    job.go_on.set()

    assert await staying == 4
