// What the drawings and sentences are made of: pure, from the server's half hours.
import type { Half, Goal } from "./api";

/** The half hours worth drawing: from the first with anything in it to the last, an hour around them, else all. */
export function shownHalves(halves: readonly Half[]): readonly Half[] {
  const busy = halves.flatMap((half, at) => (half.high >= 0.5 || half.planned || half.needed ? [at] : []));
  const [first, last] = [busy[0], busy[busy.length - 1]];
  if (first === undefined || last === undefined) return halves;
  return halves.slice(Math.max(0, first - 2), Math.min(halves.length, last + 3));
}

export interface Hole {
  from: string;
  /** The beginning of the half hour that ends it. */
  last: string;
  short: number;
}

/** Unbroken stretches in which seats are missing, with the most that are. */
export function holesOf(halves: readonly Half[]): Hole[] {
  const found: Hole[] = [];
  let open: Hole | null = null;
  for (const half of halves) {
    if (!half.short) open = null;
    else if (open) Object.assign(open, { last: half.at, short: Math.max(open.short, half.short) });
    else found.push((open = { from: half.at, last: half.at, short: half.short }));
  }
  return found;
}

/** A round number at or above `most`, and the ticks up to it. */
export function scaleOf(most: number): { top: number; ticks: number[] } {
  const rough = Math.max(1, most) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(1, [1, 2, 2.5, 5, 10].map((n) => n * power).find((n) => n >= rough) ?? rough);
  const count = Math.max(1, Math.ceil(most / step));
  return { top: count * step, ticks: Array.from({ length: count + 1 }, (_, n) => n * step) };
}

/** Every n-th half hour gets its time written: at most about eight of them, on full hours. */
export function labelledOf(halves: readonly Half[], most = 8): Set<number> {
  const every = [2, 4, 6, 8, 12].find((n) => halves.length / n <= most) ?? 12;
  const full = halves.findIndex((half) => new Date(half.at).getUTCMinutes() === 0);
  return new Set(halves.flatMap((_, at) => ((at - Math.max(0, full)) % every === 0 ? [at] : [])));
}

/** Another day, so many later. */
export function shiftedDay(day: string, days: number): string {
  const moment = new Date(`${day}T00:00:00Z`);
  moment.setUTCDate(moment.getUTCDate() + days);
  return moment.toISOString().slice(0, 10);
}

/** Today by a zone's clock. */
export function todayIn(zone: string, now: Date): string {
  return new Intl.DateTimeFormat("en-CA", { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit" }).format(now);
}

/** A goal as the server takes it; null while what is written is none. */
export function goalOf(share: string, seconds: string): Goal | null {
  const [of, within] = [Number(share) / 100, Number(seconds)];
  const fits = share.trim() !== "" && seconds.trim() !== "" && of >= 0 && of <= 0.99 && within >= 0 && within <= 3600;
  return fits ? { share: of, seconds: within } : null;
}

/** Minor units of what somebody wrote, "12.50" or "12,50"; null where it is no sum. */
export function centsOf(written: string): number | null {
  const found = /^\s*(\d{1,7})(?:[.,](\d{1,2}))?\s*$/.exec(written);
  return found ? Number(found[1]) * 100 + Number((found[2] ?? "").padEnd(2, "0")) : null;
}

/** Minutes of the day of "14:30". */
export function minuteOf(written: string): number {
  const [hours, minutes] = written.split(":").map(Number);
  return (hours ?? 0) * 60 + (minutes ?? 0);
}
