// Opening hours in the reader's words: "Mon–Fri 08:00–20:00".

const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const MONDAY = Date.UTC(2024, 0, 1);
const DAY_MS = 86_400_000;

/** One line per run of days with the same hours; none where the brand is always open. */
export function hoursLines(hours: Record<string, [string, string]>, locale: string): string[] {
  const runs: { from: number; to: number; times: string }[] = [];
  DAYS.forEach((day, at) => {
    const times = hours[day]?.join("–");
    const last = runs.at(-1);
    if (!times) return;
    if (last && last.to === at - 1 && last.times === times) last.to = at;
    else runs.push({ from: at, to: at, times });
  });
  return runs.map(({ from, to, times }) => `${dayNames(from, to, locale)} ${times}`);
}

function dayNames(from: number, to: number, locale: string): string {
  const format = new Intl.DateTimeFormat(locale, { weekday: "short", timeZone: "UTC" });
  const name = (day: number) => format.format(MONDAY + day * DAY_MS);
  return from === to ? name(from) : `${name(from)}–${name(to)}`;
}
