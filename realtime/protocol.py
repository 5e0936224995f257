"""Every frame that travels over a socket, defined once.

TypeScript types, the JSON Schema and docs/protocol.md are generated from this module (`make protocol`).
A field that is absent travels as null: nothing is optional, so both sides narrow types the same way.
Times are ISO 8601 in UTC. Money is integer minor units beside a currency. Seconds are whole.

Durable frames carry (conversation, stream, seq). `seq` rises by one without gap; a client drops what it has
already seen and asks for what it misses. Every other frame is best effort or a snapshot that replaces the last.
"""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec

MAX_FRAME_BYTES = 65_536
MAX_TEXT = 4_000

Text = Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_TEXT)]
Ref = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
Short = Annotated[str, msgspec.Meta(max_length=300)]
Language = Annotated[str, msgspec.Meta(min_length=2, max_length=8)]
Topic = Annotated[str, msgspec.Meta(min_length=1, max_length=40)]
Seq = Annotated[int, msgspec.Meta(ge=0, le=9_007_199_254_740_991)]
Stream = Literal["talk", "desk"]
Role = Literal["customer", "assistant", "agent", "system"]
PauseReason = Literal["break", "errand", "technical", "other"]
DeclineReason = Literal["topic", "language", "busy", "pay", "break", "other"]
Phase = Literal["assistant", "queue", "person", "away", "ended"]


class Frame(msgspec.Struct, frozen=True, tag_field="type", forbid_unknown_fields=True, kw_only=True):
    """Base of every frame: an object with a `type`."""


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Base of what frames are made of."""


# --- parts -----------------------------------------------------------------------------------------------------------


class Have(Part, frozen=True):
    """How far a client has read one stream: it wants what comes after `seq`; with 0, all of it and its status."""

    conversation: UUID
    stream: Stream
    seq: Seq


class Author(Part, frozen=True):
    """Who wrote or did something. `name` is what the reader may see."""

    role: Role
    id: UUID | None
    name: str


class Source(Part, frozen=True):
    """A help article that an answer rests on."""

    slug: str
    title: str


class PersonCard(Part, frozen=True):
    """The person a customer talks to."""

    name: str
    languages: list[str]


class Status(Part, frozen=True):
    """Where a conversation stands, for its customer. Each change carries the whole of it.

    phase: assistant (the AI answers), queue (waiting for a person), person (a person is here), away (the person's
    connection broke, we wait for her or find another), ended.
    `why` says how the phase came about: asked, unsure, sensitive, repeated, failure, joined, back, lost, gone,
    unreached, transferred, supervisor, taken_over, resolved, left, cancelled, reopened, idle, dormant, resumed,
    message, callback, stopped, or empty; take one that you do not know as empty. `to_rate` is the engagement whose
    rating is still open. `due`: by when a person answers her message (why: message) or comes at the time she chose
    (callback), or from when a person may come again (stopped); else null.
    """

    phase: Phase
    why: str
    since: datetime
    person: PersonCard | None
    to_rate: UUID | None
    due: datetime | None = None


class Place(Part, frozen=True):
    """Place in the queue: 1 is next. `low_s` to `high_s` is the likely wait; null when nobody can say."""

    place: int
    low_s: int | None
    high_s: int | None
    people_online: int
    at: datetime


class PayLine(Part, frozen=True):
    """One rule of the pay plan as the offer card shows it."""

    kind: str
    words: str
    amount_minor: int


class OfferCard(Part, frozen=True):
    """An escalation held out to this agent. What it shows is what is paid. `surge_minor` is the bonus because it is
    busy now: part of `minimum_minor`, and a line of `pay` by itself; 0 without one."""

    offer_id: UUID
    brand: str
    topic: str
    topic_name: str
    language: str
    context: str
    waits_since: datetime
    offered_at: datetime
    expires_at: datetime
    seconds: int
    currency: str
    minimum_minor: int
    surge_minor: int
    pay: list[PayLine]
    why: list[str]


class OfferEnd(Part, frozen=True):
    """How this agent's latest offer ended, if it was not accepted."""

    offer_id: UUID
    state: Literal["declined", "expired", "withdrawn"]
    at: datetime


