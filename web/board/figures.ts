// Numbers made of the picture: the waiting table, levels of waiting, alerts, shares. Pure.
import type { Board, BoardAgent, BoardHealth, BoardLanguage, BoardMoney, BoardRow } from "../protocol";
import { secondsSince } from "../shared/time";

export const COLUMNS = 6;
export const ROWS = 6;
export const OTHER = "";

/** 0 in time, 1 up to a minute, 2 up to two, 3: someone must act. */
export type Level = 0 | 1 | 2 | 3;

export function levelOf(seconds: number): Level {
  if (seconds < 20) return 0;
  if (seconds < 60) return 1;
  return seconds < 120 ? 2 : 3;
}

/** The columns from now on: those shown before stay; new topics join; topics without anybody go when room is short.
 *  One column is kept free for the rest then. */
export function topicsOf(before: readonly string[], rows: readonly BoardRow[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const row of rows) counts.set(row.topic_name, (counts.get(row.topic_name) ?? 0) + row.waiting);
  const fresh = [...counts.keys()].filter((topic) => !before.includes(topic));
  const all = [...before, ...fresh];
  const kept = all.length <= COLUMNS ? all : mostWaited(all, counts, before).slice(0, COLUMNS - 1);
  const sorted = [...kept].sort((a, b) => a.localeCompare(b));
  return sorted.join("\n") === before.join("\n") ? before : sorted;
}

function mostWaited(topics: readonly string[], counts: Map<string, number>, before: readonly string[]): string[] {
  const rank = (topic: string) => (counts.get(topic) ?? 0) * 2 + (before.includes(topic) ? 1 : 0);
  return [...topics].sort((a, b) => rank(b) - rank(a) || a.localeCompare(b));
}

export interface Cell {
  waiting: number;
  oldest_since: string;
}

export interface GridRow {
  /** A language code, or OTHER for all that have no row of their own. */
  language: string;
  cells: (Cell | null)[];
  sum: Cell | null;
  /** Places free for it; null for OTHER, where agents with several languages would count several times. */
  free: number | null;
}

export interface Grid {
  columns: string[];
  rows: GridRow[];
  totals: (Cell | null)[];
  sum: Cell | null;
  /** Wait in groups that the picture left out. */
  beyond: number;
}

/** The waiting table: languages down, topics across. The longest waits keep their rows; the rest is one row "others". */
export function gridOf(board: Board, topics: readonly string[]): Grid {
  const hidden = board.waiting.some((row) => !topics.includes(row.topic_name));
  const columns = hidden ? [...topics, OTHER] : [...topics];
  const codes = languagesOf(board);
  const shown = shownOf(codes);
  const rows = shown.length < codes.length ? [...shown, OTHER] : shown;
  const freeOf = (code: string) => (code === OTHER ? null : (board.languages.find((one) => one.language === code)?.free ?? 0));
  return {
    columns,
    rows: rows.map((language) => {
      const mine = board.waiting.filter((row) => placeOf(row, shown) === language);
      return { language, cells: columns.map((topic) => together(mine.filter(within(topics, topic)))), sum: together(mine), free: freeOf(language) };
    }),
    totals: columns.map((topic) => together(board.waiting.filter(within(topics, topic)))),
    sum: together(board.waiting),
    beyond: board.waiting_total - sum(board.waiting.map((row) => row.waiting)),
  };
}

/** A cell of the waiting table: a language's row, a topic's column; OTHER for what has none of its own. */
export interface Place {
  language: string;
  topic: string;
}

/** The groups that a cell of the table stands for. */
export function groupsAt(board: Board, topics: readonly string[], at: Place): BoardRow[] {
  const shown = shownOf(languagesOf(board));
  return board.waiting.filter((row) => placeOf(row, shown) === at.language && within(topics, at.topic)(row));
}

const shownOf = (codes: string[]) => (codes.length > ROWS ? codes.slice(0, ROWS - 1) : codes);
const placeOf = (row: BoardRow, shown: readonly string[]) => (shown.includes(row.language) ? row.language : OTHER);
const within = (topics: readonly string[], topic: string) => (row: BoardRow) => (topic === OTHER ? !topics.includes(row.topic_name) : row.topic_name === topic);

/** Languages in which somebody waits, the longest wait first; then those that are served, most places first. */
function languagesOf(board: Board): string[] {
  return [...new Set([...board.waiting.map((row) => row.language), ...board.languages.map((one) => one.language)])];
}

