"""Was anything said lost, doubled, reordered, or shown to somebody without the right to it?

Each check gets the record of the load and the final rows, and answers with plain sentences about what broke.
"""

from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise

from tests.chaos import oracle_tenure
from tests.chaos.contract import Happened
from tests.chaos.load_record import Record
from tests.chaos.oracle_tenure import NUMBERED, Tenure, disturbed, numbered
from tests.chaos.oracle_truth import Key, Row, Truth
from tests.stranger.diary import Frame, Letter, Sitting

CLOCK_SECONDS = 0.25  # two clocks of one machine and the way between them
STORED_SECONDS = 0.005  # by which the clocks of one machine may drift apart in a seed
BUSY_SECONDS = 10.0  # true scale: so long a message may wait for its conversation
CLOSED_SECONDS = 5.0  # whatever the haste
UNNUMBERED = ("seen", "typing")  # what is said of a conversation beside its numbers
LOSES_SIGHT_SECONDS = 1.0  # a former owner hears nothing that was said later than this


def acknowledged_once(record: Record, truth: Truth, happened: Happened) -> Iterator[str]:
    """Every acknowledged message stands in the database once, under the number, author and text it was given."""
    for letter in record.messages:
        rows = truth.by_client_id.get(letter.key, [])
        told = {seq for _, seq, _ in letter.acknowledged}
        if not told:
            continue
        if len(told) > 1:
            yield f"LOST OR DOUBLED: {name(letter)} was acknowledged under several numbers: {sorted(told)}"
        if len(rows) != 1:
            yield f"{'DOUBLED' if rows else 'LOST'}: {name(letter)} was acknowledged and is stored {len(rows)} times"
            continue
        stands = (rows[0].conversation_id, rows[0].author_id, rows[0].text, rows[0].seq)
        wanted = (letter.frame["conversation"], letter.person.partition(":")[2], letter.frame["text"], min(told))
        if stands != wanted:
            yield f"CHANGED: {name(letter)} was acknowledged as {wanted} and stands as {stands}"


def refused_is_not_stored(record: Record, truth: Truth, happened: Happened) -> Iterator[str]:
    """What was refused for good is not there, and what is there somebody has written."""
    written = {letter.key for letter in record.messages}
    for letter in record.messages:
        if letter.final and truth.by_client_id.get(letter.key) and not letter.acknowledged:
            yield f"CLAIMED: {name(letter)} was refused ({letter.final}) and is stored"
        if letter.final and letter.acknowledged:
            yield f"CLAIMED: {name(letter)} was refused ({letter.final}) and acknowledged"
    for client_id, rows in truth.by_client_id.items():
        if client_id not in written:
            yield f"INVENTED: number {rows[0].seq} of {short(rows[0])} was written by nobody"
        if len(rows) > 1:
            yield f"DOUBLED: the message {client_id} is stored {len(rows)} times"


def senders_order(record: Record, truth: Truth, happened: Happened) -> Iterator[str]:
    """What one tab wrote stands in the order in which it was written.

    What was refused for a while ("busy", after ten seconds) may stand later; so may what waited for so long on a link
    that broke, for then the refusal was said to nobody.
    """
    lines: dict[tuple[str, str, str], list[Letter]] = defaultdict(list)
    for letter in record.messages:
        waited = letter.acknowledged[0][0] - letter.sent[0][0] if letter.acknowledged and letter.sent else 0.0
        told_all = len(letter.sent) == 1 or waited < BUSY_SECONDS / record.haste
        if letter.key in truth.by_client_id and not letter.refused and told_all:
            lines[letter.person, letter.tab, letter.frame["conversation"]].append(letter)
    for letters in lines.values():
        for before, after in pairwise(sorted(letters, key=lambda each: each.number)):
            first, second = (truth.by_client_id[letter.key][0].seq for letter in (before, after))
            if first > second:
                yield f"REORDERED: {name(before)} stands at {first}, behind {name(after)} at {second}"


def numbers_without_gap(record: Record, truth: Truth, happened: Happened) -> Iterator[str]:
    """Each stream counts from 1 to its conversation's counter."""
    for row in truth.conversations:
        for stream, head in (("talk", row.talk_seq), ("desk", row.desk_seq)):
            held = truth.streams.get((row.id, stream), {})
            if sorted(held) != list(range(1, head + 1)):
                yield f"GAP: the {stream} stream of {row.id} ends at {head} and holds {len(held)} rows"


def times_are_true(record: Record, truth: Truth, happened: Happened) -> Iterator[str]:
    """A message was stored between its first sending and its acknowledgement, by everybody's clock."""
    for letter in record.messages:
        for row in truth.by_client_id.get(letter.key, [])[:1]:
            if not letter.sent or not letter.acknowledged:
                continue
            low, high = letter.sent[0][0] - CLOCK_SECONDS, letter.acknowledged[0][0] + CLOCK_SECONDS
            if not low <= row.at <= high:
                off = min(row.at - low, row.at - high, key=abs)
                yield f"CLOCK: {name(letter)} is dated {off:+.1f} s outside of when it was sent and acknowledged"