class Engaged(Part, frozen=True):
    """A conversation that this agent owns now. `customer_away_since`: the customer's connection is gone; null while she
    is there, or is not missed yet. `dormant_since`: the customer has not answered for long; until she writes the chat
    takes none of the agent's places, and all of it can still be read, written into and ended."""

    engagement_id: UUID
    conversation: UUID
    brand: str
    customer_name: str
    topic: str
    topic_name: str
    language: str
    accepted_at: datetime
    customer_away_since: datetime | None
    dormant_since: datetime | None
    currency: str
    pay: list[PayLine]


class Packet(Part, frozen=True):
    """What the assistant hands over to the person."""

    summary: str
    reason: str
    reason_words: str
    topic: str
    language: str
    tried: list[str]
    goal: str


class Question(Part, frozen=True):
    """What a colleague asks about her chat, until `open_until`. The first answer closes it."""

    question_id: UUID
    brand: str
    topic_name: str
    language: str
    asked_by: str
    text: str
    asked_at: datetime
    open_until: datetime


class ShiftNews(Part, frozen=True):
    """Something about a shift that this agent is told until `until`, or until she puts it away.

    kind: ring (somebody did not come: the rest is hers if she is the first to claim it), near (hers begins soon),
    granted, refused (`words` says why), moved_up (from the waiting list), held_out (the colleague `words` would pass
    her the seat: `swap_id`), passed_on (the colleague `words` took hers), missed, called_off.
    """

    news_id: UUID
    kind: Literal["ring", "near", "granted", "refused", "moved_up", "held_out", "passed_on", "missed", "called_off"]
    shift_id: UUID
    swap_id: UUID | None
    brand: str
    topic_name: str
    language: str
    begins_at: datetime
    ends_at: datetime
    rate_minor: int
    currency: str
    words: str
    at: datetime
    until: datetime


class Demand(Part, frozen=True):
    """Escalations waiting in one of this agent's topics and languages."""

    topic: str
    topic_name: str
    language: str
    waiting: int


# --- numbered frames: durable, in order, in one of the two streams of a conversation ----------------------------------


class Message(Frame, frozen=True, tag="message"):
    """Something a customer or an agent wrote. `status` is set when it reopened the conversation."""

    conversation: UUID
    stream: Stream
    seq: int
    author: Author
    text: str
    client_id: UUID
    at: datetime
    status: Status | None


class Answer(Frame, frozen=True, tag="answer"):
    """Something the assistant said, with the articles it rests on."""

    conversation: UUID
    stream: Stream
    seq: int
    author: Author
    text: str
    sources: list[Source]
    at: datetime


class Changed(Frame, frozen=True, tag="changed"):
    """The conversation's status changed: asked, cancelled, joined, away, back, lost, transferred, resolved, left, gone,
    unreached, idle, rated; dormant (the customer is silent, her person helps others until she writes), resumed (she
    wrote, her person is there), waits_again (she wrote, her person has no place: she is first in line), slept_on (she
    stayed silent, nobody waits for her any more); message_left, callback_chosen, due (people are rung for what was
    promised), late (the promise was broken; `status.due` is the next one), stopped (the agent left because of how she
    was treated). A transfer's `status.why` says whose it was: transferred, supervisor (one was asked to join) or
    taken_over."""

    conversation: UUID
    stream: Stream
    seq: int
    change: str
    author: Author
    status: Status
    at: datetime


class HandOff(Frame, frozen=True, tag="hand_off"):
    """The packet, in the desk stream."""

    conversation: UUID
    stream: Stream
    seq: int
    author: Author
    packet: Packet
    at: datetime


class Note(Frame, frozen=True, tag="note"):
    """A note among agents and operators, in the desk stream. `about`: question (put to colleagues), answer (of one of
    them), or empty."""

    conversation: UUID
    stream: Stream
    seq: int
    author: Author
    text: str
    at: datetime
    about: Literal["question", "answer", ""] = ""


