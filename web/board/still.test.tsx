import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { BoardRow } from "../protocol";
import { AT, quiet } from "./scene";
import { Waiting } from "./waiting";

const since = (seconds: number) => new Date(AT - seconds * 1000).toISOString();
const row = (language: string, topic: string, waiting = 1): BoardRow => ({ brand: "Lumo", language, topic: topic.toLowerCase(), topic_name: topic, waiting, oldest_since: since(70) });
const told = (id: string, language: string, topic_name: string, sentence: string) => ({ id, brand_id: "b1", brand: "Lumo", language, topic: topic_name.toLowerCase(), topic_name, since: since(70), code: "nobody", sentence });

let root: HTMLElement;
beforeEach(() => {
  root = document.body.appendChild(document.createElement("div"));
});
afterEach(() => {
  render(null, root);
  root.remove();
  vi.unstubAllGlobals();
});

function answers(status: number, body: unknown) {
  const asked = vi.fn(async () => new Response(JSON.stringify(body), { status }));
  vi.stubGlobal("fetch", asked);
  return asked;
}

async function show(waiting: BoardRow[], topics: string[]): Promise<void> {
  const board = { ...quiet, waiting, waiting_total: waiting.length };
  await act(() => render(<Waiting board={board} now={AT + 600} topics={topics} requests="/admin/dispatch/escalation/" raises={false} />, root));
}

async function press(words: string): Promise<void> {
  const button = [...root.querySelectorAll("button")].find((each) => each.textContent?.includes(words))!;
  await act(() => button.click());
  await act(() => new Promise((done) => setTimeout(done)));
}

test("a cell that is pressed says of each of its requests why it waits", async () => {
  const asked = answers(200, { waiting: [told("e1", "fi", "Refunds", "Nobody online is certified for Refunds in Finnish."), told("e2", "fi", "Fraud", "Another one.")] });
  await show([row("fi", "Refunds"), row("en", "Refunds")], ["Refunds"]);

  await press("Finnish, Refunds");

  const [path] = asked.mock.calls[0] as unknown as [string];
  expect(path).toBe("/api/v1/operator/waiting?language=fi&topic=refunds");
  expect(root.querySelectorAll(".still li").length).toBe(1);
  expect(root.querySelector(".still li")?.textContent).toContain("Nobody online is certified for Refunds in Finnish.");
  expect(root.querySelector<HTMLAnchorElement>(".still li a")?.getAttribute("href")).toBe("/admin/dispatch/escalation/e1/change/");
  expect(root.querySelector(".cell[aria-expanded=true]")?.textContent).toContain("Finnish, Refunds");
  expect(document.activeElement?.id).toBe("h-still");

  await press("Close");
  expect(root.querySelector(".still")).toBeNull();
});

test("the cell of everything else asks for all that it stands for", async () => {
  const asked = answers(200, { waiting: [told("e1", "fi", "Cards", "x"), told("e2", "en", "Loans", "y")] });
  await show([row("fi", "Cards"), row("fi", "Loans"), row("fi", "Refunds")], ["Refunds"]);

  await press("Finnish, More");

  const [path] = asked.mock.calls[0] as unknown as [string];
  expect(path).toBe("/api/v1/operator/waiting?language=fi&topic=cards&topic=loans");
  expect([...root.querySelectorAll(".still li a")].map((link) => link.getAttribute("href"))).toEqual(["/admin/dispatch/escalation/e1/change/"]);
});

test("what is refused is said, and nobody is made up", async () => {
  answers(403, { code: "forbidden", detail: "This is for operators with the right to it." });
  await show([row("fi", "Refunds")], ["Refunds"]);

  await press("Finnish, Refunds");

  expect(root.querySelector(".still [role=alert]")?.textContent).toBe("This is for operators with the right to it.");
  expect(root.querySelectorAll(".still li").length).toBe(0);
});
