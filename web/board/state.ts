// What the board knows: the newest picture, and how the link stands. Pure: no clock, no DOM.
import type { Board, ToOperator } from "../protocol";
import type { LinkState } from "../shared/socket";
import { topicsOf } from "./figures";

export const STALE_MS = 5_000;

export interface State {
  board: Board | null;
  /** The columns of the waiting table. They stay while there is room, so that numbers do not jump about. */
  topics: readonly string[];
  link: LinkState;
}

export const begin: State = {
  board: null,
  topics: [],
  link: { kind: "connecting", retry_at: null, failed: 0, code: "", words: "" },
};

export function hear(state: State, frame: ToOperator): State {
  switch (frame.type) {
    case "board":
      return older(frame, state.board) ? state : { ...state, board: frame, topics: topicsOf(state.topics, frame.waiting) };
    case "welcome":
    case "refused":
    case "pong":
    case "bye":
      return state;
    default:
      return frame satisfies never;
  }
}

export function linked(state: State, link: LinkState): State {
  return { ...state, link };
}

function older(frame: Board, shown: Board | null): boolean {
  return shown !== null && Date.parse(frame.at) < Date.parse(shown.at);
}

/** How old the picture is; 0 where a clock that was set anew would make it younger than nothing. */
export function ageMs(board: Board, now_ms: number): number {
  return Math.max(0, now_ms - Date.parse(board.at));
}

export function isStale(board: Board, now_ms: number): boolean {
  return ageMs(board, now_ms) > STALE_MS;
}

/** The moment that running ages are counted to: now, or the picture's own moment once it is stale. An old picture must
 *  not claim that people wait on. */
export function countedTo(board: Board, now_ms: number): number {
  return isStale(board, now_ms) ? Date.parse(board.at) : Math.max(now_ms, Date.parse(board.at));
}
