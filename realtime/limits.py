"""The bounds of the wire: every number a client may run into, and every code it may be closed with.

docs/protocol.md is written from these, so the page and the server cannot disagree.
"""

from dataclasses import dataclass

from marketplace import waits
from realtime.protocol import MAX_FRAME_BYTES, MAX_TEXT

__all__ = ["MAX_FRAME_BYTES", "MAX_TEXT"]

TICKET_SECONDS = 30
RETURN_HOURS = 12
# A person may enter so often in a minute, in each server process.
ENTRIES_PER_MINUTE = 120
ENTER_SECONDS = 10
PING_SECONDS = round(waits.TRUE["ping_seconds"])  # as the page says; see `settings.BECKON_WAITS` for what runs
AGENT_BACK_SECONDS = round(waits.TRUE["agent_back_seconds"])
TYPING_SECONDS = 2
TYPING_RIGHT_SECONDS = 5

# A socket may send this many frames a second, and this many at once after a pause.
FRAMES_PER_SECOND = 20
FRAMES_AT_ONCE = 60
# So many refusals for pace, or for frames nobody can read, and the socket is closed. One a second is forgiven.
PATIENCE = 20
# Requests of one socket that may wait for the one under way; then its reading pauses.
LANE_FRAMES = 32

# What may wait for a client that does not read, and for how long one write may block (on the page; see above).
OUTBOX_BYTES = 256 * 1024
# What may wait for all clients of one process together: beyond it, those who have stood still longest are cut off.
OUTBOXES_BYTES = 24 * 1024 * 1024
# What the transport and the kernel may hold of one socket, so that a client that stands still is noticed early; and how
# long a client that was cut off for it can still read why.
TRANSPORT_BYTES = 16 * 1024
KERNEL_BYTES = 64 * 1024
LINGER_SECONDS = 30.0
BLOCKED_SECONDS = round(waits.TRUE["blocked_seconds"])

# Sockets of one person in one server process.
PEOPLE_SOCKETS = 50

# Messages: how many share one transaction, how many may wait for one, how often a locked conversation is tried again.
BATCH_LINES = 128
QUEUE_LINES = 4_096
PARKED_ROUND_SECONDS = 0.02

# A frame that came before its predecessors waits so long for them, then the gap is read from the database.
GAP_SECONDS = 0.1
HEAL_CHUNK = 1_000
# Whoever misses more events of a stream gets a snapshot, and is told so by its `reset`.
RESUME_EVENTS = 500
HEAL_ROWS = 5_000

BOARD_SECONDS = 2.0
# Threads for the requests of customers, and for those of agents and operators.
REQUEST_THREADS = 5
WORK_THREADS = 3

# HTTP: threads; the largest body; how much of a refused one is thrown away before the answer, for a browser that is cut
# off while it sends never sees it; what all bodies under way may take together, before those above a size are refused
# (whoever fills it with uploads keeps nobody from asking); how long one may take to arrive; how much of an answer may
# wait for its reader (messages of 8 KiB or so); how long a reader may stand still.
HTTP_THREADS = 8
BODY_BYTES = 2_000_000
THROWN_AWAY_BYTES = 32_000_000
BODIES_BYTES = 64_000_000
SMALL_BODY_BYTES = 64 * 1024
BODY_SECONDS = 30.0
ANSWER_MESSAGES = 64
ANSWER_SECONDS = 30.0
# When those who are sent away may come back: so many in each second, the first after two.
RETRY_SECONDS = 2
RETURNS_PER_SECOND = 250
SLOW_RETRY_SECONDS = 1


@dataclass(frozen=True, slots=True)
class Closing:
    """Why the server closes a socket, and what the client does next."""

    code: int
    name: str
    meaning: str
    then: str


CLOSINGS = (
    Closing(1012, "restart", "This server stops or lost its lease.", "Come back after `bye.retry_seconds`."),
    Closing(4001, "ticket", "No `enter` in time, or a ticket that is unknown, used, too old or for another page.",
            "Ask for a new ticket; if that is refused, log in again."),
    Closing(4003, "abuse", "Too many frames, or too many that cannot be read.", "Do not come back by itself."),
    Closing(4008, "slow", "The client did not read for ten seconds, or 256 KiB were waiting for it.",
            "Come back and resume."),
    Closing(4009, "crowded", "The person has fifty sockets on this server already.", "Close some first."),
    Closing(4010, "revoked", "The right to be here ended (log-out, deactivation).", "Do not come back by itself."),
)  # fmt: skip

RESTART, TICKET, ABUSE, SLOW, CROWDED, REVOKED = (closing.code for closing in CLOSINGS)
