import { expect, test } from "vitest";
import type { Engaged, Message } from "../protocol";
import { emptyTalk, type Talk } from "../shared/talk";
import { activeSeconds, estimate, together } from "./earnings";

const NOON = Date.parse("2026-11-20T12:00:00Z");
const at = (seconds: number) => new Date(NOON + seconds * 1000).toISOString();

function wrote(...seconds: number[]): Talk {
  const events = seconds.map((second, place) => ({ type: "message", seq: place + 1, at: at(second) }) as Message);
  return { ...emptyTalk("lucia"), events };
}

test.each([
  ["nobody wrote, and it is short", [], 90, 90],
  ["a silence of exactly 120 s counts", [120], 240, 240],
  ["a silence of more than 120 s does not", [121], 200, 79],
  ["what was written before the accept is ignored", [-40, 60], 100, 100],
  ["the last silence counts only while it is short", [10], 400, 10],
] as const)("%s", (_, seconds, now_s, active_s) => {
  expect(activeSeconds(wrote(...seconds), at(0), NOON + now_s * 1000)).toBe(active_s);
});

test("the estimate is the chat's amount and the minutes' share, rounded once", () => {
  const engaged = { pay: [{ kind: "per_chat", words: "", amount_minor: 290 }, { kind: "per_minute", words: "", amount_minor: 22 }] } as unknown as Engaged;

  const lines = estimate(engaged, 750);

  expect(lines.map((line) => line.minor)).toEqual([290, 275]);
  expect(together(lines)).toBe(565);
});
