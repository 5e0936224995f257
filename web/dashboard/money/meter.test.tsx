// The guarantee under way, in words: behind its mark, ahead of it, beyond the whole.
import { expect, test } from "vitest";
import { standing } from "./meter";
import type { Guarantee } from "./wallet";

const SHIFT: Guarantee = {
  shift: "s1", begins_at: "2026-11-24T15:00:00Z", ends_at: "2026-11-24T18:00:00Z", currency: "EUR", rate_cents: 1250,
  at: "2026-11-24T16:58:00Z", earned_cents: 2522, mark_cents: 2458, guaranteed_cents: 3750, away_seconds: 0,
};
const said = (changes: Partial<Guarantee>) => standing({ ...SHIFT, ...changes }).replaceAll("\u00a0", " ");

test("the mark is that of the instant at which the meter was read", () => {
  const time = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" }).format(new Date(SHIFT.at));

  expect(said({})).toBe(`ahead of the mark for ${time} (24.58 EUR).`);
  expect(said({ earned_cents: 2457 })).toBe(`behind the mark for ${time} (24.58 EUR).`);
});

test("once the chats paid as much as the whole shift guarantees, nothing is added", () => {
  expect(said({ earned_cents: 3750 })).toBe("as much as the whole shift guarantees, or more.");
  expect(said({ earned_cents: 3749 })).toContain("ahead");
});
