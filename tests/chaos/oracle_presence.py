"""Is it true who is here, and did every loss of an agent follow its clock? And did no process cry out?"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from tests.chaos.contract import Happened
from tests.chaos.load_record import Record
from tests.chaos.oracle_sight import noise
from tests.chaos.oracle_tenure import disturbed
from tests.chaos.oracle_truth import Row, Truth

CONVERGED_SECONDS = 15.0  # true scale
TOLD_SECONDS, LOST_SECONDS = 10.0, 60.0  # true scale, after the last sign of life
NOTICED_SECONDS = 8.0 + 4.0  # a dead server's lease, and the sweeps of two seconds
PING_SECONDS = 10.0 + 10.0  # a dead link is noticed after a ping and its time-out, on either side

# What a process may cry out: the words, in which faults (empty: any time), and why it is no fault of the product.
DATABASE = ("postgres", "backend", "database", "answers lost", "servers", "connections", "disk", "locked", "freeze")
VALKEY = ("valkey", "bus", "servers", "tasks", "freeze")
EXPECTED: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "a lock was not to be had in time, as planned": (r"lock timeout|LockNotAvailable", ()),
    "a request was told to come again": (r"Service Unavailable: /", ()),
    "a client's link was cut": (r"Connection(Reset|Aborted)Error|BrokenPipeError|IncompleteReadError", ()),
    "PostgreSQL was away or slow": (
        r"OperationalError|InterfaceError|AdminShutdown|CannotConnectNow|PoolTimeout|QueryCanceled|statement timeout"
        r"|server closed the connection|terminating connection|connection (is|was) (bad|lost|closed)|could not connect"
        r"|too many clients|invalid (message|frontend)|ConnectionRefusedError",
        DATABASE,
    ),
    "the disk was full": (r"DiskFull|No space left|File too large|could not (write|extend)|PANIC", ("disk",)),
    "an answer of the broker was damaged: the task is not acknowledged, and comes again": (
        r"celery\.worker\.request: Couldn't ack .*(AttributeError|TypeError)",
        ("servers corrupted",),
    ),
    "Valkey was away or full, and this is Celery's way to say so": (
        r"redis\.exceptions\.\w+Error|kombu\.exceptions\.|ConnectionRefusedError|consumer: Cannot connect to redis",
        VALKEY,
    ),
}
CRIES = re.compile(r"\b(ERROR|CRITICAL|Traceback \(most recent call last\)|RuntimeWarning: coroutine)")


def presence_converges(record: Record, truth: Truth, happened: Happened) -> Iterator[str]:
    """At the end exactly those are called connected who have an open socket."""
    if not record.glances:
        yield "PRESENCE: nobody looked"
        return
    last = record.glances[-1]
    for person in sorted(last.really ^ last.called):
        words = "is here and not called so" if person in last.really else "is called here and has no socket"
        yield f"PRESENCE: {person} {words}, {last.at - record.glances[0].at:.1f} s after everybody stood still"
    if last.at - record.glances[0].at > CONVERGED_SECONDS / record.haste + noise(record, happened):
        yield f"PRESENCE: it took {last.at - record.glances[0].at:.1f} s to come true"


def absences(record: Record) -> dict[str, list[tuple[float, float]]]:
    """By agent: from the last sign of life on any socket to the next welcome; the last absence may have no end."""
    signs: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for sitting in record.diary.sittings:
        if sitting.person.startswith("agent:") and sitting.entered_at > 0:
            alive = sitting.ended_at if sitting.ended_at > 0 else float("inf")
            signs[sitting.person].append((sitting.entered_at, alive))
    found = {}
    for person, stretches in signs.items():
        gaps, reached = [], record.began
        for since, until in sorted(stretches):
            if since > reached:
                gaps.append((reached, since))
            reached = max(reached, until)
        found[person] = [*gaps, (reached, float("inf"))] if reached < float("inf") else gaps
    return found


def losses_follow_their_clock(record: Record, truth: Truth, happened: Happened) -> Iterator[str]:
    """A chat is given away after sixty seconds of absence, not before; the customer is told after ten."""
    away, slack = absences(record), NOTICED_SECONDS / record.haste + noise(record, happened)
    for row in truth.engagements:
        gaps = away.get(f"agent:{row.agent_id}", [])
        if row.state == "lost" and not _dismissed(row, record):
            yield from _too_early(row, gaps, record)
        for since, until in gaps:
            yield from _too_late(row, (since, until), slack, record, truth, happened)


def _dismissed(row: Row, record: Record) -> bool:
    """Her right to work had ended: her chats go to somebody else at once. A try without an answer may have worked."""
    return any(
        act.kind in ("deactivate", "take_away") and act.subject == f"agent:{row.agent_id}" and act.began <= row.ended_at
        for act in record.acts
    )


def _too_early(row: Row, gaps: list[tuple[float, float]], record: Record) -> Iterator[str]:
    """The server may have missed her for a ping and its time-out longer than she has noticed herself."""
    needed = (LOST_SECONDS - PING_SECONDS) / record.haste - 0.5
    longest = max(
        (min(until, row.ended_at) - since for since, until in gaps if since < row.ended_at <= until + 1), default=0
    )
    if longest < needed:
        yield f"LOSS: chat {row.id} was taken from agent {row.agent_id}, who was away for {longest:.1f} s"


def _too_late(
    row: Row, gap: tuple[float, float], slack: float, record: Record, truth: Truth, happened: Happened
) -> Iterator[str]:
    since, until = gap
    if not (row.accepted_at < since and (row.ended_at is None or row.ended_at > since)):
        return
    for what, seconds in (("told", TOLD_SECONDS), ("lost", LOST_SECONDS)):
        limit = since + seconds / record.haste + slack
        if disturbed(limit, happened, "clockwork") or disturbed(since, happened, "clockwork"):
            limit = max(limit, happened.ended + (seconds + CONVERGED_SECONDS) / record.haste + slack)
        over = min(until, row.ended_at if row.ended_at is not None else record.settled, record.settled)
        if over <= limit:
            continue
        after = _told(row, since, truth) - since if what == "told" else over - since
        if since + after > limit:
            away = f"agent {row.agent_id} was away for {over - since:.1f} s"
            yield f"LOSS: {away}, and {row.conversation_id} was {what} after {after:.1f} s"


def _told(row: Row, since: float, truth: Truth) -> float:
    """When the customer was told of this absence; infinite where she never was."""
    talk = truth.streams.get((row.conversation_id, "talk"), {}).values()
    told = (event.stood for event in talk if event.data.get("change") == "away" and event.stood >= since)
    return min(told, default=float("inf"))


def nobody_cried(record: Record, truth: Truth, happened: Happened) -> Iterator[str]:
    """No process wrote an error that the faults do not explain."""
    for process, text in happened.logs.items():
        for cry in cries(text, happened.faults):
            yield f"LOG: {process}: {cry}"


def cries(text: str, faults: Sequence[str] = ()) -> list[str]:
    """The last line of every traceback and each line of an error that nothing explains which these faults may bring."""
    found = []
    explained = [
        pattern
        for pattern, words in EXPECTED.values()
        if not words or any(word in fault for word in words for fault in faults)
    ]
    blocks = re.split(r"(?m)^(?=\S*\s*\|?\s*(?:ERROR|CRITICAL|WARNING|INFO|DEBUG)\b)", text)
    for block in blocks:
        if CRIES.search(block) and not any(re.search(pattern, block) for pattern in explained):
            lines = [line.strip() for line in block.strip().splitlines() if line.strip()]
            found.append(f"{lines[0][:160]} … {lines[-1][:200]}" if len(lines) > 1 else lines[0][:300])
    return found


CHECKS = (presence_converges, losses_follow_their_clock, nobody_cried)
