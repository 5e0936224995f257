// Clock times, ages and waits in the reader's own words and digits. "Now" is the server's: a phone's clock may be wrong.

let ahead_ms = 0;

/** The server said that it is `iso` now. */
export function setServerTime(iso: string): void {
  ahead_ms = Date.parse(iso) - Date.now();
}

/** Milliseconds since 1970, by the server's clock. */
export function serverNow(): number {
  return Date.now() + ahead_ms;
}

/** Whole seconds since `iso`, never below zero. */
export function secondsSince(iso: string, now_ms = serverNow()): number {
  return Math.max(0, Math.floor((now_ms - Date.parse(iso)) / 1000));
}

/** Whole seconds until `iso`, rounded up, never below zero. */
export function secondsUntil(iso: string, now_ms = serverNow()): number {
  return Math.max(0, Math.ceil((Date.parse(iso) - now_ms) / 1000));
}

const CLOCK = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" } as const;

export function clockTime(iso: string, locale: string): string {
  return new Intl.DateTimeFormat(locale, CLOCK).format(new Date(iso));
}

export function dayAndTime(iso: string, locale: string): string {
  return new Intl.DateTimeFormat(locale, { day: "numeric", month: "short", ...CLOCK }).format(new Date(iso));
}

export function shortDate(iso: string, locale: string): string {
  return new Intl.DateTimeFormat(locale, { day: "numeric", month: "short", year: "numeric" }).format(new Date(iso));
}

/** "14:06", or "20 Nov, 14:06" when that was not today. */
export function timeOrDay(iso: string, locale: string, now_ms = serverNow()): string {
  const sameDay = new Date(iso).toDateString() === new Date(now_ms).toDateString();
  return sameDay ? clockTime(iso, locale) : dayAndTime(iso, locale);
}

/** "20 s", "3 min", "2 hr": one unit, rounded down. */
export function duration(seconds: number, locale: string): string {
  const [value, unit] = seconds < 60 ? [seconds, "second"] : seconds < 3600 ? [seconds / 60, "minute"] : [seconds / 3600, "hour"];
  return inUnit(locale, unit as "second").format(Math.floor(value as number));
}

/** A likely wait, "1–3 min": in whole minutes that hold all of it, at least one; for one number, give it twice. */
export function waitRange(low_s: number, high_s: number, locale: string): string {
  const high = Math.max(1, Math.ceil(high_s / 60));
  const low = low_s === high_s ? high : Math.max(1, Math.floor(low_s / 60));
  const format = inUnit(locale, "minute");
  return low === high ? format.format(low) : format.formatRange(low, high);
}

/** "5:02" or "1:05:02", for something that is running. */
export function stopwatch(seconds: number): string {
  const two = (value: number) => String(value).padStart(2, "0");
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  return hours ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

function inUnit(locale: string, unit: "second" | "minute" | "hour"): Intl.NumberFormat {
  return new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay: "short" });
}
