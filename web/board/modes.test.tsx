import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, expect, test, vi } from "vitest";
import type { BoardMode } from "../protocol";
import { Modes, type Steering } from "./modes";

const may: Steering = { may: true, raises: false, brands: [{ id: "b1", name: "Lumo" }] };
const plain: BoardMode = { kind: "plain", brand: "Lumo", brand_id: "b1", since: "2026-11-22T12:00:00Z", reason: "The score is wrong" };

async function show(modes: readonly BoardMode[], steering: Steering): Promise<HTMLElement> {
  document.body.innerHTML = '<div id="root"></div>';
  const root = document.getElementById("root")!;
  await act(() => render(<Modes modes={modes} steering={steering} />, root));
  return root;
}

async function press(root: HTMLElement, words: string): Promise<void> {
  const button = [...root.querySelectorAll("button")].find((each) => each.textContent?.includes(words))!;
  await act(() => button.click());
}

function answers(status: number, body: unknown) {
  const asked = vi.fn(async () => new Response(JSON.stringify(body), { status }));
  vi.stubGlobal("fetch", asked);
  document.cookie = "csrftoken=abc";
  return asked;
}

async function write(root: HTMLElement, reason: string): Promise<void> {
  const field = root.querySelector<HTMLInputElement>("input")!;
  field.value = reason;
  await act(() => void field.dispatchEvent(new Event("input", { bubbles: true })));
  await act(async () => {
    root.querySelector("form")!.dispatchEvent(new Event("submit", { bubbles: true, cancelable: true }));
    await new Promise((done) => setTimeout(done));
  });
}

afterEach(() => vi.unstubAllGlobals());

test("what is switched on is shown with since when and why, to whoever watches", async () => {
  const root = await show([plain], { may: false, raises: false, brands: [] });

  expect(root.textContent).toContain("First come, first served: Lumo");
  expect(root.textContent).toContain("The score is wrong");
  expect(root.querySelector("button")).toBeNull();
});

test("nothing is shown to who may not switch, while nothing is on", async () => {
  expect((await show([], { may: false, raises: false, brands: [] })).textContent).toBe("");
});

test("an operator switches a brand to first come, first served, with a reason", async () => {
  const asked = answers(200, []);
  const root = await show([], may);
  await press(root, "Matching");
  const brand = root.querySelectorAll("select")[1]!;
  brand.value = "b1";
  await act(() => void brand.dispatchEvent(new Event("change", { bubbles: true })));

  await write(root, "The score is wrong");

  const [path, how] = asked.mock.calls[0] as unknown as [string, RequestInit];
  expect(path).toBe("/api/v1/operator/modes");
  expect(JSON.parse(how.body as string)).toEqual({ kind: "plain", brand: "b1", on: true, reason: "The score is wrong" });
  expect(root.querySelector("form")).toBeNull();
});

test("what is refused is said, and the question stays", async () => {
  answers(409, { code: "no_change", detail: "This is switched off already." });
  const root = await show([plain], may);
  await press(root, "Switch it off");

  await write(root, "It was the languages");

  expect(root.querySelector("[role=alert]")?.textContent).toBe("This is switched off already.");
  expect(root.querySelector("form")).not.toBeNull();
});
