// The board's words. English is the one language yet; dates and numbers follow the reader's kind of English.
import { choose, languageNames, translator, type Translate } from "../shared/i18n";
import { stopwatch } from "../shared/time";
import { en, type Key } from "./words/en";

export const locale = choose(navigator.languages, ["en"], "en-GB");
export const t: Translate<Key> = translator<Key>(en, null, locale);

/** "German" */
export const languageName = (code: string): string => languageNames([code], locale);

/** "78 %" of a share between 0 and 1. */
export const percent = (share: number): string => t("share", { n: Math.round(share * 100) });

/** "1 min 42 s", "2 h 05 min": an age in a sentence. */
export function span(seconds: number): string {
  const whole = Math.floor(seconds);
  if (whole < 60) return `${whole} s`;
  const two = (value: number) => String(value).padStart(2, "0");
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${two(Math.floor(whole / 60) % 60)} min`;
}

/** "1:04", "12 m", "3 h": an age in a small cell. */
export function shortAge(seconds: number): string {
  if (seconds < 600) return stopwatch(seconds);
  return seconds < 3600 ? t("minutes", { n: Math.floor(seconds / 60) }) : t("hours", { n: Math.floor(seconds / 3600) });
}

/** A sentence whose key is made of a code that a newer server may know and we do not: then the code itself. */
export function named(prefix: "state" | "reason" | "decline" | "room", code: string, params: Record<string, number> = {}): string {
  return t(`${prefix}_${code}` as Key, params) || [code.replaceAll("_", " "), ...Object.values(params)].join(" ");
}
