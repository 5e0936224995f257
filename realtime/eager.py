"""Work that begins at once: most of it never waits, and then needs no task.

What `asyncio.Task(..., eager_start=True)` is from Python 3.12 on, for work that does not ask which task it is.
"""

import asyncio
import types
from collections.abc import Coroutine, Generator
from functools import partial
from typing import Any


def begin(work: Coroutine[Any, Any, None]) -> asyncio.Task[None] | None:
    """`work` has been done up to where it first waits. A task does the rest; None where nothing is left.

    What is raised before the first wait is raised here.
    """
    try:
        awaited = work.send(None)
    except StopIteration:
        return None
    return asyncio.get_running_loop().create_task(_rest(work, awaited))


async def _rest(work: Coroutine[Any, Any, None], awaited: Any) -> None:
    await _steps(work, awaited)


@types.coroutine
def _steps(work: Coroutine[Any, Any, None], awaited: Any) -> Generator[Any, Any, None]:
    """Wait in the place of `work` for what it waits for; hand it what comes of that, a cancellation too."""
    while True:
        try:
            step = partial(work.send, (yield awaited))
        except BaseException as thrown:
            step = partial(work.throw, thrown)
        try:
            awaited = step()
        except StopIteration:
            return
