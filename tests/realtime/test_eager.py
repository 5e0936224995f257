"""Work begins at once and needs a task only where it waits; what happens to the task happens to the work."""

import asyncio

import pytest

from realtime import eager


async def test_work_that_does_not_wait_is_done_at_once_and_leaves_no_task() -> None:
    done = []

    async def work() -> None:
        done.append(1)

    assert eager.begin(work()) is None
    assert done == [1]


async def test_work_that_waits_goes_on_with_what_it_waited_for() -> None:
    done: list[object] = []
    come: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    async def work() -> None:
        done.append("begun")
        done.append(await come)
        await asyncio.sleep(0)
        done.append("ended")

    task = eager.begin(work())
    assert task is not None
    assert done == ["begun"]

    come.set_result("came")
    await task
    assert done == ["begun", "came", "ended"]


async def test_an_error_that_was_waited_for_reaches_the_work() -> None:
    caught = []
    come: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def work() -> None:
        try:
            await come
        except ConnectionError as error:
            caught.append(error)

    task = eager.begin(work())
    assert task is not None
    come.set_exception(ConnectionError())
    await task
    assert len(caught) == 1


async def test_cancelling_the_task_cancels_the_work() -> None:
    tidied = []

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            tidied.append(True)

    task = eager.begin(work())
    assert task is not None
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert tidied == [True]


async def test_what_is_raised_before_the_first_wait_is_raised_to_the_caller() -> None:
    async def work() -> None:
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        eager.begin(work())
