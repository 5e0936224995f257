// Generated from realtime/protocol.py by `make protocol`. Do not edit.

export const MAX_TEXT = 4000;
export const MAX_FRAME_BYTES = 65536;
export const PING_SECONDS = 10;
export const AGENT_BACK_SECONDS = 600;
export const CLOSED_RESTART = 1012;
export const CLOSED_TICKET = 4001;
export const CLOSED_ABUSE = 4003;
export const CLOSED_SLOW = 4008;
export const CLOSED_CROWDED = 4009;
export const CLOSED_REVOKED = 4010;

export type Stream = "talk" | "desk";

export type Role = "customer" | "assistant" | "agent" | "system";

export type PauseReason = "break" | "errand" | "technical" | "other";

export type DeclineReason = "topic" | "language" | "busy" | "pay" | "break" | "other";

export type Phase = "assistant" | "queue" | "person" | "away" | "ended";

/** How far a client has read one stream: it wants what comes after `seq`; with 0, all of it and its status. */
export interface Have {
  conversation: string;
  stream: Stream;
  seq: number;
}

/** Who wrote or did something. `name` is what the reader may see. */
export interface Author {
  role: Role;
  id: string | null;
  name: string;
}

/** A help article that an answer rests on. */
export interface Source {
  slug: string;
  title: string;
}

/** The person a customer talks to. */
export interface PersonCard {
  name: string;
  languages: string[];
}

/** Where a conversation stands, for its customer. Each change carries the whole of it.
 *  phase: assistant (the AI answers), queue (waiting for a person), person (a person is here), away (the person's
 *  connection broke, we wait for her or find another), ended.
 *  `why` says how the phase came about: asked, unsure, sensitive, repeated, failure, joined, back, lost, gone,
 *  unreached, transferred, supervisor, taken_over, resolved, left, cancelled, reopened, idle, dormant, resumed,
 *  message, callback, stopped, or empty; take one that you do not know as empty. `to_rate` is the engagement whose
 *  rating is still open. `due`: by when a person answers her message (why: message) or comes at the time she chose
 *  (callback), or from when a person may come again (stopped); else null. */
export interface Status {
  phase: Phase;
  why: string;
  since: string;
  person: PersonCard | null;
  to_rate: string | null;
  due: string | null;
}

/** Place in the queue: 1 is next. `low_s` to `high_s` is the likely wait; null when nobody can say. */
export interface Place {
  place: number;
  low_s: number | null;
  high_s: number | null;
  people_online: number;
  at: string;
}

/** One rule of the pay plan as the offer card shows it. */
export interface PayLine {
  kind: string;
  words: string;
  amount_minor: number;
}

/** An escalation held out to this agent. What it shows is what is paid. `surge_minor` is the bonus because it is
 *  busy now: part of `minimum_minor`, and a line of `pay` by itself; 0 without one. */
export interface OfferCard {
  offer_id: string;
  brand: string;
  topic: string;
  topic_name: string;
  language: string;
  context: string;
  waits_since: string;
  offered_at: string;
  expires_at: string;
  seconds: number;
  currency: string;
  minimum_minor: number;
  surge_minor: number;
  pay: PayLine[];
  why: string[];
}

/** How this agent's latest offer ended, if it was not accepted. */
export interface OfferEnd {
  offer_id: string;
  state: "declined" | "expired" | "withdrawn";
  at: string;
}

/** A conversation that this agent owns now. `customer_away_since`: the customer's connection is gone; null while she
 *  is there, or is not missed yet. `dormant_since`: the customer has not answered for long; until she writes the chat
 *  takes none of the agent's places, and all of it can still be read, written into and ended. */
export interface Engaged {
  engagement_id: string;
  conversation: string;
  brand: string;
  customer_name: string;
  topic: string;
  topic_name: string;
  language: string;
  accepted_at: string;
  customer_away_since: string | null;
  dormant_since: string | null;
  currency: string;
  pay: PayLine[];
}

/** What the assistant hands over to the person. */
export interface Packet {
  summary: string;
  reason: string;
  reason_words: string;
  topic: string;
  language: string;
  tried: string[];
  goal: string;
}

/** What a colleague asks about her chat, until `open_until`. The first answer closes it. */
export interface Question {
  question_id: string;
  brand: string;
  topic_name: string;
  language: string;
  asked_by: string;
  text: string;
  asked_at: string;
  open_until: string;
}

