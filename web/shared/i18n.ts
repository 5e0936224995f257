// Every visible sentence stands in a catalogue; `translator` makes the `t` that looks it up.

/** A sentence with {places}, or one per plural form of {n}. */
export type Entry = string | Partial<Record<Intl.LDMLPluralRule, string>>;
export type Params = Record<string, string | number>;
export type Translate<Key extends string> = (key: Key, params?: Params) => string;

const RTL = new Set(["ar", "fa", "he", "ur", "ps", "yi"]);

export function languageOf(locale: string): string {
  return locale.toLowerCase().split("-")[0] ?? "en";
}

export function directionOf(locale: string): "ltr" | "rtl" {
  return RTL.has(languageOf(locale)) ? "rtl" : "ltr";
}

/** The first of the wanted locales whose language is offered, else the fallback. */
export function choose(wanted: readonly string[], offered: readonly string[], fallback: string): string {
  return wanted.find((locale) => offered.includes(languageOf(locale))) ?? fallback;
}

/** Sentences missing in `local` come from `base`. Names and numbers are isolated in right-to-left text. */
export function translator<Key extends string>(
  base: Partial<Record<Key, Entry>>,
  local: Partial<Record<Key, Entry>> | null,
  locale: string,
): Translate<Key> {
  const isolate = directionOf(locale) === "rtl" ? (text: string) => `\u2068${text}\u2069` : (text: string) => text;
  const numbers = new Intl.NumberFormat(locale);
  const say = (value: string | number | undefined) => isolate(typeof value === "number" ? numbers.format(value) : (value ?? ""));
  return (key, params = {}) => {
    const own = local?.[key];
    const sentence = form(own ?? base[key] ?? "", Number(params["n"] ?? 0), own === undefined ? "en" : locale);
    return sentence.replace(/\{(\w+)\}/g, (_, name: string) => say(params[name]));
  };
}

function form(entry: Entry, n: number, locale: string): string {
  if (typeof entry === "string") return entry;
  return entry[new Intl.PluralRules(locale).select(n)] ?? entry.other ?? "";
}

/** "English, Hindi" from language codes, in the reader's language. */
export function languageNames(codes: readonly string[], locale: string): string {
  const names = new Intl.DisplayNames([locale], { type: "language" });
  return codes.map((code) => named(names, code)).join(directionOf(locale) === "rtl" ? "، " : ", ");
}

function named(names: Intl.DisplayNames, code: string): string {
  try {
    return names.of(code) ?? code;
  } catch {
    return code;
  }
}
