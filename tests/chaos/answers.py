"""Just enough of the servers' wire protocols to tell where a message begins, and which answer says: it is committed."""

from __future__ import annotations

import re

READY_IDLE = b"Z\x00\x00\x00\x05I"  # ReadyForQuery, outside a transaction
COMMITTED = b"C\x00\x00\x00\x0bCOMMIT\x00"
CHANGED = re.compile(rb"C\x00\x00\x00.(INSERT 0|UPDATE|DELETE) [1-9]", re.DOTALL)
ANSWERED = re.compile(rb"C\x00\x00\x00.SELECT [1-9]", re.DOTALL)
KINDS_OF_VALKEY = (b"+", b"-", b":", b"$", b"*", b"%", b">", b"_")
WRITING = re.compile(rb"\b(insert|update|delete|conversations_say)\b", re.IGNORECASE)


def ends(serves: str, data: bytes) -> bool:
    """Whether this chunk of an answer ends an exchange, so that the next chunk of either way begins a message."""
    return data[-6:-1] == READY_IDLE[:-1] if serves == "pg" else data.endswith(b"\r\n")


def begins(serves: str, data: bytes) -> bool:
    """Whether a chunk looks like the beginning of a message."""
    return serves == "pg" or data[:1] in KINDS_OF_VALKEY


def wrote(data: bytes) -> bool:
    """Whether the client asks for something to be written. A guess from its words, good enough to choose a victim."""
    return WRITING.search(data) is not None


def lost_answer(data: bytes, wrote: bool) -> bool:
    """Whether this chunk tells a client that what it wrote is durable now.

    Either the answer to COMMIT after writing, or the end of a single statement that wrote by itself: a function's
    answer counts as `SELECT`, so there the client's words decide.
    """
    if not data.endswith(READY_IDLE):
        return False
    if wrote and (COMMITTED in data or ANSWERED.search(data) is not None):
        return True
    return CHANGED.search(data) is not None
