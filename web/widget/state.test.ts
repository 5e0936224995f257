import { expect, test } from "vitest";
import type { Answer, Changed, Message, Numbered, Reset, Status, ToCustomer } from "../protocol";
import { guessTopic } from "./guess";
import { hoursLines } from "./hours";
import { sentence, turns } from "./log";
import { FIRST, hear, isLooking, isTroubled, personOf, phaseOf, talkOf, toRate, unread, type State } from "./state";
import { words as ar } from "./words/ar";
import { words as de } from "./words/de";
import { en } from "./words/en";
import { later } from "./words/en-later";

const TALK = "5b0f6c1e-9d5c-4a58-8c7e-0f7a1d1f2a11";
const AT = "2026-11-20T14:02:00Z";
const NOW = Date.parse(AT);
const MAJA = { role: "customer", id: null, name: "Maja" } as const;
const ASHA = { role: "agent", id: null, name: "Asha" } as const;
const LINDEN = { role: "assistant", id: null, name: "Linden" } as const;

const status = (phase: Status["phase"], more: Partial<Status> = {}): Status => ({
  phase, why: "", since: AT, person: phase === "person" ? { name: "Asha", languages: ["en"] } : null, to_rate: null, due: null, ...more,
});
const place = { conversation: TALK, stream: "talk" as const, at: AT };
const said = (seq: number, author: Message["author"], text = `line ${seq}`): Message => ({
  type: "message", ...place, seq, author, text, client_id: `id-${seq}`, status: null,
});
const answer = (seq: number): Answer => ({ type: "answer", ...place, seq, author: LINDEN, text: "An answer", sources: [] });
const changed = (seq: number, change: string, now: Status, author: Message["author"] = ASHA): Changed => ({
  type: "changed", ...place, seq, change, author, status: now,
});
const reset = (events: Numbered[], now: Status): Reset => ({
  type: "reset", conversation: TALK, stream: "talk", head: events.length, events, earlier: false, status: now,
});
const after = (state: State, ...frames: ToCustomer[]) => frames.reduce((held, frame) => hear(held, frame, NOW), state);

const STORY: Numbered[] = [
  answer(1),
  said(2, MAJA, "I returned the lamp, where is my refund?"),
  answer(3),
  changed(4, "asked", status("queue", { why: "asked" }), MAJA),
  changed(5, "joined", status("person")),
  said(6, ASHA),
  said(7, ASHA),
  said(8, MAJA),
  changed(9, "resolved", status("ended", { to_rate: "e1" })),
];

test("a snapshot and the frames after it show what a fresh snapshot shows", () => {
  const fresh = after(FIRST, reset(STORY, status("ended", { to_rate: "e1" })));
  const phases: Status["phase"][] = ["assistant", "assistant", "assistant", "assistant", "queue", "person", "person", "person", "person"];

  for (let cut = 0; cut < STORY.length; cut++) {
    const began = after(FIRST, reset(STORY.slice(0, cut), status(phases[cut]!)));

    expect(after(began, ...STORY.slice(cut))).toEqual(fresh);
  }
});

test("lines of one author form one turn, and what happened stands between", () => {
  expect(turns(STORY).map((turn) => ("lines" in turn ? `${turn.name} ${turn.lines.length}` : turn.change))).toEqual([
    "Linden 1", "Maja 1", "Linden 1", "asked", "joined", "Asha 2", "Maja 1", "resolved",
  ]);
});

test("the place in line goes when the wait is over", () => {
  const place = { place: 2, low_s: 60, high_s: 180, people_online: 3, at: AT };
  const waiting = after(FIRST, reset(STORY.slice(0, 4), status("queue")), { type: "queue", conversation: TALK, place });
  expect(waiting.queue).toEqual(place);

  expect(after(waiting, STORY[4]!).queue).toBeNull();
});

test("typing ends with the message it became", () => {
  const here = after(FIRST, reset(STORY.slice(0, 5), status("person")));
  const typing = after(here, { type: "typing", conversation: TALK, author: ASHA });
  expect(typing.typing).toMatchObject({ name: "Asha", until_ms: NOW + 6_000 });

  expect(after(typing, STORY[5]!).typing).toBeNull();
});

