// What the panel knows. `hear` folds the server's frames in; it touches nothing else.
import type { Numbered, Phase, Place, Status, ToCustomer } from "../protocol";
import type { Unsent } from "../shared/outbox";
import type { LinkState } from "../shared/socket";
import { emptyTalk, fold, type Talk } from "../shared/talk";
import type { Session } from "./session";

/** A rating the customer gave. It waits until the server has it. */
export interface Rating {
  engagement: string;
  name: string;
  score: number;
  solved: boolean | null;
  words: string;
  sent: boolean;
}

export interface State {
  session: Session | null;
  link: LinkState;
  /** The conversation shown. */
  current: string | null;
  talks: Readonly<Record<string, Talk>>;
  queue: Place | null;
  typing: { name: string; role: string; until_ms: number } | null;
  /** By conversation: how far a person has read. */
  read: Readonly<Record<string, number>>;
  unsent: readonly Unsent[];
  /** Was a snapshot (or the news that there is none) heard since the page was loaded? */
  known: boolean;
  view: "talk" | "handoff" | "later" | "menu" | "thanks";
  rating: Rating | null;
  /** The engagement whose rating the customer put off. */
  unrated: string | null;
  /** A request that failed, in words. */
  trouble: string;
  language: string;
  /** What stands in the composer. */
  draft: string;
  /** The button whose request is under way, "" for none. */
  busy: string;
  /** A question in the menu or the rating that waits for an answer. */
  asked: "" | "end" | "grade";
  /** The last number that was in sight when the reader scrolled up; null at the end. */
  left_at: number | null;
  /** Since when the link is not open; null while it is. */
  broken_ms: number | null;
  /** The server's time, moved on every second while something shown depends on it. */
  now_ms: number;
}

export const FIRST: State = {
  session: null,
  link: { kind: "connecting", retry_at: null, failed: 0, code: "", words: "" },
  current: null,
  talks: {},
  queue: null,
  typing: null,
  read: {},
  unsent: [],
  known: false,
  view: "talk",
  rating: null,
  unrated: null,
  trouble: "",
  language: "en",
  draft: "",
  busy: "",
  asked: "",
  left_at: null,
  broken_ms: 0,
  now_ms: 0,
};

const TYPING_MS = 6_000;

export function hear(before: State, frame: ToCustomer, now_ms: number): State {
  const state = { ...before, now_ms };
  switch (frame.type) {
    case "welcome":
      return { ...state, current: frame.conversation ?? state.current, known: state.known || !frame.conversation };
    case "reset":
      return frame.stream === "talk" ? settled(moved(folded(state, frame), frame.conversation)) : state;
    case "message":
    case "answer":
    case "changed":
    case "hand_off":
    case "note":
      return settled(folded({ ...state, typing: silenced(state, frame) }, frame));
    case "left": {
      const { [frame.conversation]: _, ...talks } = state.talks;
      return { ...state, talks, current: state.current === frame.conversation ? null : state.current };
    }
    case "queue":
      return frame.conversation === state.current ? { ...state, queue: frame.place } : state;
    case "typing":
      if (frame.conversation !== state.current || frame.author.role === "customer") return state;
      return { ...state, typing: { name: frame.author.name, role: frame.author.role, until_ms: now_ms + TYPING_MS } };
    case "seen":
      return frame.role === "agent" ? { ...state, read: { ...state.read, [frame.conversation]: Math.max(frame.seq, state.read[frame.conversation] ?? 0) } } : state;
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

/** A conversation that another tab began takes the place of none, or of an ended one. */
function moved(state: State, conversation: string): State {
  const shown = state.current ? state.talks[state.current] : undefined;
  const replace = !shown || (shown.conversation !== conversation && shown.status?.phase === "ended");
  return { ...state, known: true, current: replace ? conversation : state.current };
}

function folded(state: State, frame: Parameters<typeof fold>[1]): State {
  const talk = state.talks[frame.conversation] ?? emptyTalk(frame.conversation);
  return { ...state, talks: { ...state.talks, [frame.conversation]: fold(talk, frame) } };
}

/** What a new status ends: the place in line, typing. */
function settled(state: State): State {
  const phase = phaseOf(state);
  return {
    ...state,
    queue: phase === "queue" || phase === "away" ? state.queue : null,
    typing: phase === "ended" ? null : state.typing,
    view: state.view === "handoff" && phase !== "assistant" && phase !== "ended" ? "talk" : state.view,
  };
}

function silenced(state: State, frame: Numbered): State["typing"] {
  return frame.author.role === state.typing?.role ? null : state.typing;
}

export function talkOf(state: State): Talk | null {
  return (state.current && state.talks[state.current]) || null;
}

export function statusOf(state: State): Status | null {
  return talkOf(state)?.status ?? null;
}

export function phaseOf(state: State): Phase {
  return statusOf(state)?.phase ?? "assistant";
}

/** The person here, or the last one who was. */
export function personOf(talk: Talk | null): string {
  const last = talk?.events.findLast((event) => event.author.role === "agent");
  return talk?.status?.person?.name ?? last?.author.name ?? "";
}

/** Is it time to show the rating page? */
export function toRate(state: State): string | null {
  const due = statusOf(state)?.to_rate ?? null;
  return due && due !== state.rating?.engagement && due !== state.unrated ? due : null;
}

/** Events from the other side after number `seen`. */
export function unread(state: State, seen: number): Numbered[] {
  const events = talkOf(state)?.events ?? [];
  return events.filter((event) => event.seq > seen && (event.type === "answer" || (event.type === "message" && event.author.role === "agent")));
}

const LOOKING_MS = 15_000;

/** Has the customer asked something that the assistant is about to answer? */
export function isLooking(state: State): boolean {
  const last = talkOf(state)?.events.at(-1);
  const phase = phaseOf(state);
  const asked = last?.type === "message" && last.author.role === "customer" && (phase === "assistant" || phase === "queue");
  return asked && state.link.kind === "open" && state.now_ms - Date.parse(last.at) < LOOKING_MS;
}

const CALM_MS = 1_500;

/** A link that is back within a moment is not worth a word. */
export function isTroubled({ link, broken_ms, now_ms }: State): boolean {
  if (link.kind === "closed" || link.kind === "offline") return true;
  return link.kind !== "open" && broken_ms !== null && now_ms - broken_ms >= CALM_MS;
}

/** Does anything shown change by time alone? */
export function isTicking(state: State): boolean {
  return state.link.kind !== "open" || state.queue !== null || state.typing !== null || isLooking(state);
}
