import { expect, test } from "vitest";
import type { Changed, Desk, Engaged, HandOff, Message, Note, Numbered, OfferCard, Pace, Reset, Stream, ToAgent } from "../protocol";
import { endToTell, FIRST, halves, hear, inOrder, notesOf, packetOf, presenceOf, ringing, turnOf, unreadCount, type State } from "./state";

const [LUCIA, JONAS] = ["5b0f6c1e-9d5c-4a58-8c7e-0f7a1d1f2a11", "0a8e4d53-3f0e-4c50-a7b1-0e4a3d2b1c22"] as const;
const NOON = Date.parse("2026-11-20T12:00:00Z");
const at = (seconds: number) => new Date(NOON + seconds * 1000).toISOString();
const ILSE = { role: "agent", id: null, name: "Ilse" } as const;
const CUSTOMER = { role: "customer", id: null, name: "Lucía" } as const;

function says(author: Message["author"], seq: number, seconds: number, conversation: string = LUCIA): Message {
  return { type: "message", conversation, stream: "talk", seq, author, text: `line ${seq}`, client_id: `id-${seq}`, at: at(seconds), status: null };
}

function changed(seq: number, change: string): Changed {
  const status = { phase: "queue", why: "asked", since: at(0), person: null, to_rate: null, due: null } as const;
  return { type: "changed", conversation: LUCIA, stream: "talk", seq, change, author: CUSTOMER, status, at: at(0) };
}

const note = (seq: number): Note => ({ type: "note", conversation: LUCIA, stream: "desk", seq, author: ILSE, text: "Bank opens at 9.", about: "", at: at(5) });
const handOff = (seq: number): HandOff => ({
  type: "hand_off", conversation: LUCIA, stream: "desk", seq, author: ILSE, at: at(0),
  packet: { summary: "No refund", reason: "asked", reason_words: "Asked", topic: "refunds", language: "es", tried: [], goal: "" },
});

function reset(stream: Stream, events: Numbered[]): Reset {
  const status = events.findLast((event) => event.type === "changed")?.status ?? null;
  return { type: "reset", conversation: LUCIA, stream, head: events.length, events, earlier: false, status };
}

function engaged(conversation: string = LUCIA, accepted_s = 0): Engaged {
  return {
    engagement_id: `of-${conversation}`, conversation, brand: "Lindenpay", customer_name: "Lucía", topic: "refunds", topic_name: "Refunds",
    language: "es", accepted_at: at(accepted_s), customer_away_since: null, dormant_since: null, currency: "EUR", pay: [],
  };
}

const PACE: Pace = {
  places: 2, capacity_most: 5, last_one: false, one_more: false, reserve: false, ring_seconds: null, ring_usual: 12, ring_longest: 60,
  auto_accept: false, in_paid_shift: false, stopped_at: null,
};

function desk(version: number, more: Partial<Desk> = {}): Desk {
  return {
    type: "desk", version, agent_id: "ilse", name: "Ilse", state: "approved", willing: true, pause_reason: "", capacity: 2, active: 0, pace: PACE,
    online_since: at(0), offer: null, offer_end: null, engagements: [], demand: [], earned_today_minor: 0, chats_today: 0, currency: "EUR", questions: [], shift_news: [], hindrance: "", at: at(0), ...more,
  };
}

const offer = { offer_id: "o1", offered_at: at(0), expires_at: at(12) } as OfferCard;
const after = (frames: ToAgent[], now_ms = NOON, from: State = FIRST) => frames.reduce((state, frame) => hear(state, frame, now_ms), from);

test("a snapshot and the frames after it give what a fresh snapshot gives, in both streams", () => {
  const talk = [says(CUSTOMER, 1, 0), changed(2, "asked"), says(CUSTOMER, 3, 1), says(ILSE, 4, 2)];
  const beside = [handOff(1), note(2)];
  const fresh = after([reset("talk", talk), reset("desk", beside)]).streams;

  for (let cut = 0; cut <= talk.length; cut++) {
    const frames = [reset("talk", talk.slice(0, cut)), reset("desk", beside.slice(0, 1)), ...talk.slice(cut), ...beside.slice(1)];
    expect(after(frames).streams).toEqual(fresh);
  }
});

test("a frame that comes twice changes nothing", () => {
  const once = after([says(CUSTOMER, 1, 0), note(1)]);

  expect(after([says(CUSTOMER, 1, 0), note(1)], NOON, once).streams).toEqual(once.streams);
});

test("a desk older than the one held is ignored; one of the same version brings newer demand", () => {
  const state = after([desk(7, { capacity: 3 }), desk(6, { capacity: 1 })]);

  expect(state.desk?.capacity).toBe(3);
  expect(after([desk(7, { capacity: 4 })], NOON, state).desk?.capacity).toBe(4);
});

test("a chat that leaves the desk is over, and one that comes back is not", () => {
  const over = after([desk(1, { engagements: [engaged()] }), desk(2)]);

  expect(over.over.map((one) => one.conversation)).toEqual([LUCIA]);
  expect(after([desk(3, { engagements: [engaged()] })], NOON, over).over).toEqual([]);
});