/** Something about a shift that this agent is told until `until`, or until she puts it away.
 *  kind: ring (somebody did not come: the rest is hers if she is the first to claim it), near (hers begins soon),
 *  granted, refused (`words` says why), moved_up (from the waiting list), held_out (the colleague `words` would pass
 *  her the seat: `swap_id`), passed_on (the colleague `words` took hers), missed, called_off. */
export interface ShiftNews {
  news_id: string;
  kind: "called_off" | "granted" | "held_out" | "missed" | "moved_up" | "near" | "passed_on" | "refused" | "ring";
  shift_id: string;
  swap_id: string | null;
  brand: string;
  topic_name: string;
  language: string;
  begins_at: string;
  ends_at: string;
  rate_minor: number;
  currency: string;
  words: string;
  at: string;
  until: string;
}

/** Escalations waiting in one of this agent's topics and languages. */
export interface Demand {
  topic: string;
  topic_name: string;
  language: string;
  waiting: number;
}

/** Something a customer or an agent wrote. `status` is set when it reopened the conversation. */
export interface Message {
  type: "message";
  conversation: string;
  stream: Stream;
  seq: number;
  author: Author;
  text: string;
  client_id: string;
  at: string;
  status: Status | null;
}

/** Something the assistant said, with the articles it rests on. */
export interface Answer {
  type: "answer";
  conversation: string;
  stream: Stream;
  seq: number;
  author: Author;
  text: string;
  sources: Source[];
  at: string;
}

/** The conversation's status changed: asked, cancelled, joined, away, back, lost, transferred, resolved, left, gone,
 *  unreached, idle, rated; dormant (the customer is silent, her person helps others until she writes), resumed (she
 *  wrote, her person is there), waits_again (she wrote, her person has no place: she is first in line), slept_on (she
 *  stayed silent, nobody waits for her any more); message_left, callback_chosen, due (people are rung for what was
 *  promised), late (the promise was broken; `status.due` is the next one), stopped (the agent left because of how she
 *  was treated). A transfer's `status.why` says whose it was: transferred, supervisor (one was asked to join) or
 *  taken_over. */
export interface Changed {
  type: "changed";
  conversation: string;
  stream: Stream;
  seq: number;
  change: string;
  author: Author;
  status: Status;
  at: string;
}

/** The packet, in the desk stream. */
export interface HandOff {
  type: "hand_off";
  conversation: string;
  stream: Stream;
  seq: number;
  author: Author;
  packet: Packet;
  at: string;
}

/** A note among agents and operators, in the desk stream. `about`: question (put to colleagues), answer (of one of
 *  them), or empty. */
export interface Note {
  type: "note";
  conversation: string;
  stream: Stream;
  seq: number;
  author: Author;
  text: string;
  at: string;
  about: "" | "answer" | "question";
}

/** The ticket was good. `conversation` is the customer's open conversation, or the last one. `ticket` lets you in
 *  the next time, instead of one asked for over HTTP. Send a `ping` every `ping_seconds`. */
export interface Welcome {
  type: "welcome";
  principal: string;
  name: string;
  conversation: string | null;
  ticket: string;
  ping_seconds: number;
  now: string;
}

/** Replace all you hold of this stream: `events` are the latest, `head` is the last number, `earlier` says whether
 *  REST has more before them. `status` is null in the desk stream. */
export interface Reset {
  type: "reset";
  conversation: string;
  stream: Stream;
  head: number;
  events: Numbered[];
  earlier: boolean;
  status: Status | null;
}

/** You see no more of this conversation: forget what you hold. */
export interface Left {
  type: "left";
  conversation: string;
}

/** Place in the queue, for the customer. Best effort; older than 15 s it is stale. */
export interface Queue {
  type: "queue";
  conversation: string;
  place: Place;
}

/** How much and how an agent is asked, by her own choice. `places`: chats she has room for in all, now: her
 *  `capacity` (at most `capacity_most`, which the platform certified), one above it where she wished for `one_more`, or
 *  one, where the chat she has or gets is her `last_one`. `reserve`: rung only where nobody else is free.
 *  `ring_seconds`: her own ring length, up to `ring_longest`; null for the usual `ring_usual`. `auto_accept`: in paid
 *  shifts her offers open without ringing; `in_paid_shift`: she is in one. `stopped_at`: when she last stopped. */