def frames_are_true(record: Record, truth: Truth, happened: Happened) -> Iterator[str]:
    """Whatever a socket was told of a stream is what the database holds under that number."""
    for sitting in record.diary.sittings:
        for _, frame in sitting.heard:
            for event in numbered(frame):
                row = row_of(event, truth)
                if row is None:
                    yield f"NOT KEPT: {who(sitting)} was told number {event['seq']} of {event['conversation']}"
                elif _told(event) != _stands(row):
                    yield f"DIFFERENT: {who(sitting)} was told {_told(event)} where {_stands(row)} stands"


def stored_before_told(record: Record, truth: Truth, happened: Happened) -> Iterator[str]:
    """Nobody is told what is not yet committed: PostgreSQL remembers when each row was."""
    for sitting in record.diary.sittings:
        for at, frame in sitting.heard:
            for event in numbered(frame):
                row = row_of(event, truth)
                early = row.stored_at - at - truth.clock_error if row else 0.0
                if early > STORED_SECONDS:
                    number = f"number {event['seq']} of {event['conversation']}"
                    yield f"NOT YET: {who(sitting)} was told {number} {early * 1000:.0f} ms before it was committed"


def in_order(record: Record, truth: Truth, happened: Happened) -> Iterator[str]:
    """No socket was sent a number before its predecessors, and no reset hides what it leaves out or goes back."""
    for sitting in record.diary.sittings:
        heads: dict[Key, int] = {(each["conversation"], each["stream"]): each["seq"] for each in sitting.have}
        for _, frame in sitting.heard:
            if frame["type"] in NUMBERED:
                key = (frame["conversation"], frame["stream"])
                if key not in heads and frame["author"]["id"] == sitting.person.partition(":")[2]:
                    continue  # the acknowledgement of a message into a conversation that she has left meanwhile
                if frame["seq"] > heads.get(key, 0) + 1:
                    yield f"TOO EARLY: {who(sitting)} was sent number {frame['seq']} of {key} after {heads.get(key, 0)}"
                heads[key] = max(heads.get(key, 0), frame["seq"])
            elif frame["type"] == "reset":
                yield from (f"RESET: {who(sitting)}: {fault}" for fault in _reset_faults(frame, heads))
                heads[frame["conversation"], frame["stream"]] = frame["head"]
            elif frame["type"] == "left":
                heads = {key: head for key, head in heads.items() if key[0] != frame["conversation"]}


def _reset_faults(frame: Frame, heads: dict[Key, int]) -> Iterator[str]:
    seqs = [event["seq"] for event in frame["events"]]
    held = heads.get((frame["conversation"], frame["stream"]), 0)
    if seqs and seqs != list(range(seqs[0], frame["head"] + 1)):
        yield f"its events are no run that ends at its head {frame['head']}"
    if frame["earlier"] != (frame["head"] > len(seqs)):
        yield f"earlier is {frame['earlier']} with {len(seqs)} events of {frame['head']}"
    if frame["head"] < held:
        yield f"it goes back from {held} to {frame['head']}"


def no_frame_without_a_right(record: Record, truth: Truth, happened: Happened) -> Iterator[str]:
    """Customers hear the talk of their own conversations; agents what is said while they own one, no second longer."""
    held = oracle_tenure.tenures(record, truth)
    for sitting in record.diary.sittings:
        kind, _, id_ = sitting.person.partition(":")
        for at, frame in sitting.heard:
            conversation = frame.get("conversation")
            if frame["type"] in ("done", "sent", "refused", "left", "welcome") or conversation is None:
                continue
            if kind == "customer":
                if truth.customer_of.get(conversation) != sitting.person or frame.get("stream", "talk") != "talk":
                    yield f"LEAKED: {who(sitting)} was sent a {frame['type']} of {conversation}"
            elif fault := _unowned(sitting, at, frame, held.get((id_, conversation), []), truth, happened):
                yield f"LEAKED: {who(sitting)} was sent a {frame['type']} of {conversation} {fault}"


