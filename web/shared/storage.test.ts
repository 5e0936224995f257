import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Outbox } from "./outbox";
import { keep, recall } from "./storage";

const SHARED = localStorage;
const OWN = sessionStorage;
const refuses = (): never => {
  throw new DOMException("full", "QuotaExceededError");
};

/** The same storage, but for some of its doings. */
const but = (storage: Storage, changed: Record<string, unknown>): Storage =>
  new Proxy(storage, {
    get: (target, name: string) => {
      const own: unknown = changed[name] ?? Reflect.get(target, name);
      return typeof own === "function" ? own.bind(target) : own;
    },
    ...("ownKeys" in changed ? { ownKeys: () => [] } : {}),
  });

/** It gives and takes away, but holds no more than it has. */
const full = (storage: Storage) => but(storage, { setItem: refuses });

function fill(): void {
  vi.stubGlobal("localStorage", full(SHARED));
  vi.stubGlobal("sessionStorage", full(OWN));
}

/** As another process's tab sees it a moment long: not yet what this one wrote. */
const unaware = (storage: Storage) => but(storage, { getItem: () => null, ownKeys: true });

/** The page is loaded again: what lived in its memory is gone. */
async function reloaded(): Promise<typeof import("./storage")> {
  vi.resetModules();
  return import("./storage");
}

beforeEach(() => {
  localStorage.clear();
  sessionStorage.clear();
});

afterEach(() => {
  vi.unstubAllGlobals();
  keep("key", null);
  new Outbox("box", () => undefined).clear();
});

test("what is kept is recalled, and null forgets it", () => {
  keep("key", { a: 1 });
  expect(recall("key", null)).toEqual({ a: 1 });
  keep("key", null);

  expect(recall("key", "otherwise")).toBe("otherwise");
});

test("where the storage is full, the newest value counts, not the last one that fitted", () => {
  keep("key", "old");
  fill();

  keep("key", "new");
  expect(recall("key", "")).toBe("new");
  keep("key", null);
  expect(recall("key", "nothing")).toBe("nothing");
  keep("key", "newer");
  vi.unstubAllGlobals();
  keep("key", "fits again");
  localStorage.setItem("key", '"of another tab"');

  expect(recall("key", "")).toBe("of another tab");
});

test("a full storage forgets no message, and a message that went is not kept for ever", () => {
  const outbox = new Outbox("box", () => undefined);
  const first = outbox.add("talk", "one");
  fill();

  outbox.add("talk", "two");
  const third = outbox.add("talk", "three");
  expect(outbox.items.map(({ text }) => text)).toEqual(["one", "two", "three"]);
  for (const { client_id } of [first, third]) outbox.remove(client_id);

  expect(new Outbox("box", () => undefined).items.map(({ text }) => text)).toEqual(["two"]);
});

test("two tabs that write in the same moment lose no line of either, and the second sees the first's", () => {
  const first = new Outbox("box", () => undefined);
  first.add("talk", "from the first tab");
  vi.stubGlobal("localStorage", unaware(SHARED));
  new Outbox("box", () => undefined).add("talk", "from the second");
  vi.unstubAllGlobals();

  const texts = ({ items }: Outbox) => items.map(({ text }) => text).sort();
  expect(texts(first)).toEqual(["from the first tab"]);
  dispatchEvent(new StorageEvent("storage", { key: `box:${first.items[0]!.at}` }));
  expect(texts(first)).toEqual(["from the first tab", "from the second"]);
});

test("what is written within one millisecond stays in its order", () => {
  vi.useFakeTimers({ now: 1_000_000 });
  const outbox = new Outbox("box", () => undefined);

  const lines = Array.from({ length: 20 }, (_, n) => `line ${n}`);
  for (const line of lines) outbox.add("talk", line);
  vi.useRealTimers();

  expect(new Outbox("box", () => undefined).items.map(({ text }) => text)).toEqual(lines);
});

test("where the shared storage is full, a reload finds who the customer is and what she wrote", async () => {
  keep("key", "token of before");
  vi.stubGlobal("localStorage", full(SHARED));

  keep("key", "token of now");

  const page = await reloaded();
  expect(page.recall("key", "")).toBe("token of now");
  vi.unstubAllGlobals();
  page.keep("key", "token of later");
  expect([localStorage.getItem("key"), sessionStorage.getItem("key")]).toEqual(['"token of later"', null]);
});

test("where storage is forbidden, the page keeps what it has as long as it lives", () => {
  const forbidden = { getItem: refuses, setItem: refuses, removeItem: refuses };
  vi.stubGlobal("localStorage", forbidden);
  vi.stubGlobal("sessionStorage", forbidden);

  expect(recall("key", "otherwise")).toBe("otherwise");
  keep("key", "kept");
  expect(recall("key", "")).toBe("kept");
  keep("key", null);
  expect(recall("key", "otherwise")).toBe("otherwise");
});

test("what cannot be read counts as nothing", () => {
  localStorage.setItem("key", "{half");

  expect(recall("key", "otherwise")).toBe("otherwise");
});
