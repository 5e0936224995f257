// The planning board's words. English is the one language yet; times are the brand's, dates and numbers the reader's.
import { choose, directionOf, languageNames, translator, type Translate } from "../shared/i18n";
import { money } from "../shared/money";
import { en, type Key } from "./words/en";

export const locale = choose(navigator.languages, ["en"], "en-GB");
export const direction = directionOf(locale);
export const t: Translate<Key> = translator<Key>(en, null, locale);

/** "German" */
export const languageName = (code: string): string => languageNames([code], locale);

/** "78 %" of a share between 0 and 1. */
export const percent = (share: number): string => t("share", { n: Math.round(share * 100) });

/** "1,234.50 EUR" */
export const cost = (minor: number, currency: string): string => money(minor, currency, locale);

const numbers = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 });
export const amount = (value: number): string => numbers.format(value);

/** "14:30" by the brand's clock. */
export const time = (iso: string, zone: string): string =>
  new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: zone }).format(new Date(iso));

/** "Wed, 25 Nov" of a day without a clock. */
export function dayName(day: string, style: "short" | "long" = "short"): string {
  return new Intl.DateTimeFormat(locale, { weekday: style, day: "numeric", month: style === "long" ? "long" : "short", timeZone: "UTC" }).format(new Date(`${day}T00:00:00Z`));
}
