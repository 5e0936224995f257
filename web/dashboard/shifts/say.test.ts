import { expect, test } from "vitest";
import type { ShiftNews } from "../../protocol";
import { FIRST, type State } from "../state";
import { current, headline, line } from "./news";
import { clock, length, until, weekName, when } from "./say";
import { moved } from "./weekhours";

const NOW = Date.parse("2026-11-24T12:00:00Z");
const at = (minutes: number) => new Date(NOW + minutes * 60_000).toISOString();

test("times are those of her clock; on a night that has an hour twice the clock is named", () => {
  expect(clock("2026-11-24T15:00:00Z", "Europe/Berlin")).toBe("16:00");
  expect(clock("2026-10-25T00:30:00Z", "Europe/Berlin")).not.toBe(clock("2026-10-25T01:30:00Z", "Europe/Berlin"));
  expect(when({ begins_at: "2026-11-24T15:00:00Z", ends_at: "2026-11-24T18:00:00Z" }, "Europe/Berlin")).toMatch(/16:00 to 19:00$/);
});

test("a week has the name of its days, within a month and over its end", () => {
  expect(weekName("2026-11-23", "Europe/Berlin")).toMatch(/23 to (29 November|November 29)/);
  expect(weekName("2026-11-30", "Europe/Berlin")).toMatch(/Nov.* to .*Dec/);
});

test.each([[3 * 1440, "in 3 days"], [47 * 60, "in 47 hours"], [119, "in 119 minutes"], [12.9, "in 12 minutes"], [0.5, "now"]])("%d minutes before: %s", (minutes, words) => {
  expect(until(at(minutes), NOW)).toBe(words);
});

test("lengths are in hours and minutes", () => {
  expect([length(675), length(45), length(180), length(0)]).toEqual(["11 h 15 min", "45 min", "3 h", "0 min"]);
});

test("keys lead through the grid of half hours and stop at its edges", () => {
  const place = { day: 0, half: 47 };
  expect(moved(place, "ArrowUp", false)).toEqual(place);
  expect(moved(place, "ArrowRight", false)).toEqual(place);
  expect(moved(place, "ArrowRight", true)).toEqual({ day: 0, half: 46 });
  expect(moved(place, "Home", false)).toEqual({ day: 0, half: 0 });
  expect(moved(place, "a", false)).toBeNull();
});

const news = (change: Partial<ShiftNews>): ShiftNews => ({
  news_id: "n1", kind: "near", shift_id: "s1", swap_id: null, brand: "Lumo", topic_name: "Refunds", language: "en", begins_at: at(30), ends_at: at(210),
  rate_minor: 1250, currency: "EUR", words: "", at: at(-1), until: at(40), ...change,
});

test("what asks for an answer comes first, and what is over is told no more", () => {
  const told = [news({ news_id: "near" }), news({ news_id: "ring", kind: "ring" }), news({ news_id: "late", kind: "ring", until: at(0) })];

  expect(current({ ...FIRST, now_ms: NOW, desk: { shift_news: told } as unknown as State["desk"] }).map(({ news_id }) => news_id)).toEqual(["ring", "near"]);
});

test("news say what, when and until when", () => {
  expect(headline(news({}), "UTC", NOW)).toMatch(/^Your shift begins in 30 minutes: .*12:30 to 15:30, Lumo$/);
  expect(headline(news({ begins_at: at(-2) }), "UTC", NOW)).toContain("has begun");
  expect(headline(news({ kind: "held_out", words: "Tomek" }), "UTC", NOW)).toMatch(/^Tomek would pass you a seat/);
  expect(line(news({ kind: "ring", until: at(60) }), "UTC")).toContain("until 13:00");
  expect(line(news({ kind: "refused", words: "It went to someone with fewer hours." }), "UTC")).toBe("It went to someone with fewer hours.");
});