export interface Pace {
  places: number;
  capacity_most: number;
  last_one: boolean;
  one_more: boolean;
  reserve: boolean;
  ring_seconds: number | null;
  ring_usual: number;
  ring_longest: number;
  auto_accept: boolean;
  in_paid_shift: boolean;
  stopped_at: string | null;
}

/** An agent's own state, whole. A lower `version` than the one held is ignored.
 *  `state`: applied, approved, refused or deactivated; only an approved agent may go online.
 *  `active`: chats that take a place; dormant ones are among `engagements` only. `pause_reason`, while not willing:
 *  empty (offline), missed, gone, break, errand, technical, other or emergency. `hindrance`: why nothing can ring,
 *  whatever she does: no language or no topic of hers is certified (any more), or no brand of hers has a pay plan for
 *  her tier; empty: nothing hinders. */
export interface Desk {
  type: "desk";
  version: number;
  agent_id: string;
  name: string;
  state: string;
  willing: boolean;
  pause_reason: string;
  capacity: number;
  active: number;
  pace: Pace;
  online_since: string | null;
  offer: OfferCard | null;
  offer_end: OfferEnd | null;
  engagements: Engaged[];
  demand: Demand[];
  earned_today_minor: number;
  chats_today: number;
  currency: string;
  at: string;
  questions: Question[];
  shift_news: ShiftNews[];
  hindrance: "" | "languages" | "topics" | "unpaid";
}

/** An offer rings: told at once, ahead of the `desk` of this `version` or a later one, which always follows. Show it
 *  unless the desk held has this version already; no desk held: ignore it. Best effort. */
export interface Ringing {
  type: "ringing";
  version: number;
  offer: OfferCard;
}

/** Somebody is writing. Best effort; forget it after 6 s. */
export interface Typing {
  type: "typing";
  conversation: string;
  author: Author;
}

/** This person has read the talk up to `seq`: the customer or an agent, you yourself (elsewhere) included. It only
 *  rises; it is kept, and told again after a reconnect. */
export interface Seen {
  type: "seen";
  conversation: string;
  role: Role;
  person: string;
  seq: number;
}

/** The request `ref` was carried out, or had been before. */
export interface Done {
  type: "done";
  ref: string;
  conversation: string | null;
}

/** A message sent twice: it already stands at `seq`. (A first send is acknowledged by its own message frame.) */
export interface Sent {
  type: "sent";
  ref: string;
  conversation: string;
  seq: number;
}

/** The request `ref` was refused. `message` is for the person, `code` for programs. Nothing changed.
 *  ref is empty when the frame could not be read at all. */
export interface Refused {
  type: "refused";
  ref: string;
  code: string;
  message: string;
}

/** Answer to a ping. */
export interface Pong {
  type: "pong";
  now: string;
}

/** The server closes the socket next. Come back after `retry_seconds`; null means: do not come back by itself. */
export interface Bye {
  type: "bye";
  code: string;
  message: string;
  retry_seconds: number | null;
}

/** Escalations of one brand, language and topic that wait now. */
export interface BoardRow {
  brand: string;
  language: string;
  topic: string;
  topic_name: string;
  waiting: number;
  oldest_since: string;
}

/** One agent on the live board. `state`: no_link, paused, full, finishing, ringing, room, free. `since`: in that
 *  state; null where nobody wrote it down. */
export interface BoardAgent {
  name: string;
  state: string;
  since: string | null;
  active: number;
  capacity: number;
  languages: string[];
}

/** Who serves one language now; an agent with two languages counts in both. `free` places can be offered to. */
export interface BoardLanguage {
  language: string;
  people: number;
  engaged: number;
  places: number;
  free: number;
}

/** Offers of the last hour by how they ended; `reasons` of the declined ones, where given. Median and 95th
 *  percentile of the time to accept, in seconds. */
export interface BoardOffers {
  offered: number;
  accepted: number;
  declined: number;
  expired: number;
  withdrawn: number;
  open: number;
  reasons: Record<string, number>;
  median_answer_s: number | null;
  p95_answer_s: number | null;
}

/** Conversations of today (UTC): how many stayed with the assistant, how many were handed on and why. */
export interface BoardAssistant {
  conversations: number;
  handed_off: number;
  reasons: Record<string, number>;
}

/** What agents earned today (UTC) by serving one brand, in one currency. */
export interface BoardMoney {
  brand: string;
  minor: number;
  currency: string;
}

