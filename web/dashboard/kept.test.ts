import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { AGENT_BACK_SECONDS, type Desk, type Engaged, type FromBrowser, type ToAgent } from "../protocol";
import { Work } from "./work";

const CHAT = "5b0f6c1e-9d5c-4a58-8c7e-0f7a1d1f2a11";
const NOON = Date.parse("2026-11-20T12:00:00Z");
const at = (seconds: number) => new Date(NOON + seconds * 1000).toISOString();

const pace: Desk["pace"] = {
  places: 2, capacity_most: 5, last_one: false, one_more: false, reserve: false, ring_seconds: null, ring_usual: 12, ring_longest: 60,
  auto_accept: false, in_paid_shift: false, stopped_at: null,
};
const maja: Engaged = {
  engagement_id: "first", conversation: CHAT, brand: "Lumo", customer_name: "Maja", topic: "refunds", topic_name: "Refunds", language: "en",
  accepted_at: at(-60), customer_away_since: null, dormant_since: null, currency: "EUR", pay: [],
};

function desk(version: number, ...engagements: Engaged[]): Desk {
  return {
    type: "desk", version, agent_id: "dana", name: "Dana", state: "approved", willing: true, pause_reason: "", capacity: 2, active: 1, pace, hindrance: "",
    online_since: null, offer: null, offer_end: null, engagements, demand: [], earned_today_minor: 0, chats_today: 0, currency: "EUR", questions: [], shift_news: [], at: at(0),
  };
}

/** The browser's socket, played by the test. */
class Wire {
  static readonly OPEN = 1;
  static last: Wire;
  /** The server takes no message of hers: the chat is not hers. */
  static foreign = false;
  readyState = 1;
  sent: FromBrowser[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  constructor() {
    Wire.last = this;
  }
  send(text: string): void {
    const frame = JSON.parse(text) as FromBrowser;
    this.sent.push(frame);
    if (frame.type === "ping") this.answers({ type: "pong", now: new Date().toISOString() });
    if (frame.type === "say" && Wire.foreign) this.answers(forbidden(frame.client_id));
  }
  close(): void {
    this.readyState = 3;
  }
  private answers(frame: ToAgent): void {
    queueMicrotask(() => this.onmessage?.({ data: JSON.stringify(frame) }));
  }
}

let work: Work;
/** How the server says that the first engagement stands. */
let past: { state: string; outcome: string; ended_at: string | null } | null;

const hears = (...frames: ToAgent[]) => frames.forEach((frame) => Wire.last.onmessage?.({ data: JSON.stringify(frame) }));
const settle = () => vi.advanceTimersByTimeAsync(50);
const said = () => Wire.last.sent.flatMap((frame) => (frame.type === "say" ? [frame.text] : []));
const forbidden = (ref: string): ToAgent => ({ type: "refused", ref, code: "forbidden", message: "You are not part of this conversation." });
const welcome = (): ToAgent => ({ type: "welcome", principal: "agent:dana", name: "Dana", conversation: null, ticket: "next", ping_seconds: 10, now: new Date().toISOString() });
const draft = () => work.store.get().drafts[`talk:${CHAT}`];

function answer(path: string): unknown {
  if (path.endsWith("/agent/chats")) return past ? [{ engagement_id: "first", ...past }] : [];
  if (path.endsWith("/ticket")) return { ticket: "first", url: "/ws/agent" };
  if (path.includes("/earnings")) return null;
  return { agent: { id: "dana", state: "approved" } };
}

beforeEach(async () => {
  vi.useFakeTimers({ now: NOON });
  localStorage.clear();
  Wire.foreign = false;
  document.cookie = "csrftoken=proof";
  past = { state: "lost", outcome: "", ended_at: at(60) };
  vi.stubGlobal("WebSocket", Wire);
  vi.stubGlobal("fetch", async (path: string) => new Response(JSON.stringify(answer(path))));
  await arrive();
  hears(welcome(), desk(1, maja));
  await settle();
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

async function arrive(): Promise<void> {
  work = new Work();
  await work.meet();
  await settle();
  Wire.last.onopen?.();
}

/** Away for longer than the chat waits: a line written meanwhile, another begun. Back, she is refused it. */
async function away(): Promise<string> {
  Wire.foreign = true;
  Wire.last.onclose?.({ code: 1006 });
  work.say(CHAT, "The refund is on its way.");
  work.draft(`talk:${CHAT}`, "It takes two d");
  await vi.advanceTimersByTimeAsync(70_000);
  Wire.last.onopen?.();
  hears(welcome());
  await settle();
  return work.store.get().unsent[0]!.client_id;
}

test("a chat that was lost and is hers again keeps the line she was writing, and sends what she wrote while she was away", async () => {
  const client_id = await away();

  expect(said()).toEqual(["The refund is on its way."]);
  Wire.foreign = false;
  hears(desk(2, { ...maja, engagement_id: "second" }));
  await settle();

  expect(draft()).toBe("It takes two d");
  expect(said()).toEqual(["The refund is on its way.", "The refund is on its way."]);
  expect(work.store.get().unsent).toMatchObject([{ client_id, refused: null }]);
  expect(work.store.get().news).toBe("");
});

test("a lost chat that comes back later finds everything that was written in it", async () => {
  await away();
  hears(desk(2));
  await settle();
  expect(work.store.get().kept[CHAT]).toBe(NOON + (60 + AGENT_BACK_SECONDS) * 1000);
  expect(draft()).toBe("It takes two d");

  await vi.advanceTimersByTimeAsync(300_000);
  const before = said().length;
  Wire.foreign = false;
  hears(desk(3, { ...maja, engagement_id: "second" }));
  await settle();

  expect(said()).toHaveLength(before + 1);
  expect(said().at(-1)).toBe("The refund is on its way.");
  expect(work.store.get().kept).toEqual({});
});

test("a refusal that comes behind the desk with the chat that came back is tried again, but not for ever", async () => {
  const client_id = await away();

  hears(desk(2, { ...maja, engagement_id: "second" }));
  await vi.advanceTimersByTimeAsync(60_000);

  expect(said()).toHaveLength(1 + 3 + 1); // on arrival, three times in the new engagement, and once while the old desk stood
  expect(work.store.get().unsent).toMatchObject([{ client_id, code: "forbidden" }]);
});

test("after a reload a message to a chat that is not hers now waits for it all the same", async () => {
  await away();
  await arrive();
  hears(welcome(), desk(2));
  await settle();
  expect(Object.keys(work.store.get().kept)).toEqual([CHAT]);
  Wire.foreign = false;

  hears(desk(3, { ...maja, engagement_id: "second" }));
  await settle();

  expect(said()).toEqual(["The refund is on its way."]);
});

test("once a lost chat can come back no more, nothing of it stays, and she is told that her message was not sent", async () => {
  await away();
  hears(desk(2));
  await settle();
  work.start();
  await settle();
  hears(welcome());

  await vi.advanceTimersByTimeAsync(AGENT_BACK_SECONDS * 1000);

  expect(work.store.get()).toMatchObject({ unsent: [], kept: {} });
  expect(draft()).toBe("");
  expect(work.store.get().trouble).toContain("1 message was not sent");
});

test.each(["left", "transferred", "resolved"])("a chat that ended otherwise (%s) leaves nothing behind", async (state) => {
  past = { state, outcome: "", ended_at: at(60) };
  await away();

  hears(desk(2));
  await settle();

  expect(work.store.get()).toMatchObject({ unsent: [], kept: {} });
  expect(draft()).toBe("");
});
