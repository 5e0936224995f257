// The agent's shifts as the server tells them, what she can do, and how a week of them is put together.
import { call } from "../../shared/http";
import { wall } from "./zone";

export interface Wish {
  state: "open" | "granted" | "refused" | "withdrawn";
  strength: number;
  reason: string;
  sentence: string;
}

interface Block {
  brand: string;
  topic: string;
  topic_name: string;
  language: string;
  begins_at: string;
  ends_at: string;
  rate_cents: number;
  currency: string;
}

export interface Shift extends Block {
  id: string;
  seats: number;
  free: number;
  wishes_until: string | null;
  wish: Wish | null;
  seat: string | null;
  waiting: boolean;
  place: number | null;
  why_not: string;
}

export interface Seat extends Block {
  id: string;
  shift: string;
  state: "confirmed" | "present" | "over" | "given_back" | "swapped" | "missed" | "called_off";
  late: boolean;
  absent_seconds: number | null;
  settled_at: string | null;
  give_back_until: string;
  pass_until: string;
}

export interface Swap {
  id: string;
  own: boolean;
  from: string;
  to: string | null;
  to_me: boolean;
  wanted: string | null;
  wanted_begins_at: string | null;
  wanted_ends_at: string | null;
  wanted_brand: string;
  why_not: string;
  seat: Seat;
}

export interface Week {
  shifts: Shift[];
  seats: Seat[];
  swaps: Swap[];
}

/** The seat she is in, or her next one, and the clock to tell it by. */
export interface NextShift {
  seat: (Block & { shift: string }) | null;
  timezone: string;
}

export interface Part {
  begins: number;
  ends: number;
}

export interface Terms {
  timezone: string;
  week_minutes_most: number | null;
  wish_by_hours: boolean;
  stand_by: boolean;
  remind_minutes: number;
  feed: string | null;
  week: (Part & { weekday: number })[];
  days: { day: string; begins: number | null; ends: number | null }[];
}

export interface Change extends Partial<Pick<Terms, "timezone" | "week_minutes_most" | "wish_by_hours" | "stand_by" | "remind_minutes" | "week">> {
  days?: { day: string; hours: Part[] | null }[];
}

const API = "/api/v1/agent";
const iso = (at_ms: number) => new Date(at_ms).toISOString();

export const shifts = (since_ms: number, until_ms: number) => call<Week>(`${API}/shifts?${new URLSearchParams({ since: iso(since_ms), until: iso(until_ms) })}`);
export const nextShift = () => call<NextShift>(`${API}/next-shift`);
export const terms = () => call<Terms>(`${API}/shift-terms`);
export const changeTerms = (body: Change) => call<Terms>(`${API}/shift-terms`, { method: "PATCH", body });
export const claim = (shift: string, strength = 2) => call<{ seat: Seat | null; wish: Wish | null }>(`${API}/shifts/${shift}/claim`, { method: "POST", body: { strength } });
export const unwish = (shift: string) => call<void>(`${API}/shifts/${shift}/claim`, { method: "DELETE" });
export const wait = (shift: string) => call<void>(`${API}/shifts/${shift}/waiting`, { method: "POST", body: {} });
export const unwait = (shift: string) => call<void>(`${API}/shifts/${shift}/waiting`, { method: "DELETE" });
export const giveBack = (seat: string) => call<Seat>(`${API}/seats/${seat}/give-back`, { method: "POST", body: {} });
export const colleagues = (seat: string) => call<{ id: string; name: string }[]>(`${API}/seats/${seat}/colleagues`);
export const holdOut = (seat: string, to: { colleague?: string; wanted?: string }) => call<void>(`${API}/seats/${seat}/swap`, { method: "POST", body: to });
export const takeOver = (swap: string) => call<Seat>(`${API}/swaps/${swap}`, { method: "POST", body: {} });
export const keepMine = (swap: string) => call<void>(`${API}/swaps/${swap}`, { method: "DELETE" });
export const fairness = () => call<{ own_minutes: number; middle_minutes: number | null }>(`${API}/shift-fairness`);
export const newFeed = () => call<{ address: string }>(`${API}/shift-feed`, { method: "POST", body: {} });
export const putAway = (news: string) => call<void>(`${API}/shift-news/${news}`, { method: "DELETE" });

