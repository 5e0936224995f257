"""Is every request owned, due or over, with one owner at a time, and did whoever answered get what she was told?"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from operator import attrgetter

from tests.chaos.contract import Happened
from tests.chaos.load_record import Record
from tests.chaos.oracle_tenure import disturbed
from tests.chaos.oracle_truth import Row, Truth
from tests.stranger.diary import Letter

PARKED = {"callback_due", "left_message"}
OVER = {"closed", "abandoned", "returned_to_assistant", "left", "customer_gone", "dormant"}
OVERLAP_SECONDS = 0.1  # moments are read before locks are had
ROUND_SECONDS = 1.0  # a planning round reads its moment once, at its beginning


def requests_are_owned_due_or_over(record: Record, truth: Truth, happened: Happened) -> Iterator[str]:
    """Nobody waits whom nobody will find: each live request has an open conversation and what its state says."""
    live = {row.escalation_id: row for row in truth.engagements if row.ended_at is None}
    held = {row.escalation_id: row for row in truth.offers if row.state == "open"}
    for row in truth.escalations:
        fault = ""
        if row.state not in OVER and truth.conversation[row.conversation_id].state == "closed":
            fault = "its conversation is closed"
        elif (row.state == "engaged") != (row.id in live):
            fault = f"{'an' if row.id in live else 'no'} owner is there"
        elif (row.state == "offered") != (row.id in held):
            fault = f"{'an' if row.id in held else 'no'} open offer is there"
        elif row.state == "offered" and held[row.id].expires_at < truth.read_at - 5:
            fault = "its offer should have expired long ago"
        elif row.state in PARKED and truth.conversation[row.conversation_id].status.get("due") is None:
            fault = "its customer reads of no deadline"
        elif row.state == "waiting" and record.settled:
            fault = "nobody came, though everybody was here"
        if fault:
            yield f"ORPHANED: request {row.id} is {row.state}, but {fault}"


def phases_are_true(record: Record, truth: Truth, happened: Happened) -> Iterator[str]:
    """What customers are shown is what the tables say."""
    owners = {row.conversation_id for row in truth.engagements if row.ended_at is None}
    asked = {row.conversation_id for row in truth.escalations if row.state not in OVER | PARKED}
    for row in truth.conversations:
        phase = row.status["phase"]
        wanted = {"ended"} if row.state == "closed" else {"assistant"}
        if row.state != "closed" and row.id in owners:
            wanted = {"person", "away"}
        elif row.state != "closed" and row.id in asked:
            wanted = {"queue"}
        if phase not in wanted:
            yield f"UNTRUE: conversation {row.id} shows {phase}, its rows say {' or '.join(wanted)}"


def one_owner_at_a_time(record: Record, truth: Truth, happened: Happened) -> Iterator[str]:
    """Stretches of ownership of one conversation do not overlap; its own stream tells them one after the other."""
    for rows in _by(truth.engagements, lambda row: row.conversation_id):
        for before, after in pairwise(rows):
            if before.ended_at is None or before.ended_at > after.accepted_at + OVERLAP_SECONDS:
                yield f"TWO OWNERS: {before.conversation_id} has {before.agent_id} and {after.agent_id} at once"
    for row in truth.conversations:
        inside = False
        for event in truth.streams.get((row.id, "talk"), {}).values():
            change = event.data.get("change")
            if change == "joined":
                if inside:
                    yield f"TWO OWNERS: in {row.id} somebody joined at {event.seq} while another was there"
                inside = True
            elif change == "back":  # of somebody who was away, or who had lost the chat and found it waiting
                inside = True
            elif change in ("resolved", "transferred", "lost", "left", "gone", "waits_again", "slept_on"):
                inside = False


def offers_one_at_a_time(record: Record, truth: Truth, happened: Happened) -> Iterator[str]:
    """No request is held out twice at once, no agent asked twice at once, and an accepted offer makes one owner."""
    for what in ("escalation_id", "agent_id"):
        for rows in _by(truth.offers, attrgetter(what)):
            if sum(row.state == "open" for row in rows) > 1:
                yield f"TWO OFFERS: {what} {attrgetter(what)(rows[0])} has several open offers"
            for before, after in pairwise(rows):
                over = (before.ended_at or float("inf")) - after.offered_at
                if over > ROUND_SECONDS and not disturbed(after.offered_at, happened, "clockwork"):
                    yield f"TWO OFFERS: {what} {attrgetter(what)(before)} was in two at once for {over:.1f} s"
    made = Counter(row.offer_id for row in truth.engagements)
    for row in truth.offers:
        if made[row.id] != (row.state == "accepted"):
            yield f"OFFER: {row.id} is {row.state} and made {made[row.id]} engagements"


def accepted_in_time(record: Record, truth: Truth, happened: Happened) -> Iterator[str]:
    """Only the one who was asked accepts, and not after the time was up."""
    for row in truth.engagements:
        offer = truth.offer.get(row.offer_id)
        if offer is None or offer.agent_id != row.agent_id or offer.escalation_id != row.escalation_id:
            yield f"OFFER: engagement {row.id} rests on an offer made to somebody else"
        elif row.accepted_at > offer.expires_at:
            yield f"OFFER: engagement {row.id} was accepted {row.accepted_at - offer.expires_at:.2f} s too late"


def within_capacity(record: Record, truth: Truth, happened: Happened) -> Iterator[str]:
    """Nobody was placed above her capacity, and each slot counts what is there."""
    awake = (row for row in truth.engagements if row.ended_at is None and row.dormant_since is None)
    live = Counter(row.agent_id for row in awake)
    held = Counter(row.agent_id for row in truth.offers if row.state == "open")
    capacity = {row.agent_id: row.capacity for row in truth.slots}
    for row in truth.slots:
        if (row.active, row.held) != (live[row.agent_id], held[row.agent_id]):
            counted = (live[row.agent_id], held[row.agent_id])
            yield f"SLOT: agent {row.agent_id} counts {(row.active, row.held)} chats and offers, there are {counted}"
    for rows in _by(truth.engagements, lambda row: row.agent_id):
        most = _most_at_once([stretch for row in rows for stretch in _awake(row, _talk(truth, row))])
        if most > capacity.get(rows[0].agent_id, 0):
            room = capacity.get(rows[0].agent_id)
            yield f"SLOT: agent {rows[0].agent_id} had {most} chats at once, with room for {room}"


def _talk(truth: Truth, row: Row) -> Iterable[Row]:
    found: Iterable[Row] = truth.streams.get((row.conversation_id, "talk"), {}).values()
    return found


def _awake(row: Row, talk: Iterable[Row]) -> Iterator[tuple[float, float]]:
    """When the chat took a place: from its accept to its end, but for the times in which its customer was silent."""
    since: float | None = row.accepted_at
    end = row.ended_at or float("inf")
    for event in talk:
        change = event.data.get("change")
        if change in ("dormant", "resumed") and row.accepted_at <= event.at <= end:
            if change == "dormant" and since is not None:
                yield since, event.at
            since = event.at if change == "resumed" else None
    if since is not None:
        yield since, end


def _most_at_once(stretches: Iterable[tuple[float, float]]) -> int:
    steps = []
    for began, ended in stretches:
        steps.append((began + OVERLAP_SECONDS, 1))
        steps.append((ended, -1))
    most = now = 0
    for _, step in sorted(steps):
        now += step
        most = max(most, now)
    return most


def waiting_time_is_kept(record: Record, truth: Truth, happened: Happened) -> Iterator[str]:
    """A request's place in time is the moment it was asked for, whatever became of it; a lost one goes to the front."""
    asked = defaultdict(list)
    for event in truth.events:
        if event.data.get("change") == "asked":
            asked[event.conversation_id].append(event.at)
    for rows in _by(truth.escalations, lambda row: row.conversation_id):
        times = sorted(row.queued_at for row in rows)
        if times != sorted(asked[rows[0].conversation_id]):
            yield f"QUEUE: the requests of {rows[0].conversation_id} have lost their waiting time"
    for row in truth.engagements:
        if row.state == "lost" and truth.escalation[row.escalation_id].priority < 9:
            yield f"QUEUE: request {row.escalation_id} lost its agent and was not put to the front"