test("a conversation begun in another tab takes the place of an ended one only", () => {
  const other = { ...reset([], status("assistant")), conversation: "another" };

  expect(after(FIRST, reset(STORY.slice(0, 3), status("assistant")), other).current).toBe(TALK);
  expect(after(FIRST, reset(STORY, status("ended")), other).current).toBe("another");
});

test("a conversation that may not be read any more is forgotten", () => {
  const state = after(FIRST, reset(STORY, status("ended")), { type: "left", conversation: TALK });

  expect([state.current, talkOf(state)]).toEqual([null, null]);
});

test("the rating is due until it is given or put off", () => {
  const ended = after(FIRST, reset(STORY, status("ended", { to_rate: "e1" })));
  expect(toRate(ended)).toBe("e1");
  expect(personOf(talkOf(ended))).toBe("Asha");

  expect(toRate({ ...ended, unrated: "e1" })).toBeNull();
  expect(toRate({ ...ended, rating: { engagement: "e1", name: "Asha", score: 4, solved: true, words: "", sent: false } })).toBeNull();
});

test("unread is what the other side said since", () => {
  const state = after(FIRST, reset(STORY, status("ended")));

  expect(unread(state, 3).map((event) => event.seq)).toEqual([6, 7]);
});

test("the assistant looks things up for fifteen seconds at most, and only while the link stands", () => {
  const open = { ...FIRST.link, kind: "open" as const };
  const asked = { ...after(FIRST, reset(STORY.slice(0, 2), status("assistant"))), link: open };

  expect(isLooking(asked)).toBe(true);
  expect(isLooking({ ...asked, now_ms: NOW + 15_000 })).toBe(false);
  expect(isLooking({ ...asked, link: FIRST.link })).toBe(false);
});

test("a broken link is told after a moment, and at once when it is known to last", () => {
  const broken = { ...FIRST, broken_ms: NOW, now_ms: NOW + 1_000 };

  expect(isTroubled(broken)).toBe(false);
  expect(isTroubled({ ...broken, now_ms: NOW + 2_000 })).toBe(true);
  expect(isTroubled({ ...broken, link: { ...FIRST.link, kind: "offline" } })).toBe(true);
});

test("each change that matters to the customer has a sentence, others none", () => {
  expect(sentence(STORY[3] as Changed)).toMatch(/^You asked for a person at .*\d\d:\d\d$/);
  expect(sentence(STORY[4] as Changed)).toMatch(/^Asha joined at/);
  expect(sentence(changed(1, "rated", status("ended")))).toBeNull();
});

test("an ended conversation that is written into again is with the assistant", () => {
  const ended = after(FIRST, reset(STORY, status("ended")));

  expect(phaseOf(after(ended, { ...said(10, MAJA), status: status("assistant", { why: "reopened" }) }))).toBe("assistant");
});

test("the topic is guessed from the customer's own words", () => {
  const topics = [{ key: "account", name: "Account access" }, { key: "refunds", name: "Refunds" }];

  expect(guessTopic(STORY, topics)).toBe("refunds");
  expect(guessTopic([], topics)).toBe("");
});

test("opening hours are told in runs of days", () => {
  const weekday: [string, string] = ["08:00", "20:00"];
  const hours = { mon: weekday, tue: weekday, wed: weekday, thu: weekday, fri: weekday, sat: ["10:00", "16:00"] as [string, string] };

  expect(hoursLines(hours, "en")).toEqual(["Mon–Fri 08:00–20:00", "Sat 10:00–16:00"]);
  expect(hoursLines({}, "en")).toEqual([]);
});

const english: Record<string, unknown> = { ...en, ...later };
const places = (entry: unknown) => [...new Set(JSON.stringify(entry).match(/\{\w+\}/g) ?? [])].filter((name) => name !== "{n}").sort();

test.each([["de", de], ["ar", ar]])("%s says every sentence, with the same names in it", (_, words) => {
  expect(Object.keys(words).sort()).toEqual(Object.keys(english).sort());
  for (const [key, entry] of Object.entries(words)) expect(places(entry), key).toEqual(places(english[key]));
});

test("how far a person has read only rises, and what the customer reads herself does not count", () => {
  const seen = (role: "customer" | "agent", seq: number) => ({ type: "seen", conversation: TALK, role, person: "p", seq }) as const;

  expect(after(FIRST, seen("agent", 4), seen("agent", 2), seen("customer", 9)).read).toEqual({ [TALK]: 4 });
});