/** How a shift stands for her. Hers: worked, missed, called_off, running, held_out, yours. Not hers: stand_by (under way,
 *  a seat free), offered (by a colleague), wished, gathering, waiting, refused, free, barred (why_not), full. */
export type Status =
  | "worked" | "missed" | "called_off" | "running" | "held_out" | "yours"
  | "stand_by" | "offered" | "wished" | "gathering" | "waiting" | "refused" | "free" | "barred" | "full";

export interface Card extends Block {
  id: string;
  status: Status;
  shift: Shift | null;
  seat: Seat | null;
  swap: Swap | null;
}

const MINE: readonly Status[] = ["worked", "missed", "called_off", "running", "held_out", "yours", "wished", "waiting"];
const TO_TAKE: readonly Status[] = ["stand_by", "offered", "gathering", "free", "wished"];

export type Shown = "all" | "mine" | "take";

export function filtered(cards: readonly Card[], shown: Shown): Card[] {
  const kept = shown === "mine" ? MINE : TO_TAKE;
  return cards.filter(({ status }) => shown === "all" || kept.includes(status));
}

/** Everything of these days that concerns her, in order of time. What is over counts only where she had a seat. */
export function cards(week: Week, now_ms: number): Card[] {
  const seats = new Map(week.seats.map((seat) => [seat.shift, seat]));
  const swaps = new Map(week.swaps.map((swap) => [swap.seat.shift, swap]));
  const listed = week.shifts.map((shift) => fromShift(shift, seats.get(shift.id) ?? null, swaps.get(shift.id) ?? null, now_ms));
  const known = new Set(week.shifts.map((shift) => shift.id));
  const alone = week.seats.filter((seat) => !known.has(seat.shift)).map((seat) => fromSeat(seat, now_ms));
  const found = [...listed, ...alone].filter((card): card is Card => card !== null);
  return found.sort((one, other) => Date.parse(one.begins_at) - Date.parse(other.begins_at) || one.id.localeCompare(other.id));
}

function fromShift(shift: Shift, seat: Seat | null, swap: Swap | null, now_ms: number): Card | null {
  const held = seat && shift.seat === seat.id ? seat : null;
  const status = held ? ofSeat(held, swap, now_ms) : (seat && ofLost(seat, now_ms)) || ofShift(shift, swap, now_ms);
  if (!status) return null;
  return { ...block(held ?? shift), id: shift.id, status, shift, seat: held ?? (status === "missed" ? seat : null), swap };
}

function fromSeat(seat: Seat, now_ms: number): Card | null {
  const gone = ["given_back", "swapped"].includes(seat.state);
  const status = seat.state === "called_off" || seat.state === "missed" ? seat.state : gone ? null : ofSeat(seat, null, now_ms);
  return status && { ...block(seat), id: seat.shift, status, shift: null, seat, swap: null };
}

/** A seat's own time: a stand-by's begins when she took it. */
const block = ({ brand, topic, topic_name, language, begins_at, ends_at, rate_cents, currency }: Block): Block =>
  ({ brand, topic, topic_name, language, begins_at, ends_at, rate_cents, currency });

function ofSeat(seat: Seat, swap: Swap | null, now_ms: number): Status {
  if (seat.state === "over" || Date.parse(seat.ends_at) <= now_ms) return "worked";
  if (Date.parse(seat.begins_at) <= now_ms) return "running";
  return swap?.own ? "held_out" : "yours";
}

/** A seat she missed is told while there is nothing else to do about its shift. */
function ofLost(seat: Seat, now_ms: number): Status | null {
  return seat.state === "missed" && Date.parse(seat.ends_at) <= now_ms ? "missed" : null;
}

