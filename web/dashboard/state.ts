// What the dashboard knows. `hear` folds the server's frames in; it touches nothing else.
import type { Changed, Desk, Engaged, HandOff, Message, Note, Numbered, OfferCard, OfferEnd, Reset, Ringing, Seen, ToAgent } from "../protocol";
import type { Unsent } from "../shared/outbox";
import type { LinkState } from "../shared/socket";
import { emptyTalk, fold, type Talk } from "../shared/talk";
import type { Me } from "./account";
import type { Earnings } from "./earnings";
import type { Kept } from "./kept";
import { routeOf, type Route } from "./route";

/** Both streams of a conversation that this agent owns: what the customer sees, and what colleagues see. */
export interface Streams {
  talk: Talk;
  desk: Talk;
}

export interface State {
  /** Undefined until the server said who is logged in; null for nobody. */
  me: Me | null | undefined;
  route: Route;
  link: LinkState;
  desk: Desk | null;
  streams: Readonly<Record<string, Streams>>;
  /** Until when (ms) each conversation's customer counts as typing. */
  typing: Readonly<Record<string, number>>;
  /** Engagements that were on the desk since the page was loaded and are over now, oldest first. */
  over: readonly Engaged[];
  unsent: readonly Unsent[];
  /** Chats lost while she was away that may still come back. */
  kept: Kept;
  /** By conversation: what stands in its composer, the last number that was in sight here or in another tab, and the
   *  last one that its customer has seen. */
  drafts: Readonly<Record<string, string>>;
  seen: Readonly<Record<string, number>>;
  read: Readonly<Record<string, number>>;
  /** What the last seven days paid; null until asked for. */
  recent: Earnings | null;
  /** The offer whose end needs no more words. */
  settled_offer: string;
  sound: boolean;
  /** When the two tones were last played (ms), 0 for never. */
  heard_ms: number;
  /** What went wrong or was done, in a sentence; "" for nothing. */
  trouble: string;
  news: string;
  /** The request under way, "" for none. */
  busy: string;
  /** Since when the link is not open; null while it is. */
  broken_ms: number | null;
  /** The server's time, moved on every second. */
  now_ms: number;
}

export const FIRST: State = {
  me: undefined,
  route: routeOf("/agent/"),
  link: { kind: "connecting", retry_at: null, failed: 0, code: "", words: "" },
  desk: null,
  streams: {},
  typing: {},
  over: [],
  unsent: [],
  kept: {},
  drafts: {},
  seen: {},
  read: {},
  recent: null,
  settled_offer: "",
  sound: true,
  heard_ms: 0,
  trouble: "",
  news: "",
  busy: "",
  broken_ms: 0,
  now_ms: 0,
};

const TYPING_MS = 6_000;

export function hear(before: State, frame: ToAgent, now_ms: number): State {
  const state = { ...before, now_ms };
  switch (frame.type) {
    case "desk":
      return desked(state, frame);
    case "ringing":
      return rung(state, frame);
    case "reset":
      return folded(state, frame);
    case "message":
    case "answer":
    case "changed":
    case "hand_off":
    case "note":
      return silenced(folded(state, frame), frame);
    case "left": {
      const { [frame.conversation]: _, ...streams } = state.streams;
      return { ...state, streams };
    }
    case "typing":
      if (frame.author.role !== "customer") return state;
      return { ...state, typing: { ...state.typing, [frame.conversation]: now_ms + TYPING_MS } };
    case "seen":
      return marked(state, frame);
    case "welcome":
    case "done":
    case "sent":
    case "refused":
    case "pong":
    case "bye":
      return state;
    default:
      frame satisfies never;
      return state;
  }
}

/** A desk replaces the last one, unless it is older. What is missing from it is over. */
function desked(state: State, desk: Desk): State {
  if (state.desk && desk.version < state.desk.version) return state;
  const live = new Set(desk.engagements.map((engaged) => engaged.engagement_id));
  const gone = (state.desk?.engagements ?? []).filter((engaged) => !live.has(engaged.engagement_id));
  const back = state.over.filter((engaged) => !live.has(engaged.engagement_id));
  return { ...state, desk, over: [...back, ...gone] };
}

/** An offer ahead of the desk that shows it: that one has this version or a later one, and replaces it. */
function rung(state: State, { version, offer }: Ringing): State {
  if (!state.desk || version <= state.desk.version) return state;
  return { ...state, desk: { ...state.desk, version, offer, offer_end: null } };
}

function folded(state: State, frame: Numbered | Reset): State {
  const id = frame.conversation;
  const held = state.streams[id] ?? { talk: emptyTalk(id), desk: emptyTalk(id, "desk") };
  const next = { talk: fold(held.talk, frame), desk: fold(held.desk, frame) };
  return { ...state, streams: { ...state.streams, [id]: next } };
}

/** How far the customer has read, or I have in another tab. A colleague who had the chat before me does not count. */
function marked(state: State, { conversation, role, person, seq }: Seen): State {
  if (role !== "customer" && person !== state.me?.agent.id) return state;
  const marks = role === "customer" ? "read" : "seen";
  return { ...state, [marks]: { ...state[marks], [conversation]: Math.max(seq, state[marks][conversation] ?? 0) } };
}