def _unowned(sitting: Sitting, at: float, frame: Frame, held: list[Tenure], truth: Truth, happened: Happened) -> str:
    """Why the agent had no right to the frame; empty where she had.

    What was said a second after everybody could know that her stretch was over is a leak at any time; what was said
    before may come later only while faults hold links up.
    """
    begun = [each for each in held if each.since - CLOCK_SECONDS <= at]
    if not begun:
        return "before she owned it" if held else "that was never hers"
    foreign = [event for event in numbered(frame) if not _mine(event, sitting)]
    said = max((row.stood for event in foreign if (row := row_of(event, truth))), default=0.0)
    over = begun[-1].over
    if said > over + LOSES_SIGHT_SECONDS:
        return f"that was said {said - over:.1f} s after it had been taken from her"
    # Whatever delays anything may keep this process from hearing of it in time, a silent bus too.
    others = foreign or (frame["type"] in UNNUMBERED and frame.get("person") != sitting.person.partition(":")[2])
    if at > over + LOSES_SIGHT_SECONDS and others and not disturbed(at, happened, "clockwork"):
        return f"{at - over:.1f} s after it was taken from her"
    return ""


def _mine(event: Frame, sitting: Sitting) -> bool:
    return bool(event["author"]["id"] == sitting.person.partition(":")[2])


def desks_are_ones_own(record: Record, truth: Truth, happened: Happened) -> Iterator[str]:
    """An agent's desk is her own, shows offers made to her and chats she owns or has just lost."""
    for sitting in record.diary.sittings:
        kind, _, id_ = sitting.person.partition(":")
        for _, frame in sitting.heard:
            if frame["type"] != "desk":
                continue
            offer = truth.offer.get((frame["offer"] or {}).get("offer_id", ""))
            foreign = [each for each in frame["engagements"] if (id_, each["conversation"]) not in truth.engagements_of]
            if kind != "agent" or frame["agent_id"] != id_ or foreign or (offer and offer.agent_id != id_):
                yield f"LEAKED: {who(sitting)} was sent somebody else's desk, offer or chat"


def rights_that_ended(record: Record, truth: Truth, happened: Happened) -> Iterator[str]:
    """Five seconds after a log-in was taken away or ended, none of its sockets is open and none is let in."""
    for act in record.acts:
        if act.kind not in ("deactivate", "take_away", "log_out") or not act.held:
            continue
        limit = act.ended + CLOSED_SECONDS
        for sitting in record.diary.sittings:
            if sitting.person != act.subject or sitting.entered_at < 0:
                continue
            if any(at > limit for at, _ in sitting.heard):
                late = sitting.heard[-1][0] - act.ended
                yield f"REVOKED: {who(sitting)} was sent frames {late:.1f} s after {act.kind}"
            still_open = sitting.ended_at < 0 or sitting.ended_at > limit
            if still_open and not disturbed(limit, happened, "delivery"):
                yield f"REVOKED: {who(sitting)} was open more than {CLOSED_SECONDS:.0f} s after {act.kind}"


def wrong_tries_fail(record: Record, truth: Truth, happened: Happened) -> Iterator[str]:
    """What snoops tried was refused."""
    for act in record.acts:
        if act.kind.startswith("wrong:") and act.held:
            yield f"LET IN: {act.kind.removeprefix('wrong:')} of {act.subject}: {act.words}"


def writers_had_the_right(record: Record, truth: Truth, happened: Happened) -> Iterator[str]:
    """Each message is its conversation's customer's, or an agent's who owned the conversation when it was said."""
    held = oracle_tenure.tenures(record, truth)
    for event in truth.events:
        if event.kind != "message":
            continue
        if event.author_role == "customer":
            right = truth.customer_of.get(event.conversation_id) == f"customer:{event.author_id}"
        else:
            tenures = held.get((event.author_id, event.conversation_id), [])
            right = any(each.begin < event.seq < each.end for each in tenures)
        if not right:
            author = f"{event.author_role} {event.author_id}"
            yield f"FORGED: number {event.seq} of {short(event)} is by {author}, who had no right to write there"


# --- words and small truths that the other checks share ---


def row_of(event: Frame, truth: Truth) -> Row | None:
    return truth.streams.get((event["conversation"], event["stream"]), {}).get(event["seq"])


def _told(event: Frame) -> tuple[object, ...]:
    author = event["author"]
    return (event["type"], author["role"], author["id"], event.get("text", ""), event.get("client_id"),
            event.get("change"))  # fmt: skip


def _stands(row: Row) -> tuple[object, ...]:
    return row.kind, row.author_role, row.author_id, row.text, row.client_id, row.data.get("change")


def name(letter: Letter) -> str:
    return f"{letter.person}, tab {letter.tab}, message {letter.key}"


def who(sitting: Sitting) -> str:
    return f"{sitting.person}, tab {sitting.tab}, socket {sitting.number}"


def short(event: Row) -> str:
    return f"{event.conversation_id}/{event.stream}"


CHECKS = (
    acknowledged_once, refused_is_not_stored, senders_order, numbers_without_gap, times_are_true, frames_are_true,
    stored_before_told, in_order, no_frame_without_a_right, desks_are_ones_own, rights_that_ended, wrong_tries_fail,
    writers_had_the_right,
)  # fmt: skip
