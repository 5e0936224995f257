import { expect, test } from "vitest";
import type { Half } from "./api";
import { centsOf, goalOf, holesOf, labelledOf, minuteOf, scaleOf, shiftedDay, shownHalves, todayIn } from "./figures";

const half = (n: number, more: Partial<Half> = {}): Half => ({
  at: new Date(Date.UTC(2026, 10, 25, 0, 30 * n)).toISOString(),
  low: 0, middle: 0, high: 0, came: null, needed: 0, planned: 0, published: 0, held: 0, short: 0, served: 1, served_held: 1, abandoned: 0, cents: 0,
  ...more,
});
const day = (fill: (n: number) => Partial<Half>) => Array.from({ length: 48 }, (_, n) => half(n, fill(n)));

test("the drawing keeps to the hours in which something is", () => {
  const busy = day((n) => (n >= 20 && n < 24 ? { high: 3 } : {}));

  expect(shownHalves(busy).map((one) => one.at.slice(11, 16))).toEqual(["09:00", "09:30", "10:00", "10:30", "11:00", "11:30", "12:00", "12:30"]);
  expect(shownHalves(day(() => ({})))).toHaveLength(48);
});

test("holes are unbroken stretches with the most that is missing", () => {
  const halves = day((n) => (n === 4 || n === 5 ? { short: n - 3 } : n === 9 ? { short: 5 } : {}));

  expect(holesOf(halves).map(({ from, last, short }) => [from.slice(11, 16), last.slice(11, 16), short])).toEqual([
    ["02:00", "02:30", 2],
    ["04:30", "04:30", 5],
  ]);
});

test.each([[0, 1], [1, 1], [7, 8], [23, 30], [96, 100], [2480, 3000]])("a scale for %i ends at %i", (most, top) => {
  const scale = scaleOf(most);

  expect(scale.top).toBe(top);
  expect(scale.ticks.length).toBeLessThan(8);
});

test("times are written on full hours, and not too many", () => {
  const labelled = labelledOf(day(() => ({})));

  expect([...labelled].every((at) => at % 2 === 0)).toBe(true);
  expect(labelled.size).toBeLessThan(10);
});

test("what is written becomes numbers or nothing", () => {
  expect([centsOf("12.50"), centsOf("12,5"), centsOf(" 7 "), centsOf("-1"), centsOf("x"), centsOf("")]).toEqual([1250, 1250, 700, null, null, null]);
  expect(goalOf("80", "20")).toEqual({ share: 0.8, seconds: 20 });
  expect([goalOf("100", "20"), goalOf("", "20"), goalOf("80", "-1"), goalOf("80", "")]).toEqual([null, null, null, null]);
  expect(minuteOf("14:30")).toBe(870);
});

test("days go on over months, and today is the zone's", () => {
  expect([shiftedDay("2026-11-30", 1), shiftedDay("2026-03-01", -1)]).toEqual(["2026-12-01", "2026-02-28"]);
  expect(todayIn("Pacific/Auckland", new Date("2026-11-22T13:00:00Z"))).toBe("2026-11-23");
});