/** Is each part of the system alive? */
export interface BoardHealth {
  name: string;
  well: boolean;
  words: string;
}

/** How a brand is matched by an operator's choice: plain (first come, first served) or fair. `brand` is null where
 *  it is every brand. */
export interface BoardMode {
  kind: "fair" | "plain";
  brand: string | null;
  brand_id: string | null;
  since: string;
  reason: string;
}

/** The live board, whole, every two seconds.
 *  `waiting` (the longest waits first) and `agents` (those who need a look first) are cut at a bound; `waiting_total`,
 *  `states` and `languages` count all. Service level: of those whom a person reached within 20 s and those who waited
 *  longer, reached or not, the share of the former: per quarter of an hour of the last four hours, oldest first, null
 *  where there was nobody; `service_now` is the last quarter's, `service_hour` the last hour's, `service_all` of all. */
export interface Board {
  type: "board";
  waiting: BoardRow[];
  waiting_total: number;
  states: Record<string, number>;
  agents: BoardAgent[];
  languages: BoardLanguage[];
  offers: BoardOffers;
  assistant: BoardAssistant;
  service_level: (number | null)[];
  service_now: number | null;
  service_hour: number | null;
  service_all: number | null;
  engaged: number;
  places: number;
  accrued: BoardMoney[];
  health: BoardHealth[];
  modes: BoardMode[];
  at: string;
}

/** First frame of every socket: the ticket, and how far the streams were read before. */
export interface Enter {
  type: "enter";
  ticket: string;
  have: Have[];
}

/** Every ten seconds, with how far the shown streams are read; the server sends again what is missing. */
export interface Ping {
  type: "ping";
  have: Have[];
}

/** Write into a conversation. `client_id` names the message for ever: a repeat is the same message. */
export interface Say {
  type: "say";
  conversation: string;
  client_id: string;
  text: string;
}

/** I am typing. Best effort. */
export interface Write {
  type: "write";
  conversation: string;
}

/** I have the talk before my eyes up to `seq`. Send it only while the page is visible. Not answered; a lower number
 *  changes nothing; after a reconnect send it again. */
export interface Read {
  type: "read";
  conversation: string;
  seq: number;
}

/** Begin a conversation, or get the open one: answered by a reset of its talk stream, then done. */
export interface Start {
  type: "start";
  ref: string;
  language: string | null;
}

/** Ask for a person. Null means: guess. `email` is for the case that we get cut off. */
export interface AskPerson {
  type: "ask_person";
  ref: string;
  conversation: string;
  language: string | null;
  topic: string | null;
  email: string | null;
}

/** A message that a person answers later, in this conversation, also if I am away: `status.due` says by when. Its
 *  words are said like any message (`client_id` names them for ever) and the assistant leaves them alone. Without words
 *  it is what was written here already. Null means: guess. */
export interface LeaveMessage {
  type: "leave_message";
  ref: string;
  conversation: string;
  client_id: string | null;
  text: string | null;
  language: string | null;
  topic: string | null;
  email: string | null;
}

/** A person is to come into this conversation at `at`, one of the times that `GET /api/v1/ways` names. Choosing
 *  another time later moves it; `leave_queue` calls it off. */
export interface CallBack {
  type: "call_back";
  ref: string;
  conversation: string;
  at: string;
  language: string | null;
  topic: string | null;
  email: string | null;
}

/** Stop waiting, or give up a promised answer or call-back; back to the assistant. */
export interface LeaveQueue {
  type: "leave_queue";
  ref: string;
  conversation: string;
}

/** End the conversation. */
export interface Leave {
  type: "leave";
  ref: string;
  conversation: string;
}

/** Say how the person did. A second rating of the same engagement is refused. */
export interface Rate {
  type: "rate";
  ref: string;
  engagement_id: string;
  score: number;
  solved: boolean | null;
  words: string;
}

/** I want offers. */
export interface GoOnline {
  type: "go_online";
  ref: string;
}

/** No more offers; chats under way go on. */
export interface GoOffline {
  type: "go_offline";
  ref: string;
}

/** No more offers until `go_online`, for this reason, which lowers nobody's rank. Chats and an offer that rings go
 *  on. */
export interface Pause {
  type: "pause";
  ref: string;
  reason: PauseReason;
}

/** Emergency: no more offers, the one that rings goes to somebody else without counting as missed, and with
 *  `hand_back` every chat waits in front for a colleague, paid. */
