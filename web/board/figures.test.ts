import { expect, test } from "vitest";
import type { Board, BoardRow } from "../protocol";
import { alertsOf, footOf, foldMoney, gridOf, levelOf, occupancyFit, OTHER, runsOf, serviceFit, statesOf, topicsOf, totalsOf } from "./figures";
import { AT, quiet } from "./scene";

const row = (language: string, topic_name: string, waiting = 1, seconds = 10, brand = "Lindenpay"): BoardRow => ({
  brand,
  language,
  topic: topic_name.toLowerCase(),
  topic_name,
  waiting,
  oldest_since: new Date(AT - seconds * 1000).toISOString(),
});
const speaks = (language: string, free: number, places = 4) => ({ language, people: 2, engaged: places - free, places, free });
const scene = (changes: Partial<Board>): Board => {
  const board = { ...quiet, ...changes };
  return { ...board, waiting_total: changes.waiting_total ?? board.waiting.reduce((n, each) => n + each.waiting, 0) };
};

test.each([
  [0, 0],
  [19, 0],
  [20, 1],
  [59, 1],
  [60, 2],
  [119, 2],
  [120, 3],
  [4000, 3],
])("a wait of %i s is of level %i", (seconds, level) => {
  expect(levelOf(seconds)).toBe(level);
});

test("groups of two brands with one name share a cell, with the older wait", () => {
  const board = scene({ waiting: [row("en", "Refunds", 2, 30, "Lindenpay"), row("en", "Refunds", 1, 50, "Fernhof")] });

  const grid = gridOf(board, ["Refunds"]);

  expect(grid.rows[0]?.cells[0]).toEqual({ waiting: 3, oldest_since: new Date(AT - 50_000).toISOString() });
});

test("rows begin with the longest wait and go on with the languages that are served", () => {
  const board = scene({ waiting: [row("pl", "Fraud", 1, 90), row("en", "Fraud")], languages: [speaks("en", 3), speaks("de", 2)] });

  const grid = gridOf(board, ["Fraud"]);

  expect(grid.rows.map((each) => [each.language, each.sum?.waiting ?? 0, each.free])).toEqual([
    ["pl", 1, 0],
    ["en", 1, 3],
    ["de", 0, 2],
  ]);
});

test("every waiting person is in one cell, also where rows and columns run out", () => {
  const languages = ["en", "de", "fr", "es", "pl", "ar", "sv", "da"];
  const topics = ["A", "B", "C", "D", "E", "F", "G"];
  const waiting = languages.flatMap((language) => topics.map((topic) => row(language, topic)));
  const board = scene({ waiting, waiting_total: 60 });

  const grid = gridOf(board, topicsOf([], waiting));
  const cells = grid.rows.flatMap((each) => each.cells).reduce((n, cell) => n + (cell?.waiting ?? 0), 0);

  expect(grid.rows.map((each) => each.language)).toEqual(["en", "de", "fr", "es", "pl", OTHER]);
  expect(grid.rows.at(-1)?.free).toBeNull();
  expect(grid.columns).toEqual(["A", "B", "C", "D", "E", OTHER]);
  expect([cells, grid.sum?.waiting, grid.beyond]).toEqual([56, 56, 4]);
});

test("columns stay while there is room and are in the order of the alphabet", () => {
  const first = topicsOf([], [row("en", "Refunds"), row("en", "Fraud")]);

  expect(first).toEqual(["Fraud", "Refunds"]);
  expect(topicsOf(first, [row("en", "Access")])).toEqual(["Access", "Fraud", "Refunds"]);
  expect(topicsOf(first, [])).toBe(first);
});

test("an empty column goes when a seventh topic comes, and the least busy one makes room for the rest", () => {
  const full = ["A", "B", "C", "D", "E", "F"];
  const busy = ["A", "B", "C", "D", "F"].map((topic) => row("en", topic, 2));

  expect(topicsOf(full, [...busy, row("en", "G")])).toEqual(["A", "B", "C", "D", "F"]);
  expect(topicsOf(full, [...busy, row("en", "E", 2)])).toBe(full);
});

test("alerts are long waits, then lost agents, then unwell parts", () => {
  const jonas = { name: "Jonas", state: "no_link", since: null, active: 2, capacity: 3, languages: ["de"] };
  const board = scene({
    waiting: [row("pl", "Fraud", 3, 168), row("en", "Fraud", 9, 119)],
    agents: [jonas, { ...jonas, name: "Asha", active: 0 }],
    health: [
      { name: "Dispatcher", well: true, words: "leading" },
      { name: "Ledger", well: false, words: "faults found" },
    ],
    languages: [speaks("pl", 0)],
  });

  const alerts = alertsOf(board, AT);

  expect(alerts.map((alert) => alert.kind)).toEqual(["waiting", "lost", "health"]);
  expect(alerts[0]).toMatchObject({ language: "pl", topic: "Fraud", waiting: 3, seconds: 168, speakers: { free: 0 } });
  expect(alerts[1]).toMatchObject({ agents: [jonas], chats: 2 });
});

test("a house in order gives no alert", () => {
  expect(alertsOf(quiet, AT)).toEqual([]);
});

test("targets have their edges", () => {
  expect([0.79, 0.8, 0.9, 0.91].map(serviceFit)).toEqual(["low", "good", "good", "high"]);
  expect([0.64, 0.65, 0.8, 0.81, 1, 1.2].map(occupancyFit)).toEqual(["low", "good", "good", "high", "full", "full"]);
});

test("states come in one order, unknown ones last, empty ones never", () => {
  expect(statesOf({ full: 2, asleep: 1, free: 3, paused: 0 })).toEqual([
    ["free", 3],
    ["full", 2],
    ["asleep", 1],
  ]);
});

test("currencies are never added to each other", () => {
  const accrued = [
    { brand: "Lindenpay", minor: 500, currency: "EUR" },
    { brand: "Fernhof", minor: 900, currency: "SEK" },
    { brand: "Nord", minor: 250, currency: "EUR" },
  ];

  expect(totalsOf(accrued)).toEqual([
    { minor: 900, currency: "SEK" },
    { minor: 750, currency: "EUR" },
  ]);
  expect(foldMoney(accrued, 2, "Others").map((each) => [each.brand, each.minor, each.currency])).toEqual([
    ["Lindenpay", 500, "EUR"],
    ["Others", 900, "SEK"],
    ["Others", 250, "EUR"],
  ]);
  expect(foldMoney(accrued, 3, "Others")).toEqual(accrued);
});

test("an empty quarter is a gap in the line", () => {
  expect(runsOf([null, 0.8, 0.9, null, 1]).map((run) => run.map((point) => point.at))).toEqual([[1, 2], [4]]);
  expect(runsOf([null, null])).toEqual([]);
});

test("the axis reaches down to the lowest point, and to 70 at least", () => {
  expect([footOf([0.95, null]), footOf([]), footOf([0.42, 0.9]), footOf([0])]).toEqual([0.7, 0.7, 0.4, 0]);
});
