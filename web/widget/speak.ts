// The panel's language: chosen by the customer, else that of the page, else of the browser.
import { choose, directionOf, translator, type Translate } from "../shared/i18n";
import { keep, recall } from "../shared/storage";
import { en, type Key } from "./words/en";

export const LANGUAGES = ["en", "de", "ar"];
const CHOSEN = "beckon:language";
const others: Record<string, () => Promise<{ words: typeof en | Record<Key, (typeof en)[Key] | object> }>> = {
  de: () => import("./words/de"),
  ar: () => import("./words/ar"),
};

/** Where dates and numbers are written too. */
export let locale = "en";
export let t: Translate<Key> = translator(en, null, "en");

/** The page's language comes before the browser's: the panel belongs to the page. */
export function wanted(page: string): string {
  const chosen = recall<string | null>(CHOSEN, null);
  return choose([...(chosen ? [chosen] : []), ...(page ? [page] : []), ...navigator.languages], LANGUAGES, "en");
}

/** Afterwards `t` and `locale` speak it. A catalogue that cannot be loaded leaves English. */
export async function speak(next: string): Promise<void> {
  const language = next.split("-")[0] ?? "en";
  const local = await others[language]?.().catch(() => null);
  locale = local || language === "en" ? next : "en";
  t = translator(en, (local?.words as typeof en | undefined) ?? null, locale);
  document.documentElement.lang = locale;
  document.documentElement.dir = directionOf(locale);
}

export function remember(language: string): void {
  keep(CHOSEN, language);
}