# --- what people were told was done ---


def done_is_done(record: Record, truth: Truth, happened: Happened) -> Iterator[str]:
    """Every request that was answered with done left its mark in the database."""
    rated = {row.engagement_id for row in truth.ratings}
    asked = {row.conversation_id for row in truth.escalations}
    for letter in record.diary.letters:
        if letter.is_message or not letter.acknowledged or letter.frame["type"] not in _MARKS:
            continue
        if not _MARKS[letter.frame["type"]](letter, truth, rated | asked):
            yield f"UNDONE: {letter.person} was told done for {letter.frame}, and nothing shows it"


def _accepted(letter: Letter, truth: Truth, marks: set[str]) -> bool:
    offer = truth.offer.get(letter.frame["offer_id"])
    return offer is not None and offer.state == "accepted" and f"agent:{offer.agent_id}" == letter.person


def _declined(letter: Letter, truth: Truth, marks: set[str]) -> bool:
    offer = truth.offer.get(letter.frame["offer_id"])
    return offer is not None and bool(offer.state == "declined")


def _ended(letter: Letter, truth: Truth, marks: set[str]) -> bool:
    row = truth.engagement.get(letter.frame["engagement_id"])
    return row is not None and bool(
        row.state == {"resolve": "resolved", "transfer": "transferred"}[letter.frame["type"]]
    )


def _began(letter: Letter, truth: Truth, marks: set[str]) -> bool:
    answer = letter.answer.result()
    return truth.customer_of.get(answer["conversation"]) == letter.person


_MARKS: dict[str, Callable[[Letter, Truth, set[str]], bool]] = {
    "accept_offer": _accepted,
    "decline_offer": _declined,
    "resolve": _ended,
    "transfer": _ended,
    "rate": lambda letter, truth, marks: letter.frame["engagement_id"] in marks,
    "ask_person": lambda letter, truth, marks: letter.frame["conversation"] in marks,
    "start": _began,
}


def _by(rows: Iterable[Row], key: Callable[[Row], str]) -> Iterator[list[Row]]:
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        groups[key(row)].append(row)
    yield from groups.values()


CHECKS = (
    requests_are_owned_due_or_over, phases_are_true, one_owner_at_a_time, offers_one_at_a_time, accepted_in_time,
    within_capacity, waiting_time_is_kept, done_is_done,
)  # fmt: skip