Numbered = Message | Answer | Changed | HandOff | Note


# --- server to browser, not numbered ----------------------------------------------------------------------------------


class Welcome(Frame, frozen=True, tag="welcome"):
    """The ticket was good. `conversation` is the customer's open conversation, or the last one. `ticket` lets you in
    the next time, instead of one asked for over HTTP. Send a `ping` every `ping_seconds`."""

    principal: str
    name: str
    conversation: UUID | None
    ticket: str
    ping_seconds: int
    now: datetime


class Reset(Frame, frozen=True, tag="reset"):
    """Replace all you hold of this stream: `events` are the latest, `head` is the last number, `earlier` says whether
    REST has more before them. `status` is null in the desk stream."""

    conversation: UUID
    stream: Stream
    head: int
    events: list[Numbered]
    earlier: bool
    status: Status | None


class Left(Frame, frozen=True, tag="left"):
    """You see no more of this conversation: forget what you hold."""

    conversation: UUID


class Queue(Frame, frozen=True, tag="queue"):
    """Place in the queue, for the customer. Best effort; older than 15 s it is stale."""

    conversation: UUID
    place: Place


class Pace(Part, frozen=True):
    """How much and how an agent is asked, by her own choice. `places`: chats she has room for in all, now: her
    `capacity` (at most `capacity_most`, which the platform certified), one above it where she wished for `one_more`, or
    one, where the chat she has or gets is her `last_one`. `reserve`: rung only where nobody else is free.
    `ring_seconds`: her own ring length, up to `ring_longest`; null for the usual `ring_usual`. `auto_accept`: in paid
    shifts her offers open without ringing; `in_paid_shift`: she is in one. `stopped_at`: when she last stopped."""

    places: int
    capacity_most: int
    last_one: bool
    one_more: bool
    reserve: bool
    ring_seconds: int | None
    ring_usual: int
    ring_longest: int
    auto_accept: bool
    in_paid_shift: bool
    stopped_at: datetime | None


class Desk(Frame, frozen=True, tag="desk"):
    """An agent's own state, whole. A lower `version` than the one held is ignored.

    `state`: applied, approved, refused or deactivated; only an approved agent may go online.
    `active`: chats that take a place; dormant ones are among `engagements` only. `pause_reason`, while not willing:
    empty (offline), missed, gone, break, errand, technical, other or emergency. `hindrance`: why nothing can ring,
    whatever she does: no language or no topic of hers is certified (any more), or no brand of hers has a pay plan for
    her tier; empty: nothing hinders.
    """

    version: int
    agent_id: UUID
    name: str
    state: str
    willing: bool
    pause_reason: str
    capacity: int
    active: int
    pace: Pace
    online_since: datetime | None
    offer: OfferCard | None
    offer_end: OfferEnd | None
    engagements: list[Engaged]
    demand: list[Demand]
    earned_today_minor: int
    chats_today: int
    currency: str
    at: datetime
    questions: list[Question] = []
    shift_news: list[ShiftNews] = []
    hindrance: Literal["", "languages", "topics", "unpaid"] = ""


class Ringing(Frame, frozen=True, tag="ringing"):
    """An offer rings: told at once, ahead of the `desk` of this `version` or a later one, which always follows. Show it
    unless the desk held has this version already; no desk held: ignore it. Best effort."""

    version: int
    offer: OfferCard


class Typing(Frame, frozen=True, tag="typing"):
    """Somebody is writing. Best effort; forget it after 6 s."""

    conversation: UUID
    author: Author


class Seen(Frame, frozen=True, tag="seen"):
    """This person has read the talk up to `seq`: the customer or an agent, you yourself (elsewhere) included. It only
    rises; it is kept, and told again after a reconnect."""

    conversation: UUID
    role: Role
    person: UUID
    seq: int


class Done(Frame, frozen=True, tag="done"):
    """The request `ref` was carried out, or had been before."""

    ref: Ref
    conversation: UUID | None


class Sent(Frame, frozen=True, tag="sent"):
    """A message sent twice: it already stands at `seq`. (A first send is acknowledged by its own message frame.)"""

    ref: Ref
    conversation: UUID
    seq: int


