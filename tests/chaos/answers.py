"""Just enough of PostgreSQL's wire protocol to tell an answer that says: it is committed."""

from __future__ import annotations

import re

READY_IDLE = b"Z\x00\x00\x00\x05I"  # ReadyForQuery, outside a transaction
COMMITTED = b"C\x00\x00\x00\x0bCOMMIT\x00"
CHANGED = re.compile(rb"C\x00\x00\x00.(INSERT 0|UPDATE|DELETE) [1-9]", re.DOTALL)
ANSWERED = re.compile(rb"C\x00\x00\x00.SELECT [1-9]", re.DOTALL)
WRITING = re.compile(rb"\b(insert|update|delete|conversations_say)\b", re.IGNORECASE)


def aligned(data: bytes) -> bool:
    """Whether this chunk ends an exchange: the server now waits for the client."""
    return data.endswith(READY_IDLE)


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