function together(rows: readonly BoardRow[]): Cell | null {
  if (!rows.length) return null;
  const oldest_since = rows.map((row) => row.oldest_since).reduce((a, b) => (Date.parse(a) <= Date.parse(b) ? a : b));
  return { waiting: sum(rows.map((row) => row.waiting)), oldest_since };
}

export type Alert =
  | { kind: "waiting"; language: string; topic: string; waiting: number; seconds: number; speakers: BoardLanguage | null }
  | { kind: "lost"; agents: BoardAgent[]; chats: number }
  | { kind: "health"; health: BoardHealth };

/** What needs somebody, the worst first: waits over two minutes, chats of agents without a link, parts that are unwell. */
export function alertsOf(board: Board, now_ms: number): Alert[] {
  const lost = board.agents.filter((agent) => agent.state === "no_link" && agent.active > 0);
  return [
    ...longWaits(board, now_ms),
    ...(lost.length ? [{ kind: "lost" as const, agents: lost, chats: sum(lost.map((agent) => agent.active)) }] : []),
    ...board.health.filter((health) => !health.well).map((health) => ({ kind: "health" as const, health })),
  ];
}

/** One alert per language and topic, whatever the brand. */
function longWaits(board: Board, now_ms: number): Alert[] {
  const groups = new Map<string, BoardRow[]>();
  for (const row of board.waiting) {
    const key = `${row.language}\n${row.topic_name}`;
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return [...groups.values()].flatMap((rows): Alert[] => {
    const [first] = rows;
    const cell = together(rows);
    if (!first || !cell) return [];
    const seconds = secondsSince(cell.oldest_since, now_ms);
    if (levelOf(seconds) < 3) return [];
    const speakers = board.languages.find((one) => one.language === first.language) ?? null;
    return [{ kind: "waiting", language: first.language, topic: first.topic_name, waiting: cell.waiting, seconds, speakers }];
  });
}

/** 0.82 of 41 and 50; null where there is no whole. */
export function shareOf(part: number, whole: number): number | null {
  return whole > 0 ? part / whole : null;
}

/** Against the target of 80 to 90 %: low, good, or above. */
export function serviceFit(share: number): "low" | "good" | "high" {
  return share < 0.8 ? "low" : share <= 0.9 ? "good" : "high";
}

/** Against the target of 65 to 80 %: below, within, above, full. Above, a person who asks waits; below, people idle. */
export function occupancyFit(share: number): "low" | "good" | "high" | "full" {
  if (share >= 1) return "full";
  return share < 0.65 ? "low" : share <= 0.8 ? "good" : "high";
}

export const STATES = ["free", "ringing", "room", "full", "finishing", "paused", "no_link"] as const;

/** Each state with its number of agents, in the order in which the bar shows them; only those that occur. States that
 *  a newer server invents stand at the end. */
export function statesOf(states: Record<string, number>): [state: string, agents: number][] {
  const known: readonly string[] = STATES;
  const names = [...known, ...Object.keys(states).filter((state) => !known.includes(state))];
  return names.flatMap((state): [string, number][] => (states[state] ? [[state, states[state]]] : []));
}

/** Total per currency, the largest first. Amounts of different currencies are never added. */
export function totalsOf(accrued: readonly BoardMoney[]): { minor: number; currency: string }[] {
  const totals = new Map<string, number>();
  for (const { minor, currency } of accrued) totals.set(currency, (totals.get(currency) ?? 0) + minor);
  return [...totals].map(([currency, minor]) => ({ minor, currency })).sort((a, b) => b.minor - a.minor);
}

/** The first `most` rows, or one fewer and the rest as one. */
export function foldMoney(accrued: readonly BoardMoney[], most: number, name: string): BoardMoney[] {
  if (accrued.length <= most) return [...accrued];
  const kept = accrued.slice(0, most - 1);
  return [...kept, ...totalsOf(accrued.slice(most - 1)).map((total) => ({ brand: name, ...total }))];
}

/** Runs of points that stand next to each other, so that an empty quarter is a gap and not a slope. */
export function runsOf(series: readonly (number | null)[]): { at: number; share: number }[][] {
  const runs: { at: number; share: number }[][] = [[]];
  series.forEach((share, at) => {
    if (share === null) runs.push([]);
    else runs[runs.length - 1]?.push({ at, share });
  });
  return runs.filter((run) => run.length > 0);
}

/** The foot of the axis in tens of percent: 70, or lower where the line goes lower. */
export function footOf(series: readonly (number | null)[]): number {
  const lowest = Math.min(0.7, ...series.filter((share) => share !== null));
  return Math.max(0, Math.floor(lowest * 10) / 10);
}

export function sum(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0);
}
