// What the server says was earned, and a live estimate by the same rules while a chat is still going on.
import type { Engaged } from "../protocol";
import { call } from "../shared/http";
import type { Talk } from "../shared/talk";

export interface Total {
  currency: string;
  amount_cents: number;
  words: string;
  chats: number;
  tips_cents: number;
}

export interface PaidLine {
  id: string;
  currency: string;
  kind: string;
  amount_cents: number;
  words: string;
  source: string;
  dispute: "" | "open" | "granted" | "refused";
  answer_by: string | null;
  decision: string;
}

export interface PaidChat {
  engagement_id: string;
  topic: string;
  brand: string;
  outcome: string;
  accepted_at: string;
  ended_at: string;
  active_seconds: number;
  currency: string;
  amount_cents: number;
  words: string;
  plan_version: number;
  lines: PaidLine[];
}

export interface Earnings {
  since: string;
  until: string;
  totals: Total[];
  days: (Total & { day: string })[];
  balances: { currency: string; amount_cents: number; seq: number }[];
  per_hour: { currency: string; amount_cents: number; online_seconds: number }[];
  engagements: PaidChat[];
  older_until: string | null;
}

export interface PastChat {
  engagement_id: string;
  state: "live" | "resolved" | "transferred" | "lost" | "left";
  outcome: string;
  ended_at: string | null;
}

export const DAY_MS = 86_400_000;

/** Local midnight of the day that lies `days` before the one of `now_ms`. */
export function midnight(now_ms: number, days = 0): Date {
  const day = new Date(now_ms);
  return new Date(day.getFullYear(), day.getMonth(), day.getDate() - days);
}

export function earned(since: Date, until: Date): Promise<Earnings> {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const query = new URLSearchParams({ since: since.toISOString(), until: until.toISOString(), ...(zone ? { zone } : {}) });
  return call<Earnings>(`/api/v1/agent/earnings?${query}`);
}

export const receipt = (engagement: string) => call<PaidChat>(`/api/v1/agent/earnings/${engagement}`);
export const disputeLine = (line: string, words: string) => call<void>("/api/v1/agent/disputes", { method: "POST", body: { line, words } });
export const pastChats = () => call<PastChat[]>("/api/v1/agent/chats");

const SILENCE_MS = 120_000;

/** Seconds from accept to `now_ms`, less every stretch over 120 s in which neither side wrote. */
export function activeSeconds(talk: Talk | undefined, accepted_at: string, now_ms: number): number {
  const start = Date.parse(accepted_at);
  const wrote = (talk?.events ?? []).filter((event) => event.type === "message").map((event) => Date.parse(event.at));
  const marks = [start, ...wrote.filter((at) => at >= start && at <= now_ms), Math.max(start, now_ms)];
  const stretches = marks.slice(1).map((at, before) => at - (marks[before] ?? at));
  const active_ms = stretches.filter((stretch) => stretch <= SILENCE_MS).reduce((sum, stretch) => sum + stretch, 0);
  return Math.floor(active_ms / 1000);
}

/** The lines that closing now would bring, in minor units; the receipt counts exactly. */
export function estimate(engaged: Engaged, active_s: number): { kind: string; words: string; minor: number }[] {
  return engaged.pay.map(({ kind, words, amount_minor }) => ({
    kind,
    words,
    minor: kind === "per_minute" ? Math.round((amount_minor * active_s) / 60) : amount_minor,
  }));
}

export const together = (lines: readonly { minor: number }[]): number => lines.reduce((sum, line) => sum + line.minor, 0);
