// Days and times by the clock of a place: which instant a day begins at, and what the clock there shows. Right also on
// days on which clocks change, which are shorter or longer than 24 hours.

export interface Wall {
  /** 2026-11-23 */
  day: string;
  /** Minutes since midnight as the clock shows them. */
  minute: number;
}

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const formats = new Map<string, Intl.DateTimeFormat>();

function format(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known) return known;
  const numeric = "2-digit" as const;
  const made = new Intl.DateTimeFormat("en-CA", { timeZone: zone, year: "numeric", month: numeric, day: numeric, hour: numeric, minute: numeric, hourCycle: "h23" });
  formats.set(zone, made);
  return made;
}

/** What the clock of the place shows at this instant. */
export function wall(at_ms: number, zone: string): Wall {
  const found = Object.fromEntries(format(zone).formatToParts(at_ms).map(({ type, value }) => [type, value]));
  return { day: `${found["year"]}-${found["month"]}-${found["day"]}`, minute: Number(found["hour"]) * 60 + Number(found["minute"]) };
}

/** The instant at which the clock there shows this: the first of two where clocks go back, and where the time is skipped,
 *  as long after midnight as if it were not. */
export function instant(day: string, minute: number, zone: string): number {
  const shown_ms = Date.parse(`${day}T00:00:00Z`) + minute * MINUTE_MS;
  const guesses = [shown_ms - DAY_MS, shown_ms + DAY_MS].map((near) => shown_ms - ahead(near, zone));
  const right = guesses.filter((guess) => ahead(guess, zone) === shown_ms - guess);
  return right.length ? Math.min(...right) : Math.max(...guesses);
}

/** By how much the clock there is ahead of UTC, in ms. */
function ahead(at_ms: number, zone: string): number {
  const { day, minute } = wall(at_ms, zone);
  const whole = Math.floor(at_ms / MINUTE_MS) * MINUTE_MS;
  return Date.parse(`${day}T00:00:00Z`) + minute * MINUTE_MS - whole;
}

export function addDays(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}

/** 0 is Monday. */
export function weekdayOf(day: string): number {
  return (new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7;
}

export function mondayOf(day: string): string {
  return addDays(day, -weekdayOf(day));
}

export function weekFrom(monday: string): string[] {
  return Array.from({ length: 7 }, (_, at) => addDays(monday, at));
}

/** Minutes that the day lasts there: 1440, unless clocks change. */
export function lasts(day: string, zone: string): number {
  return Math.round((instant(addDays(day, 1), 0, zone) - instant(day, 0, zone)) / MINUTE_MS);
}
