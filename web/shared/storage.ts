// localStorage that never throws: where the browser forbids it, things live as long as the page does.

/** What could not be written, as JSON: newer than what the storages hold. */
const memory = new Map<string, string>();

export function recall<T>(key: string, otherwise: T): T {
  try {
    const text = memory.get(key) ?? sessionStorage.getItem(key) ?? localStorage.getItem(key);
    return (JSON.parse(text ?? "null") as T | null) ?? otherwise;
  } catch {
    return otherwise;
  }
}

/** Afterwards `recall(key)` gives `value`; null forgets it. Where the shared storage is full, the tab's own serves its
 *  reloads, until the shared one takes this key again. */
export function keep(key: string, value: unknown): void {
  const text = JSON.stringify(value);
  memory.set(key, text);
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, text);
    sessionStorage.removeItem(key);
    memory.delete(key);
  } catch {
    try {
      sessionStorage.setItem(key, text);
    } catch {
      // Full or forbidden: the copy in memory serves this page.
    }
  }
}

/** Nothing lives in this page's memory alone. */
export const survivesReload = () => !memory.size;

/** The keys that begin with `key` and a colon, sorted; some may have been forgotten: `recall` tells. */
export function keysUnder(key: string): string[] {
  let found: object = Object.fromEntries(memory);
  try {
    found = { ...localStorage, ...sessionStorage, ...found };
  } catch {
    // Forbidden: there is what this page remembers.
  }
  return Object.keys(found)
    .filter((one) => one.startsWith(`${key}:`))
    .sort();
}

/** Calls back when another tab changed `key`, or one under it. Returns how to stop. */
export function watch(key: string, changed: () => void): () => void {
  const listen = (event: StorageEvent) => {
    if (event.key === null || event.key === key || event.key.startsWith(`${key}:`)) changed();
  };
  addEventListener("storage", listen);
  return () => removeEventListener("storage", listen);
}