function ofShift(shift: Shift, swap: Swap | null, now_ms: number): Status | null {
  if (Date.parse(shift.ends_at) <= now_ms) return null;
  if (Date.parse(shift.begins_at) <= now_ms) return shift.free > 0 && !shift.why_not ? "stand_by" : null;
  if (swap && !swap.own) return "offered";
  if (shift.wish?.state === "open") return "wished";
  if (shift.waiting) return "waiting";
  if (shift.wish?.state === "refused" && shift.free === 0) return "refused";
  if (shift.why_not) return "barred";
  if (shift.wishes_until) return "gathering";
  return shift.free > 0 ? "free" : "full";
}

/** Day of her clock on which each begins -> cards. */
export function byDay(found: readonly Card[], zone: string): Map<string, Card[]> {
  const days = new Map<string, Card[]>();
  for (const card of found) {
    const { day } = wall(Date.parse(card.begins_at), zone);
    days.set(day, [...(days.get(day) ?? []), card]);
  }
  return days;
}

const HELD: readonly Status[] = ["worked", "running", "held_out", "yours"];
export const minutes = (one: { begins_at: string; ends_at: string }): number => Math.round((Date.parse(one.ends_at) - Date.parse(one.begins_at)) / 60_000);

/** What she holds in these days: minutes in all, and the least pay of each currency. */
export function held(found: readonly Card[]): { minutes: number; least: { currency: string; minor: number }[] } {
  const mine = found.filter(({ status }) => HELD.includes(status));
  const sums = new Map<string, number>();
  for (const card of mine) sums.set(card.currency, (sums.get(card.currency) ?? 0) + Math.floor((card.rate_cents * minutes(card)) / 60));
  return { minutes: mine.reduce((sum, card) => sum + minutes(card), 0), least: [...sums].map(([currency, minor]) => ({ currency, minor })).filter(({ minor }) => minor > 0) };
}

/** When the next window of these shifts ends, or null. */
export function nextWindow(found: readonly Card[], now_ms: number): string | null {
  const ends = found.flatMap(({ shift }) => (shift?.wishes_until && Date.parse(shift.wishes_until) > now_ms ? [shift.wishes_until] : []));
  return ends.sort()[0] ?? null;
}

// --- hours of the week, as half hours of a grid ---

export const HALVES = 48;
/** By weekday, each half hour: would she work then? */
export type Grid = readonly (readonly boolean[])[];

/** A half hour counts where any of it is hers. */
export function gridOf(week: Terms["week"]): Grid {
  return Array.from({ length: 7 }, (_, weekday) => {
    const parts = week.filter((part) => part.weekday === weekday);
    return Array.from({ length: HALVES }, (_, half) => parts.some((part) => part.begins < (half + 1) * 30 && part.ends > half * 30));
  });
}

export function partsOf(day: readonly boolean[]): Part[] {
  const parts: Part[] = [];
  day.forEach((on, half) => {
    const last = parts.at(-1);
    if (!on) return;
    if (last?.ends === half * 30) last.ends += 30;
    else parts.push({ begins: half * 30, ends: half * 30 + 30 });
  });
  return parts;
}

export const weekOf = (grid: Grid): Terms["week"] => grid.flatMap((day, weekday) => partsOf(day).map((part) => ({ weekday, ...part })));

/** The grid with the half hours from one to the other, both included, of one day set. */
export function painted(grid: Grid, weekday: number, from: number, to: number, on: boolean): Grid {
  const [first, last] = from < to ? [from, to] : [to, from];
  return grid.map((day, at) => (at === weekday ? day.map((was, half) => (half >= first && half <= last ? on : was)) : day));
}

/** Days unlike the week: each with its parts, none of them where she does not work at all. */
export function unlike(days: Terms["days"]): { day: string; parts: Part[] }[] {
  const found = new Map<string, Part[]>();
  for (const { day, begins, ends } of days) found.set(day, [...(found.get(day) ?? []), ...(begins === null || ends === null ? [] : [{ begins, ends }])]);
  return [...found].sort().map(([day, parts]) => ({ day, parts }));
}
