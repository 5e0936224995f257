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


class NotOurs(logging.Filter):
    """On uvicorn's log: bytes that are not UTF-8 are a client's doing, or its line's, which anybody can repeat at will.
    They end its socket with 1007, as the standard wants, and are worth a line of warning, not an error's traceback."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.exc_info and isinstance(record.exc_info[1], UnicodeDecodeError) and "from client" in record.msg:
            record.levelno, record.levelname, record.exc_info = logging.WARNING, "WARNING", None
        return True
