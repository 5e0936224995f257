// The page of decisions: one sentence each, what would change it, the points side by side, page after page.
import { render } from "preact";
import { act } from "preact/test-utils";
import { beforeEach, expect, test, vi } from "vitest";
import { FIRST, type State } from "../state";
import type { Work } from "../work";
import { A_PAGE, compared, type Decision } from "./decisions";
import { Page } from "./page";

const ELSEWHERE: Decision = {
  id: "d2", at: "2026-11-24T12:00:00Z", brand: "Lindenpay", topic_name: "Refunds", language: "de", waited_s: 41, weights: 3, offered_to_me: false, outcome: "",
  sentence: "Offered to somebody who had waited longer; you were free and next.", change: "Nothing you need to do.",
  my_points: { fit: 2, idle: 0.5, load: 0, total: 2.5 }, chosen_points: { fit: 2, idle: 1.25, load: 0, total: 3.25 },
};
const MINE: Decision = { ...ELSEWHERE, id: "d1", offered_to_me: true, outcome: "declined", sentence: "Offered to you.", change: "", chosen_points: ELSEWHERE.my_points };

let pages: Decision[][] = [];
const called: string[] = [];
vi.stubGlobal("fetch", async (path: string) => {
  called.push(path);
  return { ok: true, status: 200, text: async () => JSON.stringify(pages.shift() ?? []) };
});
const work = { attempt: async (_: string, go: () => Promise<void>) => (await go(), true) } as unknown as Work;

async function show(decision: string): Promise<HTMLElement> {
  document.body.innerHTML = '<div id="root"></div>';
  const root = document.getElementById("root") as HTMLElement;
  const state: State = { ...FIRST, route: { screen: "decisions", decision } };
  await act(() => render(<Page state={state} work={work} />, root));
  await vi.waitFor(() => expect(root.querySelector(".card")).not.toBeNull());
  return root;
}

beforeEach(() => {
  pages = [[MINE, ELSEWHERE]];
  called.length = 0;
});

test("what went elsewhere says why, what would change it, and both sides' points", async () => {
  const root = await show("d2");
  const said = root.querySelector("article")?.textContent ?? "";

  for (const words of [ELSEWHERE.sentence, "Nothing you need to do.", "German", "declines, missed offers", "version 3", "0.50", "1.25"]) expect(said).toContain(words);
  expect([...root.querySelectorAll(".is-more th")].map((cell) => cell.textContent)).toEqual(["Waiting for an offer"]);
});

test("her own offer says what became of it, and shows nobody else's points", async () => {
  const root = await show("d1");

  expect(root.querySelector("article")?.textContent).toContain("You declined; no mark against you.");
  expect(root.querySelectorAll("article thead th")).toHaveLength(1);
});

test("a full page offers the older ones, which follow the last shown", async () => {
  const full = Array.from({ length: A_PAGE }, (_, at) => ({ ...ELSEWHERE, id: `p${at}` }));
  pages = [full, [MINE]];
  const root = await show("");
  await act(() => [...root.querySelectorAll("button")].find((button) => button.textContent === "Older ones")?.click());

  await vi.waitFor(() => expect(root.querySelectorAll(".decided-entry")).toHaveLength(A_PAGE + 1));
  expect(called.at(-1)).toBe(`/api/v1/agent/decisions?before=p${A_PAGE - 1}`);
  expect(root.textContent).not.toContain("Older ones");
});

test("nothing decided yet is said, and parts without points are left out", async () => {
  pages = [[]];

  expect((await show("")).textContent).toContain("Nothing was decided about you");
  expect(compared(ELSEWHERE).map(({ part }) => part)).toEqual(["fit", "idle"]);
});
