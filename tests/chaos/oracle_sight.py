"""Did everybody entitled see everything, in time, and is the calm back after the faults?"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.chaos.contract import Happened
from tests.chaos.load_record import Record
from tests.chaos.oracle_talk import who
from tests.chaos.oracle_tenure import disturbed, numbered
from tests.chaos.oracle_truth import Key, Row, Truth
from tests.stranger.diary import Frame, Letter, Sitting

DELIVERED_SECONDS = 10.0  # true scale: whatever dies, no open socket is behind for longer
DEAF_SECONDS = 3.0  # whatever the scale: so long until a process knows that the bus is silent
CALM_SECONDS = 20.0  # true scale: so long after the last fault the calm is back
NOISE_SECONDS, NOISE_RATIO = 1.5, 3.0  # what a machine adds to any wait: so much, or so many times its own calm p99
CALM_RATIO, CALM_FLOOR_SECONDS = 3.0, 1.0  # p99 afterwards: at most so many times that before, or so much
FEWEST, FEWEST_FOR_NOISE = 100, 20  # messages below which a p99 says nothing
FOLLOWED_AT_MOST = 50  # streams of one customer that the server follows


@dataclass
class Sight:
    """What one tab saw: when it first saw each number, and below which number a reset said that REST has the rest."""

    first: dict[Key, dict[int, float]] = field(default_factory=lambda: defaultdict(dict))
    cut: dict[Key, int] = field(default_factory=lambda: defaultdict(int))


def sights(record: Record) -> dict[tuple[str, str], Sight]:
    """By person and tab."""
    seen: dict[tuple[str, str], Sight] = defaultdict(Sight)
    for sitting in record.diary.sittings:
        sight = seen[sitting.person, sitting.tab]
        for at, frame in sitting.heard:
            for event in numbered(frame):
                sight.first[event["conversation"], event["stream"]].setdefault(event["seq"], at)
            if frame["type"] == "reset" and frame["earlier"]:
                key = (frame["conversation"], frame["stream"])
                low = min((event["seq"] for event in frame["events"]), default=frame["head"] + 1)
                sight.cut[key] = max(sight.cut[key], low)
    return seen


def customers_saw_all(record: Record, truth: Truth, happened: Happened) -> Iterator[str]:
    """Every tab of a customer that was open at the end has seen all of her conversations, whatever happened between."""
    seen = sights(record)
    of_customer = defaultdict(list)
    for row in sorted(truth.conversations, key=lambda each: each.opened_at)[::-1]:
        of_customer[f"customer:{row.customer_id}"].append(row)
    for sitting in open_at_the_end(record, "customer"):
        sight = seen[sitting.person, sitting.tab]
        for row in of_customer[sitting.person][:FOLLOWED_AT_MOST]:
            key = (row.id, "talk")
            missing = set(range(max(1, sight.cut[key]), row.talk_seq + 1)) - sight.first[key].keys()
            if missing:
                yield (
                    f"NOT SEEN: {sitting.person}, tab {sitting.tab} never saw {len(missing)} of {row.talk_seq} events"
                    f" of {row.id}, first {min(missing)}"
                )


def open_at_the_end(record: Record, kind: str) -> list[Sitting]:
    """Sockets that were in when everything had settled."""
    return [
        sitting
        for sitting in record.diary.sittings
        if sitting.person.startswith(kind) and 0 < sitting.entered_at < record.settled - 3
        and (sitting.ended_at < 0 or sitting.ended_at > record.settled)
    ]  # fmt: skip


def seen_in_time(record: Record, truth: Truth, happened: Happened) -> Iterator[str]:
    """While a socket is open and its person entitled, no event takes longer than ten seconds of true scale.

    What was said while links, web processes or the database were broken may take until the calm is back; without the
    bus, the workers or the dispatchers nothing may.
    """
    seen = sights(record)
    slack = _slack(record, happened)
    for sitting in record.diary.sittings:
        if sitting.entered_at < 0:
            continue
        first = seen[sitting.person, sitting.tab].first
        ended = sitting.ended_at if sitting.ended_at > 0 else record.settled
        for key, since, until in _entitled(sitting, truth):
            late = [
                row
                for row in truth.streams.get(key, {}).values()
                if max(since, sitting.entered_at) <= row.stood
                and (limit := _limit(row, slack, happened)) < min(until, ended)
                and first[key].get(row.seq, float("inf")) > limit
            ]
            if late:
                yield (
                    f"LATE: {who(sitting)} was behind by {len(late)} events of {key}, first {late[0].seq},"
                    f" said {late[0].stood - record.began:.1f} s after the beginning"
                )


def _entitled(sitting: Sitting, truth: Truth) -> Iterator[tuple[Key, float, float]]:
    """(stream, since, until): what the person of a socket had to be told."""
    kind, _, id_ = sitting.person.partition(":")
    if kind == "customer":
        for row in truth.conversations:
            if row.customer_id == id_:
                yield (row.id, "talk"), row.opened_at, float("inf")
        return
    for row in truth.engagements:
        if row.agent_id == id_:
            for stream in ("talk", "desk"):
                yield (row.conversation_id, stream), row.accepted_at, row.ended_at or float("inf")


def _limit(row: Row, slack: float, happened: Happened) -> float:
    limit = float(row.stood) + DELIVERED_SECONDS / happened.haste + slack
    if disturbed(row.stood, happened, "delivery") or disturbed(limit, happened, "delivery"):
        return max(limit, happened.ended + CALM_SECONDS / happened.haste + slack)
    return limit


def desks_in_time(record: Record, truth: Truth, happened: Happened) -> Iterator[str]:
    """While an agent's socket is open, her desk shows within ten seconds of true scale what she owns, and no more."""
    slack = DELIVERED_SECONDS / happened.haste + _slack(record, happened)
    for sitting in record.diary.sittings:
        desks = [(at, _shown(frame)) for at, frame in sitting.heard if frame["type"] == "desk"]
        if not desks:
            continue
        ended = sitting.ended_at if sitting.ended_at > 0 else record.settled
        for row in truth.engagements:
            if sitting.person != f"agent:{row.agent_id}":
                continue
            over = row.ended_at if row.ended_at is not None else float("inf")
            for what, since, until, shown in (("not show", row.accepted_at, over, True),
                                              ("still show", over, float("inf"), False)):  # fmt: skip
                limit = max(since, sitting.entered_at) + slack
                if disturbed(since, happened, "delivery") or disturbed(limit, happened, "delivery"):
                    limit = max(limit, happened.ended + CALM_SECONDS / happened.haste + slack)
                latest = [desk for at, desk in desks if at <= limit]
                if limit < min(until, ended) and latest and (row.id in latest[-1]) != shown:
                    yield f"DESK: {who(sitting)} did {what} chat {row.id}, {limit - since:.1f} s after it was so"


