// localStorage that never throws: where the browser forbids it, things live as long as the page does.

const memory = new Map<string, string>();

export function recall<T>(key: string, otherwise: T): T {
  try {
    const text = localStorage.getItem(key);
    return text === null ? otherwise : (JSON.parse(text) as T);
  } catch {
    const text = memory.get(key);
    return text === undefined ? otherwise : (JSON.parse(text) as T);
  }
}

/** Afterwards `recall(key)` gives `value`; null forgets it. */
export function keep(key: string, value: unknown): void {
  const text = JSON.stringify(value);
  memory.set(key, text);
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, text);
  } catch {
    // Full or forbidden: the copy in memory serves this page.
  }
}

/** Calls back when another tab changed `key`. Returns how to stop. */
export function watch(key: string, changed: () => void): () => void {
  const listen = (event: StorageEvent) => {
    if (event.key === key || event.key === null) changed();
  };
  addEventListener("storage", listen);
  return () => removeEventListener("storage", listen);
}
