// Home's card of the shift under way or to come.
import { render } from "preact";
import { expect, test } from "vitest";
import { NextCard } from "./next";
import type { NextShift } from "./plan";

const NEXT: NextShift = {
  timezone: "Europe/Helsinki",
  seat: {
    shift: "s1", brand: "Lindenpay", topic: "refunds", topic_name: "Refunds", language: "fi",
    begins_at: "2026-11-24T14:00:00Z", ends_at: "2026-11-24T17:00:00Z", rate_cents: 1250, currency: "EUR",
  },
};
function shown(next: NextShift | null, at: string): string {
  const root = document.createElement("div");
  render(<NextCard next={next} now_ms={Date.parse(at)} />, root);
  return [...root.querySelectorAll("span, b")].map((part) => part.textContent?.trim()).join("; ").replaceAll("\u00a0", " ");
}

test("a coming shift is told by her own clock, with how far away it is and what it guarantees", () => {
  expect(shown(NEXT, "2026-11-24T13:48:00Z")).toMatch(
    /^Your next shift; .*24.*, 16:00 to 19:00; Begins in 12 minutes\. Lindenpay, Refunds, guaranteed 12\.50 EUR an hour$/,
  );
});

test("one that runs says until when, and one that is over is gone", () => {
  expect(shown(NEXT, "2026-11-24T14:00:00Z")).toMatch(/^Your shift; .*16:00 to 19:00; It runs until 19:00\./);
  expect(shown(NEXT, "2026-11-24T17:00:00Z")).toBe("");
  expect(shown({ ...NEXT, seat: null }, "2026-11-24T14:00:00Z")).toBe("");
});
