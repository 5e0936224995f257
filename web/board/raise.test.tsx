import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Raise, type Stands } from "./raise";

const of = { brand_id: "b1", brand: "Lumo", topic: "refunds", topic_name: "Refunds", language: "fi" };
const calm: Stands = { now: "€0.00", left: "€10.00", choices: [{ bonus_minor: 10, words: "€0.10" }, { bonus_minor: 100, words: "€1.00" }], raised: null };
const raised: Stands = { ...calm, now: "€1.00", choices: [], raised: { id: "r1", bonus: "€1.00", until: "2026-11-22T14:05:00Z", by: "Noor", reason: "The app is down" } };

let root: HTMLElement;
beforeEach(() => {
  root = document.body.appendChild(document.createElement("div"));
  document.cookie = "csrftoken=abc";
});
afterEach(() => {
  render(null, root);
  root.remove();
  vi.unstubAllGlobals();
});

function answers(...bodies: [status: number, body: unknown][]) {
  const asked = vi.fn(async () => {
    const [status, body] = bodies.shift()!;
    return new Response(JSON.stringify(body), { status });
  });
  vi.stubGlobal("fetch", asked);
  return asked as unknown as ReturnType<typeof vi.fn<(path: string, how: RequestInit) => Promise<Response>>>;
}

const settle = () => act(() => new Promise((done) => setTimeout(done)));
const button = (words: string) => [...root.querySelectorAll("button")].find((each) => each.textContent?.includes(words));

async function show(): Promise<void> {
  await act(() => render(<Raise of={of} />, root));
  await settle();
}

async function press(words: string): Promise<void> {
  await act(() => button(words)!.click());
  await settle();
}

async function fill(): Promise<void> {
  await press("Raise the bonus");
  const [bonus] = root.querySelectorAll("select");
  bonus!.value = "100";
  await act(() => void bonus!.dispatchEvent(new Event("change", { bubbles: true })));
  const why = root.querySelector("input")!;
  why.value = "The app is down";
  await act(() => void why.dispatchEvent(new Event("input", { bubbles: true })));
  await act(() => void root.querySelector("form")!.dispatchEvent(new Event("submit", { bubbles: true, cancelable: true })));
  await settle();
}

test("one step raises it, and says until when, by whom and why; one undoes it", async () => {
  const asked = answers([200, calm], [200, raised], [200, calm]);
  await show();
  expect(asked.mock.calls[0]![0]).toBe("/api/v1/operator/raises?brand=b1&topic=refunds&language=fi");
  expect(root.textContent).toContain("€0.00 is paid on top now, €10.00 is left of the budget.");

  await fill();

  expect(JSON.parse(asked.mock.calls[1]![1].body as string)).toEqual({ brand: "b1", topic: "refunds", language: "fi", bonus_minor: 100, minutes: 30, reason: "The app is down" });
  expect(root.textContent).toContain("raised by Noor: The app is down");
  expect(root.querySelector("form")).toBeNull();

  await press("Undo");
  expect(asked.mock.calls[2]![0]).toBe("/api/v1/operator/raises/r1/undo");
  expect(root.textContent).toContain("It is undone. Offers already made keep it.");
});

test("what is refused is said, and the question stays", async () => {
  answers([200, calm], [409, { code: "above_cap", detail: "At most €0.50: pay plan, rules and budget allow no more." }]);
  await show();

  await fill();

  expect(root.querySelector("[role=alert]")?.textContent).toContain("At most €0.50");
  expect(root.querySelector("form")).not.toBeNull();
});

test("where nothing more may be paid there is no button, and that is said", async () => {
  answers([200, { ...calm, choices: [] }]);
  await show();

  expect(button("Raise the bonus")).toBeUndefined();
  expect(root.textContent).toContain("Nothing more can be paid");
});
