"""Where the hub's database work happens: small pools of threads, each job with a clean connection.

`run` is for work that comes and goes; `OwnThread` for work that must never wait for a connection.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from django.db import close_old_connections, connections

Result = TypeVar("Result")


class Pool:
    """A bounded pool. A job's connection is handed back before the next job begins."""

    def __init__(self, name: str, threads: int) -> None:
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix=name)

    async def run(self, job: Callable[..., Result], *args: Any, **kwargs: Any) -> Result:
        """The job's result. A job that has begun is not cancelled with its caller."""
        return await asyncio.get_running_loop().run_in_executor(self._executor, lambda: self._clean(job, args, kwargs))

    def stop(self) -> None:
        self._executor.shutdown(wait=False, cancel_futures=True)

    def _clean(self, job: Callable[..., Result], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Result:
        close_old_connections()
        try:
            return job(*args, **kwargs)
        finally:
            close_old_connections()


class OwnThread(Pool):
    """One thread that keeps its connection between jobs and drops it after an error."""

    def __init__(self, name: str) -> None:
        super().__init__(name, 1)

    def _clean(self, job: Callable[..., Result], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Result:
        try:
            return job(*args, **kwargs)
        except Exception:
            connections.close_all()
            raise