class Refused(Frame, frozen=True, tag="refused"):
    """The request `ref` was refused. `message` is for the person, `code` for programs. Nothing changed.

    ref is empty when the frame could not be read at all."""

    ref: str
    code: str
    message: str


class Pong(Frame, frozen=True, tag="pong"):
    """Answer to a ping."""

    now: datetime


class Bye(Frame, frozen=True, tag="bye"):
    """The server closes the socket next. Come back after `retry_seconds`; null means: do not come back by itself."""

    code: str
    message: str
    retry_seconds: int | None


class BoardRow(Part, frozen=True):
    """Escalations of one brand, language and topic that wait now."""

    brand: str
    language: str
    topic: str
    topic_name: str
    waiting: int
    oldest_since: datetime


class BoardAgent(Part, frozen=True):
    """One agent on the live board. `state`: no_link, paused, full, finishing, ringing, room, free. `since`: in that
    state; null where nobody wrote it down."""

    name: str
    state: str
    since: datetime | None
    active: int
    capacity: int
    languages: list[str]


class BoardLanguage(Part, frozen=True):
    """Who serves one language now; an agent with two languages counts in both. `free` places can be offered to."""

    language: str
    people: int
    engaged: int
    places: int
    free: int


class BoardOffers(Part, frozen=True):
    """Offers of the last hour by how they ended; `reasons` of the declined ones, where given. Median and 95th
    percentile of the time to accept, in seconds."""

    offered: int
    accepted: int
    declined: int
    expired: int
    withdrawn: int
    open: int
    reasons: dict[str, int]
    median_answer_s: float | None
    p95_answer_s: float | None


class BoardAssistant(Part, frozen=True):
    """Conversations of today (UTC): how many stayed with the assistant, how many were handed on and why."""

    conversations: int
    handed_off: int
    reasons: dict[str, int]


class BoardMoney(Part, frozen=True):
    """What agents earned today (UTC) by serving one brand, in one currency."""

    brand: str
    minor: int
    currency: str


class BoardHealth(Part, frozen=True):
    """Is each part of the system alive?"""

    name: str
    well: bool
    words: str


class BoardMode(Part, frozen=True):
    """How a brand is matched by an operator's choice: plain (first come, first served) or fair. `brand` is null where
    it is every brand."""

    kind: Literal["plain", "fair"]
    brand: str | None
    brand_id: UUID | None
    since: datetime
    reason: str


class Board(Frame, frozen=True, tag="board"):
    """The live board, whole, every two seconds.

    `waiting` (the longest waits first) and `agents` (those who need a look first) are cut at a bound; `waiting_total`,
    `states` and `languages` count all. Service level: of those whom a person reached within 20 s and those who waited
    longer, reached or not, the share of the former: per quarter of an hour of the last four hours, oldest first, null
    where there was nobody; `service_now` is the last quarter's, `service_hour` the last hour's, `service_all` of all.
    """

    waiting: list[BoardRow]
    waiting_total: int
    states: dict[str, int]
    agents: list[BoardAgent]
    languages: list[BoardLanguage]
    offers: BoardOffers
    assistant: BoardAssistant
    service_level: list[float | None]
    service_now: float | None
    service_hour: float | None
    service_all: float | None
    engaged: int
    places: int
    accrued: list[BoardMoney]
    health: list[BoardHealth]
    modes: list[BoardMode]
    at: datetime


# --- browser to server ------------------------------------------------------------------------------------------------


class Enter(Frame, frozen=True, tag="enter"):
    """First frame of every socket: the ticket, and how far the streams were read before."""

    ticket: Annotated[str, msgspec.Meta(min_length=16, max_length=128)]
    have: Annotated[list[Have], msgspec.Meta(max_length=64)]


class Ping(Frame, frozen=True, tag="ping"):
    """Every ten seconds, with how far the shown streams are read; the server sends again what is missing."""

    have: Annotated[list[Have], msgspec.Meta(max_length=64)]


