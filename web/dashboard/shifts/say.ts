// Times and statuses of shifts in words, by the clock of the agent.
import { amount, locale } from "../speak";
import type { Card } from "./plan";
import { addDays, instant, lasts, wall } from "./zone";
import { s } from "./words";

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

const formats = new Map<string, Intl.DateTimeFormat>();

function said(at: string | number, zone: string, how: Intl.DateTimeFormatOptions): string {
  const key = zone + JSON.stringify(how);
  const format = formats.get(key) ?? new Intl.DateTimeFormat(locale, { ...how, timeZone: zone });
  formats.set(key, format);
  return format.format(typeof at === "number" ? at : Date.parse(at));
}

const CLOCK = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" } as const;

/** "16:30"; on a day on which clocks change with the name of the clock, since one time may come twice. */
export function clock(at: string | number, zone: string): string {
  const { day } = wall(typeof at === "number" ? at : Date.parse(at), zone);
  return said(at, zone, lasts(day, zone) === 1440 ? CLOCK : { ...CLOCK, timeZoneName: "short" });
}

/** "Tue 24 Nov" of an instant. */
export const dayOf = (at: string | number, zone: string): string => said(at, zone, { weekday: "short", day: "numeric", month: "short" });
/** "Wed 25 Nov, 05:00" */
export const moment = (at: string | number, zone: string): string => `${dayOf(at, zone)}, ${clock(at, zone)}`;

/** Noon of a day: an instant that is certainly within it. */
const noon = (day: string, zone: string): number => instant(day, 720, zone);
export const weekdayName = (day: string, zone: string, length: "short" | "long" = "short"): string => said(noon(day, zone), zone, { weekday: length });
export const dateNumber = (day: string, zone: string): string => said(noon(day, zone), zone, { day: "numeric" });
export const longDay = (day: string, zone: string): string => said(noon(day, zone), zone, { weekday: "long", day: "numeric", month: "long" });
/** Of a day like 2026-11-23, whatever the clock. */
export const plainDay = (day: string): string => said(`${day}T12:00:00Z`, "UTC", { weekday: "short", day: "numeric", month: "short", year: "numeric" });

/** "23 to 29 November" */
export function weekName(monday: string, zone: string): string {
  const sunday = addDays(monday, 6);
  const sameMonth = monday.slice(0, 7) === sunday.slice(0, 7);
  const from = said(noon(monday, zone), zone, sameMonth ? { day: "numeric" } : { day: "numeric", month: "short" });
  return s("week", { from, to: said(noon(sunday, zone), zone, { day: "numeric", month: sameMonth ? "long" : "short" }) });
}

/** "Tue 24 Nov, 16:00 to 19:00" */
export const when = (one: { begins_at: string; ends_at: string }, zone: string): string =>
  s("week", { from: moment(one.begins_at, zone), to: clock(one.ends_at, zone) });

/** "in 2 days", "in 12 minutes", in one unit, rounded down; "now" within the last minute. */
export function until(at: string, now_ms: number): string {
  const left_ms = Date.parse(at) - now_ms;
  const format = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
  if (left_ms >= 48 * HOUR_MS) return format.format(Math.floor(left_ms / (24 * HOUR_MS)), "day");
  if (left_ms >= 2 * HOUR_MS) return format.format(Math.floor(left_ms / HOUR_MS), "hour");
  return left_ms >= MINUTE_MS ? format.format(Math.floor(left_ms / MINUTE_MS), "minute") : format.format(0, "second");
}

/** "11 h 15 min", "45 min", "3 h" */
export function length(minutes: number): string {
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60];
  return [hours ? `${hours} h` : "", rest || !hours ? `${rest} min` : ""].filter(Boolean).join(" ");
}

/** "09:30" of minutes since midnight; 1440 is 24:00. */
export const clockMinutes = (minute: number): string => `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;

export const rate = ({ rate_cents, currency }: { rate_cents: number; currency: string }): string =>
  rate_cents ? s("per_hour", { rate: amount(rate_cents, currency) }) : s("no_guarantee");

const ORDINAL: Record<string, string> = { one: "st", two: "nd", few: "rd", other: "th" };
const ordinal = (n: number): string => `${n}${ORDINAL[new Intl.PluralRules("en", { type: "ordinal" }).select(n)] ?? "th"}`;

export function statusWords(card: Card): string {
  switch (card.status) {
    case "free":
      return s("st_free", { n: card.shift?.free ?? 0 });
    case "waiting":
      return s("st_waiting", { place: ordinal(card.shift?.place ?? 1) });
    case "offered":
      return s("st_offered", { name: card.swap?.from ?? "" });
    case "wished":
      return s(`strength_${(card.shift?.wish?.strength ?? 2) as 1 | 2 | 3}`);
    default:
      return s(`st_${card.status}`);
  }
}

/** Zone names as people write them: "Europe/Berlin" stays, with spaces. */
export const zoneName = (zone: string): string => zone.replaceAll("_", " ");
