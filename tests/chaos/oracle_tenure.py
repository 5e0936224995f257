"""Who owned which conversation, by the numbers of its own stream, and when the faults may excuse a delay."""

from collections import defaultdict
from dataclasses import dataclass

from tests.chaos.contract import Happened, Promise
from tests.chaos.load_record import Record
from tests.chaos.oracle_truth import Truth
from tests.stranger.diary import Frame

NUMBERED = {"message", "answer", "changed", "hand_off", "note"}
ENDS = {"resolved", "transferred", "lost", "left", "gone", "waits_again", "slept_on"}
AFTER_SECONDS = 20.0  # true scale: so long after the last fault its delays are over


@dataclass(frozen=True)
class Tenure:
    """One agent's stretch in one conversation: from the number at which she joined to the one that ended it.

    `since` is the earliest moment at which it can have begun; `over` the first at which anybody knew of its end.
    """

    begin: int
    end: float
    since: float
    over: float


def tenures(record: Record, truth: Truth) -> dict[tuple[str, str], list[Tenure]]:
    """By agent and conversation, in order."""
    known = _first_heard(record)
    found: dict[tuple[str, str], list[Tenure]] = defaultdict(list)
    for (conversation, stream), events in truth.streams.items():
        if stream != "talk":
            continue
        agent, begin, since, lost = "", 0, 0.0, ""
        for seq, event in sorted(events.items()):
            change = event.data.get("change")
            if change == "joined":
                agent, begin, since = event.author_id, seq, event.at
            elif change == "back" and lost and not agent:  # she returned before anybody else had come
                agent, begin, since = lost, seq, event.at
            elif change in ENDS and agent:
                over = max(event.at, known.get((conversation, seq), event.at))
                found[agent, conversation].append(Tenure(begin, seq, since, over))
                agent, lost = "", agent if change == "lost" else ""
        if agent:
            found[agent, conversation].append(Tenure(begin, float("inf"), since, float("inf")))
    return found


def _first_heard(record: Record) -> dict[tuple[str, int], float]:
    """When a number of a talk was first heard by anybody: it was certainly true by then."""
    first: dict[tuple[str, int], float] = {}
    for sitting in record.diary.sittings:
        for at, frame in sitting.heard:
            for event in numbered(frame):
                key = (event["conversation"], event["seq"])
                if event["stream"] == "talk" and event["type"] == "changed" and at < first.get(key, float("inf")):
                    first[key] = at
    return first


def numbered(frame: Frame) -> list[Frame]:
    """The numbered events that a frame carries."""
    if frame["type"] in NUMBERED:
        return [frame]
    return list(frame["events"]) if frame["type"] == "reset" else []


def disturbed(at: float, happened: Happened, promise: Promise | None = None) -> bool:
    """While faults last and for twenty seconds of true scale afterwards. Of a promise: where they may delay it."""
    if promise is not None and promise not in happened.excused:
        return False
    return bool(happened.faults) and happened.began <= at <= happened.ended + AFTER_SECONDS / happened.haste
