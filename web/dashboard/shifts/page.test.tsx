// The page of shifts as a person meets it: a refusal stands where she wished, an undo takes it back, and without a
// connection what was last seen is shown and nothing can be pressed.
import { render } from "preact";
import { act } from "preact/test-utils";
import { beforeEach, expect, test, vi } from "vitest";
import { FIRST, type State } from "../state";
import type { Work } from "../work";
import { Page } from "./page";

const NOW = Date.parse("2026-11-24T12:00:00Z");
vi.useFakeTimers({ toFake: ["Date"], now: NOW });
const at = (hours: number) => new Date(NOW + hours * 3_600_000).toISOString();
const SHIFT = {
  id: "s1", brand: "Lumo", topic: "refunds", topic_name: "Refunds", language: "en", rate_cents: 1250, currency: "EUR", begins_at: at(1), ends_at: at(4),
  seats: 2, free: 1, wishes_until: at(0.5), wish: null as unknown, seat: null, waiting: false, place: null, why_not: "",
};
const TERMS = { timezone: "UTC", week_minutes_most: null, wish_by_hours: false, stand_by: true, remind_minutes: 60, feed: null, week: [], days: [] };
const asked: string[] = [];
let shift: typeof SHIFT;
let answer: (path: string, method: string) => [status: number, body: unknown];

vi.stubGlobal("fetch", async (path: string, request: { method?: string } = {}) => {
  const method = request.method ?? "GET";
  asked.push(`${method} ${path.split("?")[0]}`);
  const [status, body] = answer(path, method);
  if (status === 0) throw new TypeError("no network");
  return { ok: status < 400, status, text: async () => JSON.stringify(body) };
});

const usual: typeof answer = (path) => [200, path.includes("shift-terms") ? TERMS : { shifts: [shift], seats: [], swaps: [] }];
const work = { attempt: async (_: string, go: () => Promise<void>) => (await go(), true), go: vi.fn() } as unknown as Work;
const state = (kind: "open" | "offline" = "open"): State => ({ ...FIRST, now_ms: NOW, route: { screen: "shifts", at: "" }, me: { agent: { id: "dana", state: "approved" } } as State["me"], link: { ...FIRST.link, kind }, broken_ms: null });
const settle = () => act(async () => new Promise<void>((done) => setTimeout(done, 5)));

async function show(now: State = state()): Promise<HTMLElement> {
  const root = document.getElementById("root") as HTMLElement;
  await act(() => render(<Page state={now} work={work} />, root));
  await settle();
  return root;
}

const button = (root: HTMLElement, words: string) => [...root.querySelectorAll("button")].find((one) => (one.getAttribute("aria-label") ?? one.textContent ?? "").startsWith(words));

async function press(root: HTMLElement, words: string): Promise<void> {
  await act(async () => button(root, words)?.click());
  await settle();
}

beforeEach(() => {
  document.body.innerHTML = '<div id="root"></div>';
  document.cookie = "csrftoken=x";
  shift = { ...SHIFT };
  answer = usual;
  asked.length = 0;
});

test("a refusal stands beside the shift that she wished for, in the server's sentence", async () => {
  const root = await show();
  answer = (path, method) => (method === "POST" ? [409, { code: "skill", detail: "It asks for what you are not certified for yet: refunds." }] : usual(path, method));

  await press(root, "Wish for");

  expect(root.querySelector(".shift [role=alert]")?.textContent).toContain("not certified for yet: refunds");
});

test("a wish can be undone where it was made", async () => {
  const root = await show();
  answer = (path, method) => {
    if (method !== "GET") shift = { ...SHIFT, wish: method === "POST" ? { state: "open", strength: 2, reason: "", sentence: "" } : null };
    return method === "GET" ? usual(path, method) : [200, {}];
  };

  await press(root, "Wish for");
  expect(root.querySelector(".shift.is-wished")?.textContent).toContain("Your wish is noted.");
  await press(root, "Undo");

  expect(root.querySelector(".shift.is-wished")).toBeNull();
  expect(asked).toContain("DELETE /api/v1/agent/shifts/s1/claim");
});

test("without a connection what was last seen is shown with its age, and nothing can be pressed", async () => {
  await show();
  document.body.innerHTML = '<div id="root"></div>';
  answer = () => [0, null];

  const root = await show(state("offline"));

  expect(root.textContent).toContain("As last seen");
  expect(root.querySelectorAll(".shift")).toHaveLength(1);
  expect(button(root, "Wish for")?.disabled).toBe(true);
});

test("once the connection is back, so is the week", async () => {
  answer = () => [0, null];
  const root = await show(state("offline"));
  answer = usual;
  await show(state());

  expect(root.textContent).not.toContain("As last seen");
  expect(button(root, "Wish for")?.disabled).toBe(false);
});

test("where nothing was seen before, the failure is said and can be tried again", async () => {
  localStorage.clear();
  answer = () => [0, null];
  const root = await show({ ...state(), me: { agent: { id: "new", state: "approved" } } as State["me"] });
  expect(root.querySelector(".main [role=alert]")?.textContent).toContain("did not answer");

  answer = usual;
  await press(root, "Try now");

  expect(root.querySelectorAll(".shift")).toHaveLength(1);
});

test("a shift in full says until when, and what stands against it", async () => {
  shift = { ...SHIFT, wishes_until: null as never, why_not: "You have 8 h on that day, and 8 h is the limit." };

  const root = await show({ ...state(), route: { screen: "shifts", at: "s1" } });

  expect(root.querySelector(".shift-detail")?.textContent).toContain("Why not: You have 8 h on that day");
});
