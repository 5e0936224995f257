// The dispute of a line: a button, a form, and the answer in its place.
import { render } from "preact";
import { expect, test } from "vitest";
import { Dispute, outcome } from "./dispute";
import type { PaidLine } from "./earnings";

const LINE: PaidLine = { id: "l1", kind: "tip", currency: "EUR", amount_cents: 200, words: "2.00 EUR", source: "s", dispute: "", answer_by: null, decision: "" };

function shown(line: PaidLine): HTMLElement {
  document.body.innerHTML = '<div id="root"></div>';
  const root = document.getElementById("root") as HTMLElement;
  render(<Dispute line={line} name="Tip" work={null as never} onSent={() => {}} />, root);
  return root;
}

test("a line can be disputed in words", async () => {
  const root = shown(LINE);
  root.querySelector("button")?.click();
  await new Promise((done) => setTimeout(done));

  expect(root.querySelector("textarea")?.required).toBe(true);
  expect(root.querySelector("label")?.textContent).toContain("Tip");
});

test("a line that is disputed says until when it is answered, and then how", () => {
  expect(shown({ ...LINE, dispute: "open", answer_by: "2026-12-08T12:00:00Z" }).querySelector("button")).toBeNull();
  expect(outcome({ ...LINE, dispute: "open", answer_by: "2026-12-08T12:00:00Z" })).toContain("a person answers by");
  expect(outcome({ ...LINE, dispute: "refused", decision: "The log says so." })).toContain("The log says so.");
});
