import { render } from "preact";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Board } from "../protocol";
import type { LinkState } from "../shared/socket";
import { App } from "./app";
import { AT, quiet } from "./scene";
import { freshness, sentence } from "./top";
import { hear, linked, begin, type State } from "./state";

const open = { ...begin.link, kind: "open" as const };
let root: HTMLElement;

beforeEach(() => {
  vi.useFakeTimers({ now: AT + 600 });
  root = document.body.appendChild(document.createElement("div"));
});
afterEach(() => {
  render(null, root);
  root.remove();
  vi.useRealTimers();
});

const seen = (board: Board, link: LinkState = open): State => linked(hear(begin, board), link);

function show(state: State, tryNow = () => {}): string {
  render(<App state={state} rooms={{ Brand: "/admin/brands/brand/" }} name="Noor" steering={{ may: false, raises: false, brands: [] }} plans={false} tryNow={tryNow} />, root);
  return root.textContent ?? "";
}

test("an empty house says so in every panel, and nothing needs anybody", () => {
  const text = show(seen(quiet));

  for (const words of ["Nobody waits", "Nobody asked for a person", "No offer in the last hour", "No agent is online", "No places", "No chat since", "Nothing earned"]) {
    expect(text).toContain(words);
  }
  expect(root.querySelector(".alerts")).toBeNull();
  expect(document.title).toBe("Live board");
});

test("a group says its number, age and level in words", () => {
  const oldest_since = new Date(AT - 167_000).toISOString();
  const row = { brand: "Lindenpay", language: "pl", topic: "complaints", topic_name: "Complaints", waiting: 3, oldest_since };

  const text = show(seen({ ...quiet, waiting: [row], waiting_total: 3 }));

  expect(text).toContain("Polish, Complaints: 3 waiting, the oldest 2:47, too long, someone must act");
  expect(text).toContain("Polish, Complaints: 3 wait, the oldest 2 min 47 s");
  expect(text).toContain("Nobody online speaks Polish.");
  expect(root.querySelector(".cell.is-level-3 .shape")).not.toBeNull();
  expect(document.title).toBe("(1) Live board");
});

test("a stale picture is veiled, says its age on every panel, and alarms nobody", () => {
  vi.setSystemTime(AT + 102_000);
  const tried = vi.fn();

  show(seen({ ...quiet, health: [{ name: "Ledger", well: false, words: "faults found" }] }, { ...begin.link, kind: "waiting", retry_at: AT + 110_000, failed: 4 }), tried);

  expect(root.querySelector(".board")?.classList.contains("is-stale")).toBe(true);
  expect(root.querySelectorAll(".panel .age").length).toBe(root.querySelectorAll(".panel").length);
  expect(root.querySelector(".stale-bar")?.textContent).toContain("These numbers are 1 min 42 s old");
  expect(root.querySelector(".stale-bar")?.textContent).toContain("Next try in 8 s.");
  expect(root.querySelector(".alerts")).toBeNull();
  root.querySelector<HTMLButtonElement>(".stale-bar button")?.click();
  expect(tried).toHaveBeenCalledOnce();
});

test("a log-in that has ended leads to the log-in and not to another try", () => {
  show(linked(begin, { ...begin.link, kind: "closed", code: "login", words: "Please log in again." }));

  expect(root.querySelector(".stale-bar")?.textContent).toContain("Please log in again.");
  expect(root.querySelector<HTMLAnchorElement>(".stale-bar a")?.getAttribute("href")).toBe("/admin/login/?next=%2Fboard");
  expect(root.querySelector(".stale-bar button")).toBeNull();
});

test("the line above says how fresh the picture is, or why it is not", () => {
  expect(freshness(640, false, open)).toEqual(["good", "Live, 0.6 s old"]);
  expect(freshness(9_000, true, open)).toEqual(["attention", "9 s old"]);
  expect(freshness(null, true, begin.link)).toEqual(["idle", "Connecting"]);
  expect(freshness(900, false, begin.link)).toEqual(["idle", "Reconnecting"]);
  expect(freshness(9_000, true, { ...begin.link, kind: "waiting", failed: 4 })).toEqual(["idle", "No link, try 4"]);
  expect(freshness(9_000, true, { ...begin.link, kind: "offline" })).toEqual(["idle", "No network"]);
});

test("no drawing uses a style attribute, which the page's rules forbid", () => {
  show(seen({ ...quiet, service_level: [0.5, null, 0.9, 1], service_now: 1, states: { free: 1, full: 2 } }));

  expect(root.querySelector("[style]")).toBeNull();
  expect(root.querySelectorAll(".is-sparkline line.is-line").length).toBe(1);
});

test("each alert is one sentence and one fact", () => {
  const speakers = { language: "pl", people: 8, engaged: 22, places: 22, free: 0 };

  expect(sentence({ kind: "waiting", language: "pl", topic: "Complaints", waiting: 3, seconds: 168, speakers })).toEqual([
    "Polish, Complaints: 3 wait, the oldest 2 min 48 s",
    "All 22 places of those who speak it are in use.",
  ]);
  expect(sentence({ kind: "health", health: { name: "Ledger", well: false, words: "faults found" } })[0]).toBe("Ledger: faults found");
});