class Say(Frame, frozen=True, tag="say"):
    """Write into a conversation. `client_id` names the message for ever: a repeat is the same message."""

    conversation: UUID
    client_id: UUID
    text: Text


class Write(Frame, frozen=True, tag="write"):
    """I am typing. Best effort."""

    conversation: UUID


class Read(Frame, frozen=True, tag="read"):
    """I have the talk before my eyes up to `seq`. Send it only while the page is visible. Not answered; a lower number
    changes nothing; after a reconnect send it again."""

    conversation: UUID
    seq: Seq


class Start(Frame, frozen=True, tag="start"):
    """Begin a conversation, or get the open one: answered by a reset of its talk stream, then done."""

    ref: Ref
    language: Language | None


class AskPerson(Frame, frozen=True, tag="ask_person"):
    """Ask for a person. Null means: guess. `email` is for the case that we get cut off."""

    ref: Ref
    conversation: UUID
    language: Language | None
    topic: Topic | None
    email: Annotated[str, msgspec.Meta(max_length=254)] | None


class LeaveMessage(Frame, frozen=True, tag="leave_message"):
    """A message that a person answers later, in this conversation, also if I am away: `status.due` says by when. Its
    words are said like any message (`client_id` names them for ever) and the assistant leaves them alone. Without words
    it is what was written here already. Null means: guess."""

    ref: Ref
    conversation: UUID
    client_id: UUID | None
    text: Text | None
    language: Language | None
    topic: Topic | None
    email: Annotated[str, msgspec.Meta(max_length=254)] | None


class CallBack(Frame, frozen=True, tag="call_back"):
    """A person is to come into this conversation at `at`, one of the times that `GET /api/v1/ways` names. Choosing
    another time later moves it; `leave_queue` calls it off."""

    ref: Ref
    conversation: UUID
    at: datetime
    language: Language | None
    topic: Topic | None
    email: Annotated[str, msgspec.Meta(max_length=254)] | None


class LeaveQueue(Frame, frozen=True, tag="leave_queue"):
    """Stop waiting, or give up a promised answer or call-back; back to the assistant."""

    ref: Ref
    conversation: UUID


class Leave(Frame, frozen=True, tag="leave"):
    """End the conversation."""

    ref: Ref
    conversation: UUID


class Rate(Frame, frozen=True, tag="rate"):
    """Say how the person did. A second rating of the same engagement is refused."""

    ref: Ref
    engagement_id: UUID
    score: Annotated[int, msgspec.Meta(ge=1, le=5)]
    solved: bool | None
    words: Annotated[str, msgspec.Meta(max_length=1000)]


class GoOnline(Frame, frozen=True, tag="go_online"):
    """I want offers."""

    ref: Ref


class GoOffline(Frame, frozen=True, tag="go_offline"):
    """No more offers; chats under way go on."""

    ref: Ref


class Pause(Frame, frozen=True, tag="pause"):
    """No more offers until `go_online`, for this reason, which lowers nobody's rank. Chats and an offer that rings go
    on."""

    ref: Ref
    reason: PauseReason


class StopNow(Frame, frozen=True, tag="stop_now"):
    """Emergency: no more offers, the one that rings goes to somebody else without counting as missed, and with
    `hand_back` every chat waits in front for a colleague, paid."""

    ref: Ref
    hand_back: bool


class LastOne(Frame, frozen=True, tag="last_one"):
    """The chats I have, or the next one where I have none, are my last: then I am offline. Or not, after all."""

    ref: Ref
    on: bool


class OneMore(Frame, frozen=True, tag="one_more"):
    """One chat above my capacity, once, where I have as many as I chose. Or not, after all."""

    ref: Ref
    on: bool


class Reserve(Frame, frozen=True, tag="reserve"):
    """Ring me only where nobody else is free. Or as everybody."""

    ref: Ref
    on: bool


class RingFor(Frame, frozen=True, tag="ring_for"):
    """How long my offers ring; null: as long as everybody's."""

    ref: Ref
    seconds: Annotated[int, msgspec.Meta(ge=12, le=60)] | None