def _shown(desk: Frame) -> set[str]:
    return {engaged["engagement_id"] for engaged in desk["engagements"]}


def _slack(record: Record, happened: Happened) -> float:
    """Seconds of a delay that no haste makes shorter."""
    return noise(record, happened) + (DEAF_SECONDS if "bus" in happened.excused else 0.0)


def noise(record: Record, happened: Happened) -> float:
    """Seconds that this machine, with whatever else it does, may add to any wait: told by its undisturbed hours, and
    never less than a floor, which is the higher the less of the machine others left."""
    least = NOISE_SECONDS / happened.share
    calm = [took for at, took in acknowledgements(record) if not disturbed(at, happened)]
    return max(least, NOISE_RATIO * p99(calm)) if len(calm) >= FEWEST_FOR_NOISE else least


# --- the calm ---


def calm_is_back(record: Record, truth: Truth, happened: Happened) -> Iterator[str]:
    """Twenty seconds of true scale after the faults, p99 of acknowledgement and delivery are near this seed's calm."""
    back = happened.ended + CALM_SECONDS / happened.haste
    for what, delays in (("acknowledge", acknowledgements(record)), ("deliver", deliveries(record, truth))):
        before = [took for at, took in delays if happened.calm_from <= at <= happened.began]
        after = [took for at, took in delays if at >= back]
        if min(len(before), len(after)) < FEWEST:
            continue
        limit = max(CALM_FLOOR_SECONDS / happened.share, CALM_RATIO * p99(before))
        if p99(after) > limit:
            yield f"SLOW: p99 to {what} a message is {p99(after):.2f} s after the faults, {p99(before):.2f} s before"


def acknowledgements(record: Record) -> list[tuple[float, float]]:
    """(sent, seconds) of every message that was sent once, on one socket, and acknowledged there."""
    return [
        (letter.sent[0][0], letter.acknowledged[0][0] - letter.sent[0][0])
        for letter in record.messages
        if len(letter.sent) == 1 and letter.acknowledged
    ]


def deliveries(record: Record, truth: Truth) -> list[tuple[float, float]]:
    """(sent, seconds until a tab of somebody else first saw it live) of every message; own tabs are left out."""
    sent: dict[tuple[str, int], Letter] = {
        (letter.frame["conversation"], letter.acknowledged[0][1]): letter
        for letter in record.messages
        if len(letter.sent) == 1 and letter.acknowledged
    }
    found = []
    for sitting in record.diary.sittings:
        for at, frame in sitting.heard:
            if frame["type"] != "message":
                continue
            letter = sent.get((frame["conversation"], frame["seq"]))
            if letter is not None and letter.person != sitting.person and sitting.entered_at < letter.sent[0][0]:
                found.append((letter.sent[0][0], at - letter.sent[0][0]))
    return found


def p99(values: list[float]) -> float:
    return sorted(values)[int(len(values) * 0.99)]


CHECKS = (customers_saw_all, seen_in_time, desks_in_time, calm_is_back)
