import { expect, test } from "vitest";
import { AT, quiet } from "./scene";
import { ageMs, begin, countedTo, hear, isStale, linked } from "./state";

const later = (seconds: number) => ({ ...quiet, at: new Date(AT + seconds * 1000).toISOString() });
const waiting = { brand: "Lindenpay", language: "pl", topic: "fraud", topic_name: "Fraud", waiting: 1, oldest_since: quiet.at };

test("a picture replaces the one before, and an older one does not", () => {
  const newest = hear(hear(begin, quiet), later(2));

  expect(newest.board?.at).toBe(later(2).at);
  expect(hear(newest, quiet)).toBe(newest);
});

test("the columns of the waiting table outlive the people in them", () => {
  const busy = hear(begin, { ...quiet, waiting: [waiting], waiting_total: 1 });

  expect(hear(busy, later(2)).topics).toEqual(["Fraud"]);
});

test("other frames change nothing, and the link changes only itself", () => {
  const state = hear(begin, quiet);
  const link = { ...state.link, kind: "open" as const };

  expect(hear(state, { type: "pong", now: quiet.at })).toBe(state);
  expect(linked(state, link)).toEqual({ ...state, link });
});

test("a picture is stale once it is more than five seconds old", () => {
  expect([isStale(quiet, AT + 5_000), isStale(quiet, AT + 5_001)]).toEqual([false, true]);
});

test("a clock that was set back makes no picture younger than new", () => {
  expect(ageMs(quiet, AT - 9_000)).toBe(0);
});

test("waits run on while the picture is fresh and stop at its moment once it is stale", () => {
  expect(countedTo(quiet, AT + 3_000)).toBe(AT + 3_000);
  expect(countedTo(quiet, AT + 60_000)).toBe(AT);
  expect(countedTo(quiet, AT - 60_000)).toBe(AT);
});
