// Money is integer minor units beside a currency; only here does it become text.

/** "€3.40" in the reader's own way of writing it. */
export function money(minor: number, currency: string, locale: string): string {
  const format = new Intl.NumberFormat(locale, { style: "currency", currency });
  const digits = format.resolvedOptions().maximumFractionDigits ?? 2;
  return format.format(minor / 10 ** digits);
}

/** "3.40 EUR": number and code, for cards on which the currency must be spelt out. */
export function moneyWithCode(minor: number, currency: string, locale: string): string {
  const digits = new Intl.NumberFormat(locale, { style: "currency", currency }).resolvedOptions().maximumFractionDigits ?? 2;
  const number = new Intl.NumberFormat(locale, { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return `${number.format(minor / 10 ** digits)} ${currency}`;
}
