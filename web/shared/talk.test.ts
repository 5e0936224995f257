import { expect, test } from "vitest";
import type { Changed, Message, Reset, Status } from "../protocol";
import { emptyTalk, fold, isBehind, unfold } from "./talk";

const CONVERSATION = "5b0f6c1e-9d5c-4a58-8c7e-0f7a1d1f2a11";
const AT = "2026-11-20T14:02:00Z";
const MAJA = { role: "customer", id: null, name: "Maja" } as const;

const status = (phase: Status["phase"]): Status => ({ phase, why: "", since: AT, person: null, to_rate: null, due: null });

function message(seq: number, text = `line ${seq}`): Message {
  return {
    type: "message", conversation: CONVERSATION, stream: "talk", seq, author: MAJA, text, client_id: `id-${seq}`, at: AT, status: null,
  };
}

function changed(seq: number, phase: Status["phase"]): Changed {
  return { type: "changed", conversation: CONVERSATION, stream: "talk", seq, change: phase, author: MAJA, status: status(phase), at: AT };
}

function reset(events: Reset["events"], now: Status["phase"]): Reset {
  return { type: "reset", conversation: CONVERSATION, stream: "talk", head: events.length, events, earlier: false, status: status(now) };
}

test("a snapshot and the frames after it give what a fresh snapshot gives", () => {
  const all = [message(1), changed(2, "queue"), message(3), changed(4, "person"), message(5)];
  const fresh = fold(emptyTalk(CONVERSATION), reset(all, "person"));

  for (let cut = 0; cut <= all.length; cut++) {
    const phase = cut >= 4 ? "person" : cut >= 2 ? "queue" : "assistant";
    const before = fold(emptyTalk(CONVERSATION), reset(all.slice(0, cut), phase));

    expect(all.slice(cut).reduce(fold, before)).toEqual(fresh);
  }
});

test("an event that comes twice is taken once", () => {
  const once = [message(1), message(2)].reduce(fold, emptyTalk(CONVERSATION));

  expect([message(1), message(2)].reduce(fold, once)).toBe(once);
});

test("an event that comes too early waits for what is missing", () => {
  const talk = fold(emptyTalk(CONVERSATION), message(1));

  expect(isBehind(talk, message(3))).toBe(true);
  expect(fold(talk, message(3))).toBe(talk);
  expect(isBehind(talk, message(2))).toBe(false);
});

test("another conversation's frames change nothing", () => {
  const talk = fold(emptyTalk(CONVERSATION), message(1));

  expect(fold(talk, { ...message(2), conversation: "other" })).toBe(talk);
  expect(fold(talk, { ...message(2), stream: "desk" })).toBe(talk);
});

test("a message that reopens the conversation carries its status", () => {
  const talk = fold(emptyTalk(CONVERSATION), reset([message(1)], "ended"));

  expect(fold(talk, { ...message(2), status: status("assistant") }).status?.phase).toBe("assistant");
});

test("a page of older events goes in front, without doubles", () => {
  const talk = { ...emptyTalk(CONVERSATION), head: 4, events: [message(3), message(4)], earlier: true };

  const whole = unfold(talk, { events: [message(1), message(2), message(3)], earlier: false });

  expect(whole.events.map((event) => event.seq)).toEqual([1, 2, 3, 4]);
  expect(whole.earlier).toBe(false);
});
