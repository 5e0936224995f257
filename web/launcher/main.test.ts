import { afterEach, beforeEach, expect, test, vi } from "vitest";

const HOME = "https://beckon.example";
type Api = ((...call: unknown[]) => void) & { q?: unknown[][] };
const page = window as unknown as { Beckon?: Api };

/** Runs the script anew, as a page with this tag would. */
async function run(data: Record<string, string> = { brand: "key" }): Promise<void> {
  const script = document.createElement("script");
  script.setAttribute("data-src", "");
  Object.defineProperty(script, "src", { value: `${HOME}/widget.js` });
  Object.assign(script.dataset, data);
  vi.spyOn(document, "currentScript", "get").mockReturnValue(script as unknown as HTMLScriptElement);
  vi.resetModules();
  await import("./main");
}

const panel = { postMessage: vi.fn() };
const root = () => document.querySelector("beckon-chat")!.shadowRoot!;
const button = () => root().querySelector("a")!;
const frame = () => root().querySelector("iframe");

function panelSays(message: object, origin = HOME, source: unknown = panel): void {
  dispatchEvent(Object.assign(new Event("message"), { data: { beckon: message }, origin, source }));
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(HTMLIFrameElement.prototype, "contentWindow", "get").mockReturnValue(panel as unknown as Window);
  vi.spyOn(console, "error").mockImplementation(() => undefined); // No page is behind the frame here, and it says so.
  delete page.Beckon;
  localStorage.clear();
  document.body.innerHTML = '<a data-beckon href="https://beckon.example/c/key">Help and contact</a>';
});

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

test("the button is a link to the same chat", async () => {
  await run();

  expect(button().href).toBe(`${HOME}/c/key`);
  expect(button().textContent).toBe("Help");
  expect(frame()).toBeNull();
});

test("opening loads the panel once and shows it; closing keeps it", async () => {
  await run();

  page.Beckon!("open");
  expect(frame()!.src).toMatch(/^https:\/\/beckon\.example\/panel\/key#host=/);
  expect([frame()!.hidden, button().hidden]).toEqual([false, true]);

  page.Beckon!("close");
  expect([frame()!.hidden, button().hidden]).toEqual([true, false]);
});

test("the page's own link opens the panel too", async () => {
  await run();

  document.querySelector<HTMLElement>("a[data-beckon]")!.click();

  expect(frame()!.hidden).toBe(false);
});

test("calls made before the script came are made up for", async () => {
  const opened = vi.fn();
  page.Beckon = Object.assign(() => undefined, { q: [["on", "open", opened], ["boot", { brand: "key" }], ["open"]] });

  await run({});

  expect(opened).toHaveBeenCalledOnce();
});

test("unread messages are told by words and a number", async () => {
  await run();
  page.Beckon!("open");

  panelSays({ type: "unread", count: 2, words: "Asha replied" });

  expect(button().textContent).toBe("Asha replied2");
});

test("a message from another origin, or from another frame, is not heard", async () => {
  await run();
  page.Beckon!("open");

  panelSays({ type: "unread", count: 2, words: "Asha replied" }, "https://evil.example");
  panelSays({ type: "unread", count: 2, words: "Asha replied" }, HOME, window);

  expect(button().textContent).toBe("Help");
});

test("a panel that does not come leaves a plain link", async () => {
  await run();
  page.Beckon!("open");

  vi.advanceTimersByTime(12_000);

  expect(frame()).toBeNull();
  expect([button().hidden, button().onclick]).toEqual([false, null]);
});

test("nothing that a page's listener or a wrong call throws reaches the page", async () => {
  vi.spyOn(console, "warn").mockImplementation(() => undefined);
  await run();
  page.Beckon!("on", "open", () => {
    throw new Error("the page's own mistake");
  });

  expect(() => page.Beckon!("open")).not.toThrow();
  expect(() => page.Beckon!("no such thing")).not.toThrow();
});

test("what the page says before the panel can hear is told once it can", async () => {
  localStorage.setItem("beckon-begun", "1");
  await run();
  panel.postMessage.mockClear();

  page.Beckon!("logout");
  expect(panel.postMessage).not.toHaveBeenCalled();
  panelSays({ type: "ready" });

  expect(panel.postMessage).toHaveBeenCalledWith({ beckon: { type: "logout" } }, HOME);
});

test("who the customer is is asked of the page, and told to our origin only", async () => {
  await run();
  page.Beckon!("identify", async () => "header.payload.signature");
  page.Beckon!("open");

  panelSays({ type: "ready" });
  panelSays({ type: "identify" });
  await vi.advanceTimersByTimeAsync(0);

  expect(panel.postMessage).toHaveBeenLastCalledWith({ beckon: { type: "identity", jwt: "header.payload.signature" } }, HOME);
});
