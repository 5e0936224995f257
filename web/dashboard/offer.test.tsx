import { render } from "preact";
import { act } from "preact/test-utils";
import { beforeEach, expect, test, vi } from "vitest";
import type { Desk, OfferCard } from "../protocol";
import { Offers } from "./offer";
import { routeOf } from "./route";
import { FIRST, type State } from "./state";
import type { Work } from "./work";

const now_ms = Date.now();
const inSeconds = (seconds: number) => new Date(now_ms + seconds * 1000).toISOString();

const card: OfferCard = {
  offer_id: "o1", brand: "Lindenpay", topic: "refunds", topic_name: "Refunds", language: "de", context: "The shop paid back 64.90 EUR.",
  waits_since: inSeconds(-60), offered_at: inSeconds(0), expires_at: inSeconds(12), seconds: 12, currency: "EUR", minimum_minor: 340, surge_minor: 0,
  pay: [{ kind: "per_chat", words: "2.90 EUR for the chat", amount_minor: 290 }], why: ["certified in Refunds"],
};

const ringing: State = { ...FIRST, now_ms, desk: { offer: card, offer_end: null, willing: true, active: 1, pace: { last_one: false } } as Desk };
let work: Work;

beforeEach(() => {
  document.body.innerHTML = '<textarea id="half"></textarea><div id="root"></div>';
  work = { accept: vi.fn(), decline: vi.fn(), settle: vi.fn(), giveReason: vi.fn(), goOnline: vi.fn() } as unknown as Work;
});

async function show(state: State): Promise<HTMLElement> {
  const root = document.getElementById("root")!;
  await act(() => render(<Offers state={state} work={work} />, root));
  return root;
}

test("an offer reads time, price, topic, facts, context, why, accept, decline", async () => {
  const words = (await show(ringing)).querySelector(".offer-main")!.textContent!;

  const order = ["seconds left", "At least 3.40", "Refunds", "Lindenpay", "German", "waits", "64.90 EUR", "Why you", "Accept", "Decline"];
  const places = order.map((part) => words.indexOf(part));

  expect(places).toEqual([...places].sort((one, other) => one - other));
  expect(places).not.toContain(-1);
});

test("an offer takes the focus, but never from a half-typed message", async () => {
  const field = document.getElementById("half")!;
  field.focus();
  await show(ringing);
  expect(document.activeElement).toBe(field);

  await show({ ...ringing, desk: { ...ringing.desk!, offer: null } });
  field.blur();
  await show(ringing);
  expect(document.activeElement).toBe(document.querySelector(".sheet"));
});

test("after her last one it says what becomes of it, where she is asked", async () => {
  const last = { ...ringing.desk!, pace: { ...ringing.desk!.pace, last_one: true } };

  expect((await show({ ...ringing, desk: last })).textContent).toContain("Nothing comes after it");
});

test("beside a chat there is no veil", async () => {
  expect((await show(ringing)).querySelector(".veil")).not.toBeNull();
  expect((await show({ ...ringing, route: routeOf("/agent/chats/c1") })).querySelector(".veil")).toBeNull();
});

test("accept and decline act at once", async () => {
  const [accept, decline] = (await show(ringing)).querySelectorAll<HTMLElement>(".offer-acts button");

  accept!.click();
  decline!.click();

  expect(work.accept).toHaveBeenCalledOnce();
  expect(work.decline).toHaveBeenCalledOnce();
});

test("a declined offer asks for a reason afterwards, with nothing chosen, and one tap gives it", async () => {
  const desk = { offer: null, offer_end: { offer_id: "o1", state: "declined", at: inSeconds(0) }, willing: true } as unknown as Desk;
  const root = await show({ ...ringing, desk });

  expect(root.querySelector("[aria-checked='true'], :checked")).toBeNull();
  root.querySelectorAll<HTMLElement>(".is-start")[0]!.click();
  expect(work.giveReason).toHaveBeenCalledWith("o1", "break");
});

test("an expired offer leaves no mark, and says so", async () => {
  const desk = { offer: null, offer_end: { offer_id: "o1", state: "expired", at: inSeconds(0) }, willing: false, pause_reason: "missed" } as unknown as Desk;
  const root = await show({ ...ringing, desk });

  expect(root.textContent).toContain("Taken by time, no mark against you");
  root.querySelector<HTMLElement>(".is-primary")!.click();
  expect(work.settle).toHaveBeenCalledWith("o1");
  expect(work.goOnline).toHaveBeenCalledOnce();
});
