// The dashboard's words. English is the one language yet; dates and numbers follow the reader's kind of English.
import { choose, translator, type Translate } from "../shared/i18n";
import { moneyWithCode } from "../shared/money";
import { en, type Key } from "./words/en";

export const locale = choose(navigator.languages, ["en"], "en-GB");
export const t: Translate<Key> = translator<Key>(en, null, locale);

/** "3.40 EUR", kept on one line. */
export const amount = (minor: number, currency: string): string => moneyWithCode(minor, currency, locale).replace(" ", "\u00a0");

/** "12 min 30 s", "1 h 05 min": what a receipt counts in. */
export function span(seconds: number): string {
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const two = (value: number) => String(value).padStart(2, "0");
  if (hours) return t("span_h", { h: hours, m: two(minutes) });
  return minutes ? t("span_min", { m: minutes, s: two(seconds % 60) }) : t("span_s", { s: seconds });
}

/** "Sat" */
export function weekday(iso: string): string {
  return new Intl.DateTimeFormat(locale, { weekday: "short" }).format(new Date(iso));
}

/** "Sat 22 Nov" of a moment, or of a day written 2026-11-22. */
export function day(iso: string): string {
  const date = iso.length === 10 ? new Date(`${iso}T12:00:00`) : new Date(iso);
  return new Intl.DateTimeFormat(locale, { weekday: "short", day: "numeric", month: "short" }).format(date);
}