export interface StopNow {
  type: "stop_now";
  ref: string;
  hand_back: boolean;
}

/** The chats I have, or the next one where I have none, are my last: then I am offline. Or not, after all. */
export interface LastOne {
  type: "last_one";
  ref: string;
  on: boolean;
}

/** One chat above my capacity, once, where I have as many as I chose. Or not, after all. */
export interface OneMore {
  type: "one_more";
  ref: string;
  on: boolean;
}

/** Ring me only where nobody else is free. Or as everybody. */
export interface Reserve {
  type: "reserve";
  ref: string;
  on: boolean;
}

/** How long my offers ring; null: as long as everybody's. */
export interface RingFor {
  type: "ring_for";
  ref: string;
  seconds: number | null;
}

/** In paid shifts, open my chats without ringing. Or ring. */
export interface AutoAccept {
  type: "auto_accept";
  ref: string;
  on: boolean;
}

/** How many chats at once, as far as I am certified for. Never touches chats under way. */
export interface SetCapacity {
  type: "set_capacity";
  ref: string;
  capacity: number;
}

/** I take it. Answered by its streams and a desk frame, then by done with the conversation. */
export interface AcceptOffer {
  type: "accept_offer";
  ref: string;
  offer_id: string;
}

/** Not this one. Acts at once and lowers nobody's rank. */
export interface DeclineOffer {
  type: "decline_offer";
  ref: string;
  offer_id: string;
}

/** Why I declined: optional, asked afterwards. */
export interface GiveReason {
  type: "give_reason";
  ref: string;
  offer_id: string;
  reason: DeclineReason;
}

/** A note for colleagues, in the desk stream. */
export interface AddNote {
  type: "add_note";
  ref: string;
  conversation: string;
  text: string;
}

/** It is done. The earning is posted in the same transaction. */
export interface Resolve {
  type: "resolve";
  ref: string;
  engagement_id: string;
  outcome: "left" | "solved" | "unsolved" | "waiting";
  note: string;
  tags: string[];
}

/** Back to the queue with its waiting time, for somebody else: in another topic or language, for a colleague who is
 *  asked first, or for a supervisor, for whom it is kept a while. `GET /api/v1/agent/handover` names what there is. */
export interface Transfer {
  type: "transfer";
  ref: string;
  engagement_id: string;
  reason: string;
  topic: string | null;
  language: string | null;
  colleague: string | null;
  supervisor: boolean;
}

/** A question about my chat for certified colleagues who are online. They see the question, not the chat; their
 *  answer is a note in the desk stream. A new question takes the place of an open one. */
export interface AskColleagues {
  type: "ask_colleagues";
  ref: string;
  conversation: string;
  text: string;
}

/** My answer to a colleague's question. Only agents read it. */
export interface AnswerColleague {
  type: "answer_colleague";
  ref: string;
  question_id: string;
  text: string;
}

/** I leave this chat because of how I am treated. Paid as a chat seen through; a person reviews it. */
export interface StopAbuse {
  type: "stop_abuse";
  ref: string;
  engagement_id: string;
  reason: "hate" | "insult" | "other" | "sexual" | "spam" | "threat";
  words: string;
}

export type Numbered =
  | Message
  | Answer
  | Changed
  | HandOff
  | Note;

export type ToCustomer =
  | Message
  | Answer
  | Changed
  | HandOff
  | Note
  | Welcome
  | Reset
  | Left
  | Queue
  | Typing
  | Seen
  | Done
  | Sent
  | Refused
  | Pong
  | Bye;

export type ToAgent =
  | Message
  | Answer
  | Changed
  | HandOff
  | Note
  | Welcome
  | Reset
  | Left
  | Desk
  | Ringing
  | Typing
  | Seen
  | Done
  | Sent
  | Refused
  | Pong
  | Bye;

export type ToOperator =
  | Welcome
  | Board
  | Refused
  | Pong
  | Bye;

export type FromCustomer =
  | Enter
  | Ping
  | Say
  | Write
  | Read
  | Start
  | AskPerson
  | LeaveMessage
  | CallBack
  | LeaveQueue
  | Leave
  | Rate;

export type FromAgent =
  | Enter
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
  | StopAbuse;

export type FromOperator =
  | Enter
  | Ping;

export type ToBrowser = ToCustomer | ToAgent | ToOperator;

export type FromBrowser = FromCustomer | FromAgent | FromOperator;