class AutoAccept(Frame, frozen=True, tag="auto_accept"):
    """In paid shifts, open my chats without ringing. Or ring."""

    ref: Ref
    on: bool


class SetCapacity(Frame, frozen=True, tag="set_capacity"):
    """How many chats at once, as far as I am certified for. Never touches chats under way."""

    ref: Ref
    capacity: Annotated[int, msgspec.Meta(ge=1, le=5)]


class AcceptOffer(Frame, frozen=True, tag="accept_offer"):
    """I take it. Answered by its streams and a desk frame, then by done with the conversation."""

    ref: Ref
    offer_id: UUID


class DeclineOffer(Frame, frozen=True, tag="decline_offer"):
    """Not this one. Acts at once and lowers nobody's rank."""

    ref: Ref
    offer_id: UUID


class GiveReason(Frame, frozen=True, tag="give_reason"):
    """Why I declined: optional, asked afterwards."""

    ref: Ref
    offer_id: UUID
    reason: DeclineReason


class AddNote(Frame, frozen=True, tag="add_note"):
    """A note for colleagues, in the desk stream."""

    ref: Ref
    conversation: UUID
    text: Text


class Resolve(Frame, frozen=True, tag="resolve"):
    """It is done. The earning is posted in the same transaction."""

    ref: Ref
    engagement_id: UUID
    outcome: Literal["solved", "waiting", "unsolved", "left"]
    note: Annotated[str, msgspec.Meta(max_length=1000)]
    tags: Annotated[list[Annotated[str, msgspec.Meta(max_length=40)]], msgspec.Meta(max_length=8)]


class Transfer(Frame, frozen=True, tag="transfer"):
    """Back to the queue with its waiting time, for somebody else: in another topic or language, for a colleague who is
    asked first, or for a supervisor, for whom it is kept a while. `GET /api/v1/agent/handover` names what there is."""

    ref: Ref
    engagement_id: UUID
    reason: Short
    topic: Topic | None = None
    language: Language | None = None
    colleague: UUID | None = None
    supervisor: bool = False


class AskColleagues(Frame, frozen=True, tag="ask_colleagues"):
    """A question about my chat for certified colleagues who are online. They see the question, not the chat; their
    answer is a note in the desk stream. A new question takes the place of an open one."""

    ref: Ref
    conversation: UUID
    text: Annotated[str, msgspec.Meta(min_length=1, max_length=1000)]


class AnswerColleague(Frame, frozen=True, tag="answer_colleague"):
    """My answer to a colleague's question. Only agents read it."""

    ref: Ref
    question_id: UUID
    text: Annotated[str, msgspec.Meta(min_length=1, max_length=1000)]


class StopAbuse(Frame, frozen=True, tag="stop_abuse"):
    """I leave this chat because of how I am treated. Paid as a chat seen through; a person reviews it."""

    ref: Ref
    engagement_id: UUID
    reason: Literal["threat", "insult", "sexual", "hate", "spam", "other"]
    words: Annotated[str, msgspec.Meta(max_length=1000)]


FromCustomer = (
    Enter | Ping | Say | Write | Read | Start | AskPerson | LeaveMessage | CallBack | LeaveQueue | Leave | Rate
)
FromAgent = (
    Enter
    | Ping
    | Say
    | Write
    | Read
    | GoOnline
    | GoOffline
    | Pause
    | StopNow
    | LastOne
    | OneMore
    | Reserve
    | RingFor
    | AutoAccept
    | SetCapacity
    | AcceptOffer
    | DeclineOffer
    | GiveReason
    | AddNote
    | Resolve
    | Transfer
    | AskColleagues
    | AnswerColleague
    | StopAbuse
)
FromOperator = Enter | Ping
ToCustomer = Numbered | Welcome | Reset | Left | Queue | Typing | Seen | Done | Sent | Refused | Pong | Bye
ToAgent = Numbered | Welcome | Reset | Left | Desk | Ringing | Typing | Seen | Done | Sent | Refused | Pong | Bye
ToOperator = Welcome | Board | Refused | Pong | Bye
