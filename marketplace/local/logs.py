"""What the children say: to the terminal with their names before it, and to one file each in the state folder."""

from __future__ import annotations

import asyncio
import logging
import logging.handlers
import os
import sys
from collections import deque
from contextlib import suppress
from pathlib import Path

from marketplace.local import state

WIDTH = 12
COLOURS = {"postgres": 34, "valkey": 31, "web": 32, "dispatcher": 35, "worker": 33, "worker-heavy": 36, "beat": 90}
OWN_COLOUR = 1
FILE_BYTES = 5_000_000
LINE_BYTES = 64 * 1024
KEPT_LINES = 60


class Rotating(logging.handlers.RotatingFileHandler):
    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802  (logging's own name)
        """A full disk must not stop anything; the line was on the terminal."""


class Logs:
    """Files rotate at 5 MB, one older file is kept of each."""

    def __init__(self, folder: Path, *, quiet: frozenset[str] = frozenset()) -> None:
        self.folder = state.make(folder)
        self.quiet = quiet
        self.colour = sys.stdout.isatty() and "NO_COLOR" not in os.environ
        self.last: dict[str, deque[str]] = {}
        self.files: dict[str, logging.Handler] = {}

    def path(self, name: str) -> Path:
        return self.folder / f"{name}.log"

    def tail(self, name: str) -> str:
        """The last lines of one child, for telling why it ended."""
        return "\n".join(self.last.get(name, ()))

    def say(self, text: str) -> None:
        """A line of our own."""
        self._print("beckon", text, OWN_COLOUR)

    async def follow(self, name: str, stream: asyncio.StreamReader) -> None:
        """Every line of the child until it closes its output."""
        while line := await _line(stream):
            text = line.decode(errors="replace").rstrip()
            self.last.setdefault(name, deque(maxlen=KEPT_LINES)).append(text)
            self._file(name).handle(logging.makeLogRecord({"msg": text}))
            if name not in self.quiet:
                self._print(name, text, COLOURS.get(name, OWN_COLOUR))

    def _print(self, name: str, text: str, colour: int) -> None:
        prefix = f"{name:<{WIDTH}} |"
        with suppress(OSError):  # the terminal may be gone; the files remain
            sys.stdout.write(f"\033[{colour}m{prefix}\033[0m {text}\n" if self.colour else f"{prefix} {text}\n")
            sys.stdout.flush()

    def _file(self, name: str) -> logging.Handler:
        if name not in self.files:
            handler = Rotating(self.path(name), maxBytes=FILE_BYTES, backupCount=1, encoding="utf-8")
            handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
            self.files[name] = handler
        return self.files[name]


async def _line(stream: asyncio.StreamReader) -> bytes:
    """The next line, or a piece of one that is too long; empty at the end."""
    try:
        return await stream.readuntil(b"\n")
    except asyncio.IncompleteReadError as rest:
        return rest.partial
    except asyncio.LimitOverrunError as overrun:
        return await stream.read(max(overrun.consumed, 1))
