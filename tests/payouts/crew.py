"""Workers as processes of their own, which live until they are killed at a statement: what crash runs are made of.

A worker keeps its connection from one act to the next, as those of a task queue do. One that was killed is gone with
all it had in memory, and the next act is another's.
"""

import gc
import os
import pickle
import signal
import socket
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from django.db import OperationalError, connection, connections
from psycopg import errors

Act = tuple[str, tuple[Any, ...]]  # its name, and what it is told
Plan = tuple[int, bool]  # die at this statement; whether it is carried out before
DONE, GAVE_UP, CRASHED, KILLED = "done", "gave_up", "crashed", "killed"
# How the product's own limits end a statement or a transaction: locks and statements waited for too long, and a
# transaction that its process left alone for too long.
LIMITS = (errors.LockNotAvailable, errors.QueryCanceled, errors.IdleInTransactionSessionTimeout)
LENGTH_BYTES = 8
HANGS_SECONDS = 120.0


class World(Protocol):
    """What the workers work in, as it was when each was hired; the time is told with each act."""

    now: datetime

    def act(self, act: Act) -> None: ...


@dataclass
class Worker:
    """One process, and the line to it."""

    pid: int
    line: socket.socket


class Crew:
    """As many workers as are asked for at once. None outlives `dismiss`."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.workers: list[Worker] = []

    def work(self, acts: Sequence[Act], plans: Sequence[Plan | None], *, now: datetime) -> list[str]:
        """Every act by a worker of its own, all at once; how each ended."""
        while len(self.workers) < len(acts):
            self.workers.append(self._hire())
        busy = list(zip(self.workers, acts, plans, strict=False))
        for worker, act, plan in busy:
            _tell(worker.line, (act, plan, now))
        return [self._end(worker) for worker, _, _ in busy]

    def dismiss(self) -> None:
        for worker in self.workers:
            worker.line.close()
            os.waitpid(worker.pid, 0)
        self.workers = []

    def _end(self, worker: Worker) -> str:
        told = _hear(worker.line)
        if told is not None:
            return str(told)
        _, status = os.waitpid(worker.pid, 0)
        worker.line.close()
        self.workers.remove(worker)
        return KILLED if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL else CRASHED

    def _hire(self) -> Worker:
        ours, theirs = socket.socketpair()
        ours.settimeout(HANGS_SECONDS)
        gc.freeze()  # so that the worker does not copy every page by counting what it holds
        pid = os.fork()
        if pid:
            theirs.close()
            return Worker(pid, ours)
        try:
            ours.close()
            for other in self.workers:
                other.line.close()
            for inherited in connections.all(initialized_only=True):
                inherited.connection = None  # The parent's: never closed from here.
            _serve(theirs, self.world)
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(0)


def _serve(line: socket.socket, world: World) -> None:
    """What a worker does, until nobody is at the other end."""
    while (told := _hear(line)) is not None:
        act, plan, world.now = told
        with _dying(plan):
            _tell(line, _done(world, act))
        for used in connections.all(initialized_only=True):
            used.close_if_unusable_or_obsolete()


def _done(world: World, act: Act) -> str:
    try:
        world.act(act)
    except OperationalError as error:
        gave_up = isinstance(error.__cause__, LIMITS)
        traceback.print_exc()
        return GAVE_UP if gave_up else CRASHED
    except Exception:
        traceback.print_exc()
        return CRASHED
    return DONE


@contextmanager
def _dying(plan: tuple[int, bool] | None) -> Iterator[None]:
    """SIGKILL to oneself at the planned statement: nothing is cleaned up, as when the machine takes a worker away."""
    statements = 0

    def counted(execute: Any, sql: Any, params: Any, many: Any, context: Any) -> Any:
        nonlocal statements
        statements += 1
        if plan is not None and statements == plan[0]:
            if plan[1]:
                execute(sql, params, many, context)
            os.kill(os.getpid(), signal.SIGKILL)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(counted):
        yield


def _tell(line: socket.socket, told: object) -> None:
    raw = pickle.dumps(told)
    line.sendall(len(raw).to_bytes(LENGTH_BYTES) + raw)


def _hear(line: socket.socket) -> Any:
    """What was told next; None when the other end is gone."""
    length = _exactly(line, LENGTH_BYTES)
    raw = _exactly(line, int.from_bytes(length)) if length else b""
    return pickle.loads(raw) if raw else None


def _exactly(line: socket.socket, many: int) -> bytes:
    """So many bytes, or none where the other end is gone."""
    raw = b""
    while len(raw) < many:
        part = line.recv(many - len(raw))
        if not part:
            return b""
        raw += part
    return raw
