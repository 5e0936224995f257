// Where the money is, in words: every part says why it is there and until when; taking out asks twice and sends once.
import { render } from "preact";
import { act } from "preact/test-utils";
import { beforeEach, expect, test, vi } from "vitest";
import type { Work } from "../work";
import { leavingWords, pendingWords, Places, sentence } from "./places";
import { payable, sum, type Wallet } from "./wallet";

const called: { path: string; body: string }[] = [];
vi.stubGlobal("fetch", async (path: string, request: { body?: string } = {}) => {
  called.push({ path, body: request.body ?? "" });
  return { ok: true, status: 204, text: async () => "" };
});

const PLACE = { provider: "sepa_file", masked: "•••• 4300", zone: "Europe/Berlin", since: "2026-11-01T12:00:00Z", usable_from: "2026-11-01T12:00:00Z", cooling_off: false };
const FULL: Wallet = {
  currency: "EUR", units: false, available_cents: 8420, pending: [], owed_back_cents: 0, paid_year: 2026, paid_cents: 128435, past: [], place: PLACE,
  held: [{ amount_cents: 510, reason: "Two accounts on one chat", answer_by: "2026-11-27T12:00:00Z", case: "h1", replied: false, by: "Noor", payout: null }],
  on_its_way: [{ id: "p1", amount_cents: 14260, state: "sent", since: "2026-11-23T06:00:00Z", masked: "•••• 4300", instant: false, arrives_on: "2026-11-25" }],
  next: { at: "2026-11-29T23:00:00Z", amount_cents: 8420 }, cash_out: { closed: "", amount_cents: 8420, at_most_cents: 50000, arrives_on: "2026-11-26" },
};

const work = { attempt: async (_: string, go: () => Promise<void>) => (await go(), true) } as unknown as Work;
let root: HTMLElement;

async function show(wallet: Wallet): Promise<HTMLElement> {
  root = document.getElementById("root") as HTMLElement;
  await act(() => render(<Places wallet={wallet} work={work} onChange={() => {}} />, root));
  return root;
}

const press = (words: string) =>
  act(async () => {
    [...root.querySelectorAll("button")].find((button) => button.textContent?.includes(words))?.click();
    await new Promise((done) => setTimeout(done));
  });

beforeEach(() => {
  document.body.innerHTML = '<div id="root"></div>';
  called.length = 0;
});

test("each part has its sum, its reason and its clock", async () => {
  const said = (await show(FULL)).textContent?.replaceAll("\u00a0", " ") ?? "";

  for (const words of ["84.20 EUR", "Next payout", "5.10 EUR", "By Noor: Two accounts on one chat. Answered by", "142.60 EUR", "sent to •••• 4300", "1,284.35 EUR"])
    expect(said).toContain(words);
});

test("taking out says what goes where before it goes, and goes once", async () => {
  await show(FULL);
  await press("Take out");
  expect(called).toEqual([]);
  expect(root.textContent).toContain("•••• 4300, free");

  await press("Yes, take it out");

  const sent = called.filter(({ path }) => path.endsWith("cash-out"));
  expect(sent).toHaveLength(1);
  expect(JSON.parse(sent[0]?.body ?? "")).toMatchObject({ currency: "EUR", request_id: expect.stringMatching(/^[0-9a-f-]{36}$/) });
});

test("where taking out is closed there is no button, and a sentence says why", async () => {
  const closed = { closed: "limit", amount_cents: 60000, at_most_cents: 50000, arrives_on: null } as const;
  const said = (await show({ ...FULL, held: [], cash_out: closed })).textContent ?? "";

  expect(root.querySelector("button")).toBeNull();
  expect(said.replaceAll("\u00a0", " ")).toContain("at most 500.00 EUR");
});

test("what waits says for what, and what came back says so", () => {
  expect(pendingWords({ amount_cents: 1, why: "no_account", until: null })).toContain("where you want to be paid");
  expect(pendingWords({ amount_cents: 1, why: "cooling_off", until: "2026-11-26T11:00:00Z" })).toContain("48 hours");
  expect(leavingWords({ ...FULL.on_its_way[0]!, state: "returned", arrives_on: null })).toContain("back in your balance");
  expect([sentence("No stop"), sentence("A stop."), sentence("क्यों।")]).toEqual(["No stop.", "A stop.", "क्यों।"]);
});

test("an account is offered for money alone, and for the euro before there is any", () => {
  expect(payable([{ ...FULL, currency: "PTS" }, FULL])).toEqual(["EUR"]);
  expect(payable([])).toEqual(["EUR"]);
  expect(sum(FULL.held)).toBe(510);
});
