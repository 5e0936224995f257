import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, expect, test, vi } from "vitest";
import { WantedCard, WantedNow, type Wanted } from "./wanted";

const refunds: Wanted = {
  brand: "Lumo", topic: "refunds", topic_name: "Refunds", language: "pl", waiting: 3, bonus_minor: 40, currency: "EUR",
  since: "2026-11-22T12:00:00Z", words: "0.40 EUR on top, because it is busy now",
};

async function show(answer: unknown, status = 200): Promise<HTMLElement> {
  const asked = vi.fn(async () => new Response(JSON.stringify(answer), { status }));
  vi.stubGlobal("fetch", asked);
  document.body.innerHTML = '<div id="root"></div>';
  const root = document.getElementById("root")!;
  await act(() => render(<WantedNow />, root));
  await vi.waitFor(() => expect(asked).toHaveBeenCalledOnce());
  return root;
}

afterEach(() => vi.unstubAllGlobals());

test("who is offline reads where a bonus is paid, and how much", async () => {
  const root = await show({ at: refunds.since, wanted: [refunds] });

  await vi.waitFor(() => expect(root.textContent).toContain("Wanted now"));
  expect(root.textContent).toContain("Refunds Lumo, Polish, since");
  expect(root.textContent).toContain("0.40 EUR on top, because it is busy now");
});

test("nothing is shown where none is paid, or where nobody answers", async () => {
  expect((await show({ at: refunds.since, wanted: [] })).textContent).toBe("");
  expect((await show({ detail: "busy" }, 503)).textContent).toBe("");
  expect(WantedCard({ wanted: [] })).toBeNull();
});
