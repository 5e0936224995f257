import { render } from "preact";
import { act } from "preact/test-utils";
import { expect, test, vi } from "vitest";
import type { Desk, Engaged, Pace as Wishes } from "../protocol";
import { Chats } from "./chats";
import { Home } from "./home";
import { routeOf } from "./route";
import { Settings } from "./settings";
import { FIRST, inOrder, presenceOf, type State } from "./state";
import type { Work } from "./work";

const now_ms = Date.now();
const at = (seconds: number) => new Date(now_ms + seconds * 1000).toISOString();
const [MAJA, TOM] = ["5b0f6c1e-9d5c-4a58-8c7e-0f7a1d1f2a11", "0a8e4d53-3f0e-4c50-a7b1-0e4a3d2b1c22"] as const;
const USUAL: Wishes = {
  places: 2, capacity_most: 5, last_one: false, one_more: false, reserve: false, ring_seconds: null, ring_usual: 12, ring_longest: 60,
  auto_accept: false, in_paid_shift: false, stopped_at: null,
};

function desk(more: Partial<Desk> = {}, pace: Partial<Wishes> = {}): Desk {
  return {
    type: "desk", version: 1, agent_id: "dana", name: "Dana", state: "approved", willing: true, pause_reason: "", capacity: 2, active: 0,
    pace: { ...USUAL, ...pace }, online_since: null, offer: null, offer_end: null, engagements: [], demand: [], earned_today_minor: 0, chats_today: 0,
    currency: "EUR", questions: [], shift_news: [], hindrance: "", at: at(0), ...more,
  };
}

const engaged = (conversation: string, name: string, dormant_since: string | null = null): Engaged => ({
  engagement_id: `of-${conversation}`, conversation, brand: "Lumo", customer_name: name, topic: "refunds", topic_name: "Refunds", language: "en",
  accepted_at: at(-900), customer_away_since: null, dormant_since, currency: "EUR", pay: [],
});

const work = { goOnline: vi.fn(), pause: vi.fn(), wish: vi.fn(), stopNow: vi.fn(), ringFor: vi.fn(), setCapacity: vi.fn() };
const state = (desk: Desk, path = "/agent/"): State => ({ ...FIRST, now_ms, desk, route: routeOf(path), link: { ...FIRST.link, kind: "open" }, broken_ms: null });

async function home(desk: Desk): Promise<HTMLElement> {
  document.body.innerHTML = '<div id="root"></div>';
  const root = document.getElementById("root")!;
  await act(() => render(<Home state={state(desk)} work={work as unknown as Work} />, root));
  return root;
}

vi.stubGlobal("fetch", () => new Promise(() => undefined)); // Settings ask for topics and languages: not looked at here.

const button = (root: HTMLElement, words: string) => [...root.querySelectorAll("button")].find((one) => one.textContent?.trim() === words);

test("each wish is one tap, and says by word and shape whether it is on", async () => {
  const root = await home(desk({}, { reserve: true }));

  button(root, "Pause")!.click();
  button(root, "Last one")!.click();
  button(root, "Reserve")!.click();
  button(root, "Stop everything now")!.click();

  expect(work.pause).toHaveBeenCalledWith();
  expect(work.wish.mock.calls).toEqual([["last_one", true], ["reserve", false]]);
  expect(work.stopNow).toHaveBeenCalledWith(false);
  expect(button(root, "Reserve")!.getAttribute("aria-pressed")).toBe("true");
  expect(root.textContent).toContain("only if nobody else is free");
});

test("last one says what becomes of the one that rings", async () => {
  const offer = { offer_id: "o1" } as Desk["offer"];
  const last = { last_one: true };

  expect((await home(desk({ active: 1 }, last))).textContent).toContain("No more offers.");
  expect((await home(desk({ active: 1, offer }, last))).textContent).toContain("You may still take the one that rings. Nothing comes after it");
  expect((await home(desk({ active: 0, offer }, last))).textContent).toContain("If you take the one that rings, it is your last one.");
});

test("one more is offered to who is full, and to nobody else", async () => {
  expect(button(await home(desk({ active: 1 })), "One more, please")).toBeUndefined();
  expect(button(await home(desk({ active: 3 })), "One more, please")).toBeUndefined();
  expect(button(await home(desk({ active: 2 })), "One more, please")).toBeDefined();
});

test("the reason of a pause is asked afterwards, and one tap ends the pause", async () => {
  const root = await home(desk({ willing: false, pause_reason: "break" }));

  button(root, "Something does not work")!.click();
  root.querySelector<HTMLButtonElement>("[role=switch]")!.click();

  expect(work.pause).toHaveBeenLastCalledWith("technical");
  expect(work.goOnline).toHaveBeenCalledOnce();
  expect(button(root, "A break")!.getAttribute("aria-pressed")).toBe("true");
});

test("after the emergency tap chats are handed on only when she says so", async () => {
  const root = await home(desk({ willing: false, pause_reason: "emergency", active: 1, engagements: [engaged(MAJA, "Maja")] }));

  expect(root.textContent).toContain("no mark against you");
  button(root, "Hand my chat to a colleague")!.click();

  expect(work.stopNow).toHaveBeenLastCalledWith(true);
  expect(button(await home(desk({ willing: false, pause_reason: "emergency" })), "Hand my chat to a colleague")).toBeUndefined();
});

test("a silent chat stands last, says so, and takes no place", async () => {
  const shown = state(desk({ active: 1, engagements: [engaged(MAJA, "Maja", at(-60)), engaged(TOM, "Tom")] }), "/agent/chats");
  document.body.innerHTML = '<div id="root"></div>';
  const root = document.getElementById("root")!;
  await act(() => render(<Chats state={shown} work={work as unknown as Work} />, root));

  expect(inOrder(shown).map((one) => one.customer_name)).toEqual(["Tom", "Maja"]);
  expect(root.textContent).toContain("1 of 2");
  expect(root.textContent).toContain("Silent, your place is free");
});

test("settings offer what she is certified for and rings from the usual to the longest", async () => {
  const shown = { ...state(desk({}, { capacity_most: 3, ring_seconds: 30 }), "/agent/settings"), me: { agent: { languages: [], skills: [] }, email: "" } } as unknown as State;
  document.body.innerHTML = '<div id="root"></div>';
  const root = document.getElementById("root")!;
  await act(() => render(<Settings state={shown} work={work as unknown as Work} />, root));

  const words = (name: string) => [...root.querySelectorAll<HTMLInputElement>(`input[name=${name}]`)].map((one) => one.parentElement!.textContent);
  expect(words("capacity")).toEqual(["1", "2", "3"]);
  expect(words("ring")).toEqual(["12 s", "20 s", "30 s", "45 s", "60 s"]);
  const ring = [...root.querySelectorAll<HTMLInputElement>("input[name=ring]")];
  expect(ring.map((one) => one.checked)).toEqual([false, false, true, false, false]);
  ring[0]!.dispatchEvent(new Event("change", { bubbles: true }));
  expect(work.ringFor).toHaveBeenCalledWith(null);
});

test("paused, stopped and full are told apart", () => {
  expect(presenceOf(desk({ willing: false, pause_reason: "errand" }))).toBe("paused");
  expect(presenceOf(desk({ willing: false, pause_reason: "emergency" }))).toBe("emergency");
  expect(presenceOf(desk({ active: 2 }, { places: 3 }))).toBe("online");
  expect(presenceOf(desk({ active: 1 }, { places: 1 }))).toBe("full");
});
