import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Desk, Engaged, OfferCard, ToAgent } from "../protocol";
import { kinds, settle, TALK, WELCOME, Wire, wire } from "../shared/played";
import { earlier } from "./earlier";
import { Work, type Ending } from "./work";

const NOON = Date.parse("2026-11-20T12:00:00Z");
const at = (seconds: number) => new Date(NOON + seconds * 1000).toISOString();

const pace: Desk["pace"] = {
  places: 2, capacity_most: 5, last_one: false, one_more: false, reserve: false, ring_seconds: null, ring_usual: 12, ring_longest: 60,
  auto_accept: false, in_paid_shift: false, stopped_at: null,
};
const maja: Engaged = {
  engagement_id: "first", conversation: TALK, brand: "Lumo", customer_name: "Maja", topic: "refunds", topic_name: "Refunds", language: "en",
  accepted_at: at(-60), customer_away_since: null, dormant_since: null, currency: "EUR", pay: [],
};
const card: OfferCard = {
  offer_id: "o1", brand: "Lumo", topic: "refunds", topic_name: "Refunds", language: "en", context: "", waits_since: at(-60), offered_at: at(0),
  expires_at: at(12), seconds: 12, currency: "EUR", minimum_minor: 340, surge_minor: 0, pay: [], why: [],
};
const ending: Ending = { outcome: "solved", note: "", tags: [] };

function desk(offer: OfferCard | null = null): ToAgent {
  return {
    type: "desk", version: 1, agent_id: "dana", name: "Dana", state: "approved", willing: true, pause_reason: "", capacity: 2, active: 1, pace, hindrance: "",
    online_since: null, offer, offer_end: null, engagements: [maja], demand: [], earned_today_minor: 0, chats_today: 0, currency: "EUR", questions: [], shift_news: [], at: at(0),
  };
}

let work: Work;
/** Who is logged in in this browser; nobody answers while it is null. */
let agent: string | null;
const asked = vi.fn<(path: string) => void>();
const reload = vi.fn();

async function answer(path: string): Promise<Response> {
  asked(path);
  if (agent === null) throw new TypeError("Failed to fetch");
  if (path.includes("/messages")) return new Promise(() => undefined);
  return new Response(JSON.stringify(path.endsWith("/ticket") ? { ticket: "first", url: "/ws/agent" } : { agent: { id: agent, state: "approved" } }));
}

beforeEach(() => {
  vi.useFakeTimers({ now: NOON });
  localStorage.clear();
  Wire.all = [];
  asked.mockReset();
  reload.mockReset();
  agent = "dana";
  document.cookie = "csrftoken=proof";
  vi.stubGlobal("WebSocket", Wire);
  vi.stubGlobal("fetch", answer);
  vi.spyOn(location, "reload").mockImplementation(reload);
  work = new Work();
});

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

async function online(...frames: ToAgent[]): Promise<void> {
  await work.meet();
  await settle();
  wire().onopen?.();
  wire().says({ ...WELCOME, principal: "agent:dana", name: "Dana", now: at(0) }, ...frames);
  await settle();
}

const sent = (type: string) => kinds().filter((kind) => kind === type).length;

/** The server answers the last request, with done or with a refusal. */
async function answers(code?: string): Promise<void> {
  const { ref } = wire().sent.at(-1) as { ref: string };
  wire().says(code ? { type: "refused", ref, code, message: "No." } : { type: "done", ref, conversation: null });
  await settle();
}

test("an offer is accepted while something slow is still under way, and once only", async () => {
  await online(desk(card));
  wire().says({ type: "reset", conversation: TALK, stream: "talk", head: 0, events: [], earlier: true, status: null });
  void earlier(work, TALK);
  await settle();
  expect(work.store.get().busy).toBe("earlier");

  void work.accept();
  void work.accept();
  void work.decline();

  expect(sent("accept_offer")).toBe(1);
  expect(sent("decline_offer")).toBe(0);
  await answers();
  expect(work.store.get().busy).toBe("earlier");
});

test("two taps end a chat once, and a refused end can be tried again", async () => {
  await online(desk());
  void work.resolve(maja, ending);
  void work.resolve(maja, ending);
  expect(sent("resolve")).toBe(1);

  await answers("busy");
  void work.resolve(maja, ending);
  expect(sent("resolve")).toBe(2);
});

test("a stop that did not arrive leaves the chats to be ended", async () => {
  await online(desk());
  void work.stopNow(true);
  await answers("error");

  void work.resolve(maja, ending);

  expect(sent("resolve")).toBe(1);
});

test("what is written while a note is on its way stays in the field", async () => {
  await online(desk());
  work.draft(`note:${TALK}`, "Bank opens at 9");
  void work.addNote(TALK, "Bank opens at 9");
  work.draft(`note:${TALK}`, "Bank opens at 9, and ask for Ana");
  await answers();
  expect(work.store.get().drafts[`note:${TALK}`]).toBe("Bank opens at 9, and ask for Ana");

  void work.addNote(TALK, "Bank opens at 9, and ask for Ana");
  await answers();
  expect(work.store.get().drafts[`note:${TALK}`]).toBe("");
});

test("where another tab logged somebody else in, the page begins anew instead of mixing the two", async () => {
  await online(desk());
  agent = "noor";
  await work.meet();
  expect(reload).toHaveBeenCalledOnce();
  expect(work.store.get().me!.agent.id).toBe("dana");
});

test("however often it was asked in vain who is logged in, one question waits to be asked again", async () => {
  agent = null;
  for (let times = 0; times < 20; times++) await work.meet();
  asked.mockReset();

  await vi.advanceTimersByTimeAsync(3_000);

  expect(asked).toHaveBeenCalledOnce();
});
