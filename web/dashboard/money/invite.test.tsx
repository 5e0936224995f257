// An invitation is shown with its address, and each of the invited with what came of it.
import { render } from "preact";
import { act } from "preact/test-utils";
import { expect, test, vi } from "vitest";
import type { Work } from "../work";
import { Invite } from "./invite";

const ADDRESS = "https://beckon.example/agent/join?invited_by=0199";
const copied: string[] = [];
const work = { attempt: async (_: string, go: () => Promise<void>) => (await go(), true) } as unknown as Work;

async function show(refuses: boolean): Promise<HTMLElement> {
  const invited = [{ name: "Jonas", since: "2026-10-23T12:00:00Z", paid: false }, { name: "Asha", since: "2026-09-01T12:00:00Z", paid: true }];
  vi.stubGlobal("fetch", async () => ({ ok: true, status: 200, text: async () => JSON.stringify({ code: "0199", address: ADDRESS, invited }) }));
  vi.stubGlobal("navigator", { clipboard: { writeText: async (text: string) => (refuses ? Promise.reject(new Error("no")) : void copied.push(text)) } });
  document.body.innerHTML = '<div id="root"></div>';
  const root = document.getElementById("root") as HTMLElement;
  await act(() => render(<Invite work={work} />, root));
  await vi.waitFor(() => expect(root.querySelector("button")).not.toBeNull());
  root.querySelector("button")?.click();
  await vi.waitFor(() => expect(root.querySelector("[role=status]")?.textContent).not.toBe(""));
  return root;
}

test("the address is there to pass on, and who came by it", async () => {
  const root = await show(false);

  expect(root.querySelector("input")?.value).toBe(ADDRESS);
  expect(copied).toEqual([ADDRESS]);
  expect([...root.querySelectorAll("li")].map((row) => row.textContent)).toEqual([
    expect.stringMatching(/Jonas.*not paid for yet/), expect.stringMatching(/Asha.*paid for/),
  ]);
  expect(root.querySelector("[role=status]")?.textContent).toBe("Copied.");
});

test("a browser that does not copy says so", async () => {
  expect((await show(true)).querySelector("[role=status]")?.textContent).toContain("by hand");
});