test("who may read a conversation no more forgets it", () => {
  const state = after([reset("talk", [says(CUSTOMER, 1, 0)]), { type: "left", conversation: LUCIA }]);

  expect(state.streams).toEqual({});
});

test("an offer rings ahead of the desk that shows it, and not after one that does not show it any more", () => {
  const told = { type: "ringing", version: 4, offer } as const;
  const state = after([desk(3), told]);

  expect(state.desk?.offer).toEqual(offer);
  expect(after([desk(3)], NOON, state).desk?.offer).toEqual(offer);
  expect(after([desk(4)], NOON, state).desk?.offer).toBeNull();
  expect(after([desk(4), told]).desk?.offer).toBeNull();
  expect(after([told]).desk).toBeNull();
});

test("an offer rings until its time is up, by the clock and not by the server's word", () => {
  const state = after([desk(1, { offer })]);

  expect(ringing({ ...state, now_ms: NOON + 11_999 })?.offer_id).toBe("o1");
  expect(ringing({ ...state, now_ms: NOON + 12_000 })).toBeNull();
});

test("how an offer ended is told once, not beside a newer offer, and not for ever", () => {
  const end = { offer_id: "o0", state: "expired", at: at(0) } as const;
  const state = after([desk(1, { offer_end: end })]);

  expect(endToTell(state)).toEqual(end);
  expect(endToTell({ ...state, settled_offer: "o0" })).toBeNull();
  expect(endToTell(after([desk(2, { offer, offer_end: end })], NOON, state))).toBeNull();
  expect(endToTell({ ...state, now_ms: NOON + 120_001 })).toBeNull();
});

test("it is my turn since the accept until I answer, then since the customer's first word", () => {
  const lucia = engaged(LUCIA, 10);
  const before = after([desk(1, { engagements: [lucia] }), says(CUSTOMER, 1, 0), says(CUSTOMER, 2, 20)]);
  const answered = after([says(ILSE, 3, 30)], NOON, before);
  const again = after([says(CUSTOMER, 4, 40), says(CUSTOMER, 5, 50)], NOON, answered);

  expect(turnOf(before, lucia)).toEqual({ mine: true, since: at(10), unread: 1 });
  expect(turnOf(answered, lucia)).toEqual({ mine: false, since: at(30), unread: 0 });
  expect(turnOf(again, lucia)).toEqual({ mine: true, since: at(40), unread: 2 });
  expect(unreadCount({ ...again, seen: { [LUCIA]: 4 } })).toBe(1);
});

test("the chat that waits for me longest comes first, those that wait for the customer last", () => {
  const engagements = [engaged(LUCIA, 0), engaged(JONAS, 5)];
  const state = after([desk(1, { engagements }), says(ILSE, 1, 2), says(CUSTOMER, 1, 9, JONAS)]);

  expect(inOrder(state).map((one) => one.conversation)).toEqual([JONAS, LUCIA]);
  expect(inOrder(after([says(CUSTOMER, 2, 9)], NOON, state)).map((one) => one.conversation)).toEqual([JONAS, LUCIA]);
});

test("what was said before a person was asked for is kept apart", () => {
  const talk = after([reset("talk", [says(CUSTOMER, 1, 0), changed(2, "asked"), says(CUSTOMER, 3, 1)])]).streams[LUCIA]!.talk;

  expect(halves(talk).map((half) => half.map((event) => event.seq))).toEqual([[1], [2, 3]]);
});

test("packet and notes come from the desk stream", () => {
  const state = after([handOff(1), note(2), handOff(3)]);

  expect(packetOf(state, LUCIA)?.seq).toBe(3);
  expect(notesOf(state, LUCIA).map((one) => one.seq)).toEqual([2]);
});

test("typing ends with the message it announced", () => {
  const typing = after([{ type: "typing", conversation: LUCIA, author: CUSTOMER }]);

  expect(typing.typing[LUCIA]).toBe(NOON + 6_000);
  expect(after([says(CUSTOMER, 1, 0)], NOON, typing).typing).toEqual({});
});

test.each([
  [{ willing: true }, "online"],
  [{ willing: true, active: 2 }, "full"],
  [{ willing: false, pause_reason: "missed" }, "missed"],
  [{ willing: false, pause_reason: "gone", active: 1 }, "gone"],
  [{ willing: true, pause_reason: "" }, "online"],
  [{ willing: false, active: 1 }, "paused"],
  [{ willing: false }, "offline"],
] as const)("%o is %s", (facts, presence) => {
  expect(presenceOf(desk(1, facts))).toBe(presence);
});

test("the customer's mark and my own from another tab only rise; a colleague's before me is nobody's", () => {
  const seen = (role: "customer" | "agent", person: string, seq: number) => ({ type: "seen", conversation: LUCIA, role, person, seq }) as const;
  const me = { agent: { id: "ilse" } } as State["me"];
  const frames = [seen("customer", "lucia", 3), seen("customer", "lucia", 1), seen("agent", "ilse", 5), seen("agent", "ilse", 4), seen("agent", "dana", 9)];

  const { read, seen: mine } = after(frames, NOON, { ...FIRST, me });

  expect([read, mine]).toEqual([{ [LUCIA]: 3 }, { [LUCIA]: 5 }]);
});
