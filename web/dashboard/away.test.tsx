import { render } from "preact";
import { act } from "preact/test-utils";
import { expect, test, vi } from "vitest";
import type { ComponentChild } from "preact";
import type { Desk, Engaged, Pace } from "../protocol";
import { Chats } from "./chats";
import { Home } from "./home";
import { routeOf } from "./route";
import { FIRST, type State } from "./state";
import type { Work } from "./work";

const CHAT = "5b0f6c1e-9d5c-4a58-8c7e-0f7a1d1f2a11";
const now_ms = Date.now();
const at = (seconds: number) => new Date(now_ms + seconds * 1000).toISOString();

const maja: Engaged = {
  engagement_id: "e1", conversation: CHAT, brand: "Lumo", customer_name: "Maja", topic: "refunds", topic_name: "Refunds", language: "en",
  accepted_at: at(-60), customer_away_since: null, dormant_since: null, currency: "EUR", pay: [],
};
const PACE: Pace = {
  places: 2, capacity_most: 5, last_one: false, one_more: false, reserve: false, ring_seconds: null, ring_usual: 12, ring_longest: 60,
  auto_accept: false, in_paid_shift: false, stopped_at: null,
};
const desk: Desk = {
  type: "desk", version: 1, agent_id: "dana", name: "Dana", state: "approved", willing: true, pause_reason: "", capacity: 2, active: 0, pace: PACE,
  online_since: null, offer: null, offer_end: null, engagements: [], demand: [], earned_today_minor: 0, chats_today: 0, currency: "EUR", questions: [], shift_news: [], hindrance: "", at: at(0),
};
const open: State = { ...FIRST, now_ms, desk, link: { ...FIRST.link, kind: "open" }, broken_ms: null };
const work = { goOnline: vi.fn(), goOffline: vi.fn() } as unknown as Work;

async function show(face: ComponentChild): Promise<HTMLElement> {
  document.body.innerHTML = '<div id="root"></div>';
  const root = document.getElementById("root")!;
  await act(() => render(face, root));
  return root;
}

test("who was taken offline reads why, and one tap brings her back", async () => {
  const root = await show(<Home state={{ ...open, desk: { ...desk, willing: false, pause_reason: "gone" } }} work={work} />);

  expect(root.textContent).toContain("Your connection was away for more than half a minute");
  expect(root.textContent).toContain("no mark against you");
  const tap = root.querySelector<HTMLButtonElement>("[role=switch]")!;
  expect(tap.textContent).toContain("Come back online");
  tap.click();
  expect(work.goOnline).toHaveBeenCalledOnce();
});

test("an agent sees that her customer is gone, beside the chat and in it, and that she is not blamed", async () => {
  const away = { ...desk, active: 1, engagements: [{ ...maja, customer_away_since: at(-20) }] };

  const beside = await show(<Chats state={{ ...open, desk: away, route: routeOf("/agent/chats") }} work={work} />);
  expect(beside.textContent).toContain("No connection");

  const within = await show(<Chats state={{ ...open, desk: away, route: routeOf(`/agent/chats/${CHAT}`) }} work={work} />);
  expect(within.textContent).toContain("Maja’s connection is gone since");
  expect(within.textContent).toContain("you are paid and free");

  const here = await show(<Chats state={{ ...open, desk: { ...away, engagements: [maja] }, route: routeOf(`/agent/chats/${CHAT}`) }} work={work} />);
  expect(here.textContent).not.toContain("connection is gone");
});

test("a chat that was lost and may come back shows what waits for it, and until when", async () => {
  const unsent = [{ client_id: "c1", conversation: CHAT, text: "The refund is on its way.", at: at(0), refused: "You are not part of this conversation.", code: "forbidden" }];
  const lost: State = { ...open, desk, over: [maja], kept: { [CHAT]: now_ms + 300_000 }, unsent, drafts: { [`talk:${CHAT}`]: "It takes two d" }, route: routeOf(`/agent/chats/${CHAT}`) };

  const root = await show(<Chats state={lost} work={work} />);
  expect(root.textContent).toContain("may come back to you");
  expect([...root.querySelectorAll(".is-unsent .said-box")].map((box) => box.textContent)).toEqual(["The refund is on its way.", "It takes two d"]);
  expect(root.textContent).toContain("Not sent yet");
  expect(root.textContent).not.toContain("You are not part");

  const over = await show(<Chats state={{ ...lost, kept: {} }} work={work} />);
  expect(over.textContent).toContain("The chat with Maja is over");
  expect(over.querySelector(".is-unsent")).toBeNull();
});
