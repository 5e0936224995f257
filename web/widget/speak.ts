// The panel's language: chosen by the customer, else that of the page, else of the browser.
import { choose, directionOf, languageOf, translator, type Entry, type Translate } from "../shared/i18n";
import { keep, recall } from "../shared/storage";
import { en, type Key } from "./words/en";

type Words = Record<Key, Entry>;

const others: Record<string, () => Promise<{ words: Words }>> = {
  de: () => import("./words/de"),
  ar: () => import("./words/ar"),
};
export const LANGUAGES = ["en", ...Object.keys(others)];
const CHOSEN = "beckon:language";
const english: Partial<Words> = { ...en };

/** Where dates and numbers are written too. */
export let locale = "en";
export let t: Translate<Key> = translator(english, null, locale);

/** The page's language comes before the browser's: the panel belongs to the page. */
export function wanted(page: string): string {
  return choose([recall(CHOSEN, ""), page, ...navigator.languages], LANGUAGES, "en");
}

/** Afterwards `t` and `locale` speak it. A catalogue that cannot be loaded leaves English. */
export async function speak(next: string): Promise<void> {
  const language = languageOf(next);
  const local = await others[language]?.().catch(() => null);
  locale = local || language === "en" ? next : "en";
  t = translator(english, local?.words ?? null, locale);
  document.documentElement.lang = locale;
  document.documentElement.dir = directionOf(locale);
}

/** English sentences that came after the first second. */
export function learn(words: Partial<Words>): void {
  Object.assign(english, words);
}

export function remember(language: string): void {
  keep(CHOSEN, language);
}
