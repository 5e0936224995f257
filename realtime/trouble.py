"""Trouble that passes by itself, told apart from our own mistakes: one line of warning, and no traceback."""

import logging
from typing import Any

from django.db import InterfaceError, OperationalError
from redis.exceptions import RedisError

# A server is away, slow, full or locked, a link has broken, or a time-out ran out. What was asked for is tried again,
# by its sender or by a sweep.
PASSING = (OperationalError, InterfaceError, RedisError, OSError, TimeoutError)


def tell(log: logging.Logger, error: BaseException, words: str, *given: Any) -> None:
    """Say in the log that something did not work. A traceback there always means a bug."""
    if isinstance(error, PASSING):
        log.warning(f"{words}: %s", *given, in_a_line(error))
    else:
        log.error(words, *given, exc_info=error)


def in_a_line(error: BaseException) -> str:
    """What an error says, in one line; its name where it says nothing."""
    return next(iter(str(error).strip().splitlines()), "") or type(error).__name__
