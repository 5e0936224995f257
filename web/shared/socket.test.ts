import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { ToBrowser } from "../protocol";
import { Problem } from "./http";
import { Outbox } from "./outbox";
import { AT, kinds, message, settle, TALK, WELCOME, Wire, wire } from "./played";
import { Link, type LinkState } from "./socket";

let heard: ToBrowser[];
let states: LinkState[];
let outbox: Outbox;
let link: Link;
let tickets: number;
let refuse: Problem | null;

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("WebSocket", Wire);
  localStorage.clear();
  Wire.all = [];
  heard = [];
  states = [];
  tickets = 0;
  refuse = null;
  outbox = new Outbox("test:outbox", () => undefined);
  link = new Link({
    ticket: async () => {
      if (refuse) throw refuse;
      return { ticket: `ticket-${++tickets}`, url: "/ws/customer" };
    },
    hear: (frame) => heard.push(frame),
    changed: (state) => states.push(state),
    outbox,
    random: () => 1,
  });
});

afterEach(() => {
  link.stop();
  outbox.close();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

async function entered(): Promise<void> {
  link.start();
  await settle();
  wire().onopen?.();
  wire().says(WELCOME);
}

test("the first frame is the ticket, and the link is open once it is welcomed", async () => {
  await entered();

  expect(wire().sent[0]).toEqual({ type: "enter", ticket: "ticket-1", have: [] });
  expect(link.state.kind).toBe("open");
});

test("a frame that comes twice is handed on once, and one that comes too early is asked for", async () => {
  await entered();

  wire().says(message(1), message(1), message(3));

  expect(heard.filter((frame) => frame.type === "message")).toEqual([message(1)]);
  expect(wire().sent.at(-1)).toEqual({ type: "ping", have: [{ conversation: TALK, stream: "talk", seq: 1 }] });
});

test("after a cut the link comes back with the ticket it was welcomed with and says how far it has read", async () => {
  await entered();
  wire().says(message(1), message(2));

  wire().breaks();
  expect(link.state.kind).toBe("waiting");
  await vi.advanceTimersByTimeAsync(500);
  wire().onopen?.();

  expect(wire().sent[0]).toEqual({ type: "enter", ticket: "return-1", have: [{ conversation: TALK, stream: "talk", seq: 2 }] });
  expect(String(wire().url)).toContain("/ws/customer");
});

test("the ticket is tried until it is welcomed or refused, then another is asked for", async () => {
  await entered();
  const shown = () => wire().sent.flatMap((frame) => (frame.type === "enter" ? [frame.ticket] : []));

  wire().breaks();
  await vi.advanceTimersByTimeAsync(500);
  wire().onopen?.();
  wire().breaks(); // before it was welcomed
  await vi.advanceTimersByTimeAsync(1_000);
  wire().onopen?.();
  expect(shown()).toEqual(["return-1"]);

  wire().says({ type: "bye", code: "ticket", message: "", retry_seconds: 0 });
  wire().breaks(4001);
  await vi.advanceTimersByTimeAsync(2_000);
  wire().onopen?.();
  expect(shown()).toEqual(["ticket-2"]);
});

test("whoever begins anew does not come back as who was here before", async () => {
  await entered();

  link.stop();
  await entered();

  expect(wire().sent[0]).toMatchObject({ type: "enter", ticket: "ticket-2" });
});

test("waits double from half a second to fifteen, and start anew once the link stood", async () => {
  await entered();
  const waits: number[] = [];
  for (let failed = 0; failed < 7; failed++) {
    wire().breaks();
    waits.push(link.state.retry_at! - Date.now());
    await vi.advanceTimersByTimeAsync(waits.at(-1)!);
  }
  expect(waits).toEqual([500, 1000, 2000, 4000, 8000, 15000, 15000]);

  wire().says(WELCOME);
  wire().breaks();

  expect(link.state.retry_at! - Date.now()).toBe(500);
});

test("a message stays in the outbox until its own frame comes back", async () => {
  await entered();

  link.say(TALK, "Where is my refund?");
  const { client_id } = outbox.items[0]!;
  expect(wire().sent.at(-1)).toEqual({ type: "say", conversation: TALK, client_id, text: "Where is my refund?" });
  expect(outbox.waiting()).toHaveLength(1);

  wire().says(message(1, client_id));

  expect(outbox.items).toHaveLength(0);
});

test("what was written without a link is sent after it, in order, under the ids it had", async () => {
  link.say(TALK, "one");
  link.say(TALK, "two");
  const ids = outbox.items.map((item) => item.client_id);

  await entered();

  expect(wire().sent.flatMap((frame) => (frame.type === "say" ? [frame.client_id] : []))).toEqual(ids);
});

test("a message sent twice is settled by the server's sent frame", async () => {
  await entered();
  link.say(TALK, "one");

  wire().says({ type: "sent", ref: outbox.items[0]!.client_id, conversation: TALK, seq: 1 });

  expect(outbox.items).toHaveLength(0);
});

test("a refused message is kept with the reason, and can be sent again", async () => {
  await entered();
  link.say(TALK, "one");
  const { client_id } = outbox.items[0]!;

  wire().says({ type: "refused", ref: client_id, code: "forbidden", message: "You are not part of this conversation." });
  expect(outbox.items[0]!.refused).toBe("You are not part of this conversation.");
  expect(outbox.waiting()).toHaveLength(0);

  link.deliver(client_id);
  expect(outbox.waiting()).toHaveLength(1);
  expect(kinds().filter((kind) => kind === "say")).toHaveLength(2);
});

test("a busy conversation is tried again without bothering the person", async () => {
  await entered();
  link.say(TALK, "one");

  wire().says({ type: "refused", ref: outbox.items[0]!.client_id, code: "busy", message: "The conversation is busy." });
  expect(outbox.items[0]!.refused).toBeNull();
  await vi.advanceTimersByTimeAsync(2_000);

  expect(kinds().filter((kind) => kind === "say")).toHaveLength(2);
});

test("a ping goes out every ten seconds, and silence after it ends the link", async () => {
  await entered();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(kinds().at(-1)).toBe("ping");
  wire().says({ type: "pong", now: AT });

  await vi.advanceTimersByTimeAsync(19_999);
  expect(link.state.kind).toBe("open");
  await vi.advanceTimersByTimeAsync(1);

  expect(link.state.kind).toBe("waiting");
});

test("the network's return is used at once", async () => {
  await entered();
  for (let failed = 0; failed < 5; failed++) {
    wire().breaks();
    await vi.advanceTimersByTimeAsync(15_000);
  }
  wire().breaks();
  const before = Wire.all.length;

  dispatchEvent(new Event("online"));
  await settle();

  expect(Wire.all).toHaveLength(before + 1);
});

test.each(["online", "pageshow", "focus", "visibilitychange"])("a page that is shown or reached again (%s) does not wait for its next try", async (sign) => {
  await entered();
  wire().breaks();
  await vi.advanceTimersByTimeAsync(500);
  wire().breaks();
  const before = Wire.all.length;

  (sign === "visibilitychange" ? document : window).dispatchEvent(new Event(sign, { bubbles: true }));
  await settle();

  expect(Wire.all).toHaveLength(before + 1);
});

test("a link that died while the page slept is noticed within three seconds of its waking", async () => {
  await entered();
  dispatchEvent(new Event("pageshow"));
  expect(kinds().at(-1)).toBe("ping");

  await vi.advanceTimersByTimeAsync(2_999);
  expect(link.state.kind).toBe("open");
  await vi.advanceTimersByTimeAsync(1);

  expect(link.state.kind).toBe("waiting");
});

/** As the server does: every ping is answered at once. */
function answersPings(): void {
  const send = Wire.prototype.send;
  vi.spyOn(Wire.prototype, "send").mockImplementation(function (this: Wire, text: string) {
    send.call(this, text);
    if (this.readyState === 1 && this.sent.at(-1)?.type === "ping") queueMicrotask(() => this.says({ type: "pong", now: AT }));
  });
}

test("a hidden page whose intervals run once a minute keeps its quiet link for an hour, and still notices a dead one", async () => {
  const every = globalThis.setInterval;
  vi.stubGlobal("setInterval", (work: () => void, ms: number) => every(work, Math.max(ms, 60_000)));
  answersPings();
  await entered();

  await vi.advanceTimersByTimeAsync(3_600_000);
  expect(Wire.all).toHaveLength(1);
  expect(states.filter(({ kind }) => kind === "waiting")).toEqual([]);

  vi.restoreAllMocks(); // the server says nothing any more
  await vi.advanceTimersByTimeAsync(30_000);
  expect(link.state.kind).not.toBe("open");
});

test("a page that was frozen while a ping was under way asks again before it gives its link up", async () => {
  await entered();
  await vi.advanceTimersByTimeAsync(5_000);
  wire().says({ type: "pong", now: AT });
  await vi.advanceTimersByTimeAsync(19_999);
  const real = performance.now.bind(performance);
  vi.spyOn(performance, "now").mockImplementation(() => real() + 600_000); // the next timer is ten minutes late
  const pings = () => kinds().filter((kind) => kind === "ping").length;
  const before = pings();

  await vi.advanceTimersByTimeAsync(1);
  expect(link.state.kind).toBe("open");
  expect(pings()).toBe(before + 1);
  await vi.advanceTimersByTimeAsync(10_000);

  expect(link.state.kind).toBe("waiting");
  vi.restoreAllMocks();
});

test("a page that comes back with its socket closed unheard begins anew at once", async () => {
  await entered();
  wire().readyState = 3;

  dispatchEvent(new Event("pageshow"));

  expect(link.state.kind).toBe("waiting");
});

test("signs in quick succession do not put off the end of a dead link", async () => {
  await entered();
  for (let sign = 0; sign < 3; sign++) {
    dispatchEvent(new Event("focus"));
    await vi.advanceTimersByTimeAsync(1_000);
  }

  expect(link.state.kind).toBe("waiting");
});

test("a link that the server closed for good does not come back when the network goes and returns", async () => {
  await entered();
  wire().says({ type: "bye", code: "revoked", message: "You were logged out.", retry_seconds: null });
  wire().breaks(4010);

  dispatchEvent(new Event("offline"));
  dispatchEvent(new Event("online"));
  await vi.advanceTimersByTimeAsync(60_000);

  expect(link.state).toMatchObject({ kind: "closed", code: "revoked" });
  expect(Wire.all).toHaveLength(1);
});

test("of what is read in a moment the last number is told, and again after a cut", async () => {
  await entered();
  for (const seq of [1, 2, 3, 2]) link.read(TALK, seq);
  link.read("another", 9);
  await vi.advanceTimersByTimeAsync(1_000);
  const told = () => wire().sent.filter((frame) => frame.type === "read");
  expect(told()).toEqual([
    { type: "read", conversation: TALK, seq: 3 },
    { type: "read", conversation: "another", seq: 9 },
  ]);

  link.read(TALK, 3);
  wire().breaks();
  await vi.advanceTimersByTimeAsync(500);
  wire().says(WELCOME);
  link.read(TALK, 3);
  await vi.advanceTimersByTimeAsync(1_000);

  expect(told()).toEqual([{ type: "read", conversation: TALK, seq: 3 }]);
});

test("a chat that is left is forgotten, and a snapshot acknowledges what it holds", async () => {
  await entered();
  wire().says(message(1));
  link.say(TALK, "mine");
  const { client_id } = outbox.items[0]!;
  wire().says({ type: "reset", conversation: TALK, stream: "talk", head: 9, events: [message(9, client_id)], earlier: true, status: null });
  expect(outbox.items).toHaveLength(0);
  expect(link.have()).toEqual([{ conversation: TALK, stream: "talk", seq: 9 }]);

  wire().says({ type: "left", conversation: TALK });

  expect(link.have()).toEqual([]);
});

test("a good-bye says when to come back, or not to", async () => {
  await entered();
  wire().says({ type: "bye", code: "restart", message: "We restart.", retry_seconds: 3 });
  wire().breaks(1012);
  expect(link.state.retry_at! - Date.now()).toBe(4_000);

  await vi.advanceTimersByTimeAsync(4_000);
  wire().says({ type: "bye", code: "revoked", message: "You were logged out.", retry_seconds: null });
  wire().breaks(4010);

  expect(link.state).toMatchObject({ kind: "closed", words: "You were logged out." });
  await vi.advanceTimersByTimeAsync(60_000);
  expect(Wire.all).toHaveLength(2);
});

test("a refused log-in closes the link instead of trying for ever", async () => {
  refuse = new Problem(401, "not_authenticated", "Please log in.");

  link.start();
  await settle();

  expect(link.state).toMatchObject({ kind: "closed", code: "login", words: "Please log in." });
});

test("a request is answered under its ref, and a cut link answers it with cut", async () => {
  await entered();
  const first = link.ask({ type: "start", language: "en" });
  const sent = wire().sent.at(-1) as { ref: string };
  wire().says({ type: "done", ref: sent.ref, conversation: TALK });
  await expect(first).resolves.toBe(TALK);

  const second = link.ask({ type: "leave", conversation: TALK });
  wire().breaks();

  await expect(second).rejects.toMatchObject({ code: "cut" });
});

test("two tabs share one outbox", () => {
  const other = new Outbox("test:outbox", () => undefined);

  const item = outbox.add(TALK, "one");
  dispatchEvent(new StorageEvent("storage", { key: "test:outbox" }));
  expect(other.items).toEqual([item]);

  other.remove(item.client_id);
  outbox.add(TALK, "two");

  expect(outbox.items.map((kept) => kept.text)).toEqual(["two"]);
  other.close();
});
