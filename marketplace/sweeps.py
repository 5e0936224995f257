"""How a process sweeps: what is due is found by looking, so one look at a time is enough, and one case that fails is
looked at again."""

import logging
import threading
import time
from collections.abc import Callable, Iterable
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import DatabaseError, connection

log = logging.getLogger(__name__)

ALONE_SECONDS = 10.0
NEVER = float("-inf")

Given = ParamSpec("Given")
Case = TypeVar("Case")


def alone(sweep: Callable[Given, None]) -> Callable[Given, None]:
    """A process does not run it twice at once: wake-ups that pile up behind a slow one would all look for the same
    work, and each wait for the locks of the one before. One that does not come back keeps nobody waiting for long."""
    changing = threading.Lock()
    latest = NEVER  # when the run that is under way began (time.monotonic)

    @wraps(sweep)
    def run(*args: Given.args, **kwargs: Given.kwargs) -> None:
        nonlocal latest
        with changing:
            begun = time.monotonic()
            if begun - latest < ALONE_SECONDS:
                return
            latest = begun
        try:
            sweep(*args, **kwargs)
        finally:
            with changing:
                if latest == begun:
                    latest = NEVER

    return run


def each(cases: Iterable[Case], act: Callable[[Case], object]) -> int:
    """One that fails, for a row that somebody holds too long, keeps no other waiting; the next sweep comes soon. How
    many acts said that they had changed something."""
    changed = 0
    for case in cases:
        try:
            changed += bool(act(case))
        except DatabaseError as error:
            if connection.in_atomic_block:
                raise
            log.warning("%s is looked at again: %s", case, error)
    return changed
