import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { keep } from "../shared/storage";
import { Aside } from "./later";
import type { Face } from "./parts";

const face = {} as Face;
const load = vi.fn();
let root: HTMLElement;

/** What was promised has come. */
const settled = () => act(async () => void (await new Promise((settle) => setTimeout(settle, 10))));

async function shown(fetched: () => Promise<never>): Promise<HTMLButtonElement> {
  await act(() => render(<Aside {...face} fetch={fetched} />, root));
  await settled();
  return root.querySelector("button")!;
}

beforeEach(() => {
  document.body.innerHTML = '<div id="root"></div>';
  root = document.getElementById("root")!;
  vi.spyOn(location, "reload").mockImplementation(load);
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  load.mockReset();
  keep("key", null);
});

test("what could not be fetched is said, and the page is loaded anew once the server answers", async () => {
  const button = await shown(() => Promise.reject(new TypeError("Failed to fetch")));
  expect(root.querySelector("[role=alert]")!.textContent).toContain("did not answer");

  vi.stubGlobal("fetch", () => Promise.reject(new TypeError("Failed to fetch")));
  button.click();
  await settled();
  expect(load).not.toHaveBeenCalled();
  expect(button.textContent).toBe("Try now");

  vi.stubGlobal("fetch", async () => new Response("ok"));
  button.click();
  await settled();
  expect(load).toHaveBeenCalledOnce();
});

test("a page that alone holds what somebody wrote is not loaded anew", async () => {
  const button = await shown(() => Promise.reject(new TypeError("Failed to fetch")));
  vi.stubGlobal("fetch", async () => new Response("ok"));
  const refuses = { setItem: () => { throw new DOMException("full", "QuotaExceededError"); } };
  vi.stubGlobal("localStorage", refuses);
  vi.stubGlobal("sessionStorage", refuses);
  keep("key", "written");

  button.click();
  await settled();

  expect(load).not.toHaveBeenCalled();
});

test("without a network nothing is asked for before there is one", async () => {
  vi.spyOn(navigator, "onLine", "get").mockReturnValue(false);
  const fetched = vi.fn(() => Promise.resolve({ Page: () => <p>here</p> }) as Promise<never>);
  await shown(fetched);
  expect(fetched).not.toHaveBeenCalled();

  dispatchEvent(new Event("online"));
  await settled();

  expect(root.textContent).toBe("here");
});
