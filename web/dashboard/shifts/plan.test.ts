// How shifts, seats and swaps become the cards of a week; and hours as half hours of a grid.
import { expect, test } from "vitest";
import { byDay, cards, filtered, gridOf, held, nextWindow, painted, partsOf, unlike, weekOf, type Card, type Seat, type Shift, type Swap, type Week } from "./plan";

const NOW = Date.parse("2026-11-24T12:00:00Z");
const at = (hours: number) => new Date(NOW + hours * 3_600_000).toISOString();
const BLOCK = { brand: "Lumo", topic: "refunds", topic_name: "Refunds", language: "en", rate_cents: 1250, currency: "EUR" };

const shift = (begins = 24, change: Partial<Shift> = {}): Shift => ({
  ...BLOCK, id: "s1", begins_at: at(begins), ends_at: at(begins + 3), seats: 2, free: 1, wishes_until: null, wish: null, seat: null, waiting: false, place: null, why_not: "", ...change,
});
const seat = (begins = 24, change: Partial<Seat> = {}): Seat => ({
  ...BLOCK, id: "h1", shift: "s1", begins_at: at(begins), ends_at: at(begins + 3), state: "confirmed", late: false, absent_seconds: null, settled_at: null,
  give_back_until: at(begins - 12), pass_until: at(begins - 0.5), ...change,
});
const swap = (change: Partial<Swap> = {}): Swap => ({
  id: "w1", own: false, from: "Tomek", to: null, to_me: false, wanted: null, wanted_begins_at: null, wanted_ends_at: null, wanted_brand: "", why_not: "", seat: seat(), ...change,
});
const week = (change: Partial<Week>): Week => ({ shifts: [], seats: [], swaps: [], ...change });
const statuses = (change: Partial<Week>) => cards(week(change), NOW).map(({ status }) => status);
const wish = (state: "open" | "refused") => ({ state, strength: 3, reason: "", sentence: "No." });

test.each([
  ["a free seat", shift(), "free"],
  ["no seat", shift(24, { free: 0 }), "full"],
  ["what stands against a claim", shift(24, { why_not: "Too little rest." }), "barred"],
  ["a window", shift(24, { wishes_until: at(2) }), "gathering"],
  ["an open wish", shift(24, { wishes_until: at(2), wish: wish("open") }), "wished"],
  ["a wish refused, all seats gone", shift(24, { free: 0, wish: wish("refused") }), "refused"],
  ["a wish refused, and a seat free all the same", shift(24, { wish: wish("refused") }), "free"],
  ["the waiting list", shift(24, { free: 0, waiting: true, place: 2, wish: wish("refused") }), "waiting"],
  ["under way with a seat free", shift(-1), "stand_by"],
] as const)("%s", (_, one, status) => {
  expect(statuses({ shifts: [one] })).toEqual([status]);
});

test.each([
  ["under way and full", shift(-1, { free: 0 })],
  ["under way, and she may not", shift(-1, { why_not: "Too little rest." })],
  ["over", shift(-5)],
] as const)("%s: it is not shown to whoever has no seat", (_, one) => {
  expect(statuses({ shifts: [one] })).toEqual([]);
});

test.each([
  ["to come", shift(24, { seat: "h1" }), seat(), [], "yours"],
  ["under way", shift(-1, { seat: "h1" }), seat(-1, { state: "present" }), [], "running"],
  ["over", shift(-5, { seat: "h1" }), seat(-5, { state: "over" }), [], "worked"],
  ["held out by her", shift(24, { seat: "h1" }), seat(), [swap({ own: true })], "held_out"],
  ["given back: the shift is as before", shift(24), seat(24, { state: "given_back" }), [], "free"],
  ["missed, and over", shift(-5), seat(-5, { state: "missed" }), [], "missed"],
  ["missed, while the rest is to be had: she may stand in for herself", shift(-1), seat(-1, { state: "missed" }), [], "stand_by"],
] as const)("a seat %s", (_, one, mine, swaps, status) => {
  expect(statuses({ shifts: [one], seats: [mine], swaps: [...swaps] })).toEqual([status]);
});

test("a seat of a shift that is listed no more stays; one given back does not", () => {
  expect(statuses({ seats: [seat(24, { state: "called_off" })] })).toEqual(["called_off"]);
  expect(statuses({ seats: [seat(24, { state: "given_back" })] })).toEqual([]);
});

test("what a colleague holds out is hers to take", () => {
  expect(statuses({ shifts: [shift(24, { free: 0 })], swaps: [swap()] })).toEqual(["offered"]);
});

test("what is hers, and what she may take", () => {
  const all = cards(week({ shifts: [shift(), shift(30, { id: "s2", seat: "h1" }), shift(40, { id: "s3", free: 0 })], seats: [seat(30, { shift: "s2" })] }), NOW);

  expect(filtered(all, "mine").map(({ id }) => id)).toEqual(["s2"]);
  expect(filtered(all, "take").map(({ id }) => id)).toEqual(["s1"]);
  expect(filtered(all, "all")).toHaveLength(3);
});

test("days are those of her clock, and hours those of the world, also in the night in which clocks change", () => {
  const night: Card = { ...BLOCK, id: "n", begins_at: "2026-10-24T22:30:00Z", ends_at: "2026-10-25T02:30:00Z", status: "yours", shift: null, seat: null, swap: null };

  expect([...byDay([night], "Europe/Berlin").keys()]).toEqual(["2026-10-25"]); // 00:30 to 03:30, and four hours long
  expect([...byDay([night], "UTC").keys()]).toEqual(["2026-10-24"]);
  expect(held([night])).toEqual({ minutes: 240, least: [{ currency: "EUR", minor: 5000 }] });
});

test("the window that ends next is told", () => {
  const open = cards(week({ shifts: [shift(40, { wishes_until: at(9) }), shift(50, { id: "s2", wishes_until: at(5) }), shift(60, { id: "s3", wishes_until: at(-1) })] }), NOW);

  expect(nextWindow(open, NOW)).toBe(at(5));
});

test("hours become half hours and hours again, whatever is set in between", () => {
  const kept = [{ weekday: 0, begins: 540, ends: 720 }, { weekday: 0, begins: 780, ends: 1440 }, { weekday: 6, begins: 0, ends: 30 }];

  expect(weekOf(gridOf(kept))).toEqual(kept);
  expect(partsOf(gridOf([{ weekday: 2, begins: 545, ends: 575 }])[2]!)).toEqual([{ begins: 540, ends: 600 }]); // any of it counts
  const set = painted(gridOf([]), 3, 20, 18, true);
  expect(weekOf(set)).toEqual([{ weekday: 3, begins: 540, ends: 630 }]);
  expect(weekOf(painted(set, 3, 19, 19, false))).toEqual([{ weekday: 3, begins: 540, ends: 570 }, { weekday: 3, begins: 600, ends: 630 }]);
});

test("days unlike the week are in order, each with its hours or none", () => {
  const days = [{ day: "2026-12-31", begins: 600, ends: 660 }, { day: "2026-12-24", begins: null, ends: null }, { day: "2026-12-31", begins: 540, ends: 570 }];

  expect(unlike(days)).toEqual([{ day: "2026-12-24", parts: [] }, { day: "2026-12-31", parts: [{ begins: 600, ends: 660 }, { begins: 540, ends: 570 }] }]);
});