function silenced(state: State, frame: Numbered): State {
  if (frame.type !== "message" || frame.author.role !== "customer") return state;
  const { [frame.conversation]: _, ...typing } = state.typing;
  return { ...state, typing };
}

// --- what the screens ask ---

/** The offer that rings now; one whose time is up rings no more, even before the server says so. */
export function ringing(state: State): OfferCard | null {
  const offer = state.desk?.offer ?? null;
  return offer && Date.parse(offer.expires_at) > state.now_ms ? offer : null;
}

const END_TOLD_MS = 120_000;

/** How the last offer ended, while that is news and nobody put it away. */
export function endToTell(state: State): OfferEnd | null {
  const end = state.desk?.offer_end ?? null;
  const late = ringing(state) !== null || end?.offer_id === state.settled_offer;
  return !end || late || state.now_ms - Date.parse(end.at) > END_TOLD_MS ? null : end;
}

export function engagedIn(state: State, conversation: string): Engaged | null {
  return state.desk?.engagements.find((engaged) => engaged.conversation === conversation) ?? null;
}

/** Whose word is awaited, since when, and how many of the customer's words were not seen yet. */
export interface Turn {
  mine: boolean;
  since: string;
  unread: number;
}

export function turnOf(state: State, engaged: Engaged): Turn {
  const said = (state.streams[engaged.conversation]?.talk.events ?? []).filter(isMessage);
  const since = Date.parse(engaged.accepted_at);
  const here = (event: Message) => Date.parse(event.at) >= since;
  const answered = said.findLastIndex((event) => event.author.role === "agent" && here(event));
  const waiting = said.slice(answered + 1).filter((event) => event.author.role === "customer");
  const unread = waiting.filter((event) => event.seq > (state.seen[engaged.conversation] ?? 0) && here(event)).length;
  const mine = waiting.length > 0 || answered < 0;
  const from = answered < 0 ? undefined : mine ? waiting[0] : said[answered];
  return { mine, since: from?.at ?? engaged.accepted_at, unread };
}

function isMessage(event: Numbered): event is Message {
  return event.type === "message";
}

/** Who waits for me comes first, the longest wait at the top; who is silent comes last. */
export function inOrder(state: State): Engaged[] {
  const turns = (state.desk?.engagements ?? []).map((engaged) => ({ engaged, turn: turnOf(state, engaged) }));
  const silent = ({ engaged }: { engaged: Engaged }) => Number(engaged.dormant_since !== null);
  turns.sort((one, other) => silent(one) - silent(other) || Number(other.turn.mine) - Number(one.turn.mine) || Date.parse(one.turn.since) - Date.parse(other.turn.since));
  return turns.map(({ engaged }) => engaged);
}

export function unreadCount(state: State): number {
  return (state.desk?.engagements ?? []).reduce((sum, engaged) => sum + turnOf(state, engaged).unread, 0);
}

/** Seats she may have if she says so: a stand-by's ring, or one a colleague holds out to her. */
export function questionsOfShifts({ desk, now_ms }: State): number {
  return (desk?.shift_news ?? []).filter(({ kind, until }) => (kind === "ring" || kind === "held_out") && Date.parse(until) > now_ms).length;
}

/** The newest packet, and the notes, oldest first. */
export function packetOf(state: State, conversation: string): HandOff | null {
  const events = state.streams[conversation]?.desk.events ?? [];
  return events.findLast((event): event is HandOff => event.type === "hand_off") ?? null;
}

export function notesOf(state: State, conversation: string): Note[] {
  return (state.streams[conversation]?.desk.events ?? []).filter((event): event is Note => event.type === "note");
}

/** The talk in two: what was said before a person was asked for (last), and what came since. */
export function halves(talk: Talk): [readonly Numbered[], readonly Numbered[]] {
  const asked = talk.events.findLastIndex((event): event is Changed => event.type === "changed" && event.change === "asked");
  return asked < 0 ? [[], talk.events] : [talk.events.slice(0, asked), talk.events.slice(asked)];
}

const CALM_MS = 1_500;

/** A link that is back within a moment is not worth a word. */
export function isTroubled({ link, broken_ms, now_ms }: State): boolean {
  if (link.kind === "closed" || link.kind === "offline") return true;
  return link.kind !== "open" && broken_ms !== null && now_ms - broken_ms >= CALM_MS;
}

/** offline, paused (by herself, or offline with chats going on), missed (paused by two unanswered offers), gone (taken
 *  offline because the connection was away), emergency (stopped at once), online, full. */
export type Presence = "offline" | "paused" | "missed" | "gone" | "emergency" | "online" | "full";

export function presenceOf(desk: Desk): Presence {
  const { pause_reason: reason } = desk;
  if (desk.willing) return desk.active >= desk.pace.places ? "full" : "online";
  if (reason === "missed" || reason === "gone" || reason === "emergency") return reason;
  return reason || desk.active > 0 ? "paused" : "offline";
}
