import { render } from "preact";
import { act } from "preact/test-utils";
import { expect, test, vi } from "vitest";
import type { Engaged } from "../protocol";
import { FIRST } from "./state";
import { WrapUp } from "./wrapup";
import type { Work } from "./work";

const engaged: Engaged = {
  engagement_id: "e1", conversation: "c1", brand: "Lumo", customer_name: "Maja", topic: "refunds", topic_name: "Refunds", language: "en",
  accepted_at: "2026-11-20T12:00:00Z", customer_away_since: null, dormant_since: null, currency: "EUR", pay: [],
};

test("a tag that was typed and not added counts when the chat is ended", async () => {
  document.body.innerHTML = '<div id="root"></div>';
  const root = document.getElementById("root")!;
  const work = { resolve: vi.fn(), draft: vi.fn() } as unknown as Work;
  await act(() => render(<WrapUp engaged={engaged} state={FIRST} work={work} />, root));
  await act(() => root.querySelector<HTMLInputElement>("[name=outcome]")!.click());

  const field = root.querySelector<HTMLInputElement>(".add-tag input")!;
  field.value = " late parcel ";
  await act(() => void field.dispatchEvent(new Event("input", { bubbles: true })));
  await act(() => void root.querySelector("form")!.dispatchEvent(new Event("submit", { bubbles: true, cancelable: true })));

  expect(work.resolve).toHaveBeenCalledWith(engaged, { outcome: "solved", note: "", tags: ["late parcel"] });
});
